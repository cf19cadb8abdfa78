#!/bin/sh
run=/sync/run.json app=/sync/credentials/app get="curl -sf --max-time 10" report=''
token=$($get "$MARKETPLACE_URL/oauth/token" --data-urlencode "client_id@$app/client_id" \
  --data-urlencode "client_secret@$app/client_secret" | jq -r .access_token)
class=u && [ -n "$token" ] || class=a # what failed: u, the marketplace; a, the credentials
for store in $(jq -r '.stores[].name' $run); do
  [ "$(date +%s)" -lt "$(date -d "$SYNC_DEADLINE" +%s)" ] || break
  since=$(jq -r --arg n "$store" '.stores[] | select(.name == $n) | [(.redoFrom | values | fromdate - 3600 | todate), .lastOkSlot | values] | min // ""' $run)
  orders=$($get "$MARKETPLACE_URL/stores/$store/orders?since=${since:-$SYNC_SLOT}&until=$SYNC_SLOT" \
    -H "Authorization: Bearer $token" | jq '.orders | length')
  if [ -n "$orders" ]; then entry="{\"ok\":$orders}"; else entry="{\"failed\":1,\"e\":{\"$class\":1}}"; fi
  report="$report${report:+,}$entry"; echo "store $store since ${since:-its first run}: $entry"
  echo "{\"v\":1,\"s\":[$report]}" >/dev/termination-log
done
