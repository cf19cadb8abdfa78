# shellcheck shell=bash
# Functions for scripts that need a cluster with the operator and the quickstart. The scripts set HACK and NS and source lib.sh.

OPERATOR_NS=marketplace-operator

k() { kubectl --kubeconfig "$KUBECONFIG" -n $NS "$@"; }

set_up() {
  "$HACK/cluster.sh" up
  KUBECONFIG=$("$HACK/cluster.sh" kubeconfig); export KUBECONFIG
  "$HACK/images.sh"
  "$HACK/cluster.sh" load
  HELM=$("$HACK/tools.sh" helm)
  PATH=$PATH:$(dirname "$("$HACK/tools.sh" kubectl)")
}

# Removes the namespace and the operator of an earlier demo, so that every demo starts from the same state.
start_over() {
  kubectl delete namespace $NS --ignore-not-found --wait --timeout=120s
  "$HELM" uninstall marketplace-operator --namespace $OPERATOR_NS --ignore-not-found --wait >/dev/null 2>&1 || true
}

install_operator() {
  "$HELM" upgrade --install marketplace-operator charts/marketplace-operator --namespace $OPERATOR_NS --create-namespace \
    --set operator.minimumInterval=5s --wait --timeout 90s
}

# Every 10 seconds instead of every 30, so that the demo is short; a plain installation refuses that.
apply_quickstart() {
  kubectl create namespace $NS
  k apply -f examples/quickstart/secret.yaml -f examples/quickstart/marketplace.yaml -f examples/quickstart/rollout.yaml
  sed 's/"@every 30s"/"@every 10s"/' examples/quickstart/connector.yaml | k apply -f -
  k rollout status deployment/marketplace --timeout 60s
}

# The metrics of the leading replica; the other replicas do not reconcile.
metrics() {
  local leader
  leader=$(kubectl -n $OPERATOR_NS get lease marketplace-operator -o 'jsonpath={.spec.holderIdentity}')
  kubectl get --raw "/api/v1/namespaces/$OPERATOR_NS/pods/${leader%%_*}:8080/proxy/metrics" # the holder is POD_RANDOM
}
