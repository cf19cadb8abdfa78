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

rm -rf artifacts/results
failed=0
# The simulated worlds take all the processors they get and nothing else; tests on the cluster mostly wait. So they share the time,
# and whoever waits for something real goes first.
worlds=Operator.Tests
mkdir -p artifacts/results
(renice -n 15 $BASHPID >/dev/null; test_project $worlds) >artifacts/results/$worlds.log 2>&1 &
in_background=$!
# By its parent's id: the shell does not pass an interrupt on to what runs in the background. It may have ended already.
trap 'pkill -P $in_background || true' EXIT
for project in tests/*.Tests; do
  [ "$(basename "$project")" = $worlds ] || test_project "$(basename "$project")" || failed=1
done
wait $in_background || failed=1
cat artifacts/results/$worlds.log
python3 "$HACK/test-summary.py" artifacts/results "$(seconds_since "$start")" || failed=1
exit $failed
