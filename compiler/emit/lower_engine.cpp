// lower(): the engine of a population and what belongs to it.
#include <fmt/format.h>

#include "compiler/emit/lowering.h"
#include "compiler/emit/memory_image.h"

namespace hillock::emit {
namespace {

using ir::QuantizedPopulation;
using ir::ResetMechanism;
using ir::ResetTiming;

// The engine's parameters, each as a constant of the population.
std::vector<Binding> parameters(Lowering& l, std::size_t i, const TapWidths& widths,
                                ConstantGroup& group) {
  const QuantizedPopulation& p = l.network.populations[i];
  const ir::Layout layout = ir::layout_of(l.network, l.mapping, i);
  const ir::StoredParameters stored = ir::stored_parameters(p);
  const bool subtract = p.reset.mechanism == ResetMechanism::Subtract;
  const bool zero = p.reset.mechanism == ResetMechanism::Zero;
  const bool quirk = subtract && p.reset.timing == ResetTiming::SameStepQuirk;
  const bool lose =
      zero && p.reset.timing == ResetTiming::Delayed && p.reset.zero_input == ir::ZeroInput::Lost;
  const bool current = p.synapse != ir::Synapse::None;
  const bool max_input = ir::pooled_source(l.network, i).has_value();
  const int acc_bits = current || max_input ? p.current_bits : p.accumulator_bits;

  std::vector<Binding> bindings;
  const auto bind = [&](const std::string& name, const std::string& value,
                        const std::string& comment = "") {
    bindings.emplace_back(name, l.constant(group, i, name, value, comment));
  };
  const auto bind_value = [&](const std::string& name, bool is_stored, const std::string& value,
                              const std::string& comment = "") {
    bind(name, value, is_stored ? "stored per neuron" : comment);
  };
  bind("Groups", number(static_cast<std::int64_t>(layout.groups())),
       fmt::format("{} neurons", p.neurons()));
  bind("Lanes", number(static_cast<std::int64_t>(layout.lanes)));
  bind("BlockGroups", number(static_cast<std::int64_t>(layout.block_groups())));
  bind("BlockChannels", number(static_cast<std::int64_t>(layout.block_channels)));
  bind("Fused", flag(ir::fused_update(l.network, i)));
  bind("ValueBits", number(widths.value_bits));
  bind("WeightBits", number(widths.weight_bits));
  bind("FractionBits", number(p.fraction_bits));
  bind("Current", flag(current));
  bind("Alpha", flag(p.synapse == ir::Synapse::Alpha));
  bind("MaxInput", flag(max_input));
  bind("Static", flag(ir::keeps_static_sum(l.network, i)));
  bind("AccBits", number(acc_bits));
  bind("SumBits", number(p.accumulator_bits));
  bind("MembraneBits", number(p.membrane_bits));
  bind("DecayShift", number(p.decay_shift));
  bind("CurrentDecayShift", number(p.current_decay_shift));
  bind("Spiking", flag(p.spiking));
  bind("ResetSubtract", flag(p.spiking && subtract));
  bind("ResetZero", flag(p.spiking && zero));
  bind("SameStep", flag(p.spiking && p.reset.timing != ResetTiming::Delayed));
  bind("Quirk", flag(p.spiking && quirk));
  bind("LoseInput", flag(p.spiking && lose));
  bind("ResetOffset", number(p.reset_offset));
  bind("MaxSpikes", number(p.max_spikes));
  bind("EventBits", number(ir::event_bits(p)));
  bind("ValueShift", number(p.value_shift));
  bind("ThresholdStored", flag(stored.threshold));
  bind("DecayStored", flag(stored.decay));
  bind("BiasStored", flag(stored.bias));
  bind("ResetValueStored", flag(stored.reset_value));
  bind("CurrentDecayStored", flag(stored.current_decay));
  bind("CurrentBiasStored", flag(stored.current_bias));
  bind("ResetDecayStored", flag(stored.reset_decay));
  bind("ResetCurrentStored", flag(stored.reset_current));
  bind_value("Threshold", stored.threshold,
             sized(stored.threshold ? 0 : p.threshold[0], p.membrane_bits));
  bind_value("Decay", stored.decay,
             fmt::format("{}'d{}", p.decay_shift + 1, stored.decay ? 0 : p.decay[0]),
             fmt::format("/ 2^{}", p.decay_shift));
  bind_value("Bias", stored.bias, sized(stored.bias ? 0 : p.bias[0], p.accumulator_bits));
  bind_value("ResetValue", stored.reset_value,
             sized(stored.reset_value ? 0 : p.reset_value[0], p.membrane_bits));
  const bool decay_here = current && !stored.current_decay;
  const bool bias_here = current && !stored.current_bias;
  bind_value("CurrentDecay", stored.current_decay,
             fmt::format("{}'d{}", p.current_decay_shift + 1, decay_here ? p.current_decay[0] : 0),
             current ? fmt::format("/ 2^{}", p.current_decay_shift) : "");
  bind_value("CurrentBias", stored.current_bias,
             sized(bias_here ? p.current_bias[0] : 0, acc_bits));
  bind_value("ResetDecay", stored.reset_decay,
             fmt::format("{}'d{}", p.decay_shift + 2, stored.reset_decay ? 0 : p.reset_decay[0]));
  bind_value("ResetCurrent", stored.reset_current,
             sized(stored.reset_current ? 0 : p.reset_current[0], acc_bits));
  return bindings;
}

void row_wires(Lowering& l, std::size_t i, const std::string& prefix) {
  const QuantizedPopulation& p = l.network.populations[i];
  const int lanes = l.layout.rows[i].lanes;
  l.wires(1, prefix, {"_valid", "_short", "_step_last", "_sample_last"});
  l.wire(ir::address_bits(l.layout.rows[i].groups), prefix + "_group");
  l.wire(lanes, prefix + "_spikes");
  l.wire(lanes, prefix + "_saturated");
  l.wire(lanes * p.membrane_bits, prefix + "_membranes");
}

std::vector<Binding> row_ports(const std::string& prefix, const std::string& suffix) {
  std::vector<Binding> ports;
  for (const char* s : {"valid", "group", "short", "step_last", "sample_last", "spikes",
                        "membranes", "saturated"}) {
    ports.emplace_back(fmt::format("row_{}_{}", s, suffix), fmt::format("{}_{}", prefix, s));
  }
  return ports;
}

void append(std::vector<Binding>& to, const std::vector<Binding>& more) {
  to.insert(to.end(), more.begin(), more.end());
}

// Of the rows of all neurons above their threshold, those of the winner.
void inhibition(Lowering& l, std::size_t i, const std::string& raw) {
  const QuantizedPopulation& p = l.network.populations[i];
  const std::string& id = l.ids[i];
  Instance inhibit{"snn_inhibit",
                   "u_" + id + "_inhibit",
                   "Only the largest membrane spikes",
                   {{"Lanes", number(l.layout.rows[i].lanes)},
                    {"Groups", number(l.layout.rows[i].groups)},
                    {"MembraneBits", number(p.membrane_bits)},
                    {"GroupBits", number(ir::address_bits(l.layout.rows[i].groups))}},
                   {{"clk_i", "clk_i"},
                    {"rst_i", "rst_i"},
                    {"step_ready_o", raw + "_step_ready"},
                    {"row_thresholds_i", id + "_row_thresholds"},
                    {"step_ready_i", id + "_step_ready"}}};
  append(inhibit.ports, row_ports(raw, "i"));
  append(inhibit.ports, row_ports(id + "_row", "o"));
  l.instance(std::move(inhibit));
}

// A whole step's rows can be taken: by every bitmap, by the readout.
void credit(Lowering& l, std::size_t i) {
  const std::string& id = l.ids[i];
  std::string all;
  const auto add = [&](const std::string& net) { all += (all.empty() ? "" : " & ") + net; };
  for (const std::size_t k : readers_of(l.network, {ir::Source::Kind::Population, i})) {
    add(fmt::format("{}_to{}_step_ready", id, k));
  }
  if (l.mapping.spike_stream == i) add("spikes_step_ready");
  if (ir::readout_of(l.network, i)) add(readout_id(l.network, l.ids, i) + "_step_ready");
  l.wire(1, id + "_step_ready", all.empty() ? "1'b1" : all);
}

}  // namespace

void lower_engine(Lowering& l, std::size_t i, const TapWidths& widths, ConstantGroup& constants) {
  const QuantizedPopulation& p = l.network.populations[i];
  const std::string& id = l.ids[i];
  const std::string raw = p.inhibition ? id + "_raw" : id + "_row";

  row_wires(l, i, id + "_row");
  l.wire(l.layout.rows[i].lanes * p.membrane_bits, id + "_row_thresholds");
  const bool split = l.mapping.split(i);
  l.wire(l.layout.rows[i].lanes * ir::event_bits(p), id + "_row_values");
  l.wires(1, id, {"_event_taken", "_weight_read", "_sample_done", "_gated_step_ready"});
  l.wire(32 * ir::kCounterWords, id + "_counts");
  credit(l, i);
  if (p.inhibition) {
    row_wires(l, i, raw);
    l.wire(1, raw + "_step_ready");
  } else {
    l.design().unused.push_back(id + "_row_thresholds");
  }
  l.design().unused.push_back(id + "_sample_done");
  l.design().unused.push_back(id + "_row_membranes");
  l.design().unused.push_back(id + "_row_values");

  // Verification can hold back the credit for a step.
  l.instance({"snn_step_gate",
              "u_" + id + "_step_gate",
              "",
              {},
              {{"stall_i", fmt::format("stall_i[{}]", l.network.projections.size() + i)},
               {"ready_i", p.inhibition ? raw + "_step_ready" : id + "_step_ready"},
               {"ready_o", id + "_gated_step_ready"}}});

  Instance engine{"snn_engine",
                  "u_" + id + "_engine",
                  fmt::format("Population {}  @[{}]", p.name, base_name(p.where.text())),
                  parameters(l, i, widths, constants),
                  {{"clk_i", "clk_i"}, {"rst_i", "rst_i"}}};
  for (const char* s : {"valid_i", "ready_o", "event_i", "new_i", "update_i", "step_last_i",
                        "sample_last_i", "static_i", "group_i", "value_i"}) {
    const std::string port = s;
    const std::string name = port.substr(0, port.size() - 2);
    // A step is one event, and ends with it.
    const bool always = name == "event" || name == "update" || name == "value";
    engine.ports.emplace_back("tap_" + port, !split   ? id + "_tap_" + name
                                             : always ? "1'b1"
                                                      : id + "_sums_" + name);
  }
  const ir::Layout layout = ir::layout_of(l.network, l.mapping, i);
  const ir::StoredParameters stored = ir::stored_parameters(p);
  if (stored.any()) {
    l.memory(engine, i, "Parameter", id + "_parameters", parameter_image(p, layout),
             static_cast<int>(layout.lanes) * stored.bits(p),
             ir::address_bits(static_cast<std::int64_t>(layout.groups())));
  }
  l.load_port(engine, i);
  engine.ports.emplace_back("weights_i", id + (split ? "_sums" : "_weights"));
  engine.ports.emplace_back("step_ready_i", id + "_gated_step_ready");
  append(engine.ports, row_ports(raw, "o"));
  engine.ports.emplace_back("row_thresholds_o", id + "_row_thresholds");
  engine.ports.emplace_back("row_values_o", id + "_row_values");
  if (split) {
    l.wires(1, id + "_sums", {"_row_taken", "_row_added", "_sample_done"});
    for (const char* s : {"_row_taken", "_row_added", "_sample_done"}) {
      l.design().unused.push_back(id + "_sums" + s);
    }
  }
  engine.ports.emplace_back("event_taken_o", id + (split ? "_sums_row_taken" : "_event_taken"));
  engine.ports.emplace_back("weight_read_o", id + (split ? "_sums_row_added" : "_weight_read"));
  engine.ports.emplace_back("sample_done_o", id + (split ? "_sums_sample_done" : "_sample_done"));
  l.instance(std::move(engine));

  if (p.inhibition) inhibition(l, i, raw);

  l.instance(
      {"snn_activity",
       "u_" + id + "_activity",
       "",
       {{"Lanes", number(static_cast<std::int64_t>(layout.lanes))},
        {"ShortLanes", number(static_cast<std::int64_t>(
                           layout.block_channels - (layout.block_groups() - 1) * layout.lanes))}},
       {{"clk_i", "clk_i"},
        {"rst_i", "rst_i"},
        {"event_taken_i", id + "_event_taken"},
        {"weight_read_i", id + "_weight_read"},
        {"row_valid_i", id + "_row_valid"},
        {"row_short_i", id + "_row_short"},
        {"row_spikes_i", id + "_row_spikes"},
        {"row_saturated_i", id + "_row_saturated"},
        {"counts_o", id + "_counts"}}});
}

}  // namespace hillock::emit
