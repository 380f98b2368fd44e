#!/usr/bin/env bash
# Proves the assertions of one wrapper for all time: from reset for a few cycles, then by induction.
#
#   tests/formal/prove.sh RTL OUT PROOF.sv MODULE...
#
# The top is named as the file; MODULE are the library modules that it needs; RTL is the library.
# Exit status 0: proved; 1: refuted, or not provable by induction. OUT gets the model and, when
# refuted, a trace (trace.vcd).
#
# A proof looks at registers of the module by wires with the attribute hierconn, named by their path:
# flattening joins them.
set -euo pipefail

rtl=$1 out=$2 proof=$3
shift 3
top=$(basename "$proof" .sv)
sources=("$proof")
for module in "$@"; do sources+=("$rtl"/*/"$module.v"); done

mkdir -p "$out"
yosys -q -p "read_verilog -sv -formal ${sources[*]}; hierarchy -check -top $top; proc; memory_collect;
             memory_map; flatten; setundef -undriven -anyseq; opt; dffunmap; check -assert;
             write_smt2 -wires $out/$top.smt2"
for mode in '' -i; do
  if ! yosys-smtbmc -s z3 $mode --unroll -t 5 --noprogress --dump-vcd "$out/trace.vcd" \
    "$out/$top.smt2" >"$out/log"; then
    cat "$out/log"
    exit 1
  fi
  tail -1 "$out/log"
done
