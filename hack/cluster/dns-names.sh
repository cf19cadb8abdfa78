#!/usr/bin/env bash
# Keeps the names of the cluster's Services in the hosts file of its dnsmasq: dns-names.sh FOLDER, the cluster's folder. Runs in the
# cluster's network namespace until it is stopped. Looks once a second: no watch to lose, and no child that outlives this script.
set -uo pipefail
DIR=$1

# While the API server is away, the names stay as they are.
services() {
  curl --silent --fail --max-time 5 --cacert "$DIR/pki/ca.crt" --cert "$DIR/pki/admin.crt" --key "$DIR/pki/admin.key" \
    https://127.0.0.1:6443/api/v1/services
}

names() {
  jq -r '.items[] | select((.spec.clusterIP // "") != "" and .spec.clusterIP != "None")
    | "\(.spec.clusterIP) \(.metadata.name).\(.metadata.namespace).svc.cluster.local"' | sort
}

while true; do
  if services | names >"$DIR/dns/hosts.new" && [ -s "$DIR/dns/hosts.new" ] && ! cmp -s "$DIR/dns/hosts.new" "$DIR/dns/hosts"; then
    # Not moved into place: dnsmasq reads the file by its name when it gets the signal.
    cat "$DIR/dns/hosts.new" >"$DIR/dns/hosts"
    read -r pid _ <"$DIR/pid/dnsmasq" && kill -HUP "$pid"
  fi
  sleep 1
done
