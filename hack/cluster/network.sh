# shellcheck shell=bash
# The cluster has its own network namespace, connected to the machine by one veth pair. The machine's interfaces and iptables
# stay unchanged. Deleting the namespace also deletes its bridge, chains and service addresses.

NETNS=mpo-$CLUSTER
POD_GATEWAY=10.244.0.1

# Uses nsenter, because `ip netns exec` mounts a new /sys, which hides the cgroups from the kubelet.
inside() { nsenter --net="/run/netns/$NETNS" "$@"; }

# Every cluster has its own /30 network.
outer_address() { echo "169.254.$(cat "$DIR/index").1"; }
inner_address() { echo "169.254.$(cat "$DIR/index").2"; }
veth_name() { echo "mpo$(cat "$DIR/index")"; }

make_network() {
  take_index
  local veth; veth=$(veth_name)
  ip netns add "$NETNS"
  ip link add "$veth" type veth peer name uplink netns "$NETNS"
  ip address add "$(outer_address)/30" dev "$veth"
  ip link set "$veth" up
  inside ip link set lo up
  inside ip address add "$(inner_address)/30" dev uplink
  inside ip link set uplink up
  inside ip route add default via "$(outer_address)"
  # The API server advertises the bridge's address, so the bridge must exist first.
  inside ip link add cni0 type bridge
  inside ip address add "$POD_GATEWAY/23" dev cni0
  inside ip link set cni0 up
  inside sysctl -qw net.ipv4.ip_forward=1
}

take_index() {
  local index
  for index in $(seq 100 199); do
    if ! ip link show "mpo$index" >/dev/null 2>&1; then echo "$index" >"$DIR/index"; return; fi
  done
  say "cannot create another cluster: no network is free; take one down with hack/cluster.sh down"; return 1
}

remove_network() {
  [ ! -e "$DIR/index" ] || ip link delete "$(veth_name)" 2>/dev/null || true
  [ ! -e "/run/netns/$NETNS" ] || ip netns delete "$NETNS"
}
