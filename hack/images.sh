#!/usr/bin/env bash
# Builds the images as docker-archives in artifacts/images: hack/images.sh [operator|sync-worker|shell-worker|marketplace …]
# (default: all). The names are those under which they will be published.
# Uses Docker if an engine answers, else buildah on a local Debian base. Images with unchanged inputs are not built again; all
# clones of this user share them.
set -euo pipefail

HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HACK")
CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/marketplace-operator
OUT=$ROOT/artifacts/images
BASE=localhost/marketplace-operator-base:bookworm
SHELL_BASE=localhost/marketplace-operator-shell-base:bookworm
PUBLISHED=ghcr.io/marketplace-operator
VERSION=$(sed -n 's/^appVersion: //p' "$ROOT/charts/marketplace-operator/Chart.yaml")
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"

# image NAME PROJECT BINARY INPUTS…: builds one image with one binary.
image() {
  local name=$1 project=$2 binary=$3; shift 3
  local archive; archive=$(archive_of "$name")
  stamp=$(cd "$ROOT" && fingerprint "$@" Dockerfile Directory.Build.props Directory.Packages.props global.json hack/images.sh)
  ! is_there "$name" "$archive" "$binary" || return 0
  if docker_answers; then step "$name" build_with_docker "$name" "$project" "$binary" "$archive"
  else
    step "publish $binary" publish "$project" "$binary"
    step "$name" build_with_buildah "$name" "$binary" "$archive"
  fi
  keep "$archive"
}

# plain NAME FOLDER: builds the Dockerfile of a folder that compiles nothing.
plain() {
  local name=$1 folder=$2 archive; archive=$(archive_of "$1")
  stamp=$(cd "$ROOT" && fingerprint "$folder" hack/images.sh)
  ! is_there "$name" "$archive" || return 0
  if docker_answers; then step "$name" plain_with_docker "$name" "$folder" "$archive"
  else
    step "shell base" make_shell_base
    step "$name" plain_with_buildah "$name" "$folder" "$archive"
  fi
  keep "$archive"
}

# variant NAME BASE KEY=VALUE: image BASE with one more environment variable.
variant() {
  local name=$1 from=$2 setting=$3 archive; archive=$(archive_of "$1")
  stamp=$(cat "$(archive_of "$from").stamp" - <<<"$setting" | sha256sum | cut -d' ' -f1)
  ! is_there "$name" "$archive" || return 0
  if docker_answers; then step "$name" variant_with_docker "$name" "$from" "$setting" "$archive"
  else step "$name" variant_with_buildah "$name" "$(archive_of "$from")" "$setting" "$archive"; fi
  keep "$archive"
}

archive_of() { echo "$OUT/${1//[:\/]/_}.tar"; }

# kept ARCHIVE: the cached copy with the same inputs, for other clones and after a clean.
kept() { echo "$CACHE/images/$(basename "$1" .tar)-$stamp.tar"; }

# is_there NAME ARCHIVE [BINARY]: true when the archive for the inputs of $stamp exists or is cached. When it takes the archive
# from the cache, it deletes the published binary, which may have other inputs; the bench publishes it again if needed.
is_there() {
  if [ -f "$2" ] && [ "$(cat "$2.stamp" 2>/dev/null)" = "$stamp" ]; then say "  $1 is up to date"; return; fi
  [ -f "$(kept "$2")" ] || return 1
  rm -f "$2.stamp" # so that an interrupted copy is not taken for a complete archive
  cp "$(kept "$2")" "$2"
  echo "$stamp" >"$2.stamp"
  [ -z "${3:-}" ] || rm -rf "$ROOT/artifacts/image/$3"
  say "  $1 is taken from the cache"
}

# keep ARCHIVE: copies the archive to the cache, which keeps the newest three of each image.
keep() {
  echo "$stamp" >"$1.stamp"
  mkdir -p "$CACHE/images"
  cp "$1" "$(kept "$1").part" && mv "$(kept "$1").part" "$(kept "$1")"
  ls -t "$CACHE/images/$(basename "$1" .tar)"-*.tar | tail -n +4 | xargs -r rm -f
}

fingerprint() { { dotnet --version 2>/dev/null || true; find "$@" -type f -not -path '*/bin/*' -not -path '*/obj/*' -print0 | sort -z | xargs -0 sha256sum; } | sha256sum | cut -d' ' -f1; }

# The AOT compiler uses the machine's linker.
publish() {
  install_missing gcc libc6-dev zlib1g-dev
  rm -rf "$ROOT/artifacts/image/$2"
  dotnet publish "$ROOT/$1" --configuration Release --runtime linux-x64 --output "$ROOT/artifacts/image/$2"
}

build_with_docker() {
  docker build --quiet --build-arg "PROJECT=$2" --build-arg "BINARY=$3" --tag "$1" "$ROOT"
  docker save --output "$4" "$1"
}

plain_with_docker() {
  docker build --quiet --tag "$1" "$ROOT/$2"
  docker save --output "$3" "$1"
}

