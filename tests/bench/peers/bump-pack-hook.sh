#!/bin/sh
# git's `uploadpack.packObjectsHook`: adds the size of each pack that a server sends to the file $BENCH_PACKS.
pack=$(mktemp)
"$@" >"$pack"
status=$?
wc -c <"$pack" >>"$BENCH_PACKS"
cat "$pack"
rm -f "$pack"
exit $status
