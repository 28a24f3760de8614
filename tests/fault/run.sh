#!/usr/bin/env bash
# Real varde, redis-server and redis-sentinel processes, real faults, and the reckoning with records
# that were kept outside. Needs a built build/varde (or VARDE_BINARY). The short set is CI's.
#   tests/fault/run.sh [--long] [--only NAME]… [--seed SEED] [--keep] [--markdown FILE]
set -euo pipefail
here=$(dirname "$0")
/usr/bin/python3 -B -m unittest discover -s "$here" -t "$here" -p 'checker_test.py'
exec /usr/bin/python3 -B "$here/run.py" "$@"
