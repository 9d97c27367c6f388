{{/* Whether a StatefulSet scales and its trigger needs credentials from the values. */}}
{{- define "stream-edits.ownTriggerAuthentication" -}}
{{- $kafka := .Values.kafka -}}
{{- if or $kafka.sasl.existingSecret $kafka.tls.ca.existingSecret $kafka.tls.client.existingSecret -}}
{{- range (include "stream-edits.workloads" . | fromYaml).items -}}
{{- if and .autoscaling.enabled (not .autoscaling.authenticationRef) -}}yes{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Name of the TriggerAuthentication of a StatefulSet's triggers; empty for none. */}}
{{- define "stream-edits.triggerAuthentication" -}}
{{- if .workload.autoscaling.authenticationRef -}}
{{- .workload.autoscaling.authenticationRef -}}
{{- else if include "stream-edits.ownTriggerAuthentication" .root -}}
{{- include "stream-edits.fullname" .root -}}
{{- end -}}
{{- end -}}

{{/* {root, scaling, stage}. KEDA requires every value to be a string. */}}
{{- define "stream-edits.triggerMetadata" -}}
{{- $settings := .root.Values.settings -}}
{{- $topics := default dict $settings.topics -}}
{{- $inputs := dict
      "intake" (default "claims.events" $topics.events)
      "review" (default "claims.edits.reviews" $topics.reviews)
      "encounter" (default "claims.edits.by-member" $topics.by_member)
      "supervision" (default "claims.edits.by-supervisor" $topics.by_supervisor) -}}
{{- $metadata := dict
      "bootstrapServers" .root.Values.kafka.bootstrapServers
      "consumerGroup" (printf "%s-%s" (default "stream-edits" $settings.group_prefix) .stage)
      "topic" (index $inputs .stage)
      "lagThreshold" (.scaling.lagThreshold | int | toString)
      "excludePersistentLag" (.scaling.excludePersistentLag | toString)
      "version" .scaling.kafkaVersion
      "offsetResetPolicy" "earliest" -}}
{{- $mechanisms := dict "PLAIN" "plaintext" "SCRAM-SHA-256" "scram_sha256" "SCRAM-SHA-512" "scram_sha512" "OAUTHBEARER" "oauthbearer" -}}
{{- with .root.Values.kafka.sasl.mechanism -}}
{{- $_ := set $metadata "sasl" (index $mechanisms .) -}}
{{- end -}}
{{- if .root.Values.kafka.tls.enabled -}}{{- $_ := set $metadata "tls" "enable" -}}{{- end -}}
{{- range $name, $value := .scaling.triggerMetadata -}}{{- $_ := set $metadata $name $value -}}{{- end -}}
{{- toYaml $metadata -}}
{{- end -}}
