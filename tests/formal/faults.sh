#!/usr/bin/env bash
# Every proof must fail where the module is broken: plants a fault for each, in a copy of the library, and
# runs the proof.
#
#   tests/formal/faults.sh RTL OUT PROOFS [NAME]
#
# PROOFS is the list that CMake writes (proofs.txt); NAME limits it to one proof. Exit status 1 where a
# proof has no fault here, does not notice it, or the fault changes nothing any more.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
rtl=$1 out=$2 proofs=$3 only=${4:-}

# proof | parameters, where one set of them is enough | module | what is replaced | by what
# Without a module the parameters are the fault.
faults() {
  cat <<'END'
fifo||snn_fifo|(wr_q == Last) ?|(wr_q == {AddrBits{1'b0}}) ?
fifo||snn_fifo|if (push & ~pop) count_q|if (push) count_q
stream_fork||snn_stream_fork|& ~taken_q|
stream_gate||snn_stream_gate|ready_i & open|ready_i
scanner||snn_scanner|pending_q <= candidates & ~next_onehot;|pending_q <= candidates & ~next_onehot \& ~(next_onehot << 1);
tap_merge||snn_tap_merge|taken_q <= turn_q;|taken_q <= {turn_q[Streams-2:0], turn_q[Streams-1]};
tap_merge||snn_tap_merge|tap_step_last_i[Streams-1] & turn_q[Streams-1]|tap_step_last_i[Streams-1]
spike_bitmap|Delay=0|snn_spike_bitmap|(full_q != AllBanks)|1'b1
spike_bitmap|Delay=1|snn_spike_bitmap|(Delay == 0) \| ~row_sample_last_i|1'b1
spike_bitmap|Delay=2|snn_spike_bitmap|full_q - latest_q|full_q
step_sums|Neurons=3 Groups=1 Lanes=3 OutLanes=2|snn_step_sums|+: SumBits] <= sum[i];|+: SumBits] <= old[i];
step_sums|Neurons=3 Groups=1 Lanes=3 OutLanes=2|snn_step_sums|assign room      = ~full_q \| start;|assign room      = 1'b1;
step_sums|Neurons=4 Groups=2 Lanes=2 OutLanes=1|snn_step_sums|m_bank_q  <= wr_bank_q;|m_bank_q  <= rd_bank_q;
axil||snn_axil|else if (bvalid_o & bready_i) w_q <= 1'b0;|else if (bvalid_o) w_q <= 1'b0;
axis_in||snn_axis_in|word_q & any & (~held_q \| beat_ready_i);|word_q \& any;
axis_result||snn_axis_result|.ready_i(tready_i & tlast_o)|.ready_i(tready_i)
neuron_5|Rule=16 MembraneBits=5|snn_fire|(compared > limit)|(compared >= limit)
neuron_5|Rule=14 MembraneBits=5|snn_prepare|? bias_wide - amount :|? bias_wide :
neuron_5|Rule=11 MembraneBits=5|snn_prepare|assign clear = start_i \||assign clear = start_i; wire unused_clear = start_i \|
neuron_5|Rule=12 MembraneBits=5|snn_fire|((Quirk != 0) & held_i) ?|1'b0 ?
neuron_5|Rule=17 MembraneBits=5|snn_decay|assign up = product_q[Shift-1];|assign up = 1'b0;
neuron_4|Rule=17 MembraneBits=4|snn_fire|? {sum_i[SumBits-1], {(MembraneBits - 1) {~sum_i[SumBits-1]}}}|? {~sum_i[SumBits-1], {(MembraneBits - 1) {sum_i[SumBits-1]}}}
neuron_4|Rule=10 MembraneBits=4|snn_fire|(overflow & ~lost)|overflow
overflow|Bits=6|||
overflow|Bits=7|snn_prepare|? bias_wide - amount :|? bias_wide :
END
}

wrong=0
while IFS="|" read -r name file bound parameters modules; do
  if [[ -n $only && $name != "$only" ]]; then continue; fi
  seen=0
  while IFS='|' read -r proof set module from to; do
    from=${from//$'\x01'/|} to=${to//$'\x01'/|}
    if [[ $proof != "$name" ]]; then continue; fi
    seen=1
    rm -rf "$out"
    mkdir -p "$out"
    cp -r "$rtl" "$out/rtl"
    if [[ -n $module ]]; then
      target=$(echo "$out"/rtl/*/"$module.v")
      FROM=$from TO=$to perl -0pi -e 's/\Q$ENV{FROM}\E/$ENV{TO}/g' "$target"
      if cmp -s "$target" "$rtl"/*/"$module.v"; then
        echo "$name: '$from' is not in $module any more"
        wrong=1
        continue
      fi
    fi
    # shellcheck disable=SC2086
    if "$here/prove.sh" "$out/rtl" "$out/proof" "$file" "$bound" "${set:-$parameters}" $modules \
      >"$out/log" 2>&1; then
      echo "$name does not notice: $module: $from -> $to"
      wrong=1
    elif ! grep -q 'Assert failed' "$out/log"; then
      echo "$name: broken, not refuted: $module: $from -> $to"
      tail -3 "$out/log"
      wrong=1
    else
      echo "$name notices: ${module:-$set}${module:+: $from -> $to}"
    fi
  done < <(faults | sed 's/\\|/\x01/g; s/\\&/\&/g')
  if ((seen == 0)); then
    echo "$name has no fault"
    wrong=1
  fi
done <"$proofs"
exit "$wrong"
