#!/usr/bin/env bash
# Installs what Varde needs from Debian 12's own packages, and only what is missing. Sourced by
# quickstart.sh and tests/run.sh, which call varde_install. When it can't go on it says why in one
# sentence and exits 1. Run alone it takes the names of the sets, "run build" if none is given:
#   deploy/install.sh run build test

# To run the server that was built: its libraries come with the build set.
VARDE_PACKAGES_RUN="redis-server ca-certificates"

# To build the server and the console.
VARDE_PACKAGES_BUILD="g++ cmake ninja-build pkg-config ccache mold
  libboost1.81-dev libboost-json1.81-dev libboost-url1.81-dev
  protobuf-compiler libprotobuf-dev libssl-dev libhiredis-dev libsodium-dev
  libjemalloc-dev libosip2-dev libpugixml-dev libutfcpp-dev libtomlplusplus-dev libcli11-dev
  libspdlog-dev libfmt-dev prometheus-cpp-dev"

# To build and run every test, benchmark and fuzzer.
VARDE_PACKAGES_TEST="libgtest-dev libgmock-dev librapidcheck-dev libbenchmark-dev
  libconcurrentqueue-dev clang clang-format libclang-rt-14-dev lld gcc
  spin sip-tester socat openssl curl python3 git
  strace libfaketime fuse3 python3-pyfuse3
  chromium fonts-inter fonts-dejavu-core"

# What loadtest/compare.sh runs Varde against.
VARDE_PACKAGES_COMPARE="mosquitto nats-server rabbitmq-server kamailio prometheus-alertmanager
  openssl python3 gnuplot-nox"

# The oldest redis-server with the fixes that Varde relies on.
VARDE_REDIS_MIN="5:7.0.15-1~deb12u10"
VARDE_NODE_MIN=18
# What packages, build trees and node_modules take, with some room left.
VARDE_DISK_MIN_MB="${VARDE_DISK_MIN_MB:-3000}"

varde_fail() {
  echo "Varde: $*" >&2
  exit 1
}

# The words of the package sets named in "$@", one a line.
varde_packages_of() {
  local set
  for set in "$@"; do
    case "$set" in
      run) printf '%s\n' $VARDE_PACKAGES_RUN ;;
      build) printf '%s\n' $VARDE_PACKAGES_BUILD ;;
      test) printf '%s\n' $VARDE_PACKAGES_TEST ;;
      compare) printf '%s\n' $VARDE_PACKAGES_COMPARE ;;
    esac
  done
}

# True if the installed redis-server is there and old.
varde_redis_is_old() {
  local version
  version=$(dpkg-query -W -f '${Version}' redis-server 2>/dev/null) && [ -n "$version" ] &&
    dpkg --compare-versions "$version" lt "$VARDE_REDIS_MIN"
}

# The packages of the sets "$@" that are not installed, on one line. Node.js and npm are asked for
# by command, since a machine may have them from elsewhere: what is new enough is left alone.
varde_missing() {
  local wanted installed
  wanted=$(varde_packages_of "$@" | sort -u)
  installed=$(dpkg-query -W -f '${db:Status-Abbrev}${binary:Package}\n' $wanted 2>/dev/null |
    sed -n 's/^.i. *\([^:]*\).*/\1/p' | sort -u)
  {
    comm -23 <(printf '%s\n' "$wanted") <(printf '%s\n' "$installed")
    case " $* " in *" build "*)
      command -v node >/dev/null || echo nodejs
      command -v npm >/dev/null || echo npm
      ;;
    esac
    case " $* " in *" run "*) if varde_redis_is_old; then echo redis-server; fi ;; esac
  } | sort -u | paste -sd ' '
}

varde_check_system() {
  local id version
  id=$(sed -n 's/^ID=//p' /etc/os-release 2>/dev/null | tr -d '"')
  version=$(sed -n 's/^VERSION_ID=//p' /etc/os-release 2>/dev/null | tr -d '"')
  [ "$id" = debian ] && [ "$version" = 12 ] ||
    varde_fail "this script knows Debian 12 only, and this is ${id:-something else} ${version:-}."
}

