# shellcheck shell=bash
# Starts etcd, API server, controller manager and scheduler in the cluster's network namespace.

start_control_plane() {
  local pki=$DIR/pki
  start etcd etcd --data-dir "$DIR/etcd" --unsafe-no-fsync --quota-backend-bytes 4294967296 \
    --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
    --listen-peer-urls http://127.0.0.1:2380 --log-level warn
  # Aggregator routing and the request headers allow to add an aggregated API server.
  start kube-apiserver "$BIN/kube-apiserver" --etcd-servers http://127.0.0.1:2379 --bind-address 0.0.0.0 --secure-port 6443 \
    --advertise-address "$POD_GATEWAY" --service-cluster-ip-range 10.96.0.0/16 --allow-privileged \
    --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" --client-ca-file "$pki/ca.crt" \
    --service-account-issuer https://kubernetes.default.svc --service-account-signing-key-file "$pki/sa.key" \
    --service-account-key-file "$pki/sa.pub" --authorization-mode Node,RBAC \
    --enable-admission-plugins NodeRestriction --enable-aggregator-routing \
    --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" \
    --kubelet-preferred-address-types InternalIP \
    --requestheader-client-ca-file "$pki/ca.crt" --requestheader-allowed-names front-proxy-client \
    --requestheader-username-headers X-Remote-User --requestheader-group-headers X-Remote-Group \
    --requestheader-extra-headers-prefix X-Remote-Extra- \
    --proxy-client-cert-file "$pki/front-proxy.crt" --proxy-client-key-file "$pki/front-proxy.key" \
    --max-requests-inflight 800 --max-mutating-requests-inflight 400
  await 60 kubectl_ready "$DIR/kubeconfig"
  start kube-controller-manager "$BIN/kube-controller-manager" --kubeconfig "$pki/controller-manager.kubeconfig" \
    --use-service-account-credentials --service-account-private-key-file "$pki/sa.key" --root-ca-file "$pki/ca.crt" \
    --leader-elect=false --kube-api-qps 200 --kube-api-burst 400
  start kube-scheduler "$BIN/kube-scheduler" --kubeconfig "$pki/scheduler.kubeconfig" --leader-elect=false \
    --kube-api-qps 200 --kube-api-burst 400
  kubectl --kubeconfig "$DIR/kubeconfig" create clusterrolebinding kube-proxy --clusterrole system:node-proxier \
    --user system:kube-proxy --dry-run=client -o yaml | kubectl --kubeconfig "$DIR/kubeconfig" apply -f -
}
