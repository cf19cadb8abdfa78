# shellcheck shell=bash
# Starts one node with real containers: containerd, kubelet, kube-proxy. The node pulls no images; hack/cluster.sh loads them.

SOCKET=$DIR/containerd.sock
PAUSE_IMAGE=docker.io/local/pause:1
CGROUP=/mpo-$CLUSTER

start_node() {
  configure_containerd
  configure_cni
  make_mount_namespace
  local on_node=(nsenter "--mount=$DIR/mounts/namespace")
  start containerd "${on_node[@]}" containerd --config "$DIR/containerd.toml"
  await 30 ctr -a "$SOCKET" version
  load_pause
  configure_kubelet
  make_cgroups
  start kubelet "${on_node[@]}" "$BIN/kubelet" --config "$DIR/kubelet.yaml" --kubeconfig "$DIR/pki/kubelet.kubeconfig" \
    --container-runtime remote --container-runtime-endpoint "unix://$SOCKET" --root-dir "$DIR/kubelet" \
    --cert-dir "$DIR/pki" --node-ip "$POD_GATEWAY" --hostname-override node \
    --network-plugin cni --cni-conf-dir "$DIR/cni" --cni-bin-dir /usr/lib/cni
  start kube-proxy "$BIN/kube-proxy" --kubeconfig "$DIR/pki/proxy.kubeconfig" --proxy-mode iptables \
    --cluster-cidr 10.244.0.0/23 --conntrack-max-per-core 0 --hostname-override node
  await 60 is_node_ready
  kubectl --kubeconfig "$DIR/kubeconfig" -n default get serviceaccount default >/dev/null
}

# A kubelet treats /var/log/pods and /var/log/containers as its own and deletes the logs of pods that it does not know. So each
# node has its own folders there, in its own mount namespace. The node's mounts do not reach the machine's containerd either.
make_mount_namespace() {
  mkdir -p /var/log/pods /var/log/containers "$DIR"/{pod-logs,container-logs,mounts}
  # A mount namespace can only be bound to a file on a private mount.
  mount --bind "$DIR/mounts" "$DIR/mounts"
  mount --make-private "$DIR/mounts"
  touch "$DIR/mounts/namespace"
  unshare "--mount=$DIR/mounts/namespace" mount --bind "$DIR/pod-logs" /var/log/pods
  nsenter "--mount=$DIR/mounts/namespace" mount --bind "$DIR/container-logs" /var/log/containers
}

configure_containerd() {
  cat >"$DIR/containerd.toml" <<TOML
version = 2
root = "$DIR/containerd/root"
state = "$DIR/containerd/state"
[grpc]
  address = "$SOCKET"
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "$PAUSE_IMAGE"
  restrict_oom_score_adj = true # needed where CAP_SYS_RESOURCE is missing
  disable_tcp_service = true
  netns_mounts_under_state_dir = true # so that down unmounts and removes them with the state
  stream_server_address = "127.0.0.1"
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
    [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc.options]
      Root = "$DIR/containerd/runc" # so that down also removes runc's state of killed containers
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "/usr/lib/cni"
    conf_dir = "$DIR/cni"
TOML
}

configure_cni() {
  mkdir -p "$DIR/cni"
  cat >"$DIR/cni/10-bridge.conflist" <<JSON
{"cniVersion": "0.3.1", "name": "pods", "plugins": [
  {"type": "bridge", "bridge": "cni0", "isGateway": true, "ipMasq": true, "hairpinMode": true,
   "ipam": {"type": "host-local", "dataDir": "$DIR/ipam", "ranges": [[{"subnet": "10.244.0.0/23", "gateway": "$POD_GATEWAY"}]], "routes": [{"dst": "0.0.0.0/0"}]}},
  {"type": "portmap", "capabilities": {"portMappings": true}}]}
JSON
}

configure_kubelet() {
  cat >"$DIR/kubelet.yaml" <<YAML
apiVersion: kubelet.config.k8s.io/v1beta1
kind: KubeletConfiguration
authentication: {anonymous: {enabled: false}, x509: {clientCAFile: $DIR/pki/ca.crt}, webhook: {enabled: true}}
authorization: {mode: Webhook}
tlsCertFile: $DIR/pki/kubelet.crt
tlsPrivateKeyFile: $DIR/pki/kubelet.key
cgroupDriver: cgroupfs
cgroupRoot: $CGROUP
failSwapOn: false
serializeImagePulls: false
maxPods: 250
clusterDNS: [$POD_GATEWAY]
clusterDomain: cluster.local
resolvConf: ""
eventRecordQPS: 100
eventBurst: 200
kubeAPIQPS: 200
kubeAPIBurst: 400
nodeStatusReportFrequency: 1m
evictionHard: {memory.available: 1Mi, nodefs.available: 1%, imagefs.available: 1%}
enforceNodeAllocatable: [pods]
YAML
}

# The kubelet needs its root cgroup in every hierarchy.
make_cgroups() {
  local hierarchy
  for hierarchy in $(cgroup_hierarchies); do
    mkdir -p "$hierarchy$CGROUP"
    # A new cpuset is empty, and an empty cpuset accepts no process.
    if [ -e "$hierarchy$CGROUP/cpuset.cpus" ] && [ ! -s "$hierarchy$CGROUP/cpuset.cpus" ]; then :; fi
    [ ! -e "$hierarchy/cpuset.mems" ] || cat "$hierarchy/cpuset.mems" >"$hierarchy$CGROUP/cpuset.mems"
    [ ! -e "$hierarchy/cpuset.cpus" ] || cat "$hierarchy/cpuset.cpus" >"$hierarchy$CGROUP/cpuset.cpus"
  done
}

cgroup_hierarchies() { awk '$3 == "cgroup" || $3 == "cgroup2" { print $2 }' /proc/mounts; }

# Builds a docker-archive with one layer by hand and loads it.
load_pause() {
  local work=$DIR/pause
  mkdir -p "$work/layer"
  cp "$BIN/pause" "$work/layer/pause"
  tar -C "$work/layer" --owner 0 --group 0 -cf "$work/layer.tar" pause
  local digest; digest=$(sha256sum "$work/layer.tar" | cut -d' ' -f1)
  echo "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Entrypoint\":[\"/pause\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[\"sha256:$digest\"]}}" >"$work/config.json"
  echo "[{\"Config\":\"config.json\",\"RepoTags\":[\"$PAUSE_IMAGE\"],\"Layers\":[\"layer.tar\"]}]" >"$work/manifest.json"
  tar -C "$work" -cf "$work/image.tar" manifest.json config.json layer.tar
  load_debian "$work/image.tar"
}

load_debian() { ctr -a "$SOCKET" -n k8s.io images import "$1"; }
