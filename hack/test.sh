#!/usr/bin/env bash
# Sets up all that the tests need, runs every one of them, and ends with "N passed, N failed, N skipped".
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HACK")
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
cd "$ROOT"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

start=$EPOCHREALTIME
step "tools" dotnet tool restore
step "formatting" dotnet csharpier check .
step "build" dotnet build Operator.sln --nologo
# Docker machines get their cluster from Testcontainers, in the fixture; everybody else from hack/cluster.sh.
export CLUSTER=${CLUSTER:-marketplace-operator-test}
if [ -z "${TEST_KUBECONFIG:-}" ] && ! docker_answers; then
  if "$HACK/cluster.sh" list | grep -qx "$CLUSTER"; then say "using what is there of cluster $CLUSTER"; fi
  "$HACK/cluster.sh" up
fi
"$HACK/images.sh"
export IMAGES_ARE_BUILT=1
HELM=$("$HACK/tools.sh" helm); PROMTOOL=$("$HACK/tools.sh" promtool)
export HELM PROMTOOL

# test_project NAME: its output, and a file of results for the summary.
test_project() {
  echo "== $1"
  dotnet test "tests/$1" --no-build --nologo --logger "trx;LogFileName=$1.trx" --results-directory artifacts/results \
    --logger "console;verbosity=minimal"
}

# stop_tree PID: and all that it started.
stop_tree() {
  local child
  for child in $(pgrep -P "$1"); do stop_tree "$child"; done
  kill "$1" 2>/dev/null || true
}

rm -rf artifacts/results
failed=0
# What needs no cluster takes all the processors it gets, above all the simulated worlds; tests on the cluster mostly wait. So they
# share the time, and whoever waits for something real goes first.
on_the_cluster=(Operator.Runtime.Tests Operator.Cluster.Tests) on_its_own=()
for project in tests/*.Tests; do
  project=$(basename "$project")
  [[ " ${on_the_cluster[*]} " = *" $project "* ]] || on_its_own+=("$project")
done
test_projects() { local result=0; for project in "$@"; do test_project "$project" || result=1; done; return $result; }
mkdir -p artifacts/results
(renice -n 15 $BASHPID >/dev/null; test_projects "${on_its_own[@]}") >artifacts/results/on-its-own.log 2>&1 &
in_background=$!
# The shell does not pass an interrupt on to what runs in the background, nor does dotnet. It may have ended already.
trap 'stop_tree $in_background' EXIT
test_projects "${on_the_cluster[@]}" || failed=1
wait $in_background || failed=1
cat artifacts/results/on-its-own.log
python3 "$HACK/test-summary.py" artifacts/results "$(seconds_since "$start")" || failed=1
exit $failed
