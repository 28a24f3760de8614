#!/bin/sh
# Searches the model of the lanes to the end with Spin, and then shows that the search can fail:
# each broken variant must be caught. Needs spin and a C compiler; takes about fifteen seconds of
# one core. Exit 0 only if all is as it should be.
set -eu
model=$(cd "$(dirname "$0")" && pwd)/lanes.pml
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"

# Who pushes how much: as small as shows what it is for, since every item multiplies the states.
reserve='-DAWAKE -DLIFE_ITEMS=1 -DLOWER_ITEMS=1 -DTHIRD_LANE=LOWER -DTHIRD_ITEMS=1'
asleep='-DLIFE_ITEMS=2 -DLOWER_ITEMS=1 -DTHIRD_LANE=LOWER -DTHIRD_ITEMS=0'
frozen='-DLIFE_ITEMS=1 -DLOWER_ITEMS=1 -DTHIRD_LANE=LOWER -DTHIRD_ITEMS=0 -DFREEZING'
rounds='-DSLOTS=3 -DAWAKE -DLIFE_ITEMS=2 -DLOWER_ITEMS=1 -DTHIRD_LANE=LIFE -DTHIRD_ITEMS=1'

# search <defines>: 0 if nothing was found, 1 if an error was, 2 if the search itself did not work.
search() {
  # shellcheck disable=SC2086
  spin $1 -a "$model" >spin.log 2>&1 || { cat spin.log; return 2; }
  ${CC:-cc} -O1 -w -DSAFETY -DCOLLAPSE -DMEMLIM=2048 -o pan pan.c || return 2
  ./pan -m200000 >pan.log 2>&1 || { cat pan.log; return 2; }
  if grep -q 'errors: 0' pan.log; then
    grep -q 'Search not completed\|max search depth too small' pan.log || return 0
  fi
  grep -q 'errors: [1-9]' pan.log && return 1
  cat pan.log
  return 2
}

passed=0
failed=0
expect() {  # expect <code> <what> <defines>
  code=0
  : >pan.log
  search "$3" || code=$?
  if [ "$code" = "$1" ]; then
    passed=$((passed + 1))
    echo "ok      $2 ($(sed -n 's/ *\([0-9.e+]*\) states, stored.*/\1/p' pan.log) states)"
  else
    echo "FAILED  $2 (expected $1, got $code)"
    failed=$((failed + 1))
  fi
}

expect 0 'three producers: lower lanes leave the reserve' "$reserve"
expect 0 'two producers, three items: nobody sleeps on an item' "$asleep"
expect 0 'a frozen producer holds up nobody' "$frozen"
expect 0 'three slots go round: no slot has two owners' "$rounds"
expect 1 'BROKEN_CREDIT is caught' "$reserve -DBROKEN_CREDIT"
expect 1 'BROKEN_WAKE is caught' "$asleep -DBROKEN_WAKE"
expect 1 'BROKEN_CLEAR is caught' "$asleep -DBROKEN_CLEAR"
expect 1 'BROKEN_RING is caught' "$frozen -DBROKEN_RING"
expect 1 'BROKEN_TAG is caught' "$rounds -DBROKEN_TAG"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
