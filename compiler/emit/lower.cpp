#include "compiler/emit/lower.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/emit/lowering.h"

namespace hillock::emit {

using ir::QuantizedNetwork;
using ir::QuantizedPopulation;
using support::DiagnosticKind;

std::string number(std::int64_t v) { return fmt::format("{}", v); }

std::string flag(bool b) { return b ? "1" : "0"; }

std::string sized(std::int64_t v, int bits) {
  if (v == numeric::min_of(bits)) {
    return fmt::format("{}'sh{:x}", bits, static_cast<std::uint64_t>(1) << (bits - 1));
  }
  return fmt::format("{}{}'sd{}", v < 0 ? "-" : "", bits, v < 0 ? -v : v);
}

std::string base_name(const std::string& place) {
  const std::size_t colon = place.find(':');
  const std::size_t slash = place.substr(0, colon).find_last_of('/');
  return slash == std::string::npos ? place : place.substr(slash + 1);
}

void Lowering::memory(Instance& i, std::size_t p, const std::string& role, const std::string& name,
                      const std::string& image, int row_bits, int addr_bits) {
  if (mapping.is_loadable(p)) {
    i.parameters.emplace_back(role + "Base", number(out.load.add(name, network.populations[p].name,
                                                                 image, row_bits, addr_bits)));
    return;
  }
  out.memories.push_back({name + ".mem", image});
  i.parameters.emplace_back(role + "File", "\"" + name + ".mem\"");
}

void Lowering::load_port(Instance& i, std::size_t p) const {
  if (mapping.is_loadable(p)) {
    i.parameters.emplace_back("Loadable", "1");
    i.parameters.emplace_back("LoadAddrBits", "LoadAddrBits");
    i.ports.emplace_back("load_i", "load");
  } else {
    i.ports.emplace_back("load_i", "34'd0");
  }
}

namespace {

// What the library cannot hold.
void validate(const QuantizedNetwork& network, const ir::Mapping& mapping) {
  if (network.inputs.size() != 1) {
    support::fail(DiagnosticKind::UnsupportedGraph, {network.name},
                  fmt::format("{} inputs; the accelerator takes one", network.inputs.size()));
  }
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    const QuantizedPopulation& p = network.populations[i];
    if (p.inhibition && p.reset.mechanism != ir::ResetMechanism::None &&
        p.reset.timing != ir::ResetTiming::Delayed) {
      support::fail(
          DiagnosticKind::UnsupportedGraph, p.where,
          fmt::format("{} inhibits each other's spikes and resets in the same step: which "
                      "neurons are reset then depends on all others",
                      p.name),
          "use a delayed reset with inhibition");
    }
  }
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    const ir::QuantizedProjection& p = network.projections[k];
    if (p.weight_bits == 1 && ir::tap_kind(network, mapping, k) == ir::TapKind::Sparse) {
      support::fail(
          DiagnosticKind::BadOption, p.where,
          fmt::format("{} joins single neurons, and a weight of one bit has no 0 for the "
                      "others",
                      p.name),
          fmt::format("use --weight-bits {}=2 or more", network.populations[p.target].name));
    }
  }
  if (ir::score_bits(network) > 62) {
    support::fail(DiagnosticKind::WidthTooLarge, {network.name},
                  fmt::format("a readout score needs {} bits", ir::score_bits(network)));
  }
}

class Top {
 public:
  Top(const QuantizedNetwork& network, const ir::Mapping& mapping)
      : l_(network, mapping),
        network_(network),
        mapping_(mapping),
        layout_(l_.layout),
        ids_(l_.ids),
        design_(l_.design()) {}

