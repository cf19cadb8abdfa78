# shellcheck shell=bash
# Processes are stopped by id, never by name. A pid file contains the id and the start time of the process, so that another
# process with the same id is never stopped.

# start NAME COMMAND…: runs the command in the cluster's network, detached from this shell. Keeps it for hack/chaos.sh.
start() {
  local name=$1; shift
  mkdir -p "$DIR/command"
  printf '%q ' "$@" >"$DIR/command/$name"
  inside setsid --fork bash -c 'echo $$ "$(awk "{print \$22}" /proc/$$/stat)" >"$1"; shift; exec "$@"' _ "$DIR/pid/$name" "$@" \
    >>"$DIR/log/$name.log" 2>&1 </dev/null 9>&-
  await 5 test -s "$DIR/pid/$name"
}

# pid_alive PIDFILE: true while the process of the file runs.
pid_alive() {
  local pid started
  read -r pid started <"$1" 2>/dev/null || return 1
  [ -n "$pid" ] && [ "$(awk '{print $22}' "/proc/$pid/stat" 2>/dev/null)" = "$started" ]
}

# stop PIDFILE: sends SIGTERM, waits 3 s, then sends SIGKILL. An API server may need a minute to end its watches.
stop() {
  local pid _
  if pid_alive "$1"; then
    read -r pid _ <"$1"
    kill "$pid" 2>/dev/null || true
    await 3 not pid_alive "$1" 2>/dev/null || { kill -9 "$pid" 2>/dev/null || true; await 5 not pid_alive "$1"; }
  fi
  rm -f "$1"
}

not() { ! "$@"; }

kubectl_ready() { kubectl --kubeconfig "$1" --request-timeout=3s get --raw /readyz; }

is_healthy() {
  [ -e "$DIR/pid/kubelet" ] || return 1
  local pidfile
  for pidfile in "$DIR"/pid/*; do pid_alive "$pidfile" || return 1; done
  kubectl_ready "$DIR/kubeconfig" >/dev/null 2>&1 && is_node_ready
}

is_node_ready() {
  kubectl --kubeconfig "$DIR/kubeconfig" get nodes -o jsonpath='{.items[0].status.conditions[?(@.type=="Ready")].status}' | grep -qx True
}
