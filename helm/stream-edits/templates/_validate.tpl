{{/* Checks that a JSON schema cannot express. The first failure stops the rendering. */}}
{{- define "stream-edits.validate" -}}
{{- include "stream-edits.validateConnection" . -}}
{{- include "stream-edits.validateSettings" . -}}
{{- include "stream-edits.validateReplicas" . -}}
{{- include "stream-edits.validateNames" . -}}
{{- include "stream-edits.validateKeys" . -}}
{{- include "stream-edits.validateSizes" . -}}
{{- include "stream-edits.validateResources" . -}}
{{- include "stream-edits.validateSelector" . -}}
{{- if and .Values.policy.overlay .Values.policy.existingConfigMap -}}
{{- fail "policy.overlay and policy.existingConfigMap: give one of them" -}}
{{- end -}}
{{- if and .Values.metrics.podMonitor.enabled .Values.metrics.serviceMonitor.enabled -}}
{{- fail "metrics.podMonitor and metrics.serviceMonitor: enable one of them; with both, every pod is scraped twice and sums over pods double" -}}
{{- end -}}
{{- if and .Values.policy.edits .Values.settings.edits -}}
{{- fail "policy.edits and settings.edits: give one of them" -}}
{{- end -}}
{{- range $stage, $own := .Values.stages -}}
{{- if and $own (eq $.Values.topology "combined") -}}
{{- fail (printf "stages.%s is for topology perStage: with combined, all stages have the common values" $stage) -}}
{{- end -}}
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
{{- with .Values.settings.http_host -}}
{{- if or (has . (list "localhost" "::1")) (hasPrefix "127." .) -}}
{{- fail (printf "settings.http_host: %s is reachable from inside the pod only, and probes and scrapes come from outside" .) -}}
{{- end -}}
{{- end -}}
{{- range $table := list "kafka" "schema_registry" -}}
{{- range $option, $_ := default dict (index $.Values.settings $table) -}}
{{- if regexMatch "password|secret|user\\.info|username|key\\.pem$|token$" $option -}}
{{- fail (printf "settings.%s.%s is a credential and would be stored in a config map: use the existingSecret of kafka or schemaRegistry, or extraEnv with a secretKeyRef" $table $option) -}}
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
{{- if and (not .autoscaling.enabled) (gt (int .replicas) $partitions) (not (has .component (list "intake" "review"))) -}}
{{- fail (printf "replicas of %s: %d pods for settings.partitions = %d; those above the partitions would have nothing to do" .component (int .replicas) $partitions) -}}
{{- end -}}
{{- $most := include "stream-edits.maxReplicas" (dict "root" $ "workload" .) | int -}}
{{- if and .autoscaling.enabled (gt (int .autoscaling.minReplicas) $most) -}}
{{- fail (printf "autoscaling.minReplicas of %s: %d is above the most there may be, %d (autoscaling.maxReplicas, settings.partitions)" .component (int .autoscaling.minReplicas) $most) -}}
{{- end -}}
{{- if and .autoscaling.enabled (eq $.Values.kafka.sasl.mechanism "OAUTHBEARER") (not .autoscaling.authenticationRef) -}}
{{- fail (printf "autoscaling.authenticationRef of %s is required with kafka.sasl.mechanism OAUTHBEARER: a TriggerAuthentication of yours" .component) -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* Services need names of RFC 1035. The topics job would have run before the API refuses one. */}}
{{- define "stream-edits.validateNames" -}}
{{- $full := include "stream-edits.fullname" . -}}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" $full) -}}
{{- fail (printf "the objects would be named %q, and a Service's name starts with a letter and has only a-z, 0-9 and '-': set fullnameOverride (it follows from the release's name otherwise)" $full) -}}
{{- end -}}
{{- $own := include "stream-edits.workloadSelectorLabels" (dict "root" . "workload" (dict "component" "any")) | fromYaml -}}
{{- $tables := dict "commonLabels" .Values.commonLabels "topics.podLabels" .Values.topics.podLabels -}}
{{- range (include "stream-edits.workloads" . | fromYaml).items -}}
{{- $_ := set $tables (printf "podLabels of %s" .component) .podLabels -}}
{{- end -}}
{{- range $table, $labels := $tables -}}
{{- range $label, $value := default dict $labels -}}
{{- if or (hasKey $own $label) (has $label (list "helm.sh/chart" "app.kubernetes.io/version" "app.kubernetes.io/managed-by")) -}}
{{- fail (printf "%s: the chart sets the label %s itself" $table $label) -}}
{{- end -}}
{{- if not (regexMatch "^(([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9])?$" (toString $value)) -}}
{{- fail (printf "%s: %q is not a valid value of the label %s (at most 63 letters, digits, '-', '_' and '.')" $table (toString $value) $label) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range .Values.extraVolumes -}}
{{- if has .name (list "settings" "policy" "edits" "kafka-ca" "kafka-client" "schema-registry-ca" "schema-registry-client") -}}
{{- fail (printf "extraVolumes: the chart has a volume %s itself" .name) -}}
{{- end -}}
{{- end -}}
{{- range (include "stream-edits.workloads" . | fromYaml).items -}}
{{- $component := .component -}}
{{- range .topologySpreadConstraints -}}
{{- if lt (int .maxSkew) 1 -}}
{{- fail (printf "topologySpreadConstraints of %s: maxSkew must be at least 1" $component) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range splitList "," .Values.kafka.bootstrapServers -}}
{{- $port := regexFind "[0-9]+$" (trim .) | int -}}
{{- if or (lt $port 1) (gt $port 65535) -}}
{{- fail (printf "kafka.bootstrapServers: %s has no port between 1 and 65535" .) -}}
{{- end -}}
{{- end -}}
{{- $port := regexFind "[0-9]+$" (regexFind ":[0-9]+$" (urlParse .Values.schemaRegistry.url).host) -}}
{{- if and $port (or (lt (int $port) 1) (gt (int $port) 65535)) -}}
{{- fail (printf "schemaRegistry.url: %s is not a port between 1 and 65535" $port) -}}
{{- end -}}
{{- end -}}

