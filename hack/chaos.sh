#!/usr/bin/env bash
# Breaks a cluster that hack/cluster.sh made from Debian's packages, for tests of what survives that:
#   hack/chaos.sh kill PROCESS                  SIGKILL to kube-apiserver, etcd, kubelet, …
#   hack/chaos.sh again PROCESS                 starts it again, as it was
#   hack/chaos.sh signal NAMESPACE/POD SIGNAL   to the process of the pod's first container
#   hack/chaos.sh cut NAMESPACE/POD             resets its connections to the API server and refuses new ones
#   hack/chaos.sh mend NAMESPACE/POD            no longer
#   hack/chaos.sh token NAMESPACE/POD           another service-account token, from stdin, in the file that the pod reads
set -euo pipefail

HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CLUSTER=${CLUSTER:-marketplace-operator}
DIR=${XDG_CACHE_HOME:-$HOME/.cache}/marketplace-operator/clusters/$CLUSTER
SOCKET=$DIR/containerd.sock
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
for part in network processes; do
  # shellcheck source=/dev/null
  . "$HACK/cluster/$part.sh"
done

# pod NAMESPACE/POD JSONPATH
pod() { kubectl --kubeconfig "$DIR/kubeconfig" -n "${1%%/*}" get pod "${1#*/}" -o "jsonpath=$2"; }

kill_process() {
  local pid _
  pid_alive "$DIR/pid/$1" || die "$1 of cluster $CLUSTER does not run"
  read -r pid _ <"$DIR/pid/$1"
  kill -KILL "$pid"
  await 5 not pid_alive "$DIR/pid/$1"
}

start_again() {
  local command
  eval "command=($(cat "$DIR/command/$1"))"
  start "$1" "${command[@]}"
}

signal_pod() {
  local id pid
  id=$(pod "$1" '{.status.containerStatuses[0].containerID}')
  pid=$(ctr -a "$SOCKET" -n k8s.io tasks ls | awk -v id="${id#containerd://}" '$1 == id { print $2 }')
  [ -n "$pid" ] || die "pod $1 has no process"
  kill "-$2" "$pid"
}

# INPUT: a service's address has been translated to the API server's own by then.
rule() { inside iptables "$1" INPUT -s "$(pod "$2" '{.status.podIP}')" -p tcp --dport 6443 -j REJECT --reject-with tcp-reset; }

write_token() {
  local volumes
  volumes=$DIR/kubelet/pods/$(pod "$1" '{.metadata.uid}')/volumes
  # What the kubelet mounts is seen on its node only. The pod's user reads the old file by its group.
  nsenter "--mount=$DIR/mounts/namespace" bash -euc '
    token=$(readlink -f "$(find "$0" -type l -name token)")
    cp -p "$token" "$token.new"
    cat >"$token.new"
    mv "$token.new" "$token"
  ' "$volumes" || die "pod $1 mounts no service-account token"
}

[ -e "$DIR/pid" ] || die "cluster $CLUSTER was not made by hack/cluster.sh from Debian's packages"
case "${1:-}" in
  kill) kill_process "$2" ;;
  again) start_again "$2" ;;
  signal) signal_pod "$2" "$3" ;;
  cut) rule -I "$2" ;;
  mend) rule -D "$2" ;;
  token) write_token "$2" ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
