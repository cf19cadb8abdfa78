#!/usr/bin/env bash
# Breaks a cluster that hack/cluster.sh made from Debian's packages, to test recovery:
#   hack/chaos.sh kill PROCESS                  sends SIGKILL to kube-apiserver, etcd, kubelet, …
#   hack/chaos.sh again PROCESS                 starts the process again with the same command
#   hack/chaos.sh signal NAMESPACE/POD SIGNAL   sends a signal to the process of the pod's first container
#   hack/chaos.sh cut NAMESPACE/POD             resets the pod's connections to the API server and refuses new ones
#   hack/chaos.sh mend NAMESPACE/POD            ends the cut
#   hack/chaos.sh token NAMESPACE/POD           replaces the service-account token that the pod reads by the one from stdin
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
  pid_alive "$DIR/pid/$1" || die "cannot kill $1 of cluster $CLUSTER: it does not run"
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

# In chain INPUT, the service address is already translated to the address of the API server.
rule() { inside iptables "$1" INPUT -s "$(pod "$2" '{.status.podIP}')" -p tcp --dport 6443 -j REJECT --reject-with tcp-reset; }

write_token() {
  local volumes
  volumes=$DIR/kubelet/pods/$(pod "$1" '{.metadata.uid}')/volumes
  # The kubelet's mounts are visible only in the node's mount namespace. cp -p keeps the group, by which the pod reads it.
  nsenter "--mount=$DIR/mounts/namespace" bash -euc '
    token=$(readlink -f "$(find "$0" -type l -name token)")
    cp -p "$token" "$token.new"
    cat >"$token.new"
    mv "$token.new" "$token"
  ' "$volumes" || die "pod $1 mounts no service-account token"
}

[ -e "$DIR/pid" ] || die "cannot break cluster $CLUSTER: hack/cluster.sh did not make it from Debian's packages"
case "${1:-}" in
  kill) kill_process "$2" ;;
  again) start_again "$2" ;;
  signal) signal_pod "$2" "$3" ;;
  cut) rule -I "$2" ;;
  mend) rule -D "$2" ;;
  token) write_token "$2" ;;
  *) sed -n '2,8s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
