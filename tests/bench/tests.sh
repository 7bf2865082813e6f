#!/usr/bin/env bash
# stepgate-tests merging JUnit beside the mergers of npm and PyPI, and beside a bare quick-xml loop that copies the events:
#   tests/bench/tests.sh [FILES] [MEGABYTES] [RUNS]
# Fails when a limit below is not kept, or when the merged totals are not the generator's.
# BENCH_PEERS names the peers to run (each once, or BENCH_PEER_RUNS times); `none` leaves them out, where there is no npm.
set -euo pipefail
cd "$(dirname "$0")/../.."
files=${1:-200} megabytes=${2:-203} runs=${3:-5}
# For each input: at most so many times the CPU time of the bare loop, and at least so many times less than the best of the
# peers. The aims are 2 and 20; what is enforced leaves room for a machine that is busy. Where a file is nothing but logs,
# copying its bytes (0.1 s for 203 MB) is more than a twentieth of what the best peer takes, so that 20 is out of reach.
limits_shards="3.5 15" limits_logs="3 4" limits_log="2.5 5"
memory=30     # MiB at most
linear=3      # at most so many times the CPU time for twice the files: 2 when linear, 4 when quadratic
peers=${BENCH_PEERS:-junit-merge junit-report-merger junitparser}
[ "$peers" != none ] || peers=
bench=target/bench/junit release=${CARGO_TARGET_DIR:-target}/release
mkdir -p "$bench"
cargo build --release --quiet -p stepgate-tests
cargo build --release --quiet -p stepgate-junit --example bare_loop
merge="$release/stepgate-tests merge --output junit=$bench/merged.xml"
failed=0

# The peers, in the versions that were measured.
npm_packages="junit-report-merger@9.0.4 junit-merge@2.0.0" pip_packages="junitparser==5.0.3 lxml==6.1.3"
install_peers() {
    local at=target/bench/peers wanted="$npm_packages $pip_packages"
    [ "$(cat $at/installed 2>/dev/null)" != "$wanted" ] || return 0
    if ! command -v npm >/dev/null || ! command -v node >/dev/null; then
        echo "the peers need node and npm: apt-get install nodejs npm, or leave them out with BENCH_PEERS=none" >&2
        exit 1
    fi
    mkdir -p $at
    # shellcheck disable=SC2086 # lists of packages
    npm install --silent --no-audit --no-fund --prefix $at $npm_packages
    python3 -m venv $at/python
    # shellcheck disable=SC2086
    $at/python/bin/pip install --quiet --disable-pip-version-check $pip_packages
    echo "$wanted" >$at/installed
}
if [ -n "$peers" ]; then install_peers; else echo "peers: skipped, as BENCH_PEERS says"; fi

# check NAME FILE TESTS FAILURES ERRORS SKIPPED: is FILE well-formed, has it all cases, and does its root count them?
check() {
    python3 - "$@" <<'PYTHON'
import os, sys, xml.parsers.expat
(name, path), wanted = sys.argv[1:3], list(map(int, sys.argv[3:]))
elements, root = dict.fromkeys(["testcase", "failure", "error", "skipped"], 0), []
def start(element, attributes):
    root or root.append(attributes)
    if element in elements:
        elements[element] += 1
parser = xml.parsers.expat.ParserCreate()
parser.StartElementHandler = start
try:
    with open(path, "rb") as file:
        parser.ParseFile(file)
except (OSError, xml.parsers.expat.ExpatError) as error:
    sys.exit(f"{name}: {error}")
totals = [root[0].get(key) for key in ["tests", "failures", "errors", "skipped"]]
size = f"{os.path.getsize(path) / 1e6:.1f} MB"
if list(elements.values()) != wanted or totals != list(map(str, wanted)):
    sys.exit(f"{name}: wanted {wanted}, the root says {totals}, the elements are {list(elements.values())}; {size}")
print(f"{name}: totals and elements are right, {size}")
PYTHON
}

# race LIMITS TOTALS MAY-FAIL FILE…: ours, the bare loop and the peers over the same files. MAY-FAIL: a peer that cannot read them.
race() {
    local bare=${1% *} peer=${1#* } totals=$2 may_fail=$3 name
    shift 3
    rm -f "$bench"/merged*.xml
    local commands=("stepgate-tests merge=$merge $*" "bare quick-xml loop<$bare=$release/examples/bare_loop $bench/merged-bare.xml $*")
    for name in $peers; do
        local mark='*'
        [ "$name" != "$may_fail" ] || mark='*?'
        commands+=("$name$mark=tests/bench/peers/$name.sh $bench/merged-$name.xml $*")
    done
    python3 tests/bench/measure.py --peer-runs "${BENCH_PEER_RUNS:-1}" --memory $memory "$runs" "$peer,1" "${commands[@]}" || failed=1
    # shellcheck disable=SC2086 # four numbers
    check stepgate-tests "$bench/merged.xml" $totals 2>&1 || failed=1
    for name in $peers; do
        # shellcheck disable=SC2086
        check "$name" "$bench/merged-$name.xml" $totals 2>&1 || true
    done
    rm -f "$bench"/merged*.xml
}

echo
shards="$bench/shards-$files"
if [ ! -f "$shards/$files.totals" ]; then
    mkdir -p "$shards"
    python3 tests/bench/junit_generate.py shards "$files" 1000 "$shards" >/dev/null
fi
mapfile -t reports < <(printf '%s\n' "$shards"/*.xml | sort)
echo "$files files of 1,000 cases, $(cat "${reports[@]}" | wc -c | awk '{ printf "%.0f", $1 / 1048576 }') MiB"
race "$limits_shards" "$(cat "$shards/$files.totals")" "" "${reports[@]}"

echo
half=$((files / 2)) quarter=$((files / 4))
echo "$files, $half and $quarter of them"
python3 tests/bench/measure.py "$runs" - "$files files=$merge ${reports[*]}" \
    "$half files<$linear=$merge ${reports[*]:0:half}" "$quarter files=$merge ${reports[*]:0:quarter}" || failed=1

for kind in logs log; do
    report="$bench/$kind-$megabytes.xml" cases=2000 may_fail=
    # lxml refuses so long a text.
    limits=$limits_logs
    [ $kind = logs ] || cases=100 may_fail=junitparser limits=$limits_log
    [ -f "$report.totals" ] || {
        python3 tests/bench/junit_generate.py $kind "$megabytes" $cases "$report" >"$report.new"
        mv "$report.new" "$report.totals"
    }
    echo
    echo "one file of $(stat -c %s "$report" | awk '{ printf "%.0f", $1 / 1e6 }') MB, $(
        [ $kind = logs ] && echo "a log in each of $cases cases" || echo "one log of its whole suite")"
    race "$limits" "$(cat "$report.totals")" "$may_fail" "$report"
done

echo
[ $failed = 0 ] && echo "every limit is kept" || echo "a limit is not kept, see above"
exit $failed
