#!/usr/bin/env bash
# From a bare clone on Debian 12 to a running demo: installs what is missing, builds a release and
# the console, and starts `varde demo` in the foreground. A second run skips what is up to date.
# --no-run only prepares.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
cd "$top"
. deploy/install.sh

case "${1:-}" in
  '' | --no-run) ;;
  *)
    echo "usage: deploy/quickstart.sh [--no-run]"
    exit 2
    ;;
esac

# Compilations are found again from another clone of the repository.
export CCACHE_BASEDIR="$top" CCACHE_NOHASHDIR=1
data=.cache/demo
log=.cache/build.log

# Runs "$@" with its output in the log; on failure shows the end of it and says $1 in one sentence.
quietly() {
  local what=$1
  shift
  if ! "$@" >"$log" 2>&1; then
    tail -n 25 "$log" >&2
    varde_fail "$what failed (all of its output is in $top/$log)."
  fi
}

prepare_server() {
  if [ ! -e build/build.ninja ] || ! grep -q '^CMAKE_BUILD_TYPE:.*=Release$' build/CMakeCache.txt ||
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$top" build/CMakeCache.txt; then
    quietly "configuring the build" cmake --fresh -S . -B build -G Ninja \
      -DCMAKE_BUILD_TYPE=Release -DVARDE_TESTS=OFF
  fi
  [ -x build/varde ] || echo "Building the server (some minutes the first time) …"
  quietly "building the server" ninja -C build varde
}

prepare_console() {
  local stamp=.cache/console.stamp
  if [ -e "$stamp" ] && [ -e src/console/dist/index.html ] &&
    [ -z "$(find src/console \( -name node_modules -o -name dist \) -prune \
      -o -newer "$stamp" -print -quit)" ]; then
    return
  fi
  echo "Building the console …"
  touch "$stamp.new"
  quietly "fetching the console's libraries from npm" \
    npm --prefix src/console ci --no-audit --no-fund
  quietly "building the console" npm --prefix src/console run build
  mv "$stamp.new" "$stamp"
}

# What a person needs to know, from demo.json.
print_welcome() {
  node -e '
    const demo = JSON.parse(require("fs").readFileSync(process.argv[1], "utf8"));
    const port = demo.https.split(":").pop();
    const say = (...words) => console.log(...words);
    say(`\n  Console     https://localhost:${port}/`);
    say(`  Field page  https://localhost:${port}/felt`);
    say(`  SCAIP       udp ${demo.scaip_udp}  tcp ${demo.scaip_tcp}  tls ${demo.scaip_tls}`);
    say(`  Native      tls ${demo.native_tls}`);
    say("\n  Sign-ins of the demo (made up, valid here only):");
    const width = Math.max(...demo.sign_ins.map((s) => s.user.length));
    for (const s of demo.sign_ins) {
      const where = (s.teams.length ? s.teams : s.municipalities).join(", ");
      say(`    ${s.user.padEnd(width)}  ${s.password}  ${s.role}${where ? ` of ${where}` : ""}`);
    }
    say(`\n  The browser warns about the certificate: it is made on this machine (${demo.ca}).`);
    say("  Stop with Ctrl+C. What happened is kept in .cache/demo for the next start.\n");
  ' "$data/demo.json"
}

run_demo() {
  local ready=.cache/ready server status=0
  mkdir -p "$data"
  rm -f "$ready"
  mkfifo "$ready"
  build/varde demo --data "$data" >"$ready" &
  server=$!
  trap 'kill -TERM "$server" 2>/dev/null || true' INT TERM
  while IFS= read -r line; do
    case "$line" in 'varde ready'*) print_welcome ;; *) echo "$line" ;; esac
  done <"$ready"
  # A signal to this script ends a wait early: then wait again for the server itself.
  while :; do
    status=0
    wait "$server" || status=$?
    kill -0 "$server" 2>/dev/null || break
  done
  rm -f "$ready"
  exit "$status"
}

mkdir -p .cache
varde_install run build
[ -e build/build.ninja ] || varde_check_disk "$top"
prepare_server
prepare_console
if [ "${1:-}" = --no-run ]; then
  echo "Prepared. Start with deploy/quickstart.sh"
  exit 0
fi
run_demo
