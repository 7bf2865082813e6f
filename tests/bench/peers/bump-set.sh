#!/bin/sh
# bump-set.sh HOW LIST [PROGRAM]: sets `image.tag` in each file of LIST to what it was never set to before.
how=$1 list=$2 program=${3:-}
tag=1.0.$(date +%s%N)
case $how in
ours) exec "$program" set --files-from "$list" image.tag "$tag" ;;
ours-one) exec "$program" set "$(cat "$list")" image.tag "$tag" ;;
# jq's language: one process of it, and a jq, for all files.
yq-jq) exec xargs "$program" --yaml-roundtrip --in-place ".image.tag = \"$tag\"" <"$list" ;;
# Its --in-place is for one file.
yq-go) exec xargs -n 1 "$program" --inplace ".image.tag = \"$tag\"" <"$list" ;;
ruamel) exec "$program" tests/bench/peers/bump-ruamel.py "$list" image.tag "$tag" ;;
# No YAML at all: what reading and writing the files costs.
sed) exec xargs sed --in-place "s/^  tag: \".*\"/  tag: \"$tag\"/" <"$list" ;;
*) echo "no way to set is named $how" >&2; exit 2 ;;
esac
