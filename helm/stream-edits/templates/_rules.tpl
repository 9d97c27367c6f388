{{/*
The groups of rules in the chart's files, as YAML: {groups}. Alerts have the labels, thresholds and
times of the values; those that are switched off are left out.
*/}}
{{- define "stream-edits.ruleGroups" -}}
{{- $values := .Values.metrics.prometheusRule -}}
{{- $groups := list -}}
{{- $known := list -}}
{{- range $file, $_ := .Files.Glob "rules/*.yaml" -}}
{{- $content := $.Files.Get $file | fromYaml -}}
{{- if not $content.groups -}}
{{- fail (printf "%s: no groups of rules in it %s" $file (default "" $content.Error)) -}}
{{- end -}}
{{- range $group := $content.groups -}}
{{- $rules := list -}}
{{- range $each := $group.rules -}}
{{- $own := dict -}}
{{- if hasKey $each "alert" -}}
{{- $known = append $known $each.alert -}}
{{- $own = default dict (index (default dict $values.alerts) $each.alert) -}}
{{- $each = include "stream-edits.alert" (dict "alert" $each "values" $values "own" $own) | fromYaml -}}
{{- end -}}
{{- if ne (toString $own.enabled) "false" -}}{{- $rules = append $rules $each -}}{{- end -}}
{{- end -}}
{{- if $rules -}}{{- $groups = append $groups (merge (dict "rules" $rules) (omit $group "rules")) -}}{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $_ := default dict $values.alerts -}}
{{- if not (has $name $known) -}}
{{- fail (printf "metrics.prometheusRule.alerts: there is no alert %s; there are %s" $name (join ", " $known)) -}}
{{- end -}}
{{- end -}}
{{- dict "groups" $groups | toYaml -}}
{{- end -}}

{{/* {alert, values: prometheusRule, own: that of `alerts`}: the alert with what the values say of it. */}}
{{- define "stream-edits.alert" -}}
{{- $alert := deepCopy .alert -}}
{{- $labels := default dict $alert.labels -}}
{{- range $name, $value := .values.ruleLabels -}}{{- $_ := set $labels $name $value -}}{{- end -}}
{{- with .own.severity -}}{{- $_ := set $labels "severity" . -}}{{- end -}}
{{- if $labels -}}{{- $_ := set $alert "labels" $labels -}}{{- end -}}
{{- with .own.for -}}{{- $_ := set $alert "for" . -}}{{- end -}}
{{- if hasKey .own "threshold" -}}
{{- $marked := "[0-9.]+( *# threshold)" -}}
{{- if not (regexMatch $marked $alert.expr) -}}
{{- fail (printf "metrics.prometheusRule.alerts.%s: this alert has no threshold" $alert.alert) -}}
{{- end -}}
{{- $_ := set $alert "expr" (regexReplaceAll $marked $alert.expr (printf "%v${1}" .own.threshold)) -}}
{{- end -}}
{{- $runbook := dig "annotations" "runbook_url" "" $alert -}}
{{- if $runbook -}}
{{- if .values.runbookBaseUrl -}}
{{- $_ := set $alert.annotations "runbook_url" (printf "%s/%s" (trimSuffix "/" .values.runbookBaseUrl) $runbook) -}}
{{- else -}}
{{- $_ := unset $alert.annotations "runbook_url" -}}
{{- end -}}
{{- end -}}
{{- toYaml $alert -}}
{{- end -}}
