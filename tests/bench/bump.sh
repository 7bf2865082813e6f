#!/usr/bin/env bash
# stepgate-bump beside yq and ruamel.yaml (editing) and beside git as it is pasted into pipelines (landing):
#   tests/bench/bump.sh [RUNS]
# Fails when a limit below is not kept, when a file differs in more than its tag, or when a commit is lost.
# BENCH_FILES, BENCH_COMMITS: the size of the repository; BENCH_EDITS: files edited, BENCH_PEER_EDITS: beside the peers;
# BENCH_WRITERS: who land at once.
# BENCH_PEERS names the peers that edit; `none` leaves them out, where there is no PyPI. BENCH_YQ: a yq of mikefarah, a peer
# where it is given. BENCH_BUMP is a program to measure in place of the one that is built here.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-3}
files=${BENCH_FILES:-20000} commits=${BENCH_COMMITS:-5000} edits=${BENCH_EDITS:-2000} writers=${BENCH_WRITERS:-8}
edit=20,0       # the peers take at least so many times the CPU time for the same edits
start=5,0       # and for a single file, where starting a shell and the program is most of it
land=3,0        # a clone, a commit and a push take at least so many times the CPU time
linear=3.5      # at most so many times the CPU time for twice the files edited; the disk is in it
history=2.5     # at most so many times the CPU time for all those commits or files as for few: 1 on a quiet machine
fetched=3       # a shallow clone fetches at least so many times the bytes
few_files=1000 few_commits=200
peer_edits=${BENCH_PEER_EDITS:-25} # files that the peers edit, who take seconds for them
each=3          # bumps of each writer
peers=${BENCH_PEERS:-yq ruamel}
[ "$peers" != none ] || peers=
bench=$PWD/target/bench/bump release=${CARGO_TARGET_DIR:-target}/release
mkdir -p "$bench"
bump=${BENCH_BUMP:-$release/stepgate-bump}
[ -n "${BENCH_BUMP:-}" ] || cargo build --release --quiet -p stepgate-bump
failed=0
fail() { echo "$*"; failed=1; }

# Nobody's git config but this one: for the names in commits, and to count what the server sends and what it refuses.
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL="$bench/gitconfig" BENCH_PACKS="$bench/packs"
cat >"$GIT_CONFIG_GLOBAL" <<CONFIG
[user]
	name = Bench
	email = bench@example.com
[uploadpack]
	packObjectsHook = $PWD/tests/bench/peers/bump-pack-hook.sh
CONFIG

# The peers, in the versions that were measured.
pip_packages="yq==4.4.5 ruamel.yaml==0.19.1"
python=target/bench/peers/bump/bin
if [ -z "$peers" ]; then
    echo "peers: skipped, as BENCH_PEERS says"
elif [ "$(cat $python/../installed 2>/dev/null)" != "$pip_packages" ]; then
    command -v jq >/dev/null || { echo "yq needs jq: apt-get install jq, or BENCH_PEERS=ruamel" >&2; exit 1; }
    python3 -m venv $python/..
    # shellcheck disable=SC2086 # a list of packages
    $python/pip install --quiet --disable-pip-version-check $pip_packages
    echo "$pip_packages" >$python/../installed
fi

# values NAME COUNT: a folder of its own with so many fresh files; prints the list of them.
values() {
    rm -rf "${bench:?}/$1"
    python3 tests/bench/bump_generate.py values "$2" "$bench/$1"
    echo "$bench/$1/list"
}

# check WHO NAME: does each file of the folder differ in its tag alone? For ours that is a must.
check() {
    local status=0
    printf '%s: ' "$1"
    python3 tests/bench/bump_generate.py check "$bench/$2" || status=$?
    [ "$1" != stepgate-bump ] || [ $status = 0 ] || failed=1
}