  Lowered run() {
    validate(network_, mapping_);
    NameTable names;
    NameTable constant_names;
    design_.top = names.unique(network_.name + "_top");
    names.reserve(
        {"in", "readout", "result", "counters", "cycles", "counter", "trace", "stall", "load"});
    for (const QuantizedPopulation& p : network_.populations) {
      ids_.push_back(names.unique_prefix(p.name));
      l_.constant_ids.push_back(camel_case(constant_names.unique_camel(ids_.back())));
    }
    header();
    ports();
    wire(1, "readout_step_ready");
    input_fork();
    for (std::size_t i = 0; i < network_.populations.size(); ++i) {
      ConstantGroup constants;
      constants.heading = fmt::format("Population {}  @[{}]", network_.populations[i].name,
                                      base_name(network_.populations[i].where.text()));
      const TapWidths widths = lower_projections(l_, i);
      lower_engine(l_, i, widths, constants);
      design_.constants.push_back(std::move(constants));
    }
    readout();
    counters();
    verification();
    load();
    return std::move(l_.out);
  }

 private:
  void wire(int width, const std::string& name, const std::string& value = "") {
    l_.wire(width, name, value);
  }

  void header() {
    const QuantizedPopulation& output = network_.populations[network_.output];
    std::vector<std::string>& h = design_.header;
    h.push_back(fmt::format("{}: spiking network accelerator.", design_.top));
    h.emplace_back();
    h.push_back("Generated by Hillock from " + source_file() +
                ": instances and wires only, all logic is in the library.");
    for (std::size_t i = 0; i < network_.populations.size(); ++i) {
      const QuantizedPopulation& p = network_.populations[i];
      h.push_back(fmt::format("  {}: {} neurons, {} lanes, {}-bit weights, {}-bit membranes",
                              ids_[i], p.neurons(), mapping_.lanes[i],
                              network_.projections_into(i)[0]->weight_bits, p.membrane_bits));
    }
    h.emplace_back();
    h.emplace_back(
        "Events in: a beat is an event (in_event_i: element in_addr_i, value in_value_i), and");
    h.emplace_back(
        "may end a step (in_step_last_i) and with it the sample (in_sample_last_i). A step");
    h.emplace_back(
        "without events is one beat without event. An element has at most one event a step.");
    if (network_.inputs[0].is_static) {
      h.emplace_back(
          "The input is static: its events come in the first step of a sample, and each step");
      h.emplace_back("that follows is one beat without event.");
    }
    h.push_back(fmt::format("Result out: the class of {}, and its score ({}), once a sample.",
                            output.name, ir::name(network_.readout)));
    h.push_back(fmt::format("A sample has at most {} steps: the widths are proved for that many.",
                            network_.timesteps));
  }

  [[nodiscard]] std::string source_file() const {
    const std::string& file = network_.populations.front().where.file;
    const std::size_t slash = file.find_last_of('/');
    return slash == std::string::npos ? file : file.substr(slash + 1);
  }

  void ports() {
    const ir::QuantizedInput& input = network_.inputs[0];
    const auto outputs = static_cast<std::int64_t>(network_.populations[network_.output].neurons());
    std::vector<Port>& p = design_.ports;
    p = {{true, 1, "clk_i", "", false},
         {true, 1, "rst_i", "", false},
         {true, 1, "in_valid_i", "Events in", false},
         {false, 1, "in_ready_o", "", false},
         {true, 1, "in_event_i", "", false},
         {true, 1, "in_step_last_i", "", false},
         {true, 1, "in_sample_last_i", "", false},
         {true, input_addr_bits(), "in_addr_i", "", false},
         {true, ir::value_bits(input), "in_value_i", "", false},
         {false, 1, "result_valid_o", "Result out", false},
         {true, 1, "result_ready_i", "", false},
         {false, ir::address_bits(outputs), "result_class_o", "", false},
         {false, ir::score_bits(network_), "result_score_o", "", false},
         {true, ir::address_bits(layout_.counter_words), "counter_select_i",
          "Activity counters: five words a population (events, weight rows read, neurons updated, "
          "spikes, saturations), then cycles",
          false},
         {false, 32, "counter_o", "", false},
         {true, 32 * layout_.flag_words, "stall_i",
          "Verification only: stalls of every stream, and the rows of every population", true},
         {false, 32 * layout_.flag_words, "trace_valid_o", "", true},
         {false, 32 * layout_.row_words, "trace_rows_o", "", true},
         {false, 32 * layout_.counter_words, "trace_counters_o", "", true}};
    design_.stall_width = 32 * layout_.flag_words;
    design_.unused.emplace_back("stall_i");
  }

