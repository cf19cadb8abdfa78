# shellcheck shell=bash
# Debian's binary packages contain only kubectl. The source package contains all of Kubernetes and builds with Debian's Go.

build_kubernetes() {
  mkdir -p "$CACHE"
  # Builds under a lock and moves the result at the end, so that an interrupted build leaves no incomplete folder.
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

# Uses its own deb-src file, so that the machine's apt configuration stays unchanged.
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

# Uses make in GOPATH mode, because make generates the OpenAPI definitions; a plain `go build` fails.
compile() {
  mkdir -p src/.go/src/k8s.io
  ln -s "$PWD/src" src/.go/src/k8s.io/kubernetes
  export GOPATH=$PWD/src/.go GOCACHE=$PWD/gocache CGO_ENABLED=0 GO111MODULE=off
  cd src/.go/src/k8s.io/kubernetes
  make WHAT="cmd/kube-apiserver cmd/kube-controller-manager cmd/kube-scheduler cmd/kubelet cmd/kube-proxy" GOLDFLAGS="-s -w"
}

# The pause container keeps a pod's namespaces and reaps orphaned processes. We build it, so that no registry is needed.
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
