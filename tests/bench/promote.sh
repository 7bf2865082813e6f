#!/usr/bin/env bash
# stepgate-promote beside `git log` over the same files:
#   tests/bench/promote.sh [RUNS]
# Fails when a limit below is not kept, or when something is told that is not so.
# BENCH_SERVICES, BENCH_COMMITS: the size of the repository, with four environments a service.
# BENCH_PROMOTE is a program to measure in place of the one that is built here.
set -euo pipefail
cd "$(dirname "$0")/../.."
runs=${1:-3}
services=${BENCH_SERVICES:-100} commits=${BENCH_COMMITS:-50000}
log=4           # at most so many times the CPU time of `git log` that looks at every commit once, each twice in a small one
paths=5,0       # `git log` that is given every file takes at least so many times the CPU time: not so in a small repository
memory=250      # MiB, of which the packs that git maps are most
bench=$PWD/target/bench/promote release=${CARGO_TARGET_DIR:-$PWD/target}/release
mkdir -p "$bench"
promote=${BENCH_PROMOTE:-$release/stepgate-promote}
[ -n "${BENCH_PROMOTE:-}" ] || cargo build --release --quiet -p stepgate-promote
[ "$services" -ge 100 ] && [ "$commits" -ge 50000 ] || paths=-
failed=0
fail() { echo "$*"; failed=1; }

# Nobody's git config.
export GIT_CONFIG_NOSYSTEM=1 GIT_CONFIG_GLOBAL=/dev/null

# Made once.
repository="$bench/made-$services-$commits.git"
if [ ! -d "$repository" ]; then
    rm -rf "$repository.new"
    python3 tests/bench/promote_generate.py "$services" "$commits" "$repository.new"
    mv "$repository.new" "$repository"
fi
files="$bench/files-$services"
git -C "$repository" ls-tree -r --name-only main apps >"$files"

# The clone that a pipeline has made with `clone: depth: full`.
clone="$bench/clone-$services-$commits"
[ -d "$clone" ] || git clone --quiet --no-local "file://$repository" "$clone"

cd "$clone"
status="$promote status --repo file://$repository --branch main --output json=-"
echo "what stands where: $services services, 4 environments, $commits commits; the first service was never touched again"
every=(git log --first-parent --name-only --format=%H main -- apps)
files_too="${every[*]} $(tr '\n' ' ' <"$files")"
python3 ../../../../tests/bench/measure.py --memory $memory --peer-runs 1 "$runs" "$paths" "stepgate-promote status=$status" \
    "git log -- every file*=${files_too/ apps / }" "git log -- apps<$log=${every[*]}" || failed=1

echo
echo "one promotion judged"
image=$(git show main:apps/svc00001/staging/values.yaml | awk '/repository:/ {name=$2} /tag:/ {tag=$2} /digest:/ {digest=$2}
    END {gsub("\"", "", tag); gsub("\"", "", digest); print name ":" tag "@" digest}')
# A plan that says no has done its work.
plan="sh -c 'status=0; $promote plan --repo file://$repository --branch main svc00001=$image --to production || status=\$?; [ \$status -le 1 ] || [ \$status = 5 ]'"
python3 ../../../../tests/bench/measure.py --memory $memory "$runs" - "stepgate-promote plan=$plan" \
    "git log -- apps<$log=${every[*]}" || failed=1

# Is it true? For each file of a sample the commit that git finds by itself.
$status >"$bench/status.json" 2>/dev/null
for file in apps/svc00000/production/values.yaml $(awk 'NR % 97 == 5' "$files"); do
    commit=$(git log --first-parent -1 --format=%H main -- "$file")
    grep -q "$commit" "$bench/status.json" || fail "$file: $commit put its image there, and status does not say so"
done

echo
[ $failed = 0 ] && echo "every limit is kept" || echo "a limit is not kept, see above"
exit $failed