  [[nodiscard]] int input_addr_bits() const {
    return ir::address_bits(static_cast<std::int64_t>(ir::element_count(network_.inputs[0].shape)));
  }

  // The input's beats, to one projection or to several.
  void input_fork() {
    const std::vector<std::size_t> readers = readers_of(network_, {ir::Source::Kind::Input, 0});
    if (readers.size() == 1) {
      wire(1, "in_ready", stream_id(l_, readers[0]) + "_beat_ready");
    } else {
      const int takers = static_cast<int>(readers.size());
      std::string ready;
      for (auto k = readers.rbegin(); k != readers.rend(); ++k) {
        ready += (ready.empty() ? "{" : ", ") + stream_id(l_, *k) +
                 (waits_for_another(network_, *k) ? "_wait_ready" : "_beat_ready");
      }
      wire(1, "in_ready");
      wire(takers, "in_fork_valid");
      design_.instances.push_back({"snn_stream_fork",
                                   "u_in_fork",
                                   fmt::format("The input's events to {} projections", takers),
                                   {{"Takers", number(takers)}},
                                   {{"clk_i", "clk_i"},
                                    {"rst_i", "rst_i"},
                                    {"valid_i", "in_valid_i"},
                                    {"ready_o", "in_ready"},
                                    {"valid_o", "in_fork_valid"},
                                    {"ready_i", ready + "}"}}});
    }
    design_.outputs.emplace_back("in_ready_o", "in_ready");
  }

  // The load port: as wide as the memories turned out to need.
  void load() {
    if (!mapping_.any_loadable()) return;
    const int bits = l_.out.load.addr_bits();
    wire(bits + 33, "load", "{load_valid_i, load_addr_i, load_data_i}");
    std::vector<Port>& p = design_.ports;
    const auto counters = std::find_if(
        p.begin(), p.end(), [](const Port& port) { return port.name == "counter_select_i"; });
    p.insert(counters,
             {{true, 1, "load_valid_i",
               "Memories that are loaded at run time: a word a cycle, while rst_i is high", false},
              {true, bits, "load_addr_i", "", false},
              {true, 32, "load_data_i", "", false}});
    ConstantGroup constants{"Load port", {{"LoadAddrBits", number(bits), ""}}};
    design_.constants.insert(design_.constants.begin(), std::move(constants));
  }

  void readout() {
    const QuantizedPopulation& p = network_.populations[network_.output];
    const std::string& id = ids_[network_.output];
    const ir::Layout layout = ir::layout_of(network_, mapping_, network_.output);
    const auto size = [](std::size_t v) { return number(static_cast<std::int64_t>(v)); };
    const auto neurons = static_cast<std::int64_t>(p.neurons());
    wire(1, "result_valid");
    design_.outputs.emplace_back("result_valid_o", "result_valid");
    design_.instances.push_back(
        {"snn_readout",
         "u_readout",
         fmt::format("Class of {} by {}", p.name, ir::name(network_.readout)),
         {{"Mode", number(static_cast<int>(network_.readout))},
          {"Neurons", number(neurons)},
          {"Positions", size(layout.positions)},
          {"Blocks", size(layout.blocks)},
          {"BlockChannels", size(layout.block_channels)},
          {"Lanes", size(layout.lanes)},
          {"MembraneBits", number(p.membrane_bits)},
          {"ScoreBits", number(ir::score_bits(network_))},
          {"ClassBits", number(ir::address_bits(neurons))},
          {"CountBits", number(p.spiking ? ir::event_bits(p) : 1)}},
         {{"clk_i", "clk_i"},
          {"rst_i", "rst_i"},
          {"step_ready_o", "readout_step_ready"},
          {"row_valid_i", id + "_row_valid"},
          {"row_group_i", id + "_row_group"},
          {"row_step_last_i", id + "_row_step_last"},
          {"row_sample_last_i", id + "_row_sample_last"},
          {"row_spikes_i", id + (p.sends_counts() ? "_row_values" : "_row_spikes")},
          {"row_membranes_i", id + "_row_membranes"},
          {"result_valid_o", "result_valid"},
          {"result_ready_i", "result_ready_i"},
          {"result_class_o", "result_class_o"},
          {"result_score_o", "result_score_o"}}});
  }

