#!/usr/bin/env bash
# Runs only the CRD server of Kubernetes 1.36, on loopback: hack/crd-server.sh up|env|down [NAME]; down --all
# It serves CustomResourceDefinitions and their objects as 1.36 does (CEL rules, strict field validation). It has no /api, so
# kubectl can't use it, but plain HTTP clients can. Several servers can run side by side, by NAME. Exits with 77 without the binary.
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/marketplace-operator
NAME=${2:-crd-server}
SERVERS=$CACHE/crd-servers
DIR=$SERVERS/$NAME
BINARY=$CACHE/kubernetes-crd-server-1.36.4
SHA256=a1f0049e38e566ff11bd7bfbe76ee3cca2b7c531c897eff3ec90d63c9cba3219
PACKED=${CRD_SERVER_XZ:-$HACK/../../shared/tools/kubernetes-crd-server-1.36.4.xz}
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
# shellcheck source=hack/cluster/processes.sh
. "$HACK/cluster/processes.sh"
# The processes use the machine's loopback, so "inside" enters no network namespace.
inside() { "$@"; }

unpack() {
  [ ! -x "$BINARY" ] || return 0
  local new=$BINARY.$$
  xz -dc "$PACKED" >"$new"
  echo "$SHA256  $new" | sha256sum --check --quiet
  chmod +x "$new"
  mv "$new" "$BINARY"
}

certify_all() {
  mkdir -p "$DIR"/{command,log,pid,etcd}
  local ca=(-CA "$DIR/ca.crt" -CAkey "$DIR/ca.key" -CAcreateserial -days 30)
  openssl ecparam -name prime256v1 -genkey -noout -out "$DIR/ca.key"
  openssl req -x509 -new -key "$DIR/ca.key" -subj /CN=crd-server -days 30 -out "$DIR/ca.crt"
  local name subject
  for name in server client; do
    subject=/CN=crd-server; [ $name = server ] || subject=/O=system:masters/CN=admin
    openssl ecparam -name prime256v1 -genkey -noout -out "$DIR/$name.key"
    openssl req -new -key "$DIR/$name.key" -subj $subject |
      openssl x509 -req "${ca[@]}" -out "$DIR/$name.crt" \
        -extfile <(printf 'extendedKeyUsage=serverAuth,clientAuth\nsubjectAltName=DNS:localhost,IP:127.0.0.1')
  done
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

serve() {
  local etcd peer port
  etcd=$(free_port); peer=$(free_port); port=$(free_port)
  echo "$port" >"$DIR/port"
  cat >"$DIR/kubeconfig" <<YAML
apiVersion: v1
kind: Config
clusters: [{name: c, cluster: {server: "https://127.0.0.1:$port", certificate-authority: $DIR/ca.crt}}]
users: [{name: u, user: {client-certificate: $DIR/client.crt, client-key: $DIR/client.key}}]
contexts: [{name: x, context: {cluster: c, user: u}}]
current-context: x
YAML
  start etcd etcd --data-dir "$DIR/etcd" --unsafe-no-fsync --log-level warn --listen-client-urls "http://127.0.0.1:$etcd" \
    --advertise-client-urls "http://127.0.0.1:$etcd" --listen-peer-urls "http://127.0.0.1:$peer" \
    --initial-advertise-peer-urls "http://127.0.0.1:$peer" --initial-cluster "default=http://127.0.0.1:$peer"
  start crd-server "$BINARY" --etcd-servers "http://127.0.0.1:$etcd" --bind-address 127.0.0.1 --secure-port "$port" \
    --tls-cert-file "$DIR/server.crt" --tls-private-key-file "$DIR/server.key" --client-ca-file "$DIR/ca.crt" \
    --kubeconfig "$DIR/kubeconfig" --authentication-kubeconfig "$DIR/kubeconfig" --authorization-kubeconfig "$DIR/kubeconfig" \
    --authentication-skip-lookup --enable-priority-and-fairness=false \
    --disable-admission-plugins NamespaceLifecycle,MutatingAdmissionWebhook,ValidatingAdmissionWebhook,ValidatingAdmissionPolicy,MutatingAdmissionPolicy
  await 30 is_ready
}

# Excludes informer-sync: admission has an informer for Services, which this server does not serve, so it never syncs.
is_ready() { ask 'readyz?exclude=informer-sync'; }

ask() { curl --silent --fail --cacert "$DIR/ca.crt" --cert "$DIR/client.crt" --key "$DIR/client.key" "https://127.0.0.1:$(cat "$DIR/port")/$1"; }

down() {
  local name
  for name in crd-server etcd; do [ ! -e "$DIR/pid/$name" ] || stop "$DIR/pid/$name"; done
  rm -rf "$DIR"
}

down_all() { for DIR in "$SERVERS"/*; do down; done; }

case "${1:-}" in
  up)
    if [ -e "$DIR/port" ] && is_ready >/dev/null 2>&1; then exit 0; fi
    if [ ! -x "$BINARY" ] && [ ! -e "$PACKED" ]; then say "cannot start the CRD server of Kubernetes 1.36: $PACKED does not exist; set CRD_SERVER_XZ to the file"; exit 77; fi
    down
    mkdir -p "$CACHE"
    step "packages" install_missing etcd-server openssl curl xz-utils
    step "unpack the CRD server" unpack
    step "certificates" certify_all
    step "CRD server of Kubernetes 1.36.4" serve ;;
  env)
    printf 'CRD_SERVER_URL=https://127.0.0.1:%s\nCRD_SERVER_CA=%s\nCRD_SERVER_CERT=%s\nCRD_SERVER_KEY=%s\n' \
      "$(cat "$DIR/port")" "$DIR/ca.crt" "$DIR/client.crt" "$DIR/client.key" ;;
  down)
    if [ "$NAME" = --all ]; then down_all; else down; fi ;;
  *) sed -n '2,4s/^# \{0,1\}//p' "$0"; exit 2 ;;
esac
