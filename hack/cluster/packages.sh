# shellcheck shell=bash
# Installs the Debian packages that a cluster needs.

install_packages() {
  install_missing golang-go etcd-server containerd runc containernetworking-plugins iptables conntrack ipset socat \
    iproute2 rsync jq make gcc patch dpkg-dev busybox-static openssl curl kmod util-linux dnsmasq-base
  command -v kubectl >/dev/null || install_missing kubernetes-client
}
