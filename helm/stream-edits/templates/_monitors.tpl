{{/* Selects the pods or services of the stages, but not the topics job. */}}
{{- define "stream-edits.stageSelector" -}}
matchLabels:
  {{- include "stream-edits.selectorLabels" . | nindent 2 }}
matchExpressions:
  - key: app.kubernetes.io/component
    operator: In
    values:
      {{- range (include "stream-edits.workloads" . | fromYaml).items }}
      - {{ .component }}
      {{- end }}
{{- end -}}

{{- define "stream-edits.endpoint" -}}
path: /metrics
interval: {{ .interval | quote }}
{{- with .scrapeTimeout }}
scrapeTimeout: {{ . | quote }}
{{- end }}
{{- with .relabelings }}
relabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
