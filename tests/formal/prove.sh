#!/usr/bin/env bash
# Proves the assertions of one wrapper: for all time, from reset for a few cycles, then by induction; or,
# with a bound, for so many cycles from reset.
#
#   tests/formal/prove.sh RTL OUT PROOF.sv BOUND "PARAMETER=VALUE ..." MODULE...
#
# The top is named as the file; BOUND is the number of cycles, or 0: induction; MODULE are the library
# modules that it needs; RTL is the library. Several sets of parameters are separated by commas, and each
# is proved.
# Exit status 0: proved; 1: refuted, or not provable by induction. OUT gets the model and, when
# refuted, a trace (trace.vcd).
#
# A proof looks at registers of the module by wires with the attribute hierconn, named by their path:
# flattening joins them.
set -euo pipefail

rtl=$1 out=$2 proof=$3 bound=$4 parameters=$5
shift 5
top=$(basename "$proof" .sv)
sources=("$proof")
for module in "$@"; do sources+=("$rtl"/*/"$module.v"); done
if ((bound > 0)); then modes=("-t $bound"); else modes=('-t 6' '-i -t 6'); fi

mkdir -p "$out"
IFS=, read -ra sets <<<"${parameters:- }"
for set in "${sets[@]}"; do
  chparam=
  for p in $set; do chparam+=" -set ${p/=/ }"; done
  if [[ -n $chparam ]]; then chparam="chparam$chparam $top;"; fi
  yosys -q -p "read_verilog -sv -formal -I$(dirname "$proof")/../rtl/wrap ${sources[*]}; $chparam
               hierarchy -check -top $top; proc; memory_collect; memory_map; flatten;
               setundef -undriven -anyseq; opt; dffunmap; check -assert;
               write_smt2 -wires $out/$top.smt2" >"$out/yosys.log" 2>&1 || { cat "$out/yosys.log"; exit 1; }
  for mode in "${modes[@]}"; do
    # shellcheck disable=SC2086
    if ! yosys-smtbmc -s z3 $mode --unroll --noprogress --dump-vcd "$out/trace.vcd" \
      "$out/$top.smt2" >"$out/log"; then
      echo "$top $set $mode:"
      cat "$out/log"
      exit 1
    fi
    echo "$top $set $mode: $(tail -1 "$out/log")"
  done
done
