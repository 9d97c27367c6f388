{{/* Checks that a JSON schema cannot express. The first failure stops the rendering. */}}
{{- define "stream-edits.validate" -}}
{{- include "stream-edits.validateConnection" . -}}
{{- include "stream-edits.validateSettings" . -}}
{{- include "stream-edits.validateReplicas" . -}}
{{- if and .Values.policy.overlay .Values.policy.existingConfigMap -}}
{{- fail "policy.overlay and policy.existingConfigMap: give one of them" -}}
{{- end -}}
{{- if and .Values.policy.edits .Values.settings.edits -}}
{{- fail "policy.edits and settings.edits: give one of them" -}}
{{- end -}}
{{- end -}}

{{- define "stream-edits.validateConnection" -}}
{{- if not .Values.kafka.bootstrapServers -}}
{{- fail "kafka.bootstrapServers is required: the brokers to start from, host:port,…" -}}
{{- end -}}
{{- with .Values.kafka.sasl -}}
{{- if and .mechanism (ne .mechanism "OAUTHBEARER") (not .existingSecret) -}}
{{- fail (printf "kafka.sasl.existingSecret is required with kafka.sasl.mechanism %s" .mechanism) -}}
{{- end -}}
{{- if and .existingSecret (not .mechanism) -}}
{{- fail "kafka.sasl.mechanism is required with kafka.sasl.existingSecret" -}}
{{- end -}}
{{- end -}}
{{- with .Values.kafka.tls -}}
{{- if and (or .ca.existingSecret .client.existingSecret) (not .enabled) -}}
{{- fail "kafka.tls.enabled is required with secrets under kafka.tls" -}}
{{- end -}}
{{- end -}}
{{- with .Values.schemaRegistry -}}
{{- if and (or .basicAuth.existingSecret .tls.ca.existingSecret .tls.client.existingSecret) (not .url) -}}
{{- fail "schemaRegistry.url is required with secrets under schemaRegistry" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "stream-edits.validateSettings" -}}
{{- range $table := list "kafka" "schema_registry" -}}
{{- range $option, $_ := default dict (index $.Values.settings $table) -}}
{{- if regexMatch "password|secret|user\\.info|username|key\\.pem$|token$" $option -}}
{{- fail (printf "settings.%s.%s is a credential and would lie in a config map: use the existingSecret of kafka or schemaRegistry, or extraEnv with a secretKeyRef" $table $option) -}}
{{- end -}}
{{- if has $option (list "security.protocol" "sasl.mechanism" "sasl.mechanisms" "ssl.ca.location" "ssl.certificate.location" "ssl.key.location") -}}
{{- if eq $table "kafka" -}}
{{- fail (printf "settings.kafka.%s follows from kafka.sasl and kafka.tls: set it there" $option) -}}
{{- else -}}
{{- fail (printf "settings.schema_registry.%s follows from schemaRegistry.tls: set it there" $option) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "stream-edits.validateReplicas" -}}
{{- $partitions := include "stream-edits.partitions" . | int -}}
{{- range (include "stream-edits.workloads" . | fromYaml).items -}}
{{- if and (not .autoscaling.enabled) (gt (int .replicas) $partitions) -}}
{{- fail (printf "replicas of %s: %d pods for settings.partitions = %d; those above the partitions would have nothing to do" .component (int .replicas) $partitions) -}}
{{- end -}}
{{- $most := include "stream-edits.maxReplicas" (dict "root" $ "workload" .) | int -}}
{{- if and .autoscaling.enabled (gt (int .autoscaling.minReplicas) $most) -}}
{{- fail (printf "autoscaling.minReplicas of %s: %d is above the most there may be, %d (autoscaling.maxReplicas, settings.partitions)" .component (int .autoscaling.minReplicas) $most) -}}
{{- end -}}
{{- end -}}
{{- if and .Values.autoscaling.enabled (eq .Values.kafka.sasl.mechanism "OAUTHBEARER") (not .Values.autoscaling.authenticationRef) -}}
{{- fail "autoscaling.authenticationRef is required with kafka.sasl.mechanism OAUTHBEARER: a TriggerAuthentication of yours" -}}
{{- end -}}
{{- end -}}