  void counters() {
    wire(32, "cycles");
    std::string counts;  // the first population lowest
    for (const std::string& id : ids_) counts = fmt::format(", {}_counts{}", id, counts);
    wire(32 * layout_.counter_words, "counters", fmt::format("{{cycles{}}}", counts));
    design_.instances.push_back({"snn_cycles",
                                 "u_cycles",
                                 "",
                                 {},
                                 {{"clk_i", "clk_i"},
                                  {"rst_i", "rst_i"},
                                  {"beat_valid_i", "in_valid_i"},
                                  {"beat_ready_i", "in_ready"},
                                  {"beat_sample_last_i", "in_sample_last_i"},
                                  {"result_valid_i", "result_valid"},
                                  {"result_ready_i", "result_ready_i"},
                                  {"cycles_o", "cycles"}}});
    design_.instances.push_back({"snn_counter_select",
                                 "u_counter_select",
                                 "",
                                 {{"Counters", number(layout_.counter_words)},
                                  {"SelectBits", number(ir::address_bits(layout_.counter_words))}},
                                 {{"clk_i", "clk_i"},
                                  {"select_i", "counter_select_i"},
                                  {"counters_i", "counters"},
                                  {"counter_o", "counter_o"}}});
  }

  void verification() {
    std::string valid;
    std::string rows;
    for (std::size_t i = ids_.size(); i-- > 0;) {
      const ir::TraceRow& r = layout_.rows[i];
      const std::string& id = ids_[i];
      const auto padded = [](int words, int bits, const std::string& net) {
        return 32 * words > bits ? fmt::format("{{{}'d0, {}}}", 32 * words - bits, net) : net;
      };
      valid += (valid.empty() ? "" : ", ") + id + "_row_valid";
      const std::string values =
          r.value_words == 0
              ? ""
              : padded(r.value_words, r.lanes * r.value_bits, id + "_row_values") + ", ";
      rows +=
          fmt::format("{}{}{}, {}, {}", rows.empty() ? "" : ",\n                          ", values,
                      padded(r.membrane_words, r.lanes * r.membrane_bits, id + "_row_membranes"),
                      padded(r.spike_words, r.lanes, id + "_row_spikes"),
                      padded(1, ir::address_bits(r.groups), id + "_row_group"));
    }
    const int spare = 32 * layout_.flag_words - static_cast<int>(ids_.size());
    design_.verification_outputs = {{"trace_valid_o", fmt::format("{{{}'d0, {}}}", spare, valid)},
                                    {"trace_rows_o", fmt::format("{{{}}}", rows)},
                                    {"trace_counters_o", "counters"}};
  }

  Lowering l_;
  const QuantizedNetwork& network_;
  const ir::Mapping& mapping_;
  const ir::TraceLayout& layout_;
  std::vector<std::string>& ids_;
  Design& design_;
};

}  // namespace

Lowered lower(const QuantizedNetwork& network, const ir::Mapping& mapping) {
  return Top(network, mapping).run();
}

}  // namespace hillock::emit
