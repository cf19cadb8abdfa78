# shellcheck shell=bash
# Runs k3s in a container if a Docker engine answers, as in CI on GitHub and for developers with Docker.

K3S_IMAGE=${K3S_IMAGE:-docker.io/rancher/k3s:v1.35.2-k3s1}
K3S_NAME=mpo-$CLUSTER

up_k3s() {
  if [ -e "$DIR/kubeconfig" ] && kubectl_ready "$DIR/kubeconfig" >/dev/null 2>&1; then say "cluster $CLUSTER is up already"; return; fi
  mkdir -p "$DIR"
  down_k3s_container
  step "k3s ($K3S_IMAGE)" docker run --detach --name "$K3S_NAME" --privileged --publish 127.0.0.1::6443 \
    --tmpfs /run --tmpfs /var/run "$K3S_IMAGE" server --disable=traefik,metrics-server,local-storage --tls-san=127.0.0.1
  step "kubeconfig" await 60 k3s_kubeconfig
  step "API server" await 90 kubectl_ready "$DIR/kubeconfig"
  step "node" await 90 is_node_ready
}

k3s_kubeconfig() {
  local port
  port=$(docker port "$K3S_NAME" 6443/tcp | sed 's/.*://')
  docker exec "$K3S_NAME" cat /etc/rancher/k3s/k3s.yaml | sed "s/127.0.0.1:6443/127.0.0.1:$port/" >"$DIR/kubeconfig.new"
  mv "$DIR/kubeconfig.new" "$DIR/kubeconfig"
}

load_k3s() {
  docker cp "$1" "$K3S_NAME:/image.tar"
  docker exec "$K3S_NAME" ctr -n k8s.io images import /image.tar
  docker exec "$K3S_NAME" rm /image.tar
}

status_k3s() { docker ps --filter "name=^$K3S_NAME$" && kubectl --kubeconfig "$DIR/kubeconfig" get nodes; }

down_k3s() { down_k3s_container && rm -rf "$DIR"; }

down_k3s_container() { docker rm --force --volumes "$K3S_NAME" >/dev/null 2>&1 || true; }
