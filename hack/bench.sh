#!/usr/bin/env bash
# Measures the operator on its own real cluster and compares with bench/limits.json: hack/bench.sh [--scale=0.1] [--keep] [NAME…]
#
# Names: startup takeover handover steady latency creation runs footprint (default: all these), and soak (half an hour). --scale makes
# the load smaller; the limits are for scale 1. --keep leaves the cluster up for the next call. CLUSTER names it (default bench).
# Exits with 1 when a limit is exceeded.
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HACK")
export CLUSTER=${CLUSTER:-bench} DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
# shellcheck source=hack/cluster/processes.sh
. "$HACK/cluster/processes.sh"
cd "$ROOT"
OPERATOR=artifacts/image/marketplace-operator/marketplace-operator

# The same binary as in the image. With Docker, the image build compiles inside a container, so publish the binary here.
build_operator() {
  "$HACK/images.sh" operator
  [ -x $OPERATOR ] || dotnet publish operator/Operator --configuration Release --runtime linux-x64 --output "$(dirname $OPERATOR)"
}

# The chart selects the parts of the CRDs that this server version supports.
apply_crds() {
  local version; version=$(kubectl get --raw /version | sed -n 's/.*"gitVersion": "\(.*\)".*/\1/p')
  "$HELM" template crds charts/marketplace-operator --kube-version "$version" --show-only templates/crds/marketplaceconnectors.yaml \
    --show-only templates/crds/syncrollouts.yaml --show-only templates/crds/syncactions.yaml --show-only templates/crds/syncrecords.yaml | kubectl apply -f -
  kubectl wait --for condition=established --timeout 30s crd/marketplaceconnectors.marketplace-operator.io crd/syncrollouts.marketplace-operator.io \
    crd/syncactions.marketplace-operator.io crd/syncrecords.marketplace-operator.io
  await 30 kubectl get marketplaceconnectors,syncrollouts,syncactions,syncrecords -A
}

# Two cores can't run a thousand pods, and the attempt would distort the measurement. So our own cluster starts no pods.
hold_still() {
  if [ -e "$DIR/pid/kubelet" ]; then
    local name
    for name in kubelet kube-proxy dns-names dnsmasq kube-scheduler kube-controller-manager; do stop_if_there "$name"; done
    stillness="kubelet, scheduler and controller-manager stopped"
  elif [ -z "${TEST_KUBECONFIG:-}" ]; then
    kubectl get nodes -o name | xargs kubectl cordon >/dev/null
    stillness="nodes cordoned"
  else
    stillness="nothing: an existing cluster is not changed"
  fi
}

stop_if_there() { [ ! -e "$DIR/pid/$1" ] || stop "$DIR/pid/$1"; }

take_down() { [ -n "$keep" ] || "$HACK/cluster.sh" down; }

keep='' args=()
for arg in "$@"; do
  case $arg in
    --keep) keep=1 ;;
    -h | --help) sed -n '2,6s/^# \{0,1\}//p' "$0"; exit 2 ;;
    *) args+=("$arg") ;;
  esac
done

begin=$SECONDS stillness=''
trap take_down EXIT
step "bench program" dotnet build tests/Operator.Bench --configuration Release --nologo
build_operator
if [ -z "$keep" ] || ! kubectl_ready "$("$HACK/cluster.sh" kubeconfig)" >/dev/null 2>&1; then "$HACK/cluster.sh" up; fi
KUBECONFIG=$("$HACK/cluster.sh" kubeconfig); export KUBECONFIG
DIR=$(dirname "$KUBECONFIG")
HELM=$("$HACK/tools.sh" helm)
PATH=$PATH:$(dirname "$("$HACK/tools.sh" kubectl)")
step "CRDs" apply_crds
hold_still
status=0
dotnet artifacts/bin/Operator.Bench/release/Operator.Bench.dll --kubeconfig="$KUBECONFIG" --operator=$OPERATOR \
  --stillness="$stillness" "${args[@]}" || status=$?
say "bench: $((SECONDS - begin)) s, details in artifacts/bench"
exit $status
