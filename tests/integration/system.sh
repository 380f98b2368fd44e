#!/usr/bin/env bash
# What stands around the core, in simulation: the digits network with weights in RAM behind AXI, driven
# by examples/axi, and behind the serial line of a board, driven by the build's own host program. Both
# load the weights and must give the classes of the integer model. And the protocol checks can fail.
#
#   tests/integration/system.sh HILLOCK OUT
set -euo pipefail

hillock=$1 out=$2
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
digits=$here/../../examples/digits
samples=10

if command -v ccache >/dev/null; then export OBJCACHE=ccache; fi  # Verilator's runtime, mostly

fail() {
  echo "FAIL: $*"
  exit 1
}

rm -rf "$out"
mkdir -p "$out"
"$hillock" compile "$digits/model.nir" --data "$digits/calibration.npz" --semantics snntorch \
  --reset subtract --weights ram --lanes 8 -o "$out/build" --quiet
"$hillock" run "$out/build" --data "$digits/test.npz" --samples $samples --quiet
"$hillock" cosim "$out/build" --data "$digits/test.npz" --samples $samples --quick-build --quiet \
  --stimulus "$out/beats.hex"
predictions=$(tr -d ' \n' <"$out/build/run.json" | sed -E 's/.*"predictions":\[([0-9,]*)\].*/\1/')
rtl=$out/build/rtl

verilate() {  # prefix, list of files, driver, C++ flags, flags
  local log=$out/$1.log
  (cd "$rtl" && verilator --cc --exe --build -O3 -Wno-fatal -I. --prefix "V$1" \
    --top-module "$(basename "$(tail -1 "$2.f")" .v)" --Mdir "$out/$1" -o "$1" -CFLAGS "-std=c++17 $4" \
    "${@:5}" $(<"$2.f") "$3") >"$log" 2>&1 || { cat "$log"; fail "verilator: $1"; }
}

# AXI: events, without stalls and with.
verilate axi axi "$here/../../examples/axi/drive.cpp" \
  "-O1 -I$out/build/integration -DHILLOCK_HEADER='\"model.h\"'"
for seed in '' 7; do
  # shellcheck disable=SC2086
  "$out/axi/axi" "$out/beats.hex" "$rtl/weights.bin" $seed >"$out/axi.out" || fail "examples/axi"
  got=$(sed -nE 's/^RESULT ([0-9]+) .*/\1/p' "$out/axi.out" | paste -sd,)
  [[ $got == "$predictions" ]] || fail "AXI gives $got, the model $predictions"
  grep -q "^RESULTS $samples STATUS 0$" "$out/axi.out" || fail "AXI: $(tail -2 "$out/axi.out")"
done

# Several outputs: the results of all, in the stream and in the registers.
ports=$here/../data
"$hillock" compile "$ports/nir/ports.nir" --data "$ports/npz/ports.npz" --lanes 3 -o "$out/ports" --quiet
"$hillock" run "$out/ports" --data "$ports/npz/ports.npz" --quiet
"$hillock" cosim "$out/ports" --data "$ports/npz/ports.npz" --samples 8 --quick-build --quiet \
  --stimulus "$out/ports.hex"
(rtl=$out/ports/rtl verilate axi axi "$here/../../examples/axi/drive.cpp" \
  "-O1 -I$out/ports/integration -DHILLOCK_HEADER='\"ports.h\"'")
(cd "$out/ports/rtl" && "$out/axi/axi" "$out/ports.hex") >"$out/ports.out" || fail "examples/axi with two outputs"
expected=$(python3 -c 'import json, sys
print(*(",".join(map(str, o["predictions"])) for o in json.load(open(sys.argv[1]))["outputs"]))' "$out/ports/run.json")
got=$(for column in 2 4; do awk -v c=$column '/^RESULT / { print $c }' "$out/ports.out" | paste -sd,; done | paste -sd' ')
[[ $got == "$expected" ]] || fail "AXI gives $got, the model $expected"
[[ $(sed -n 's/^LATEST //p' "$out/ports.out") == $(sed -n 's/^RESULT //p' "$out/ports.out" | tail -1) ]] ||
  fail "the registers say $(grep LATEST "$out/ports.out")"

# The board, over its serial line. The image of another network is refused.
verilate board icebreaker "$here/uart_pipe.cpp" "-O1 -DBIT=8" -GClocksPerBit=8 -GResetBits=4
host() {
  timeout 100 python3 "$out/build/integration/hillock_host.py" --program "$out/board/board" \
    --data "$digits/test.npz" --samples "$@" 2>"$out/host.log"
}
got=$(host $samples --weights "$rtl/weights.bin" | paste -sd,) || fail "host: $(<"$out/host.log")"
[[ $got == "$predictions" ]] || fail "the board gives $got, the model $predictions: $(<"$out/host.log")"
{ head -c 8 "$rtl/weights.bin" && printf 'else' && tail -c +13 "$rtl/weights.bin"; } >"$out/other.bin"
if host 1 --weights "$out/other.bin" >/dev/null; then fail "a foreign load image was taken"; fi
grep -q "is for the structure" "$out/host.log" || fail "$(<"$out/host.log")"

# The checks: a stream that withdraws, one that changes its mind, an answer that nobody asked for.
for breach in "valid = 0" "data = 2" "answer = 1" ""; do
  cat >"$out/breach.v" <<END
module breach;
  reg clk = 0, valid = 0, answer = 0;
  reg [1:0] data = 1;
  integer i;
  snn_axis_check #(.Width(2)) u_stream (.clk_i(clk), .rst_i(1'b0), .tvalid_i(valid),
    .tready_i(1'b0), .payload_i(data));
  reg rst = 1;
  snn_axil_check u_axil (.clk_i(clk), .rst_i(rst), .awvalid_i(1'b0), .awready_i(1'b0), .awaddr_i(12'd0),
    .wvalid_i(1'b0), .wready_i(1'b0), .wdata_i(32'd0), .wstrb_i(4'd0), .bvalid_i(answer),
    .bready_i(1'b0), .bresp_i(2'd0), .arvalid_i(1'b0), .arready_i(1'b0), .araddr_i(12'd0),
    .rvalid_i(1'b0), .rready_i(1'b0), .rdata_i(32'd0), .rresp_i(2'd0));
  initial begin
    for (i = 0; i < 10; i = i + 1) begin
      #1 clk = 1;
      #1 clk = 0;
      if (i == 1) begin rst = 0; valid = 1; end
      if (i == 4) begin ${breach:+$breach;} end
    end
    \$display("UNDISTURBED");
    \$finish;
  end
endmodule
END
  iverilog -g2005 -o "$out/breach.vvp" "$out/breach.v" "$here"/../../rtl_templates/axi/snn_ax{is,il}_check.v
  seen=$(vvp -n "$out/breach.vvp" </dev/null || true)
  if [[ -n $breach ]]; then
    [[ $seen == *PROTOCOL* && $seen != *UNDISTURBED* ]] || fail "not seen: $breach"
  else
    [[ $seen == *UNDISTURBED* && $seen != *PROTOCOL* ]] || fail "seen without a breach: $seen"
  fi
done
echo "AXI, the serial line and the integer model agree on $samples samples"
