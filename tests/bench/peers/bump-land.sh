#!/bin/sh
# bump-land.sh HOW URL SERVICE [PROGRAM]: lands a tag that was never there before for SERVICE in production, and prints it.
set -eu
how=$1 url=$2 service=$3 program=${4:-}
file=apps/$(echo "$service" | cut -c4-6)/$service/production/values.yaml
tag=2.0.$(date +%s%N)
export BENCH_PACKS="$BENCH_PACKS.$how"
if [ "$how" = ours ]; then
    "$program" put "registry.example.com/shop/$service:$tag" --repo "$url" --branch main --target "$file:image.tag" \
        --service "$service" --environment production --deadline 5m >&2
    echo "$tag"
    exit
fi
if [ "$how" = api ]; then
    STEPGATE_BITBUCKET_URL=$url STEPGATE_BITBUCKET_TOKEN=token "$program" put "registry.example.com/shop/$service:$tag" \
        --repo acme/gitops --via api --target "$file:image.tag" --service "$service" --environment production >&2
    echo "$tag"
    exit
fi
# What is pasted into pipelines: a clone, sed, a commit, and `pull --rebase` until the push goes through.
folder=$(mktemp -d)
# git may still be tidying up behind our back.
trap 'rm -rf "$folder" || true' EXIT
case $how in
shallow) git clone --quiet --depth 1 "$url" "$folder" ;;
full) git clone --quiet "$url" "$folder" ;;
*) echo "no way to land is named $how" >&2; exit 2 ;;
esac
cd "$folder"
sed --in-place "s/^  tag: \".*\"/  tag: \"$tag\"/" "$file"
git commit --quiet --all --message "$service: $tag"
tries=0
until git push --quiet origin main 2>/dev/null; do
    tries=$((tries + 1))
    [ $tries -lt 200 ] || { echo "$service: refused $tries times" >&2; exit 1; }
    git pull --quiet --rebase origin main
done
echo "$tag"
