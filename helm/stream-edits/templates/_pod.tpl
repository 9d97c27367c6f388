{{/* The parts that the pods of the stages, of the jobs and of `helm test` share. */}}

{{- define "stream-edits.podSecurity" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.podSecurityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* {root, image} */}}
{{- define "stream-edits.container" -}}
image: {{ include "stream-edits.image" . | quote }}
imagePullPolicy: {{ .image.pullPolicy | quote }}
{{- with .root.Values.securityContext }}
securityContext:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* {root, extraEnv, member: whether it is a pod of a stage, whose name ends in its number} */}}
{{- define "stream-edits.environment" -}}
{{- $kafka := .root.Values.kafka -}}
{{- $auth := .root.Values.schemaRegistry.basicAuth -}}
env:
  - name: STREAM_EDITS_SETTINGS
    value: /etc/stream-edits/settings/settings.yaml
  {{- if .member }}
  - name: STREAM_EDITS_INSTANCE
    valueFrom:
      fieldRef:
        fieldPath: metadata.name
  {{- end }}
  {{- if and $kafka.sasl.mechanism $kafka.sasl.existingSecret }}
  {{- include "stream-edits.secretEnv" (list "STREAM_EDITS_KAFKA__SASL_USERNAME" $kafka.sasl.existingSecret $kafka.sasl.usernameKey) | nindent 2 }}
  {{- include "stream-edits.secretEnv" (list "STREAM_EDITS_KAFKA__SASL_PASSWORD" $kafka.sasl.existingSecret $kafka.sasl.passwordKey) | nindent 2 }}
  {{- end }}
  {{- if and $kafka.tls.enabled $kafka.tls.client.existingSecret $kafka.tls.client.passwordKey }}
  {{- include "stream-edits.secretEnv" (list "STREAM_EDITS_KAFKA__SSL_KEY_PASSWORD" $kafka.tls.client.existingSecret $kafka.tls.client.passwordKey) | nindent 2 }}
  {{- end }}
  {{- if and .root.Values.schemaRegistry.url $auth.existingSecret }}
  {{- include "stream-edits.secretEnv" (list "REGISTRY_USERNAME" $auth.existingSecret $auth.usernameKey) | nindent 2 }}
  {{- include "stream-edits.secretEnv" (list "REGISTRY_PASSWORD" $auth.existingSecret $auth.passwordKey) | nindent 2 }}
  - name: STREAM_EDITS_SCHEMA_REGISTRY__BASIC_AUTH_USER_INFO
    value: $(REGISTRY_USERNAME):$(REGISTRY_PASSWORD)
  {{- end }}
  {{- with .extraEnv }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .root.Values.extraEnvFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{- define "stream-edits.secretEnv" -}}
- name: {{ index . 0 }}
  valueFrom:
    secretKeyRef:
      name: {{ index . 1 | quote }}
      key: {{ index . 2 | quote }}
{{- end -}}

{{/* The name and secret of every mounted TLS secret, as YAML: {items: [{name, secret}]}. */}}
{{- define "stream-edits.tlsSecrets" -}}
{{- $items := list -}}
{{- $sides := dict -}}
{{- if .Values.kafka.tls.enabled -}}{{- $_ := set $sides "kafka" .Values.kafka.tls -}}{{- end -}}
{{- if .Values.schemaRegistry.url -}}{{- $_ := set $sides "schema-registry" .Values.schemaRegistry.tls -}}{{- end -}}
{{- range $side, $tls := $sides -}}
{{- range $part := list "ca" "client" -}}
{{- with (index $tls $part).existingSecret -}}
{{- $items = append $items (dict "name" (printf "%s-%s" $side $part) "secret" .) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- dict "items" $items | toYaml -}}
{{- end -}}

{{/* {root, policy: that of the overlay or empty, edits: those of the values or none} */}}
{{- define "stream-edits.volumeMounts" -}}
- name: settings
  mountPath: /etc/stream-edits/settings
  readOnly: true
{{- if .policy }}
- name: policy
  mountPath: /etc/stream-edits/policy
  readOnly: true
{{- end }}
{{- if .edits }}
- name: edits
  mountPath: /etc/stream-edits/edits
  readOnly: true
{{- end }}
{{- range (include "stream-edits.tlsSecrets" .root | fromYaml).items }}
- name: {{ .name }}
  mountPath: /etc/stream-edits/tls/{{ .name }}
  readOnly: true
{{- end }}
{{- with .root.Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* {root, settings: the config map's name, policy: that of the overlay or empty, edits: as above,
     editsMap: the name of its config map} */}}
{{- define "stream-edits.volumes" -}}
- name: settings
  configMap:
    name: {{ .settings | quote }}
{{- with .policy }}
- name: policy
  configMap:
    name: {{ . | quote }}
{{- end }}
{{- with .edits }}
- name: edits
  configMap:
    name: {{ $.editsMap | quote }}
    items:
      {{- range $path, $_ := . }}
      - key: {{ include "stream-edits.editsKey" $path | quote }}
        path: {{ $path | quote }}
      {{- end }}
{{- end }}
{{- range (include "stream-edits.tlsSecrets" .root | fromYaml).items }}
- name: {{ .name }}
  secret:
    secretName: {{ .secret | quote }}
    defaultMode: 288 # 0440
{{- end }}
{{- with .root.Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* A container of a hook: {root, policy, edits: as for the mounts} */}}
{{- define "stream-edits.hookContainer" -}}
{{ include "stream-edits.container" (dict "root" .root "image" .root.Values.image) }}
{{ include "stream-edits.environment" (dict "root" .root "extraEnv" .root.Values.extraEnv) }}
{{- with .root.Values.topics.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
volumeMounts:
  {{- include "stream-edits.volumeMounts" . | nindent 2 }}
{{- end -}}

{{/* [root, more labels]: the labels of hooks' pods: those of the pods of the stages, and those under
     `topics`. Empty without any. */}}
{{- define "stream-edits.hookPodLabels" -}}
{{- $values := (index . 0).Values -}}
{{- include "stream-edits.merged" (list (index . 1) $values.podLabels $values.topics.podLabels) -}}
{{- end -}}

{{- define "stream-edits.hookPodAnnotations" -}}
{{- include "stream-edits.merged" (list .Values.podAnnotations .Values.topics.podAnnotations) -}}
{{- end -}}

{{/* [table, …]: the keys of all, each with the value of the last table that has it. */}}
{{- define "stream-edits.merged" -}}
{{- $all := dict -}}
{{- range . -}}
{{- range $key, $value := default dict . -}}{{- $_ := set $all $key $value -}}{{- end -}}
{{- end -}}
{{- with $all -}}{{- toYaml . -}}{{- end -}}
{{- end -}}
