#!/usr/bin/env bash
# Measures how maxStoresPerRun changes cost and duration, with real pods: 40 stores, half a second per store, 8 runs at a time.
# SIZES (default "1 5 10 20 40") are the measured values; PERIOD (default 45) is the time between two slots in seconds.
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HACK")
NS=cost
PERIOD=${PERIOD:-45}
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
# shellcheck source=hack/quickstart.sh
. "$HACK/quickstart.sh"
cd "$ROOT"

# connector SIZE: the quickstart's connector with SIZE stores per run and a slower worker, without a rollout.
connector() {
  k create --dry-run=client -f examples/quickstart/connector.yaml -o json | jq --arg name "size-$1" --argjson size "$1" --arg every "@every ${PERIOD}s" '
    .metadata = {name: $name} | .spec.updatePolicy = "Immediate"
    | .spec.sync.env += [{name: "WORKER_FAULT", value: "slow:0.5"}]
    | .spec.flows[0] += {schedule: $every, startingDeadline: "40s", startTimeout: "40s", maxStoresPerRun: $size}'
}

# Waits for a slot after the first one, because the first slot may begin before images and caches are warm.
second_slot_is_done() {
  local flow; flow=$(k get mpc "size-$1" -o json | jq -c '.status.flows[0] // {}')
  local last; last=$(jq -r '.lastSuccess // empty' <<<"$flow")
  [ -n "$last" ] && [ "$(jq -r '.activeRuns // 0' <<<"$flow")" = 0 ] && [ "$(date -d "$last" +%s)" -gt $((begun + 2 * PERIOD)) ]
}

# of METRIC CONNECTOR: the sum of the metric's series for the connector.
of() { awk -v name="^$1[{]" -v connector="connector=\"$2\"" '$0 ~ name && index($0, connector) { sum += $NF } END { print sum + 0 }' <<<"$scraped"; }

measure() {
  local size=$1
  begun=$(date +%s)
  connector "$size" | k apply -f - >/dev/null
  await 300 second_slot_is_done "$size" || die "two slots of size-$size did not end well"
  local scraped runs syncs cpu; scraped=$(metrics)
  runs=$(of marketplace_runs_total "size-$size"); syncs=$(of marketplace_store_syncs_total "size-$size")
  cpu=$(of marketplace_run_requested_cpu_core_seconds_total "size-$size")
  k get pods -l "marketplace-operator.io/connector=size-$size" -o json | jq -r --arg size "$size" --arg runs "$runs" --arg syncs "$syncs" --arg cpu "$cpu" '
    def at: fromdateiso8601;
    [.items[] | {slot: (.metadata.labels["marketplace-operator.io/occasion"][1:] | tonumber), done: (.status.containerStatuses[]? | select(.name == "sync").state.terminated.finishedAt // empty | at)}]
    | (map(.slot) | max) as $slot | map(select(.slot == $slot).done - $slot) | sort
    | "| \($size) | \(1000 * ($runs | tonumber) / ($syncs | tonumber) | round) | \(1000 * ($cpu | tonumber) / ($syncs | tonumber) * 10 | round / 10) | \(.[length / 2 | floor]) s | \(last) s |"'
  k delete mpc "size-$size" --wait >/dev/null
}

# step runs this in a subshell, so its variables are not set here afterwards.
everything() { set_up; start_over; install_operator; apply_quickstart; }
step "cluster, images, operator" everything
KUBECONFIG=$("$HACK/cluster.sh" kubeconfig); export KUBECONFIG
PATH=$PATH:$(dirname "$("$HACK/tools.sh" kubectl)")
k delete mpc,syr --all >/dev/null
echo "| stores a run | pods per 1,000 syncs | requested core seconds per 1,000 syncs | half of the stores synced after | all after |"
echo "|---|---|---|---|---|"
for size in ${SIZES:-1 5 10 20 40}; do measure "$size"; done
