#!/usr/bin/env bash
# Shows the operator live: real pods sync 40 stores, a good version spreads to all stores in steps, a bad one is rolled back.
set -euo pipefail
HACK=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
ROOT=$(dirname "$HACK")
NS=demo
IMAGE=ghcr.io/marketplace-operator/example-sync-worker
# shellcheck source=hack/lib.sh
. "$HACK/lib.sh"
# shellcheck source=hack/quickstart.sh
. "$HACK/quickstart.sh"
cd "$ROOT"

title() { printf '\n\033[1m== %s\033[0m\n' "$*"; }
field() { k get "$1" amazon-eu -o "jsonpath={$2}"; }
show() { printf '\033[2m$ kubectl %s\033[0m\n' "$*"; k "$@"; }

# change_image VERSION: changes the image with kubectl, as a user does.
change_image() { show patch marketplaceconnector amazon-eu --type merge --patch "{\"spec\":{\"sync\":{\"image\":\"$IMAGE:$1\"}}}"; }

# watch_until SECONDS PHASE NUMBER: prints one line per change of the rollout, until attempt NUMBER is in PHASE.
watch_until() {
  local limit=$((SECONDS + $1)) want=$2 number=$3 line='' last='' phase=''
  while [ $SECONDS -lt $limit ]; do
    line=$(k get syncrollout amazon-eu -o 'jsonpath={.status.attempt.number} {.status.phase}: step {.status.attempt.stepOf}, {.status.attempt.cohortOf} stores, evidence {.status.attempt.evidence}, {.status.attempt.verdict} {.status.attempt.reason}: {.status.attempt.message}')
    phase=${line#* }; phase=${phase%%:*}
    if [ "$line" != "$last" ] && [ "${line%% *}" = "$number" ]; then printf '  %4ss  %s\n' $((SECONDS - story)) "${line#* }"; last=$line; fi
    [ "$phase" != "$want" ] || [ "${line%% *}" != "$number" ] || return 0
    sleep 0.5
  done
  k get syncrollout amazon-eu -o yaml | sed -n '/^status:/,$p'
  die "attempt $number was not $want after $1 s"
}

stable_is() { [ "$(field mpc .status.stableImage)" = "$IMAGE:$1" ] && [ -n "$(field mpc '.status.flows[0].lastSuccess')" ]; }

# stores_that_ran REVISION: reads the stores from the logs of all replicas, which have one line per store and run.
stores_that_ran() {
  local pod
  for pod in $(kubectl -n $OPERATOR_NS get pods -l app.kubernetes.io/name=marketplace-operator -o name); do
    kubectl -n $OPERATOR_NS logs "$pod" --tail=-1
  done | jq -r --arg revision "$1" \
    'select(.State.Revision? == $revision and .State.Connector == "demo/amazon-eu") | .State.Store' | sort -u
}

begin=$SECONDS
title "A real cluster, the images, the operator"
set_up
step "remove an earlier demo" start_over
step "helm install" install_operator
step "apply examples/quickstart, at 10 s" apply_quickstart
story=$SECONDS

title "Version 1.0 syncs 40 stores, every 10 seconds"
await 60 stable_is 1.0 || die "version 1.0 did not sync within 60 s"
show get marketplaceconnectors
k get pods -l marketplace-operator.io/flow=orders | sed -n 1,6p

title "Version 1.1 is good: with enough evidence it spreads to 10 %, 25 % and 100 % of the stores; each run of them flips a coin between 1.0 and 1.1"
change_image 1.1
watch_until 300 Promoted 1
stable_is 1.1 || die "1.1 was promoted but is not stable"

title "Version 1.2 misreads every fifth order: evidence of 100 proves it, and it is rolled back in the first step"
change_image 1.2
watch_until 300 RolledBack 2
rejected=$(field syr .status.rejectedRevision)
ran=$(stores_that_ran "$rejected")
printf '\n  the only stores that ever ran 1.2 (revision %s): %s\n' "$rejected" "$(echo "$ran" | paste -sd ' ')"
[ "$(echo "$ran" | wc -l)" -le 4 ] || die "more than the first step's 4 stores ran 1.2"
printf '\n  why: %s\n' "$(field syr .status.attempt.message)"

title "What users see"
show get marketplaceconnectors,syncrollouts
show get events --field-selector involvedObject.kind=SyncRollout -o custom-columns=TYPE:.type,REASON:.reason,MESSAGE:.message
echo
metrics | grep -E '^marketplace_(runs_total|items_total|rollout_(step|cohort_stores|evidence|outcomes_total)).*connector="amazon-eu"'

title "Done: the demo took $((SECONDS - story)) s, with the setup $((SECONDS - begin)) s"
cat <<TEXT
Look around:
  export KUBECONFIG=$KUBECONFIG
  kubectl -n $NS get mpc,syr,pods
  kubectl -n $NS describe syr amazon-eu
  kubectl -n $NS logs -l marketplace-operator.io/arm=stable --tail=2
  kubectl -n $OPERATOR_NS logs deployment/marketplace-operator
Take it down: make clean
TEXT
