#!/usr/bin/env bash
# Removes our clusters (processes, mounts, bridges, cgroups, namespaces) and the build output. --cache: also the cache.
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/marketplace-operator
"$HACK/cluster.sh" down --all
"$HACK/crd-server.sh" down --all
rm -rf "$HACK/../artifacts"
if [ "${1:-}" = --cache ]; then
  # Go's module cache and buildah's layers contain read-only folders.
  [ ! -d "$CACHE" ] || { chmod -R u+w "$CACHE" && rm -rf "$CACHE"; }
fi