# Sets varde_root to the words that run a command as root.
varde_find_root() {
  varde_root=()
  [ "$(id -u)" -eq 0 ] && return
  command -v sudo >/dev/null ||
    varde_fail "packages are missing ($1) and there is no sudo here: run this as root."
  sudo -n true 2>/dev/null || sudo -v ||
    varde_fail "packages are missing ($1) and sudo refused: run this as root."
  varde_root=(sudo)
}

varde_check_disk() {
  local place free
  for place in "$@"; do
    free=$(df -Pm "$place" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$VARDE_DISK_MIN_MB" ] ||
      varde_fail "the disk of $place has only $free MB free, and $VARDE_DISK_MIN_MB MB are needed."
  done
}

# Debian starts a service as soon as it is installed; Varde owns its redis-server itself, so for the
# time of the installation the system's policy is to start nothing.
varde_apt() (
  policy=/usr/sbin/policy-rc.d
  if [ ! -e "$policy" ]; then
    trap '"${varde_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${varde_root[@]}" tee "$policy" >/dev/null
    "${varde_root[@]}" chmod 755 "$policy"
  fi
  "${varde_root[@]}" env DEBIAN_FRONTEND=noninteractive LC_ALL=C \
    apt-get -o DPkg::Lock::Timeout=300 "$@"
)

# One sentence for a failed apt-get, from its log $1; $2 are the packages it was asked for.
varde_explain_apt() {
  local failed
  local unreachable='Temporary failure resolving|Could not (connect|resolve)|Unable to connect'
  local not_got='Unable to (locate package|fetch)|has no installation candidate|Failed to fetch'
  if grep -qE "$unreachable|Network is unreachable" "$1" && grep -qE "$not_got" "$1"; then
    varde_fail "Debian's package server can't be reached, so these can't be installed: $2 (see $1)."
  fi
  if grep -qE 'No space left on device|enough free space' "$1"; then
    varde_fail "the disk is full, so packages can't be installed (see $1)."
  fi
  failed=$(grep -m 1 -E '^E: ' "$1" | sed 's/^E: //; s/\.$//')
  varde_fail "a package could not be installed: ${failed:-apt-get failed} (see $1)."
}

# Makes sure that the package sets named in "$@" are there.
varde_install() {
  local top missing log set had_redis=1
  top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
  for set in "$@"; do
    case "$set" in
      run | build | test | compare) ;;
      *) varde_fail "there is no package set '$set': choose among run, build, test and compare." ;;
    esac
  done
  varde_check_system
  missing=$(varde_missing "$@")
  if [ -n "$missing" ]; then
    varde_find_root "$missing"
    varde_check_disk "$top" /var
    mkdir -p "$top/.cache"
    log="$top/.cache/install.log"
    : >"$log"
    [ -e /usr/bin/redis-server ] || had_redis=0
    echo "Installing from Debian: $missing"
    varde_apt update >>"$log" 2>&1 || true
    varde_apt install -y --no-install-recommends --no-remove $missing >>"$log" 2>&1 ||
      varde_explain_apt "$log" "$missing"
    if [ "$had_redis" -eq 0 ] && [ -d /run/systemd/system ] && [ -e /usr/bin/redis-server ]; then
      "${varde_root[@]}" systemctl disable redis-server >>"$log" 2>&1 || true
    fi
  fi
  case " $* " in *" run "*)
    if varde_redis_is_old; then
      varde_fail "redis-server $VARDE_REDIS_MIN or newer is needed: add Debian's security updates."
    fi
    ;;
  esac
  case " $* " in *" build "*)
    local node
    node=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
    [ "${node:-0}" -ge "$VARDE_NODE_MIN" ] ||
      varde_fail "Node.js $VARDE_NODE_MIN or newer is needed for the console, not ${node:-none}."
    ;;
  esac
}

if [ "${BASH_SOURCE[0]}" = "$0" ]; then
  set -euo pipefail
  [ "$#" -gt 0 ] || set -- run build
  varde_install "$@"
fi
