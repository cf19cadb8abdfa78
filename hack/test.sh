#!/usr/bin/env bash
# Sets up everything that the tests need, runs the tests, and ends with "N passed, N failed, N skipped".
#   hack/test.sh          runs all tests except the further stories (make test)
#   hack/test.sh stories  runs the further stories on the cluster (make stories)
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HACK")
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
cd "$ROOT"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
suite=${1:-tests}
case $suite in tests | stories) ;; *) die "cannot run suite '$suite': it is unknown; use tests or stories" ;; esac

# Time budget of each suite in seconds, on two cores. An issue may add at most 45 s to the sum. A suite over its budget is
# reported but does not fail, because the machine may be busy.
declare -A budget=(
  [set-up]=240 [Operator.Api.Tests]=40 [Operator.Planning.Tests]=110 [Operator.Runtime.Tests]=110
  [Operator.Tests]=150 [Operator.Cluster.Tests]=480
)

start=$EPOCHREALTIME
step "tools" dotnet tool restore
step "formatting" dotnet csharpier check .
step "build" dotnet build Operator.sln --nologo
# With Docker the test fixture gets its cluster from Testcontainers; without Docker hack/cluster.sh makes one.
export CLUSTER=${CLUSTER:-marketplace-operator-test}
if [ -z "${TEST_KUBECONFIG:-}" ] && ! docker_answers; then
  if "$HACK/cluster.sh" list | grep -qx "$CLUSTER"; then say "using the existing cluster $CLUSTER"; fi
  "$HACK/cluster.sh" up
fi
"$HACK/images.sh"
export IMAGES_ARE_BUILT=1
HELM=$("$HACK/tools.sh" helm); PROMTOOL=$("$HACK/tools.sh" promtool)
export HELM PROMTOOL

rm -rf artifacts/results
mkdir -p artifacts/results
# took NAME SECONDS: notes the duration of a suite for the table at the end.
took() { printf '%s\t%s\t%s\n' "$1" "$2" "${budget[$1]:-}" >>artifacts/results/times.tsv; }
took set-up "$(seconds_since "$start")"

# test_project NAME [FILTER]: runs the tests of a project; writes its results and duration for the summary.
test_project() {
  echo "== $1"
  local begin=$EPOCHREALTIME status=0
  dotnet test "tests/$1" --no-build --nologo ${2:+--filter "$2"} --logger "trx;LogFileName=$1.trx" \
    --results-directory artifacts/results --logger "console;verbosity=minimal" || status=$?
  took "$1" "$(seconds_since "$begin")"
  return $status
}

failed=0
if [ "$suite" = stories ]; then
  budget[Operator.Cluster.Tests]=''
  test_project Operator.Cluster.Tests "Suite=Stories" || failed=1
else
  # One project after another: in parallel they are not faster, because the processors are busy, and cluster tests would time out.
  on_the_cluster=(Operator.Runtime.Tests Operator.Cluster.Tests)
  for project in "${on_the_cluster[@]}"; do test_project "$project" "Suite!=Stories" || failed=1; done
  for project in tests/*.Tests; do
    project=$(basename "$project")
    [[ " ${on_the_cluster[*]} " = *" $project "* ]] || test_project "$project" || failed=1
  done
fi
python3 "$HACK/test-summary.py" artifacts/results "$(seconds_since "$start")" || failed=1
exit $failed
