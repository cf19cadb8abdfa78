# shellcheck shell=bash
# Debian's binary packages hold only kubectl; its source package is the whole tree and builds with Debian's own Go.

build_kubernetes() {
  mkdir -p "$CACHE"
  # Under a lock, and moved into place at the end: an interrupted build leaves nothing half done.
  exec 9>"$CACHE/build.lock"
  flock 9
  if [ ! -x "$BIN/kube-proxy" ]; then
    local work=$CACHE/build
    rm -rf "$work" && mkdir -p "$work/lists/partial"
    (cd "$work" && fetch_source && compile)
    mkdir -p "$BIN.new"
    cp "$work"/src/_output/bin/kube{-apiserver,-controller-manager,-scheduler,let,-proxy} "$BIN.new/"
    rm -rf "$BIN" "$work/src/.go"
    mv "$BIN.new" "$BIN"
    chmod -R u+w "$work" && rm -rf "$work"
  fi
  [ -x "$BIN/pause" ] || build_pause
}

# A deb-src line of our own leaves the machine's apt alone.
fetch_source() {
  local apt=(-o "Dir::Etc::sourcelist=$PWD/src.sources" -o Dir::Etc::sourceparts=/dev/null -o "Dir::State::lists=$PWD/lists")
  if [ -e /etc/apt/sources.list.d/debian.sources ]; then
    sed 's/^Types: .*/Types: deb-src/' /etc/apt/sources.list.d/debian.sources >src.sources
  else
    apt[1]="Dir::Etc::sourcelist=$PWD/src.list"
    sed -n 's/^deb /deb-src /p' /etc/apt/sources.list >src.list
  fi
  apt-get "${apt[@]}" update -qq
  apt-get "${apt[@]}" source -qq --download-only kubernetes
  dpkg-source -x --no-check ./*.dsc src
  local change
  for change in "$HACK"/cluster/*.patch; do patch -d src -p1 <"$change"; done
}

# GOPATH mode and make: the OpenAPI definitions are generated, plain `go build` fails.
compile() {
  mkdir -p src/.go/src/k8s.io
  ln -s "$PWD/src" src/.go/src/k8s.io/kubernetes
  export GOPATH=$PWD/src/.go GOCACHE=$PWD/gocache CGO_ENABLED=0 GO111MODULE=off
  cd src/.go/src/k8s.io/kubernetes
  make WHAT="cmd/kube-apiserver cmd/kube-controller-manager cmd/kube-scheduler cmd/kubelet cmd/kube-proxy" GOLDFLAGS="-s -w"
}

# The pause container holds a pod's namespaces and reaps its orphans; no registry has to serve it.
build_pause() {
  local source=$BIN/pause.c
  cat >"$source" <<'C'
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
static void stop(int signal) { (void)signal; _exit(0); }
static void reap(int signal) { (void)signal; while (waitpid(-1, 0, WNOHANG) > 0) { } }
int main(void) {
  signal(SIGINT, stop);
  signal(SIGTERM, stop);
  signal(SIGCHLD, reap);
  for (;;) pause();
}
C
  gcc -static -Os -s -o "$BIN/pause" "$source"
}
