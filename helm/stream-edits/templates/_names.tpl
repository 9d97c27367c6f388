{{- define "stream-edits.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 40 | trimAll "-." -}}
{{- end -}}

{{/* Truncated to leave room for `-supervision`, a pod's number and a controller's hash. */}}
{{- define "stream-edits.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 40 | trimAll "-." -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) | trunc 40 | trimAll "-." -}}
{{- end -}}
{{- end -}}

{{- define "stream-edits.selectorLabels" -}}
app.kubernetes.io/name: {{ include "stream-edits.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "stream-edits.labels" -}}
{{ include "stream-edits.ownLabels" . }}
{{- with .Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* The labels that the values cannot change. */}}
{{- define "stream-edits.ownLabels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" | quote }}
{{ include "stream-edits.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
{{- end -}}

{{- define "stream-edits.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "stream-edits.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{/* {root, image: a table as `image` in the values} */}}
{{- define "stream-edits.image" -}}
{{- if .image.digest -}}
{{- printf "%s@%s" .image.repository .image.digest -}}
{{- else -}}
{{- printf "%s:%s" .image.repository (default .root.Chart.AppVersion .image.tag) -}}
{{- end -}}
{{- end -}}

{{/* The name of an object in a namespace that releases of other namespaces may share. */}}
{{- define "stream-edits.sharedName" -}}
{{- $full := include "stream-edits.fullname" .root -}}
{{- if and .namespace (ne .namespace .root.Release.Namespace) -}}
{{- printf "%s-%s" .root.Release.Namespace $full -}}
{{- else -}}
{{- $full -}}
{{- end -}}
{{- end -}}
