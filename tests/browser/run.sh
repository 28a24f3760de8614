#!/usr/bin/env bash
# Builds the pages and runs everything about them: type check, linter, unit tests, then Debian's Chromium against the
# stand-in server and, when build/varde is there, the whole path against the real one.
set -euo pipefail
cd "$(dirname "$0")"
console=../../src/console

# What is installed already for the lock file as it stands is not fetched again.
install() {
  [ "$1/node_modules/.package-lock.json" -nt "$1/package-lock.json" ] || npm ci --no-progress --prefix "$1"
}
install "$console"
install .
npm run --prefix "$console" check
npm run --prefix "$console" build

unit=$(mktemp)
trap 'rm -f "$unit"' EXIT
unit_status=0
npm test --prefix "$console" -- --reporter=default --reporter=json --outputFile.json="$unit" || unit_status=$?
page_log=$(mktemp)
trap 'rm -f "$unit" "$page_log"' EXIT
page_status=0
node --test --test-concurrency=1 --test-reporter=spec ./*.test.mjs | tee "$page_log" || page_status=$?

count() { sed -n "s/^ℹ $1 \([0-9]*\)$/\1/p" "$page_log" | tail -1; }
unit_passed=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).numPassedTests' "$unit")
unit_failed=$(node -p 'JSON.parse(require("fs").readFileSync(process.argv[1])).numFailedTests' "$unit")
echo "$((unit_passed + $(count pass))) passed, $((unit_failed + $(count fail))) failed, $(count skipped) skipped"
exit $((unit_status || page_status))
