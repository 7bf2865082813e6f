#!/bin/sh
# junit-merge OUTPUT FILE…
output=$1
shift
exec node "${0%/*}/../../../target/bench/peers/node_modules/junit-merge/bin/junit-merge" --out "$output" "$@"
