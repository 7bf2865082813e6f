#!/usr/bin/env bash
# stepgate-lint beside what teams write by hand in PHP and Python, and beside a bare parse of the same bytes by serde_json:
#   tests/bench/lint.sh [MEGABYTES] [RUNS]
# The gate reads, judges and prints its default output. The peers parse, cut, and print a line a finding.
set -euo pipefail
cd "$(dirname "$0")/../.."
megabytes=${1:-100} runs=${2:-5}
bench=target/bench
mkdir -p "$bench"
cargo build --release --quiet -p stepgate -p stepgate-lint
cargo build --release --quiet -p findings --example bare_parse
lint=target/release/stepgate-lint

for tool in phpstan phpcs; do
    report="$bench/$tool-$megabytes.json"
    [ -f "$report" ] || python3 tests/bench/generate.py "$tool" "$megabytes" "$report"
    echo
    echo "$tool, $(du -m "$report" | cut -f1) MB"
    peers=("a script in Python*=python3 tests/bench/peer.py $report")
    ! command -v php >/dev/null || peers+=("a script in PHP*=php tests/bench/peer.php $report")
    python3 tests/bench/measure.py "$runs" 5,3 \
        "stepgate-lint gate=$lint gate $report" \
        "bare serde_json parse=target/release/examples/bare_parse $report" \
        "${peers[@]}"
done

echo
echo "an earlier report of 70,000 findings compared with a new one"
for half in before after; do
    [ -f "$bench/$half.json" ] || python3 tests/bench/generate.py phpstan 15 "$bench/$half.json"
done
python3 tests/bench/measure.py "$runs" - "stepgate-lint gate --against=$lint gate --against $bench/before.json $bench/after.json"

echo
echo "start-up (--version) and size"
python3 tests/bench/measure.py 20 - "stepgate-lint=$lint --version" "stepgate=target/release/stepgate --version"
for program in stepgate-lint:10 stepgate:20; do
    file="target/release/${program%:*}" limit=${program#*:}
    size=$(stat -c %s "$file")
    awk -v name="${program%:*}" -v size="$size" -v limit="$limit" 'BEGIN {
        printf "%-34s %8.2f MB (at most %d)\n", name, size / 1e6, limit; exit size > limit * 1e6 }'
done
