#!/usr/bin/env bash
# Runs Varde and what it is compared with side by side on this machine, in alternating rounds, and
# prints for each its median and spread, its processor time per message, and what was durable when
# it said "received". Installs the peers from Debian where they are missing; everything runs on the
# loopback with its own configuration and data, and is ended again. Needs a Release build with
# -DVARDE_BENCH=ON in build/ (or VARDE_BUILD). The machine should have nothing else to do.
#   loadtest/compare.sh [--only NAME]… [--rounds N] [--seconds S] [--kills N] [--among WORD]…
#     [--json FILE] [--smoke]
# NAME: redis, mqtt, sip, alertmanager, tls, priority, crash, heartbeats or storm; and of Varde alone:
# rest, consoles, municipality or national.
set -euo pipefail
top=$(cd "$(dirname "$0")/.." && pwd)
. "$top/deploy/install.sh"

# A peer that can't be installed is a row that says so, so that the others are still measured. To
# see whether the instruments work, what the server itself needs is enough.
packages=(run compare)
case " $* " in *" --smoke "*) packages=(run) ;; esac
if ! (varde_install "${packages[@]}") >&2; then
  echo "Some peers can't be installed; their rows will say so." >&2
fi
cd "$top/loadtest"
exec /usr/bin/python3 -B -m compare "$@"