# edit COUNT OURS RUNS LIMITS: the same edit by everybody, each in files of their own.
edit() {
    local count=$1 ours=$2 set=tests/bench/peers/bump-set.sh name
    local commands=("stepgate-bump set=$set $ours $(values ours "$count") $bump")
    for name in $peers; do
        case $name in
        yq) commands+=("yq, on jq*=$set yq-jq $(values yq "$count") $python/yq") ;;
        ruamel) commands+=("ruamel.yaml*=$set ruamel $(values ruamel "$count") $python/python") ;;
        *) echo "no peer is named $name: yq, ruamel, or none" >&2; exit 1 ;;
        esac
    done
    [ -z "${BENCH_YQ:-}" ] || commands+=("yq of mikefarah*=$set yq-go $(values yq-go "$count") $BENCH_YQ")
    commands+=("sed, which knows no YAML=$set sed $(values sed "$count")")
    python3 tests/bench/measure.py --peer-runs 1 "$3" "$4" "${commands[@]}" || failed=1
}

echo
echo "one file of 7 KB, process start and all"
edit 1 ours-one 20 $start
echo
echo "$peer_edits files"
edit "$peer_edits" ours "$runs" $edit
check stepgate-bump ours
for name in $peers ${BENCH_YQ:+yq-go}; do check "$name" "$name"; done

echo
echo "$edits files, and half of them"
list=$(values ours "$edits")
half=$(values half $((edits / 2)))
python3 tests/bench/measure.py "$runs" - "$edits files=tests/bench/peers/bump-set.sh ours $list $bump" \
    "$((edits / 2)) files<$linear=tests/bench/peers/bump-set.sh ours $half $bump" \
    "sed, which knows no YAML, $edits files=tests/bench/peers/bump-set.sh sed $(values sed "$edits")" || failed=1
check stepgate-bump ours

# repository FILES COMMITS [NAME]: a fresh copy of such a repository, made once; prints its URL.
repository() {
    local made="$bench/made-$1-$2.git" copy="$bench/${3:-remote-$1-$2}.git"
    if [ ! -d "$made" ]; then
        rm -rf "$made.new"
        python3 tests/bench/bump_generate.py repository "$1" "$2" "$made.new"
        mv "$made.new" "$made"
    fi
    rm -rf "$copy"
    cp -r "$made" "$copy"
    echo "file://$copy"
}

# packs HOW TIMES: how many bytes of packs the server sent for each of so many bumps.
packs() { awk -v times="$2" '{ sum += $1 } END { printf "%d", sum / times }' "$BENCH_PACKS.$1"; }

echo
url=$(repository "$files" "$commits")
rm -f "$BENCH_PACKS".*
echo "one bump landed in a repository of $files files and $commits commits"
land() { echo "tests/bench/peers/bump-land.sh $1 $url svc00000 $bump"; }
python3 tests/bench/measure.py --peer-runs 1 "$runs" $land "stepgate-bump put=$(land ours)" \
    "clone --depth 1, sed, commit, push*=$(land shallow)" "clone, sed, commit, push*=$(land full)" || failed=1
ours=$(packs ours "$runs") shallow=$(packs shallow 1)
echo "fetched: stepgate-bump $ours bytes, clone --depth 1 $shallow, clone $(packs full 1)"
[ "$ours" -gt 0 ] && [ $((ours * fetched)) -le "$shallow" ] ||
    fail "stepgate-bump: wanted at most 1/$fetched of the bytes of a shallow clone"

echo
echo "the same with few commits, and with few files"
few=$(repository "$files" "$few_commits") small=$(repository "$few_files" "$commits")
python3 tests/bench/measure.py $((runs + 2)) - "$files files, $commits commits=$(land ours)" \
    "$files files, $few_commits commits<$history=$(url=$few land ours)" \
    "$few_files files, $commits commits<$history=$(url=$small land ours)" || failed=1

# api FILES: the same for the API; prints the command. The server is our own, without a network before it.
api() {
    local tree="$bench/tree-$1"
    repository "$1" "$few_commits" >/dev/null
    rm -rf "$tree" && mkdir "$tree"
    git -C "$bench/made-$1-$few_commits.git" archive main | tar -xf - -C "$tree"
    mkfifo "$tree.in"
    rm -f "$tree.url"
    "$release/examples/bitbucket" "$tree" <"$tree.in" >"$tree.url" &
    servers+=($!)
    # Its standard input ends with this script, whatever ends that.
    exec {keep}>"$tree.in"
    rm "$tree.in"
    until [ -s "$tree.url" ]; do sleep 0.05; done
    command="tests/bench/peers/bump-land.sh api $(cat "$tree.url") svc00000 $bump"
}

