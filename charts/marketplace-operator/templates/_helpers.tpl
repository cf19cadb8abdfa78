{{- define "operator.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* The name of what a release has outside its own namespace: a release of this name may be in several namespaces. */}}
{{- define "operator.outsideName" -}}
{{- printf "%s:%s" .Release.Namespace (include "operator.fullname" .) -}}
{{- end -}}

{{/* Labels or annotations from the values: each value is a text, also true, 1 and 1e3, which the API server would refuse. */}}
{{- define "operator.texts" -}}
{{- range $key, $value := . }}
{{ $key | quote }}: {{ kindIs "string" $value | ternary $value (toJson $value) | quote }}
{{- end }}
{{- end -}}

{{- define "operator.selector" -}}
app.kubernetes.io/name: {{ default .Chart.Name .Values.nameOverride | toString | trunc 63 | trimSuffix "-" | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end -}}

{{- define "operator.labels" -}}
{{ include "operator.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service | quote }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end -}}

{{- define "operator.serviceAccount" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "operator.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "operator.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag }}
{{- end -}}
{{- end -}}

{{/* The RBAC rules of the operator: no wildcard and no access to Secrets. */}}
{{- define "operator.rules" -}}
- apiGroups: [marketplace-operator.io]
  resources: [marketplaceconnectors, syncrollouts, syncactions]
  verbs: [get, list, watch]
# The operator deletes actions 180 days after their creation.
- apiGroups: [marketplace-operator.io]
  resources: [syncactions]
  verbs: [delete]
- apiGroups: [marketplace-operator.io]
  resources: [marketplaceconnectors/status, syncrollouts/status, syncactions/status]
  verbs: [patch]
# The sync pods. Their owner references do not block deletion, so no right on finalizers is needed.
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list, watch, create, delete]
# The ConfigMaps that connectors refer to, and the store lists. The operator never writes a ConfigMap.
- apiGroups: [""]
  resources: [configmaps]
  verbs: [get, list, watch]
# The records: a head and parts for each connector. Nobody else needs to write them.
- apiGroups: [marketplace-operator.io]
  resources: [syncrecords]
  verbs: [get, list, watch, create, update, delete]
# The operator reads the label of a ServiceAccount that allows sync pods to use it. It reads by name and never lists.
- apiGroups: [""]
  resources: [serviceaccounts]
  verbs: [get]
- apiGroups: [events.k8s.io]
  resources: [events]
  verbs: [create]
{{- end -}}

{{/* A CRD from the files; lines for newer Kubernetes versions are enabled by the cluster's version. */}}
{{- define "operator.crd" -}}
{{- $crd := .file -}}
{{- if semverCompare ">=1.25.0-0" .root.Capabilities.KubeVersion.Version -}}
{{- $crd = replace "#>=1.25 " "" $crd -}}
{{- end -}}
{{- if semverCompare ">=1.31.0-0" .root.Capabilities.KubeVersion.Version -}}
{{- $crd = replace "#>=1.31 " "" $crd -}}
{{- end -}}
{{- $object := fromYaml $crd -}}
{{- $annotations := dict -}}
{{- if .root.Values.crds.keep -}}
{{- $_ := set $annotations "helm.sh/resource-policy" "keep" -}}
{{- end -}}
{{- $_ := set $object.metadata "annotations" (merge $annotations (include "operator.texts" .root.Values.crds.annotations | fromYaml)) -}}
{{- $_ := set $object.metadata "labels" (include "operator.labels" .root | fromYaml) -}}
{{- toYaml $object -}}
{{- end -}}
