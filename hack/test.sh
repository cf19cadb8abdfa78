#!/usr/bin/env bash
# Sets up everything that the tests need, runs all tests, and ends with "N passed, N failed, N skipped".
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
# With Docker, the test fixture starts the cluster by Testcontainers; without Docker, hack/cluster.sh starts it.
export CLUSTER=${CLUSTER:-marketplace-operator-test}
if [ -z "${TEST_KUBECONFIG:-}" ] && ! docker_answers; then
  if "$HACK/cluster.sh" list | grep -qx "$CLUSTER"; then say "using the existing cluster $CLUSTER"; fi
  "$HACK/cluster.sh" up
fi
"$HACK/images.sh"
export IMAGES_ARE_BUILT=1
HELM=$("$HACK/tools.sh" helm); PROMTOOL=$("$HACK/tools.sh" promtool)
export HELM PROMTOOL

# test_project NAME: runs the tests of a project and writes a result file for the summary.
test_project() {
  echo "== $1"
  dotnet test "tests/$1" --no-build --nologo --logger "trx;LogFileName=$1.trx" --results-directory artifacts/results \
    --logger "console;verbosity=minimal"
}

rm -rf artifacts/results
failed=0
# One project after another: in parallel they are not faster, because the processors are busy, and cluster tests would time out.
on_the_cluster=(Operator.Runtime.Tests Operator.Cluster.Tests)
for project in "${on_the_cluster[@]}"; do test_project "$project" || failed=1; done
for project in tests/*.Tests; do
  project=$(basename "$project")
  [[ " ${on_the_cluster[*]} " = *" $project "* ]] || test_project "$project" || failed=1
done
python3 "$HACK/test-summary.py" artifacts/results "$(seconds_since "$start")" || failed=1
exit $failed