echo
echo "by the API"
servers=()
[ -x "$release/examples/bitbucket" ] && [ -n "${BENCH_BUMP:-}" ] || cargo build --release --quiet -p fakes --example bitbucket
api "$files" && many_command=$command
api "$few_files" && few_command=$command
python3 tests/bench/measure.py $((runs + 2)) - "$files files=$many_command" "$few_files files<$history=$few_command" || failed=1
# Whoever waits for the writers below does not wait for these.
kill "${servers[@]}"
wait "${servers[@]}" || true

# together HOW: all writers at once, each with a service of its own and one bump after the other. Prints landed, seconds,
# pushes that were rejected, and whether main holds each writer's last tag and one commit a bump.
together() {
    local how=$1 url before after begun tags trace="$bench/trace" status=0
    url=$(repository "$few_files" "$few_commits" "together-$how")
    before=$(git -C "${url#file://}" rev-list --count main)
    rm -rf "$trace" "$bench"/tags-* "$bench/together-$how.log"
    mkdir -p "$trace"
    begun=$(date +%s%N)
    for ((writer = 0; writer < writers; writer++)); do
        (
            service=$(printf 'svc%05d' "$writer")
            for ((bump_number = 0; bump_number < each; bump_number++)); do
                GIT_TRACE2_EVENT=$trace tests/bench/peers/bump-land.sh "$how" "$url" "$service" "$bump" || exit 1
            done >"$bench/tags-$service" 2>>"$bench/together-$how.log"
        ) &
    done
    wait
    seconds=$(awk -v nanoseconds=$(($(date +%s%N) - begun)) 'BEGIN { printf "%.1f", nanoseconds / 1e9 }')
    after=$(git -C "${url#file://}" rev-list --count main)
    for tags in "$bench"/tags-*; do
        local service=${tags##*tags-} last
        last=$(tail -n 1 "$tags")
        git -C "${url#file://}" show "main:apps/000/$service/production/values.yaml" | grep -qF "tag: \"$last\"" || status=1
    done
    landed=$((after - before))
    [ "$landed" = $((writers * each)) ] || status=1
    [ "$(git -C "${url#file://}" rev-list --merges --count main)" = 0 ] || status=1
    rejected=$(python3 - "$trace" <<'PYTHON'
import json, os, sys
# A push by its command's name, with a status other than 0.
rejected = 0
for name in os.listdir(sys.argv[1]):
    with open(os.path.join(sys.argv[1], name)) as file:
        events = [json.loads(line) for line in file]
    is_push = any(event.get("event") == "cmd_name" and event.get("name") == "push" for event in events)
    rejected += is_push and any(event.get("event") == "exit" and event.get("code") != 0 for event in events)
print(rejected)
PYTHON
)
    return $status
}

echo
echo "$writers writers at once, $each bumps each, every writer in a file of their own ($few_files files, $few_commits commits)"
printf '%-34s %8s %8s %14s\n' "" landed "wall s" "pushes refused"
row() { printf '%-34s %8s %8s %14s\n' "$1" "$landed" "$seconds" "$rejected"; }
together ours || fail "stepgate-bump: wanted $((writers * each)) commits in a line and each writer's last tag, see $bench/together-ours.log"
row "stepgate-bump put"
ours_rejected=$rejected
together shallow || echo "clone --depth 1, pull --rebase: not all landed in a line"
row "clone --depth 1, pull --rebase"
[ "$ours_rejected" -le "$rejected" ] || fail "stepgate-bump: wanted no more pushes refused than with pull --rebase"

echo
[ $failed = 0 ] && echo "every limit is kept" || echo "a limit is not kept, see above"
exit $failed
