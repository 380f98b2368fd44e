#!/usr/bin/env bash
# Runs clang-tidy over the toolkit's sources, or over the files given. Needs a configured build.
#
#   scripts/tidy.sh [FILE.cpp...]      JOBS=n sets how many run at a time (default: all cores)
#
# A file that was found clean is remembered by what the compiler sees of it, comments included, so
# that only changes cost time. The memory is a folder of empty files in the user's cache.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

if [[ ${1:-} == --one ]]; then  # FILE: checks one file, for the loop below
  file=$2
  command=$(grep -B1 -F "\"file\": \"$PWD/$file\"" build/compile_commands.json |
    sed -nE 's/^ *"command": "(.*)",$/\1/p' | sed -E 's/ -o [^ ]+ -c .*//; s/\\(["\\])/\1/g')
  stamp=$TIDY_CLEAN/$({ echo "$TIDY_SETTINGS"; eval "$command -E -C -P $file"; } | sha256sum | cut -c1-32)
  if [[ -e $stamp ]]; then exit 0; fi
  clang-tidy -p build --quiet "$file" 2> >(grep -vE '^[0-9]+ warnings? generated\.$' >&2)
  touch "$stamp"
  exit 0
fi

files=("$@")
if ((${#files[@]} == 0)); then
  mapfile -t files < <(scripts/cpp_files.sh compiler sim hw_models | grep '\.cpp$')
fi
# A file that no target compiles has no entry in the compilation database, and none to be checked by.
known=()
for file in "${files[@]}"; do
  if grep -qF "\"file\": \"$PWD/$file\"" build/compile_commands.json; then
    known+=("$file")
  else
    echo "skipped, not compiled by any target: $file" >&2
  fi
done
TIDY_CLEAN=${XDG_CACHE_HOME:-$HOME/.cache}/hillock/tidy
TIDY_SETTINGS=$(clang-tidy --version; cat .clang-tidy)
export TIDY_CLEAN TIDY_SETTINGS
mkdir -p "$TIDY_CLEAN"
printf '%s\0' "${known[@]}" | xargs -0 -n 1 -P "${JOBS:-$(nproc)}" scripts/tidy.sh --one
echo "clang-tidy: ${#known[@]} files are clean"
