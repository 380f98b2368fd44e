#!/usr/bin/env bash
# How good are the tests of the library? Plants small faults (mutants; verilog_mutants.h) in it, and runs
# the module tests of tests/rtl until one of them fails, then whole networks, then proofs.
#
#   tests/mutation/run.sh BUILD OUT
#
# BUILD is a configured build folder. In OUT: lib/ (the library with all mutants in it), mutants.tsv,
# killed.tsv (mutant, by what), survivors.txt, report.txt. A run goes on where an earlier one stopped:
# what is known of a test is kept until the test or a module in it changes.
#
#   HILLOCK_MUTATION_EVERY=N    only each N-th mutant, chosen by its name (1: all)
#   HILLOCK_MUTATION_JOBS=N     processes at once (2)
#   HILLOCK_MUTATION_TESTS=...  only these module tests, and no networks
#
# known_survivors.txt says of each mutant that may survive why. Exit status 0: all others were killed;
# 1: there are new survivors, or a known one does not exist any more, or is killed.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=$(cd "$1" && pwd)
mkdir -p "$2"
out=$(cd "$2" && pwd)
every=${HILLOCK_MUTATION_EVERY:-1} jobs=${HILLOCK_MUTATION_JOBS:-2} only=${HILLOCK_MUTATION_TESTS:-}

cmake --build "$build" --target mutate rtl_verilated >"$out/build.log"
mutate=$build/tests/mutation/mutate
rm -rf "$out/lib"
cp -r "$root/rtl_templates" "$out/lib"
"$mutate" schema "$out/lib" "$root"/rtl_templates/{prim,snn,top}/*.v | sort -k4 -t $'\t' |
  awk -F '\t' -v n="$every" '$1 / 2 % n < 1' >"$out/mutants.tsv"
echo "$(wc -l <"$out/mutants.tsv") mutants"

# ---------------------------------------------------------------- module tests
# Builds one test against the mutants: OUT/tests/NAME/{test,modules,stamp}.
build_test() {  # line of tests.tsv
  local name module parameters points
  IFS=$'\t' read -r name module parameters points <<<"$1"
  local dir=$out/tests/$name matrix=()
  mkdir -p "$dir"
  if [[ $points == ' ' || -z $points ]]; then
    matrix=('')
  else
    IFS=$'\t' read -ra matrix <<<"$points"
  fi
  # What decides about the results: the test, its matrix, and what it verilates.
  stamp() {
    local files
    mapfile -t files < <(tr ' ' '\n' <"$dir/v/matrix.d" | grep -E '\.(v|sv|svh)$' | sort -u)
    cat "${files[@]}" "$root"/tests/rtl/*.h "$root/tests/rtl/${name}_test.cpp" <(echo "$1") | sha256sum
  }
  if [[ -x $dir/test && -e $dir/v/matrix.d && $(cat "$dir/stamp" 2>/dev/null) == "$(stamp "$1")" ]]; then return; fi
  rm -f "$dir/killed" "$dir/survived" "$dir/stamp"
  "$root/tests/rtl/verilate.sh" "$out/lib" "$root/tests/rtl/wrap" "$dir/v" "$module" "$parameters" \
    "${matrix[@]}" >"$dir/log" 2>&1 || { echo "$name: does not verilate, see $dir/log"; return 1; }
  clang++ -std=c++20 -O1 -g0 -w -I"$root" -I"$dir/v" \
    -isystem "$(verilator --getenv VERILATOR_ROOT)/include" \
    -isystem "$(verilator --getenv VERILATOR_ROOT)/include/vltstd" \
    "$root/tests/rtl/${name}_test.cpp" "$dir/v/models.cpp" \
    "$build/tests/rtl/librtl_verilated.a" -pthread -o "$dir/test" >>"$dir/log" 2>&1 ||
    { echo "$name: does not compile, see $dir/log"; return 1; }
  tr ' ' '\n' <"$dir/v/matrix.d" | grep "$out/lib/" | sed 's|.*/||; s|\.v$||' | sort -u >"$dir/modules"
  # Without a mutant the test passes; that is also how long it takes.
  local start=$SECONDS
  (cd "$dir/v" && ../test) >"$dir/log" 2>&1 || { echo "$name: fails without a mutant"; return 1; }
  echo $((20 + 10 * (SECONDS - start))) >"$dir/limit"
  stamp "$1" >"$dir/stamp"
}

# One mutant in one test: a line in killed or survived.
try() {  # folder of the test, mutant
  local work
  work=$(mktemp -d)
  local status=0
  (cd "$work" && HILLOCK_MUTANT=$2 timeout "$(cat "$1/limit")" "$1/test") >"$work/log" 2>&1 || status=$?
  if ((status == 0)); then echo "$2" >>"$1/survived"; else echo "$2" >>"$1/killed"; fi
  rm -rf "$work"
}
export -f build_test try
export out root build

mapfile -t tests < <(awk -F '\t' -v only=" $only " '
  only == "  " || index(only, " " $1 " ")' "$build/tests/rtl/tests.tsv")
printf '%s\0' "${tests[@]}" | xargs -0 -P "$jobs" -I '{}' bash -c 'build_test "$1"' _ '{}'

# Tests of few modules first: they are quick, and nearest to the fault.
names=$(for t in "${tests[@]}"; do
  name=${t%%$'\t'*}
  echo "$(wc -l <"$out/tests/$name/modules") $name"
done | sort -n -k1,1 -k2 | cut -d ' ' -f 2)
: >"$out/killed.tsv"
for name in $names; do
  dir=$out/tests/$name
  touch "$dir/killed" "$dir/survived"
  awk -F '\t' 'FILENAME == ARGV[1] { in_test[$1] = 1; next } FILENAME != ARGV[5] { known[$1] = 1; next }
               in_test[$2] && !known[$1] { print $1 }' \
    "$dir/modules" "$dir/killed" "$dir/survived" "$out/killed.tsv" "$out/mutants.tsv" |
    xargs -r -P "$jobs" -I '{}' bash -c 'try "$1" "$2"' _ "$dir" '{}'
  awk -v name="$name" '{ print $1 "\trtl_" name }' "$dir/killed" >>"$out/killed.tsv"
  echo "$name: $(wc -l <"$dir/killed") killed, $(wc -l <"$dir/survived") survived"
done

# ---------------------------------------------------------------- whole networks
left() {
  awk -F '\t' 'FILENAME == ARGV[1] { killed[$1] = 1; next } !killed[$1]' "$out/killed.tsv" "$out/mutants.tsv"
}
if [[ -z $only ]]; then
  cmake --build "$build" --target mutation_networks >>"$out/build.log"
  left | "$build/tests/mutation/mutation_networks" "$out/lib" "$out/networks" "$every" |
    tee -a "$out/networks.log" | awk -F '\t' '$2 != "" && $1 ~ /^[0-9]+$/ { print $1 "\t" $2 }' >>"$out/killed.tsv"
fi

# ---------------------------------------------------------------- report
"$here/report.sh" "$out" "$here/known_survivors.txt" "$every" "$only"
