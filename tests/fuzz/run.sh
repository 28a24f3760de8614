#!/usr/bin/env bash
# Runs every fuzzer for so many seconds, two at a time, and fails on any finding. Builds them first
# in build-fuzz, with clang and the address and undefined-behaviour sanitizers; only what they link.
#   tests/fuzz/run.sh [SECONDS, 60 unless told]
set -euo pipefail

seconds=${1:-60}
root=$(cd "$(dirname "$0")/../.." && pwd)
build=$root/build-fuzz
seeds=$root/tests/fuzz/corpus
found=$build/fuzz   # grown corpora, logs and findings

if [[ ! $seconds =~ ^[1-9][0-9]*$ ]]; then
  echo "run.sh: '$seconds' is not a number of seconds" >&2
  exit 2
fi
if ! command -v clang++ >/dev/null; then
  echo "run.sh: clang++ is missing: apt-get install clang" >&2
  exit 2
fi

mapfile -t targets < <(cd "$root/tests/fuzz" && ls -- *_fuzzer.cpp | sed 's/\.cpp$//')
CC=clang CXX=clang++ cmake -S "$root" -B "$build" -G Ninja \
  -DCMAKE_BUILD_TYPE=RelWithDebInfo -DVARDE_FUZZ=ON -DVARDE_TESTS=OFF \
  -DVARDE_SANITIZE=fuzzer-no-link,address,undefined >"$build.log" 2>&1 ||
  { cat "$build.log" >&2; exit 1; }
mv "$build.log" "$build/configure.log"
ninja -C "$build" --quiet "${targets[@]}"

# run_one TARGET: fuzzes it on its seeds; a finding is left in $found/TARGET.
run_one() {
  local target=$1 name=${1%_fuzzer}
  mkdir -p "$found/$target/corpus"
  local inputs=("$found/$target/corpus")
  [[ -d $seeds/$name ]] && inputs+=("$seeds/$name")
  "$build/$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -max_len=32768 \
    -print_final_stats=1 -artifact_prefix="$found/$target/" "${inputs[@]}" \
    >"$found/$target/log" 2>&1
}

failed=0
for ((i = 0; i < ${#targets[@]}; i += 2)); do
  running=()
  for target in "${targets[@]:i:2}"; do
    run_one "$target" &
    running+=("$!:$target")
  done
  for entry in "${running[@]}"; do
    target=${entry#*:}
    if wait "${entry%%:*}"; then
      executions=$(sed -n 's/^stat::number_of_executed_units: *//p' "$found/$target/log")
      printf '%-24s %12s executions, no finding\n' "$target" "$executions"
    else
      failed=1
      printf '%-24s FINDING, see %s\n' "$target" "$found/$target" >&2
      tail -n 40 "$found/$target/log" >&2
    fi
  done
done
exit "$failed"
