{{/* The annotations of an object that must exist before an installation or upgrade, by its weight. */}}
{{- define "stream-edits.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-weight: {{ . | quote }}
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
{{- end -}}

{{/*
{root, name, component, weight, backoffLimit, arguments, and for its volumes settings, policy, edits, editsMap}: a job
that runs before an installation or upgrade, which fails with it. Helm prints the log of its container.
*/}}
{{- define "stream-edits.hookJob" }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .name | quote }}
  labels:
    {{- include "stream-edits.labels" .root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
  annotations:
    {{- include "stream-edits.hook" .weight | nindent 4 }}
    helm.sh/hook-output-log-policy: hook-failed
    {{- with .root.Values.topics.annotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  # A failed job stays for its log, but not after an uninstall for ever.
  ttlSecondsAfterFinished: {{ .root.Values.topics.ttlSecondsAfterFinished }}
  backoffLimit: {{ .backoffLimit }}
  activeDeadlineSeconds: {{ .root.Values.topics.activeDeadlineSeconds }}
  template:
    metadata:
      labels:
        {{- include "stream-edits.selectorLabels" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
        {{- with include "stream-edits.hookPodLabels" (list .root dict) }}
        {{- . | nindent 8 }}
        {{- end }}
      {{- with include "stream-edits.hookPodAnnotations" .root }}
      annotations:
        {{- . | nindent 8 }}
      {{- end }}
    spec:
      restartPolicy: Never
      {{- include "stream-edits.podSecurity" .root | nindent 6 }}
      {{- with .root.Values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .root.Values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      # One container, because Helm prints the logs of no init container.
      containers:
        - name: {{ .component }}
          args:
            {{- toYaml .arguments | nindent 12 }}
          {{- include "stream-edits.hookContainer" . | nindent 10 }}
      volumes:
        {{- include "stream-edits.volumes" . | nindent 8 }}
{{- end -}}
