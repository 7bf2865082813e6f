#!/bin/sh
# junitparser OUTPUT FILE…
output=$1
shift
exec "${0%/*}/../../../target/bench/peers/python/bin/python" -m junitparser merge "$@" "$output"
