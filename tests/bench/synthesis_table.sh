#!/usr/bin/env bash
# Area and clock frequency at several lanes and targets, as a table in Markdown.
#
#   tests/bench/synthesis_table.sh MODEL DATA "LANES ..." "TARGET ..." [compile options]
#
# TARGET is one of `hillock synth`, or a Liberty file for standard cells. HILLOCK names the program
# (build/hillock). A design that does not fit is a row like any other.
set -euo pipefail

if (($# < 4)); then
  sed -n '2,/^set/p' "$0" | sed '$d; s/^# \{0,1\}//' >&2
  exit 2
fi
hillock=${HILLOCK:-build/hillock}
model=$1 data=$2 lanes=$3 targets=$4
shift 4
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# A value of the JSON that `synth` wrote, "-" for null. Keys are at the outermost level.
value() {
  local v
  v=$(sed -nE "s/^  \"$2\": (.*[^,]),?$/\\1/p" "$1" | head -n 1 | tr -d '"')
  if [[ -z $v || $v == null ]]; then v=-; fi
  printf '%s' "$v"
}

echo "| target | lanes | LUTs | flip-flops | block RAMs | DSPs | area, mm2 | fmax, MHz | fits |"
echo "|---|---|---|---|---|---|---|---|---|"
for l in $lanes; do
  "$hillock" compile "$model" --data "$data" --lanes "$l" -o "$folder/$l" --quiet "$@"
  for t in $targets; do
    arguments=(--target "$t")
    if [[ -f $t ]]; then arguments=(--target asic --liberty "$t"); fi
    result=$folder/result.json
    rm -f "$result"
    status=0
    "$hillock" synth "$folder/$l" "${arguments[@]}" --quiet --json "$result" || status=$?
    if [[ ! -e $result ]]; then exit "$status"; fi  # an error, which has been printed
    area=$(value "$result" area_um2)
    fmax=$(value "$result" fmax_hz)
    if [[ $area != - ]]; then area=$(awk "BEGIN { printf \"%.3f\", $area / 1e6 }"); fi
    if [[ $fmax != - ]]; then fmax=$(awk "BEGIN { printf \"%.1f\", $fmax / 1e6 }"); fi
    name=$(value "$result" library)
    if [[ $name == - ]]; then name=$t; fi
    echo "| $name | $l | $(value "$result" luts) | $(value "$result" ffs) | $(value "$result" brams) |" \
      "$(value "$result" dsps) | $area | $fmax | $(value "$result" fits) |"
  done
done
