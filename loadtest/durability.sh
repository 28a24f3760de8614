#!/usr/bin/env bash
# What each acknowledgement policy costs: saturation and latency with signals on the node's disk
# only, also in Redis (fsync always), and also in a replica of it, in alternation in one run.
#
#   loadtest/durability.sh VARDE VARDE_LOAD [ROUNDS] [SECONDS]
#
# Prints a line a measurement and the medians. Loopback only; ends what it started.
set -euo pipefail

varde=${1:?"Say where the built varde is."}
load=${2:?"Say where the built varde-load is."}
rounds=${3:-3}
seconds=${4:-10}
work=$(mktemp -d)
pids=()

end_all() {
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  pids=()
}
trap 'end_all; rm -rf "$work"' EXIT

free_port() {
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

wait_for() {  # command…: until it succeeds, at most 20 s
  for _ in $(seq 200); do "$@" >/dev/null 2>&1 && return; sleep 0.1; done
  echo "gave up waiting for: $*" >&2
  exit 1
}

measure() {  # policy
  local data=$work/$1 off=127.0.0.1:0
  rm -rf "$data"
  "$varde" demo --data "$data" --quiet --devices 500 --acknowledge "$1" --https $off --scaip-udp off \
    --scaip-tcp off --scaip-tls off --native $off --metrics $off >"$work/out" 2>"$work/err" &
  pids+=($!)
  wait_for grep -q "varde ready" "$work/out"
  if [[ $1 == *replica* ]]; then
    local port replica
    port=$(free_port) replica=$(free_port)
    redis-cli -s "$data/redis/redis.sock" config set port "$port" >/dev/null
    mkdir -p "$work/replica"
    redis-server --port "$replica" --bind 127.0.0.1 --dir "$work/replica" --save "" \
      --appendonly yes --appendfsync everysec --replicaof 127.0.0.1 "$port" >"$work/replica.log" &
    pids+=($!)
    wait_for sh -c "redis-cli -p $replica info replication | grep -q master_link_status:up"
  fi
  "$load" native "$data" --saturate --window 64 --no-watch --seconds "$seconds" >"$work/full"
  "$load" native "$data" --rate 2000 --connections 500 --seconds "$seconds" >"$work/rate"
  local per_s p50 p99
  per_s=$(sed -n 's/.*acknowledged [0-9]* (\([0-9]*\)\/s).*/\1/p' "$work/full")
  read -r p50 p99 < <(awk '/signal to acknowledge/ {print $5, $7}' "$work/rate")
  grep -q "exactly one case" "$work/full"
  grep -q "exactly one case" "$work/rate"
  echo "$1 $per_s $p50 $p99" | tee -a "$work/results"
  end_all
}

echo "policy signals/s p50_ms p99_ms_at_2000/s"
for _ in $(seq "$rounds"); do
  for policy in disk disk+redis disk+redis+replica; do measure "$policy"; done
done
echo "medians of $rounds rounds"
for policy in disk disk+redis disk+redis+replica; do
  middle=$(((rounds + 1) / 2))
  echo "$policy" $(for column in 2 3 4; do
    awk -v p="$policy" -v c=$column '$1 == p {print $c}' "$work/results" | sort -n | sed -n "${middle}p"
  done)
done
