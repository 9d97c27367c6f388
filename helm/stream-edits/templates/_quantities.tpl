{{/* A quantity of Kubernetes as thousandths, for comparisons: "1500m", "1.5", "2Gi", "2e3". */}}
{{- define "stream-edits.quantity" -}}
{{- $text := toString . -}}
{{- $number := regexFind "^[+-]?[0-9]*[.]?[0-9]*([eE][+-]?[0-9]+)?" $text -}}
{{- $suffix := trimPrefix $number $text -}}
{{- $factors := dict "n" 1e-6 "u" 1e-3 "m" 1.0 "" 1e3 "k" 1e6 "M" 1e9 "G" 1e12 "T" 1e15 "P" 1e18 "E" 1e21
      "Ki" 1024e3 "Mi" 1048576e3 "Gi" 1073741824e3 "Ti" 1099511627776e3 "Pi" 1125899906842624e3 "Ei" 1152921504606846976e3 -}}
{{- if or (not $number) (not (hasKey $factors $suffix)) -}}
{{- fail (printf "%q is not a quantity of Kubernetes, such as 500m, 2 or 2Gi" $text) -}}
{{- end -}}
{{- printf "%.9e" (mulf (float64 $number) (index $factors $suffix)) -}}
{{- end -}}

{{/* Every container's resources: what is requested must not be above the limit. */}}
{{- define "stream-edits.validateResources" -}}
{{- $tables := dict "topics.resources" .Values.topics.resources -}}
{{- range (include "stream-edits.workloads" . | fromYaml).items -}}
{{- $_ := set $tables (printf "resources of %s" .component) .resources -}}
{{- end -}}
{{- range $where, $resources := $tables -}}
{{- $limits := default dict (default dict $resources).limits -}}
{{- range $limits -}}{{- $_ := include "stream-edits.quantity" . -}}{{- end -}}
{{- range $resource, $requested := default dict (default dict $resources).requests -}}
{{- $wanted := include "stream-edits.quantity" $requested | float64 -}}
{{- if hasKey $limits $resource -}}
{{- if gt $wanted (include "stream-edits.quantity" (index $limits $resource) | float64) -}}
{{- fail (printf "%s: the request of %s, %v, is above its limit, %v" $where $resource $requested (index $limits $resource)) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
