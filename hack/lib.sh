# shellcheck shell=bash
# Functions that the scripts share: print steps and their durations, wait, fail with a reason, install packages.

say() { printf '%s\n' "$*" >&2; }
die() { printf 'error: %s\n' "$*" >&2; exit 1; }

# step NAME COMMAND…: runs the command and prints its duration; on failure prints the end and the path of its log.
step() {
  local name=$1 start=$EPOCHREALTIME log; shift
  log=$(mktemp "${TMPDIR:-/tmp}/marketplace-operator-step.XXXXXX")
  printf '  %-34s ' "$name" >&2
  # Not inside a condition, because a condition disables errexit in the step.
  set +e
  (set -euo pipefail; "$@") >"$log" 2>&1 </dev/null
  local status=$?
  set -e
  printf '%6.1f s\n' "$(seconds_since "$start")" >&2
  if [ $status != 0 ]; then
    tail -n 25 "$log" | sed 's/^/    /' >&2
    die "step '$name' failed ($status); its log is $log"
  fi
  rm -f "$log"
}

step_total() {
  local name=$1 start=$EPOCHREALTIME; shift
  say "$name"
  "$@"
  printf '  %-34s %6.1f s\n' "together" "$(seconds_since "$start")" >&2
}

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }

# await SECONDS COMMAND…: repeats the command until it succeeds; fails after SECONDS.
await() {
  local limit=$((SECONDS + $1)); shift
  until "$@" >/dev/null 2>&1; do
    [ $SECONDS -lt $limit ] || { say "gave up waiting for: $*"; return 1; }
    sleep 0.2
  done
}

docker_answers() { command -v docker >/dev/null && timeout 5 docker info >/dev/null 2>&1; }

# install_missing PACKAGE…: installs only the missing Debian packages; waits while another apt or another script installs.
install_missing() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  [ "$(id -u)" = 0 ] || die "packages are missing and only root can install them: ${missing[*]}"
  (flock 8; install_packages_quietly "${missing[@]}") 8>/run/lock/marketplace-operator-packages
}

install_packages_quietly() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=600 update -qq
  # policy-rc.d prevents that a package starts its service.
  local policy=/usr/sbin/policy-rc.d made=
  if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy; chmod +x $policy; made=1; fi
  local status=0
  apt-get -o DPkg::Lock::Timeout=600 install -y -qq --no-install-recommends "$@" || status=$?
  [ -z $made ] || rm -f $policy
  return $status
}
