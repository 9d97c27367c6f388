{{/*
{root, workload}: the number of pods to write into a StatefulSet.

A new StatefulSet starts with its number or `autoscaling.minReplicas`. Under autoscaling an existing
one keeps its live number, and the field is always written: Helm 3 and the API server would set one
that is left out to 1.
*/}}
{{- define "stream-edits.replicas" -}}
{{- $name := include "stream-edits.workloadName" . -}}
{{- $live := lookup "apps/v1" "StatefulSet" .root.Release.Namespace $name -}}
{{- if not .workload.autoscaling.enabled -}}
{{- $wanted := int .workload.replicas -}}
{{- if and $live (include "stream-edits.otherScaler" $live) (ne (int $live.spec.replicas) $wanted) -}}
{{- fail (printf "StatefulSet %s has %d replicas, set by %s and not by Helm, and the values say %d. Nothing was changed. Run `kubectl --namespace %s scale statefulset %s --replicas=%d` first, or set replicas to %d" $name (int $live.spec.replicas) (include "stream-edits.otherScaler" $live) $wanted .root.Release.Namespace $name $wanted (int $live.spec.replicas)) -}}
{{- end -}}
{{- $wanted -}}
{{- else if not $live -}}
{{- int .workload.autoscaling.minReplicas -}}
{{- else -}}
{{- int $live.spec.replicas -}}
{{- end -}}
{{- end -}}

{{/* Who scaled a live StatefulSet, by its scale subresource: kubectl scale or an autoscaler. Whoever applies
     manifests (Helm under any name) is not one. Empty for none. */}}
{{- define "stream-edits.otherScaler" -}}
{{- $others := list -}}
{{- range .metadata.managedFields -}}
{{- $spec := dig "fieldsV1" "f:spec" dict . -}}
{{- if and (eq (default "" .subresource) "scale") (hasKey $spec "f:replicas") -}}
{{- $others = append $others .manager -}}
{{- end -}}
{{- end -}}
{{- join ", " $others -}}
{{- end -}}

{{/* The API refuses a change of a selector, after it has changed the other objects. */}}
{{- define "stream-edits.validateSelector" -}}
{{- range (include "stream-edits.workloads" . | fromYaml).items -}}
{{- $name := include "stream-edits.workloadName" (dict "root" $ "workload" .) -}}
{{- $live := lookup "apps/v1" "StatefulSet" $.Release.Namespace $name -}}
{{- if $live -}}
{{- $wanted := include "stream-edits.workloadSelectorLabels" (dict "root" $ "workload" .) | fromYaml -}}
{{- if ne (toJson $live.spec.selector.matchLabels) (toJson $wanted) -}}
{{- fail (printf "nameOverride cannot change while StatefulSet %s exists: its selector %s is fixed, and the values give %s. Uninstall the release first" $name (toJson $live.spec.selector.matchLabels) (toJson $wanted)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
