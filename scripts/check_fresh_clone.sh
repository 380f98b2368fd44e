#!/usr/bin/env bash
# Clones the committed HEAD into an empty folder and runs `make demo` and `make test` there, with an
# empty home folder, so that no cache or setting of this machine helps.
#
#   scripts/check_fresh_clone.sh [TARGET...]      default: demo test
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
targets=("$@")
if ((${#targets[@]} == 0)); then targets=(demo test); fi

if [[ -n $(git -C "$root" status --porcelain) ]]; then
  echo "note: there are changes that are not committed; they are not part of the clone" >&2
fi

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
git clone --quiet --no-hardlinks "$root" "$folder/hillock"
mkdir "$folder/home"
unset MAKEFLAGS MFLAGS MAKELEVEL CCACHE_DIR XDG_CACHE_HOME

for target in "${targets[@]}"; do
  start=$SECONDS
  HOME=$folder/home make -C "$folder/hillock" "$target"
  echo "fresh clone: make $target passed in $((SECONDS - start)) s"
done

left=$(git -C "$folder/hillock" status --porcelain)
if [[ -n $left ]]; then
  echo "error: the run left files behind that git does not ignore:" >&2
  echo "$left" >&2
  exit 1
fi
