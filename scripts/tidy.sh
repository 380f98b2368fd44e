#!/usr/bin/env bash
# Runs clang-tidy over the toolkit's sources, or over the files given. Needs a configured build.
#
#   scripts/tidy.sh [FILE.cpp...]      JOBS=n sets how many run at a time (default: all cores)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
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
printf '%s\0' "${known[@]}" |
  xargs -0 -n 1 -P "${JOBS:-$(nproc)}" clang-tidy -p build --quiet \
    2> >(grep -vE '^[0-9]+ warnings? generated\.$' >&2)
echo "clang-tidy: ${#known[@]} files are clean"
