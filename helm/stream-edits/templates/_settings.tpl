{{/* The content of the settings file: `settings`, and the settings that the chart sets. */}}
{{- define "stream-edits.settings" -}}
{{- $settings := deepCopy .Values.settings -}}
{{- $_ := set $settings "bootstrap_servers" .Values.kafka.bootstrapServers -}}
{{- $kafka := merge (include "stream-edits.kafkaOptions" . | fromYaml) (default dict $settings.kafka) -}}
{{- if $kafka -}}{{- $_ := set $settings "kafka" $kafka -}}{{- end -}}
{{- if .Values.schemaRegistry.url -}}
{{- $_ := set $settings "schema_registry_url" .Values.schemaRegistry.url -}}
{{- $registry := merge (include "stream-edits.registryOptions" . | fromYaml) (default dict $settings.schema_registry) -}}
{{- if $registry -}}{{- $_ := set $settings "schema_registry" $registry -}}{{- end -}}
{{- end -}}
{{- if include "stream-edits.policyConfigMap" . -}}
{{- $_ := set $settings "policy" (printf "/etc/stream-edits/policy/%s" .Values.policy.key) -}}
{{- end -}}
{{- if .Values.policy.edits -}}
{{- $_ := set $settings "edits" "/etc/stream-edits/edits" -}}
{{- end -}}
{{- toYaml $settings -}}
{{- end -}}

{{/* Key of a file of the plan's own edits in its config map, which allows no slash. */}}
{{- define "stream-edits.editsKey" -}}
{{- replace "/" "--" . -}}
{{- end -}}

{{/* The data of the config map of `policy.edits`. A text of the user is written as JSON: a block scalar
     would take the indentation of its first line for that of all, and change the ends of lines. */}}
{{- define "stream-edits.editsData" -}}
{{- range $path, $text := . }}
{{ include "stream-edits.editsKey" $path | quote }}: {{ toJson $text }}
{{- end }}
{{- end -}}

{{- define "stream-edits.partitions" -}}
{{- default 6 .Values.settings.partitions | int -}}
{{- end -}}

{{- define "stream-edits.httpPort" -}}
{{- default 9464 .Values.settings.http_port | int -}}
{{- end -}}

{{/* Options of the Kafka clients from `kafka`. Credentials are in environment variables. */}}
{{- define "stream-edits.kafkaOptions" -}}
{{- $kafka := .Values.kafka -}}
{{- if and $kafka.sasl.mechanism $kafka.tls.enabled }}
security.protocol: SASL_SSL
{{- else if $kafka.sasl.mechanism }}
security.protocol: SASL_PLAINTEXT
{{- else if $kafka.tls.enabled }}
security.protocol: SSL
{{- end }}
{{- with $kafka.sasl.mechanism }}
sasl.mechanism: {{ . }}
{{- end }}
{{- if $kafka.tls.enabled }}
{{- include "stream-edits.tlsOptions" (dict "tls" $kafka.tls "folder" "kafka") }}
{{- end }}
{{- end -}}

{{- define "stream-edits.registryOptions" -}}
{{- include "stream-edits.tlsOptions" (dict "tls" .Values.schemaRegistry.tls "folder" "schema-registry") }}
{{- end -}}

{{- define "stream-edits.tlsOptions" -}}
{{- if .tls.ca.existingSecret }}
ssl.ca.location: /etc/stream-edits/tls/{{ .folder }}-ca/{{ .tls.ca.key }}
{{- end }}
{{- if .tls.client.existingSecret }}
ssl.certificate.location: /etc/stream-edits/tls/{{ .folder }}-client/{{ .tls.client.certificateKey }}
ssl.key.location: /etc/stream-edits/tls/{{ .folder }}-client/{{ .tls.client.privateKeyKey }}
{{- end }}
{{- end -}}

{{/* Name of the config map with the overlay; empty without one. */}}
{{- define "stream-edits.policyConfigMap" -}}
{{- if .Values.policy.existingConfigMap -}}
{{- .Values.policy.existingConfigMap -}}
{{- else if .Values.policy.overlay -}}
{{- printf "%s-policy" (include "stream-edits.fullname" .) -}}
{{- end -}}
{{- end -}}
