#!/usr/bin/env bash
# Leaves no process, mount, bridge, cgroup or namespace of ours, and no build output. --cache: also what was fetched and built once.
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/marketplace-operator
"$HACK/cluster.sh" down --all
"$HACK/crd-server.sh" down --all
rm -rf "$HACK/../artifacts"
if [ "${1:-}" = --cache ]; then
  # Go's module cache and buildah's layers hold read-only folders.
  [ ! -d "$CACHE" ] || { chmod -R u+w "$CACHE" && rm -rf "$CACHE"; }
fi
