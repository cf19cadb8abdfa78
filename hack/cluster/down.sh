# shellcheck shell=bash
# Removes the cluster's processes, mounts, network namespace, bridge and cgroups, also after a killed run.

down_debian() {
  local name
  # Stops the kubelet first, because it would restart stopped containers.
  for name in kubelet kube-proxy dns-names dnsmasq kube-scheduler kube-controller-manager; do stop_if_there "$name"; done
  remove_containers
  for name in containerd kube-apiserver etcd; do stop_if_there "$name"; done
  kill_shims
  unmount_all
  remove_network_results
  remove_network
  remove_cgroups
  rm -rf "$DIR"
}

stop_if_there() { [ ! -e "$DIR/pid/$1" ] || stop "$DIR/pid/$1"; }

# Lets containerd kill its tasks, while it still answers.
remove_containers() {
  pid_alive "$DIR/pid/containerd" || return 0
  local id
  for id in $(timeout 20 ctr -a "$SOCKET" -n k8s.io tasks ls -q 2>/dev/null); do
    timeout 10 ctr -a "$SOCKET" -n k8s.io tasks kill -s KILL "$id" 2>/dev/null || true
  done
}

# Shims outlive containerd. Our shims have our socket in their command line, or are in our cgroup.
kill_shims() {
  local pid
  for pid in $(processes_naming "$SOCKET") $(cgroup_processes); do kill -9 "$pid" 2>/dev/null || true; done
  await 10 nothing_runs
}

nothing_runs() { [ -z "$(processes_naming "$SOCKET")$(cgroup_processes)" ]; }

processes_naming() {
  local entry
  for entry in /proc/[0-9]*/cmdline; do
    if tr '\0' ' ' <"$entry" 2>/dev/null | grep -qF "containerd-shim" && tr '\0' ' ' <"$entry" 2>/dev/null | grep -qF -- "$1"; then
      basename "$(dirname "$entry")"
    fi
  done
}

cgroup_processes() {
  local hierarchy
  for hierarchy in $(cgroup_hierarchies); do
    [ ! -d "$hierarchy$CGROUP" ] || find "$hierarchy$CGROUP" -name cgroup.procs -exec cat {} + 2>/dev/null
  done | sort -u
}

unmount_all() {
  local mount
  awk -v dir="$DIR/" 'index($2, dir) == 1 { print $2 }' /proc/mounts | sort -r | while read -r mount; do
    umount -l "$mount" || true
  done
}

# The CNI library keeps the network result of each sandbox, of all clusters of the machine, in one folder.
remove_network_results() {
  local sandbox
  for sandbox in "$DIR"/containerd/root/io.containerd.grpc.v1.cri/sandboxes/*; do
    rm -f /var/lib/cni/results/*-"$(basename "$sandbox")"-*
  done
}

remove_cgroups() {
  local hierarchy
  for hierarchy in $(cgroup_hierarchies); do
    [ ! -d "$hierarchy$CGROUP" ] || find "$hierarchy$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null || true
  done
}

list_clusters() { [ ! -d "$CACHE/clusters" ] || ls "$CACHE/clusters"; }
