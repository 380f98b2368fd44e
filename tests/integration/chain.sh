#!/usr/bin/env bash
# Two accelerators in a chain (examples/chain), the spikes of one being the input of the other: they must
# give the classes that the whole network gives, and the same scores whatever stalls; with a population of
# neurons, and with one of planes, whose neurons lie in another order.
#
#   tests/integration/chain.sh HILLOCK OUT
set -euo pipefail

hillock=$1 out=$2
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

fail() {
  echo "FAIL: $*"
  exit 1
}

rm -rf "$out"
mkdir -p "$out"

chain() {  # name, model, population, data, samples, options of import and lanes
  local name=$1 model=$2 population=$3 data=$4 samples=$5
  local at=$out/$name
  mkdir -p "$at"
  "$hillock" compile "$model" --data "$data" --quantizer nearest "${@:6}" -o "$at/whole" --quiet
  "$hillock" cosim "$at/whole" --data "$data" --samples "$samples" --quick-build --quiet --stimulus "$at/beats.hex"
  python3 "$root/examples/chain/split.py" "$at/whole/network.json" "$population" "$at/front.json" "$at/back.json"
  "$hillock" compile "$at/front.json" --data "$data" --quantizer nearest --spike-stream "$population" --lanes 5 -o "$at/front" --quiet
  "$hillock" compile "$at/back.json" --quantizer nearest --lanes 3 -o "$at/back" --quiet
  cp "$at"/front/rtl/*.mem "$at"/back/rtl/*.mem "$at"
  local files
  mapfile -t files < <(sed "s,^,$at/front/rtl/," "$at/front/rtl/axi.f")
  for stalls in '' -DSTALLS; do
    (cd "$at" && iverilog -g2005 $stalls -I front/rtl -I back/rtl -s chain_tb -Pchain_tb.Samples="$samples" -o chain.vvp \
      "${files[@]}" back/rtl/back_top.v back/rtl/back_axi.v "$root/examples/chain/chain_tb.v" && vvp -n chain.vvp) \
      >"$at/chain$stalls.out" || fail "$name: $(tail -3 "$at/chain$stalls.out")"
    python3 - "$at" "$samples" "$at/chain$stalls.out" <<'END' || fail "$name $stalls"
import json, sys
at, samples, printed = sys.argv[1], int(sys.argv[2]), open(sys.argv[3]).read().splitlines()
got = [int(line.split()[1]) for line in printed if line.startswith("RESULT")]
wanted = json.load(open(at + "/whole/cosim.json"))["predictions"]
spikes = [int(line.split()[1]) for line in printed if line.startswith("SPIKES")]
if got != wanted or not spikes or spikes[0] == 0:
    sys.exit(f"the chain says {got} with {spikes} spikes between, the whole network {wanted}")
END
  done
  cmp -s <(grep RESULT "$at/chain.out") <(grep RESULT "$at/chain-DSTALLS.out") || fail "$name: stalls change the scores"
}

chain digits "$root/examples/digits/model.nir" lif1 "$root/examples/digits/test.npz" 10 --semantics snntorch --reset subtract
chain planes "$root/examples/conv/model.nir" lif1 "$root/examples/conv/test.npz" 2 --timesteps 8 --semantics snntorch --reset subtract
grep -q snn_neuron_index "$out/planes/front/rtl/front_top.v" || fail "the planes lie in the order of their neurons"
echo "two accelerators in a chain and the whole network agree"
