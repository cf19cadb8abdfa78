#!/usr/bin/env bash
# Sets up all that the tests need, runs them, and ends with "N passed, N failed, N skipped".
#   hack/test.sh          every test but the further stories (make test)
#   hack/test.sh stories  the further stories on the cluster (make stories)
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HACK")
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
cd "$ROOT"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
suite=${1:-tests}
case $suite in tests | stories) ;; *) die "'$suite' is no suite; write tests or stories" ;; esac

# Seconds that each suite may take on two cores. An issue may add at most 45 s to their sum. What is over is said, and fails nothing:
# a busy machine is no fault of the code.
declare -A budget=(
  [set-up]=240 [Operator.Api.Tests]=40 [Operator.Planning.Tests]=110 [Operator.Runtime.Tests]=110
  [Operator.Tests]=150 [Operator.Cluster.Tests]=480
)

start=$EPOCHREALTIME
# Docker machines get their cluster from Testcontainers, in the fixture; everybody else from hack/cluster.sh, while the code compiles.
export CLUSTER=${CLUSTER:-marketplace-operator-test}
cluster_log='' cluster_pid=''
if [ -z "${TEST_KUBECONFIG:-}" ] && ! docker_answers; then
  if "$HACK/cluster.sh" list | grep -qx "$CLUSTER"; then say "using what is there of cluster $CLUSTER"; fi
  cluster_log=$(mktemp "${TMPDIR:-/tmp}/marketplace-operator-cluster.XXXXXX")
  # In a process group of its own, so that a build that fails takes it along.
  set -m
  "$HACK/cluster.sh" up >"$cluster_log" 2>&1 </dev/null &
  cluster_pid=$!
  set +m
  trap '[ -z "$cluster_pid" ] || kill -- "-$cluster_pid" 2>/dev/null || true' EXIT
  say "the cluster starts while the code compiles"
fi
step "tools" dotnet tool restore
step "formatting" dotnet csharpier check .
step "build" dotnet build Operator.sln --nologo
if [ -n "$cluster_pid" ]; then
  wait "$cluster_pid" || { cat "$cluster_log" >&2; die "the cluster did not start; its log is $cluster_log"; }
  cluster_pid=''
  cat "$cluster_log" >&2
  rm -f "$cluster_log"
fi
"$HACK/images.sh"
export IMAGES_ARE_BUILT=1
HELM=$("$HACK/tools.sh" helm); PROMTOOL=$("$HACK/tools.sh" promtool)
export HELM PROMTOOL

rm -rf artifacts/results
mkdir -p artifacts/results
# took NAME SECONDS: for the table at the end.
took() { printf '%s\t%s\t%s\n' "$1" "$2" "${budget[$1]:-}" >>artifacts/results/times.tsv; }
took set-up "$(seconds_since "$start")"

# test_project NAME [FILTER]: its output, its results for the summary, and its time.
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
  test_project Operator.Cluster.Tests "Suite=Stories" || failed=1
else
  # One after another: side by side they take no less time, the processors being busy, and tests on the cluster would wait in vain.
  on_the_cluster=(Operator.Runtime.Tests Operator.Cluster.Tests)
  for project in "${on_the_cluster[@]}"; do test_project "$project" "Suite!=Stories" || failed=1; done
  for project in tests/*.Tests; do
    project=$(basename "$project")
    [[ " ${on_the_cluster[*]} " = *" $project "* ]] || test_project "$project" || failed=1
  done
fi
python3 "$HACK/test-summary.py" artifacts/results "$(seconds_since "$start")" || failed=1
exit $failed
