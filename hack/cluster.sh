#!/usr/bin/env bash
# Starts a real Kubernetes for development and tests: hack/cluster.sh up|down|status|load [FILE…]|env|kubeconfig|host|list
#
# There are three ways, tried in this order:
#   1. TEST_KUBECONFIG names an existing cluster: use it.
#   2. A Docker engine answers: run k3s in a container (image: K3S_IMAGE).
#   3. Debian 12 with root: run etcd, control plane and one node from Debian's packages, in their own network namespace.
#
# CLUSTER names the cluster (default marketplace-operator); several can exist side by side.
set -euo pipefail

HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CLUSTER=${CLUSTER:-marketplace-operator}
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/marketplace-operator
DIR=$CACHE/clusters/$CLUSTER
KUBE_VERSION=1.20.2
# The hash of the patches is in the folder's name, so that changed patches cause a new build.
BIN=$CACHE/kubernetes-$KUBE_VERSION-$(cat "$HACK"/cluster/*.patch | sha256sum | cut -c1-8)

# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
for part in packages build network certificates processes control-plane node down k3s; do
  # shellcheck source=/dev/null
  . "$HACK/cluster/$part.sh"
done

way() {
  if [ -n "${TEST_KUBECONFIG:-}" ]; then echo existing
  elif docker_answers; then echo k3s
  else echo debian; fi
}

up_existing() { kubectl_ready "$TEST_KUBECONFIG" || die "TEST_KUBECONFIG=$TEST_KUBECONFIG does not answer"; }

up_debian() {
  [ "$(id -u)" = 0 ] || die "without Docker a cluster needs root; or set TEST_KUBECONFIG to an existing one"
  # The kubelet creates a socket below its folder, and the path of a socket has at most 107 characters.
  local room=$((107 - 33 - ${#DIR} + ${#CLUSTER}))
  [ ${#CLUSTER} -le $room ] || die "the name of cluster $CLUSTER is too long: at most $room characters below $(dirname "$DIR")"
  [ -e /etc/debian_version ] || die "without Docker a cluster needs Debian 12; or set TEST_KUBECONFIG to an existing one"
  if is_healthy; then say "cluster $CLUSTER is up already"; return; fi
  step "packages" install_packages
  step "Kubernetes $KUBE_VERSION" build_kubernetes
  [ ! -e "$DIR" ] || step "leftovers of an earlier run" down_debian
  mkdir -p "$DIR"/{log,pid,command,etcd}
  step "network namespace" make_network
  step "certificates" make_certificates
  step "control plane" start_control_plane
  step "node" start_node
}

status_debian() {
  [ -e "$DIR" ] || { say "cluster $CLUSTER is not up"; return 1; }
  for pidfile in "$DIR"/pid/*; do
    if pid_alive "$pidfile"; then echo "$(basename "$pidfile"): running"; else echo "$(basename "$pidfile"): not running"; fi
  done
  kubectl --kubeconfig "$DIR/kubeconfig" get nodes -o wide
}

case "${1:-}" in
  up) step_total "cluster $CLUSTER ($(way))" "up_$(way)" ;;
  down)
    if [ "${2:-}" = --all ]; then
      for name in $(list_clusters); do CLUSTER=$name "$0" down; done
    else
      case "$(way)" in existing) say "an existing cluster is not changed" ;; k3s) down_k3s ;; debian) [ ! -e "$DIR" ] || step "cluster $CLUSTER down" down_debian ;; esac
    fi ;;
  status) case "$(way)" in existing) kubectl --kubeconfig "$TEST_KUBECONFIG" get nodes ;; *) "status_$(way)" ;; esac ;;
  load)
    shift
    [ $# -gt 0 ] || set -- "$(dirname "$HACK")"/artifacts/images/*.tar
    for archive in "$@"; do
      [ -f "$archive" ] || die "cannot load image archive '$archive': there is no such file; build the images first: make images"
      case "$(way)" in
        existing) say "cannot load images into an existing cluster; push $archive to a registry that it reaches" ;;
        *) step "load $(basename "$archive")" "load_$(way)" "$archive" ;;
      esac
    done ;;
  # For a shell: eval "$(hack/cluster.sh env)" makes kubectl and helm use this cluster, and downloads them if they are missing.
  env)
    echo "export KUBECONFIG=$("$0" kubeconfig)"
    echo "export PATH=\$PATH:$(dirname "$("$HACK/tools.sh" kubectl)"):$(dirname "$("$HACK/tools.sh" helm)")" ;;
  kubeconfig) case "$(way)" in existing) echo "$TEST_KUBECONFIG" ;; *) echo "$DIR/kubeconfig" ;; esac ;;
  # The address of this machine, as seen from the cluster.
  host) case "$(way)" in debian) outer_address ;; *) die "cannot tell how this cluster reaches this machine; only a cluster from Debian's packages knows it" ;; esac ;;
  list) list_clusters ;;
  *) sed -n '2,10s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
