{{/*
The StatefulSets, as YAML: {items: [{component, stages, arguments, and what a stage may override}]}.
*/}}
{{- define "stream-edits.workloads" -}}
{{- $items := list -}}
{{- $all := list "intake" "review" "encounter" "supervision" -}}
{{- if eq .Values.topology "combined" -}}
{{- $combined := dict "component" "stages" "stages" $all "arguments" (list "run") -}}
{{- $items = append $items (include "stream-edits.workload" (dict "values" .Values "own" dict "is" $combined) | fromYaml) -}}
{{- else -}}
{{- range $stage := $all -}}
{{- $one := dict "component" $stage "stages" (list $stage) "arguments" (list "run" "--stage" $stage) -}}
{{- $items = append $items (include "stream-edits.workload" (dict "values" $.Values "own" (index $.Values.stages $stage) "is" $one) | fromYaml) -}}
{{- end -}}
{{- end -}}
{{- dict "items" $items | toYaml -}}
{{- end -}}

{{/*
One StatefulSet. A stage's own value replaces the common one, in some tables key by key; its
variables are added after the common ones. `merge` is not used, because it ignores false, 0 and
empty lists.
*/}}
{{- define "stream-edits.workload" -}}
{{- $one := .is -}}
{{- range $key := list "image" "replicas" "resources" "autoscaling" "nodeSelector" "tolerations" "affinity" "topologySpreadConstraints" "priorityClassName" "podAnnotations" "podLabels" "extraEnv" -}}
{{- $value := index $.values $key -}}
{{- if hasKey $.own $key -}}
{{- $own := index $.own $key -}}
{{- if eq $key "extraEnv" -}}
{{- $value = concat $value $own -}}
{{- else if has $key (list "image" "autoscaling" "resources" "podAnnotations" "podLabels") -}}
{{- $value = deepCopy (default dict $value) -}}
{{- range $name, $each := $own -}}{{- $_ := set $value $name $each -}}{{- end -}}
{{- else -}}
{{- $value = $own -}}
{{- end -}}
{{- end -}}
{{- $_ := set $one $key $value -}}
{{- end -}}
{{- toYaml $one -}}
{{- end -}}

{{- define "stream-edits.workloadName" -}}
{{- $full := include "stream-edits.fullname" .root -}}
{{- ternary $full (printf "%s-%s" $full .workload.component) (eq .workload.component "stages") -}}
{{- end -}}

{{- define "stream-edits.workloadSelectorLabels" -}}
{{ include "stream-edits.selectorLabels" .root }}
app.kubernetes.io/component: {{ .workload.component }}
{{- end -}}

{{/* The maximum number of pods for KEDA: the given value, limited to the partitions. The topics of
     claims and reviews may have more of them than the settings say. */}}
{{- define "stream-edits.maxReplicas" -}}
{{- $partitions := include "stream-edits.partitions" .root | int -}}
{{- $most := default $partitions .workload.autoscaling.maxReplicas | int -}}
{{- has .workload.component (list "intake" "review") | ternary $most (min $partitions $most) -}}
{{- end -}}

{{/* The spread constraints, each with a selector for the pods of its own StatefulSet. */}}
{{- define "stream-edits.topologySpread" -}}
{{- $own := include "stream-edits.workloadSelectorLabels" . | fromYaml -}}
{{- $constraints := list -}}
{{- range .workload.topologySpreadConstraints -}}
{{- $filled := deepCopy . -}}
{{- if not (hasKey . "labelSelector") -}}{{- $_ := set $filled "labelSelector" (dict "matchLabels" $own) -}}{{- end -}}
{{- $constraints = append $constraints $filled -}}
{{- end -}}
{{- toYaml $constraints -}}
{{- end -}}