plain_with_buildah() {
  rm -f "$3"
  buildah_ bud --isolation chroot --build-arg "BASE=$SHELL_BASE" --tag "$1" "$ROOT/$2"
  buildah_ push "$1" "docker-archive:$3:$1"
}

variant_with_docker() {
  docker load --quiet --input "$(archive_of "$2")"
  printf 'FROM %s\nENV %s\n' "$2" "$3" | docker build --quiet --tag "$1" -
  docker save --output "$4" "$1"
}

# Uses its own storage: the machine's images stay untouched, and one directory contains everything.
buildah_() { buildah --root "$CACHE/buildah/root" --runroot "$CACHE/buildah/run" --storage-driver vfs "$@"; }

build_with_buildah() {
  rm -f "$3"
  buildah_ bud --isolation chroot --build-arg BINARIES=published --build-arg "RUNTIME_IMAGE=$BASE" --build-arg "BINARY=$2" \
    --tag "$1" --file "$ROOT/Dockerfile" "$ROOT"
  buildah_ push "$1" "docker-archive:$3:$1"
}

variant_with_buildah() {
  local container
  rm -f "$4"
  container=$(buildah_ from "docker-archive:$2")
  buildah_ config --env "$3" "$container"
  buildah_ commit --quiet "$container" "$1"
  buildah_ rm "$container" >/dev/null
  buildah_ push "$1" "docker-archive:$4:$1"
}

# Builds a base with only the needs of a native AOT binary: libc, libgcc, libssl, zlib, certificates and time zones. It has no
# shell and no package manager.
make_base() {
  debian_base "$BASE" trim_base --variant=extract --include=libc6,libgcc-s1,libssl3,zlib1g,tzdata,ca-certificates,base-files
}

# Builds a base for workers that are shell scripts: Debian's essential packages, curl and jq.
make_shell_base() {
  debian_base "$SHELL_BASE" trim_documents --variant=essential --include=ca-certificates,curl,jq
}

# debian_base NAME TRIM FLAGS…: an image of Debian's packages, unless it is there; TRIM removes from the folder what is not needed.
debian_base() {
  local name=$1 trim=$2; shift 2
  install_missing buildah mmdebstrap ca-certificates
  ! buildah_ inspect "$name" >/dev/null 2>&1 || return 0
  local work=$CACHE/base
  rm -rf "$work" && mkdir -p "$work/root"
  local sources=/etc/apt/sources.list.d/debian.sources
  [ -e $sources ] || sources=/etc/apt/sources.list
  mmdebstrap --quiet --mode=root "$@" bookworm "$work/base.tar" $sources
  tar -C "$work/root" -xf "$work/base.tar" --exclude='./dev/*'
  "$trim" "$work/root"
  local container
  container=$(buildah_ from scratch)
  buildah_ add --quiet "$container" "$work/root" /
  buildah_ commit --quiet "$container" "$name"
  buildah_ rm "$container" >/dev/null
  rm -rf "$work"
}

trim_documents() { rm -rf "$1"/usr/share/{doc,man,locale,lintian,info,common-licenses} "$1"/var/{cache,lib/apt,log}; }

trim_base() {
  local root=$1
  mkdir -p "$root/etc/ssl/certs" "$root/tmp" "$root/app"
  find "$root/usr/share/ca-certificates" -name '*.crt' -exec cat {} + >"$root/etc/ssl/certs/ca-certificates.crt"
  rm -rf "$root"/usr/share/{doc,man,locale,lintian,ca-certificates,info,perl5,common-licenses} "$root"/var/{cache,lib,log} \
    "$root"/usr/{bin,sbin} "$root"/{bin,sbin} "$root"/usr/lib/x86_64-linux-gnu/{gconv,perl-base} "$root"/usr/share/zoneinfo/{right,posix}
  printf 'nonroot:x:65532:65532::/:/none\n' >"$root/etc/passwd"
  printf 'nonroot:x:65532:\n' >"$root/etc/group"
}

mkdir -p "$OUT"
selected=("$@")
[ ${#selected[@]} -gt 0 ] || selected=(operator sync-worker shell-worker marketplace)
docker_answers || step "image base" make_base
for one in "${selected[@]}"; do
  case $one in
    operator) image "$PUBLISHED/marketplace-operator:$VERSION" operator/Operator marketplace-operator operator ;;
    sync-worker)
      worker=$PUBLISHED/example-sync-worker
      image "$worker:1.0" examples/workers/SyncWorker sync-worker examples/workers/SyncWorker
      for version in 1.1 1.2; do variant "$worker:$version" "$worker:1.0" "WORKER_VERSION=$version"; done ;;
    shell-worker) plain "$PUBLISHED/example-shell-worker:1.0" examples/workers/shell ;;
    marketplace)
      image "$PUBLISHED/example-marketplace:1.0" examples/workers/Marketplace example-marketplace examples/workers/Marketplace ;;
    *) die "cannot build image '$one': it is unknown; use operator, sync-worker, shell-worker or marketplace" ;;
  esac
done
