# shellcheck shell=bash
# Starts the cluster's DNS: dnsmasq on the bridge's address, which every pod reaches. hack/cluster/dns-names.sh keeps the names of
# the Services in its hosts file. Pods find a Service as NAME, NAME.NAMESPACE and NAME.NAMESPACE.svc.cluster.local. There are no names
# of headless Services, and none outside the cluster.

start_dns() {
  mkdir -p "$DIR/dns"
  : >"$DIR/dns/hosts"
  start dnsmasq dnsmasq --keep-in-foreground --conf-file=/dev/null --user=root --pid-file= --log-facility=- \
    --no-resolv --no-hosts --local=/cluster.local/ --addn-hosts="$DIR/dns/hosts" \
    --listen-address="$POD_GATEWAY" --bind-interfaces
  start dns-names bash "$HACK/cluster/dns-names.sh" "$DIR"
  await 30 grep -q "kubernetes.default.svc.cluster.local" "$DIR/dns/hosts"
}
