{{/* The ports of the brokers, as YAML: {items: [port]}. A port follows the last colon of an address. */}}
{{- define "stream-edits.kafkaPorts" -}}
{{- $ports := .Values.networkPolicy.kafkaPorts -}}
{{- if not $ports -}}
{{- range splitList "," .Values.kafka.bootstrapServers -}}
{{- $ports = append $ports (regexFind "[0-9]+$" (trim .) | int) -}}
{{- end -}}
{{- end -}}
{{- dict "items" (uniq $ports) | toYaml -}}
{{- end -}}

{{/* The egress rules that the stages, the topics job and `helm test` share. */}}
{{- define "stream-edits.egress" -}}
- ports:
    - port: 53
      protocol: UDP
    - port: 53
      protocol: TCP
- ports:
    {{- range (include "stream-edits.kafkaPorts" . | fromYaml).items }}
    - port: {{ int . }}
      protocol: TCP
    {{- end }}
  {{- with .Values.networkPolicy.kafkaPeers }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- with .Values.schemaRegistry.url }}
{{- $address := urlParse . }}
{{- $written := regexFind "[0-9]+$" (regexFind ":[0-9]+$" $address.host) }}
- ports:
    - port: {{ default (ternary 443 80 (eq $address.scheme "https")) $written }}
      protocol: TCP
  {{- with $.Values.networkPolicy.schemaRegistryPeers }}
  to:
    {{- toYaml . | nindent 4 }}
  {{- end }}
{{- end }}
{{- end -}}