{{/* A config map takes 1 MiB. */}}
{{- define "stream-edits.validateSizes" -}}
{{- $size := 0 -}}
{{- $keys := dict -}}
{{- range $path, $text := .Values.policy.edits -}}
{{- $size = add $size (len $path) (len $text) -}}
{{- $key := include "stream-edits.editsKey" $path -}}
{{- if hasKey $keys $key -}}
{{- fail (printf "policy.edits: %s and %s would be one key of the config map, %s: rename one of them" (index $keys $key) $path $key) -}}
{{- end -}}
{{- $_ := set $keys $key $path -}}
{{- end -}}
{{- if gt $size 1000000 -}}
{{- fail (printf "policy.edits has %d bytes, and a config map takes 1 MiB: mount the folder yourself (extraVolumes, settings.edits)" $size) -}}
{{- end -}}
{{- if gt (len .Values.policy.overlay) 1000000 -}}
{{- fail (printf "policy.overlay has %d bytes, and a config map takes 1 MiB: leave wording out, or mount it yourself (extraVolumes)" (len .Values.policy.overlay)) -}}
{{- end -}}
{{- end -}}

{{/* The keys of labels and annotations. Helm's own check of names points to other values. */}}
{{- define "stream-edits.validateKeys" -}}
{{- $metrics := .Values.metrics -}}
{{- $labels := dict "commonLabels" .Values.commonLabels "topics.podLabels" .Values.topics.podLabels "dashboards.extraLabels" .Values.dashboards.extraLabels "metrics.podMonitor.labels" $metrics.podMonitor.labels "metrics.serviceMonitor.labels" $metrics.serviceMonitor.labels "metrics.prometheusRule.labels" $metrics.prometheusRule.labels -}}
{{- $annotations := dict "topics.annotations" .Values.topics.annotations "topics.podAnnotations" .Values.topics.podAnnotations "serviceAccount.annotations" .Values.serviceAccount.annotations "statefulSetAnnotations" .Values.statefulSetAnnotations "dashboards.annotations" .Values.dashboards.annotations -}}
{{- range (include "stream-edits.workloads" . | fromYaml).items -}}
{{- $_ := set $labels (printf "podLabels of %s" .component) .podLabels -}}
{{- $_ := set $labels (printf "nodeSelector of %s" .component) .nodeSelector -}}
{{- $_ := set $annotations (printf "podAnnotations of %s" .component) .podAnnotations -}}
{{- $_ := set $annotations (printf "autoscaling.annotations of %s" .component) .autoscaling.annotations -}}
{{- end -}}
{{- $name := "[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$" -}}
{{- $kinds := list (dict "tables" $labels "key" (printf "^([a-z0-9]([-.a-z0-9]{0,251}[a-z0-9])?/)?%s" $name)) (dict "tables" $annotations "key" (printf "^([A-Za-z0-9]([-.A-Za-z0-9]{0,251}[A-Za-z0-9])?/)?%s" $name)) -}}
{{- range $kind := $kinds -}}
{{- range $table, $texts := $kind.tables -}}
{{- range $key, $_ := default dict $texts -}}
{{- if not (regexMatch $kind.key $key) -}}
{{- fail (printf "%s: %q is not a valid key (at most 63 letters, digits, '-', '_' and '.', perhaps after a domain and '/')" $table $key) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
