#!/usr/bin/env bash
# Lists the C++ files that are ours, one a line: all of them, or those of the folders given.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
folders=("$@")
if ((${#folders[@]} == 0)); then folders=(compiler sim hw_models rtl_templates tests); fi
find "${folders[@]}" -type f \( -name '*.h' -o -name '*.cpp' \) | LC_ALL=C sort
