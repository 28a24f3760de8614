#!/usr/bin/env bash
# Every test there is, from a bare clone: installs what the tests need, builds, runs the parts
# below, and ends with a line that counts what passed and failed. Exit 1 if anything failed, also if
# a part's script is missing.
#   tests/run.sh [--only unit|style|model|integration|fault|loadtest|browser|sanitizers|fuzz]…
set -uo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
. deploy/install.sh

all_parts="style unit model integration fault loadtest browser sanitizers fuzz"
fuzz_s="${VARDE_FUZZ_S:-60}"   # seconds for each fuzzer
jobs="${VARDE_JOBS:-$(nproc)}" # compilers and unit tests at a time
logs=.cache/tests
passed=0
failed=0
summary=""

usage() {
  echo "usage: tests/run.sh [--only PART]…   parts: $all_parts" >&2
  exit 2
}

parts=""
while [ "$#" -gt 0 ]; do
  case "$1" in
    --only)
      case " $all_parts " in *" ${2:-none} "*) parts="$parts $2" ;; *) usage ;; esac
      shift 2
      ;;
    *) usage ;;
  esac
done
parts="${parts:-$all_parts}"

# Adds $2 passed and $3 failed under the name $1.
count() {
  passed=$((passed + $2))
  failed=$((failed + $3))
  if [ "$3" -gt 0 ]; then echo "FAILED: $1 ($3)"; fi
}

# Runs "${@:2}", shows and keeps its output, and counts it under the name $1: by its own closing
# count where it has one, else as one test. A command that fails without counting a failure is a
# failure.
run() {
  local name=$1 log="$logs/$1.log" status=0 counts
  shift
  echo "── $name: $*"
  "$@" </dev/null 2>&1 | tee "$log" || status=1
  counts=$(counts_in "$log" "$status")
  [ -n "$counts" ] || counts="$((1 - status)) $status"
  set -- $counts
  [ "$status" -eq 0 ] || [ "$2" -gt 0 ] || set -- "$1" 1
  count "$name" "$1" "$2"
}

# "passed failed" as the runner whose output is in the file $1 counted them; nothing if it did not.
# The runners known here: ctest, python's unittest, vitest, scripts that close with
# "N passed, N failed", and those that give a line for each: the model check and the fuzzers.
counts_in() {
  awk '
    /^[0-9]+% tests passed, [0-9]+ tests failed out of [0-9]+/ { p = $9 - $4; f = $4; seen = 1 }
    /^Ran [0-9]+ tests? in / { ran = $2; p = ran; f = 0; seen = 1 }
    /^(OK|FAILED) \(/ && ran != "" {
      f = 0; skipped = 0
      n = split($0, words, /[(), ]+/)
      for (i = 1; i <= n; i++) {
        split(words[i], pair, "=")
        if (pair[1] == "skipped") skipped = pair[2]; else f += pair[2]
      }
      p = ran - f - skipped; if (p < 0) p = 0
    }
    /^ *Tests  .*\([0-9]+\)/ {
      p = 0; f = 0; seen = 1
      for (i = 2; i <= NF; i++) {
        if ($i ~ /^passed/) p = $(i - 1)
        if ($i ~ /^failed/) f = $(i - 1)
      }
    }
    /^([a-z]+: )?[0-9]+ passed, [0-9]+ failed/ {
      line = $0; sub(/^[a-z]+: /, "", line); split(line, words, /[ ,]+/)
      p = words[1]; f = words[3]; seen = 1
    }
    /^ok  / || / executions, no finding$/ { good++ }
    /^FAILED  / || / FINDING, see / { bad++ }
    END { if (seen) print p, f; else if (good + bad) print good + 0, bad + 0 }
  ' <(sed 's/\x1b\[[0-9;]*m//g' "$1")
}

# Builds the targets "${@:3}" in the directory $1 with the cmake options in the array named $2; a
# failure is counted.
build() {
  local directory=$1 log="$logs/$1.log"
  local -n options=$2
  shift 2
  echo "── build in $directory"
  if cmake -S . -B "$directory" -G Ninja "${options[@]}" >"$log" 2>&1 &&
    ninja -j "$jobs" -C "$directory" "$@" >>"$log" 2>&1; then
    count "$directory" 1 0
  else
    grep -E -m 20 'error|FAILED|Error' "$log"
    tail -n 15 "$log"
    count "$directory" 0 1
    return 1
  fi
}

release_options=(-DCMAKE_BUILD_TYPE=Release -DVARDE_TESTS=ON -DVARDE_BENCH=ON)
build_release() {
  [ -n "${release_built:-}" ] && return "$release_built"
  release_built=0
  build build release_options || release_built=1
  return $release_built
}

# The pages, by the script that a new user runs; the server is up to date by then.
build_console() {
  run quickstart deploy/quickstart.sh --no-run
}

part_style() {
  build_release
  run style /usr/bin/python3 -m unittest discover -s tests/style -t tests/style -p '*_test.py'
}

part_unit() {
  build_release && run unit ctest --test-dir build --no-tests=error -j "$jobs" --output-on-failure
}

part_model() {
  run model tests/lanes/model/check.sh
}

part_integration() {
  build_release || return
  build_console
  run integration \
    /usr/bin/python3 -m unittest discover -s tests/integration -t tests/integration -p '*_test.py' -v
}

# Real processes and real faults; the long set is tests/fault/run.sh --long.
part_fault() {
  build_release && run fault tests/fault/run.sh
}

# Not how fast Varde is, but whether what measures it works.
part_loadtest() {
  build_release &&
    run loadtest \
      /usr/bin/python3 -m unittest discover -s tests/loadtest -t tests/loadtest -p '*_test.py' -v
}

part_browser() {
  build_release && run browser tests/browser/run.sh
}

# Only the tests are built with sanitizers, and not optimised, which takes a third of the time, and
# several files as one. Rooms that are pure and know one thread only (alarm, triage, wire, board) are
# left out of the thread sanitizer's build.
part_sanitizers() {
  local light=(-DCMAKE_BUILD_TYPE=Sanitize -DCMAKE_CXX_FLAGS=-O0 -DCMAKE_UNITY_BUILD=ON)
  local threaded=(base lanes vault redis ledger registry core edge http desk field server)
  local address=("${light[@]}" -DVARDE_SANITIZE=address,undefined)
  local thread=("${light[@]}" -DVARDE_SANITIZE=thread)
  export ASAN_OPTIONS=detect_stack_use_after_return=1:strict_string_checks=1
  export UBSAN_OPTIONS=print_stacktrace=1
  export TSAN_OPTIONS=second_deadlock_stack=1
  build build-address address all_tests &&
    run address ctest --test-dir build-address --no-tests=error -j "$jobs" --output-on-failure
  build build-thread thread "${threaded[@]/#/test_}" &&
    run thread ctest --test-dir build-thread --no-tests=error -j "$jobs" --output-on-failure \
      -L "^($(IFS='|' && echo "${threaded[*]}"))$"
}

part_fuzz() {
  run fuzz tests/fuzz/run.sh "$fuzz_s"
}

varde_install run build test
mkdir -p "$logs"
# Compilations are found again from another clone of the repository.
export CCACHE_BASEDIR="$top" CCACHE_NOHASHDIR=1
for part in $parts; do
  started=$SECONDS
  "part_$part"
  summary+=$(printf '%-12s %4d s' "$part" $((SECONDS - started)))$'\n'
done

printf '\n%s' "$summary"
printf 'all          %4d s\n\n' "$SECONDS"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
