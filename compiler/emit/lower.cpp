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
  for (const ir::Output& output : ir::outputs_of(network)) {
    const int bits = ir::score_bits(network, output);
    if (bits <= 62) continue;
    support::fail(DiagnosticKind::WidthTooLarge, {network.name},
                  fmt::format("a readout score needs {} bits", bits));
  }
}

class Top {
 public:
  Top(const QuantizedNetwork& network, const ir::Mapping& mapping)
      : l_(network, mapping),
        network_(network),
        mapping_(mapping),
        layout_(l_.layout),
        outputs_(ir::outputs_of(network)),
        fields_(ir::result_fields(network)),
        ids_(l_.ids),
        design_(l_.design()) {}

  Lowered run() {
    validate(network_, mapping_);
    NameTable names;
    NameTable constant_names;
    design_.top = names.unique(network_.name + "_top");
    names.reserve({"in", "readout", "result", "spikes", "counters", "cycles", "counter", "trace",
                   "stall", "load"});
    for (const QuantizedPopulation& p : network_.populations) {
      ids_.push_back(names.unique_prefix(p.name));
      l_.constant_ids.push_back(camel_case(constant_names.unique_camel(ids_.back())));
    }
    header();
    ports();
    wire(1, "result_valid");
    if (outputs_.size() > 1) wire(static_cast<int>(outputs_.size()), "result_readies");
    for (const ir::Output& output : outputs_) {
      wire(1, readout_id(network_, ids_, output.population) + "_step_ready");
    }
    input_fork();
    for (std::size_t i = 0; i < network_.populations.size(); ++i) {
      ConstantGroup constants;
      constants.heading = fmt::format("Population {}  @[{}]", network_.populations[i].name,
                                      base_name(network_.populations[i].where.text()));
      const TapWidths widths = lower_projections(l_, i);
      lower_engine(l_, i, widths, constants);
      design_.constants.push_back(std::move(constants));
    }
    for (std::size_t o = 0; o < outputs_.size(); ++o) readout(o);
    if (outputs_.size() > 1) join_results();
    lower_spike_stream(l_);
    counters();
    verification();
    load();
    l_.out.rows = ids_;
    return std::move(l_.out);
  }

 private:
  void wire(int width, const std::string& name, const std::string& value = "") {
    l_.wire(width, name, value);
  }

  void header() {
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
    if (network_.inputs.size() == 1 && network_.inputs[0].is_static) {
      h.emplace_back(
          "The input is static: its events come in the first step of a sample, and each step");
      h.emplace_back("that follows is one beat without event.");
    }
    std::size_t first = 0;
    for (const ir::QuantizedInput& input : network_.inputs) {
      if (network_.inputs.size() == 1) break;
      const std::size_t count = ir::element_count(input.shape);
      h.push_back(fmt::format("  Addresses {} to {}: the elements of input {}{}.", first,
                              first + count - 1, input.name,
                              input.is_static ? ", in the first step of a sample only" : ""));
      first += count;
    }
    for (std::size_t o = 0; o < outputs_.size(); ++o) {
      h.push_back(fmt::format("Result out: the class of {}, and its score ({}), once a sample.",
                              network_.populations[outputs_[o].population].name,
                              ir::name(outputs_[o].readout)));
      if (outputs_.size() == 1) break;
      const ir::ResultField& f = fields_[o];
      h.push_back(fmt::format("  result_class_o[{}:{}], result_score_o[{}:{}]",
                              f.class_at + f.class_bits - 1, f.class_at,
                              f.score_at + f.score_bits - 1, f.score_at));
    }
    if (mapping_.spike_stream) {
      h.push_back(fmt::format("Spikes out: those of {}, as events in the form of those that go in.",
                              network_.populations[*mapping_.spike_stream].name));
    }
    h.push_back(fmt::format("A sample has at most {} steps: the widths are proved for that many.",
                            network_.timesteps));
  }

  [[nodiscard]] std::string source_file() const {
    const std::string& file = network_.populations.front().where.file;
    const std::size_t slash = file.find_last_of('/');
    return slash == std::string::npos ? file : file.substr(slash + 1);
  }

  void ports() {
    std::vector<Port>& p = design_.ports;
    p = {{true, 1, "clk_i", "", false},
         {true, 1, "rst_i", "", false},
         {true, 1, "in_valid_i", "Events in", false},
         {false, 1, "in_ready_o", "", false},
         {true, 1, "in_event_i", "", false},
         {true, 1, "in_step_last_i", "", false},
         {true, 1, "in_sample_last_i", "", false},
         {true, ir::input_address_bits(network_), "in_addr_i", "", false},
         {true, ir::input_value_bits(network_), "in_value_i", "", false},
         {false, 1, "result_valid_o", "Result out", false},
         {true, 1, "result_ready_i", "", false},
         {false, fields_.back().class_at + fields_.back().class_bits, "result_class_o", "", false},
         {false, fields_.back().score_at + fields_.back().score_bits, "result_score_o", "", false},
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
    if (const auto stream = ir::spike_stream(network_, mapping_)) {
      const auto counters = std::find_if(
          p.begin(), p.end(), [](const Port& port) { return port.name == "counter_select_i"; });
      const std::vector<Port> more =
          spike_ports(*stream, network_.populations[stream->population].name);
      p.insert(counters, more.begin(), more.end());
    }
    design_.stall_width = 32 * layout_.flag_words;
    design_.unused.emplace_back("stall_i");
  }

  // The beats of the inputs, to one projection or to several.
  void input_fork() {
    const std::vector<std::size_t> readers = readers_of_inputs(network_);
    if (readers.size() == 1) {
      wire(1, "in_ready", input_ready(l_, readers[0]));
    } else {
      const int takers = static_cast<int>(readers.size());
      std::string ready;
      for (auto k = readers.rbegin(); k != readers.rend(); ++k) {
        ready += (ready.empty() ? "{" : ", ") + input_ready(l_, *k);
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

  // The ports of the result belong to the only readout; several share them.
  void readout(std::size_t o) {
    const std::size_t population = outputs_[o].population;
    const QuantizedPopulation& p = network_.populations[population];
    const std::string& id = ids_[population];
    const ir::Layout layout = ir::layout_of(network_, mapping_, population);
    const std::string readout = readout_id(network_, ids_, population);
    const bool only = outputs_.size() == 1;
    const auto size = [](std::size_t v) { return number(static_cast<std::int64_t>(v)); };
    const auto neurons = static_cast<std::int64_t>(p.neurons());
    if (only) {
      design_.outputs.emplace_back("result_valid_o", "result_valid");
    } else {
      wire(1, readout + "_valid");
      wire(1, readout + "_ready", fmt::format("result_readies[{}]", o));
      wire(fields_[o].class_bits, readout + "_class");
      wire(fields_[o].score_bits, readout + "_score");
    }
    design_.instances.push_back(
        {"snn_readout",
         "u_" + readout,
         fmt::format("Class of {} by {}", p.name, ir::name(outputs_[o].readout)),
         {{"Mode", number(static_cast<int>(outputs_[o].readout))},
          {"Neurons", number(neurons)},
          {"Positions", size(layout.positions)},
          {"Blocks", size(layout.blocks)},
          {"BlockChannels", size(layout.block_channels)},
          {"Lanes", size(layout.lanes)},
          {"MembraneBits", number(p.membrane_bits)},
          {"ScoreBits", number(fields_[o].score_bits)},
          {"ClassBits", number(fields_[o].class_bits)},
          {"CountBits", number(p.spiking ? ir::event_bits(p) : 1)}},
         {{"clk_i", "clk_i"},
          {"rst_i", "rst_i"},
          {"step_ready_o", readout + "_step_ready"},
          {"row_valid_i", id + "_row_valid"},
          {"row_group_i", id + "_row_group"},
          {"row_step_last_i", id + "_row_step_last"},
          {"row_sample_last_i", id + "_row_sample_last"},
          {"row_spikes_i", id + (p.sends_counts() ? "_row_values" : "_row_spikes")},
          {"row_membranes_i", id + "_row_membranes"},
          {"result_valid_o", only ? "result_valid" : readout + "_valid"},
          {"result_ready_i", only ? "result_ready_i" : readout + "_ready"},
          {"result_class_o", only ? "result_class_o" : readout + "_class"},
          {"result_score_o", only ? "result_score_o" : readout + "_score"}}});
  }

  // All outputs give their result together.
  void join_results() {
    const int count = static_cast<int>(outputs_.size());
    const auto all = [&](const char* name) {
      std::string text;
      for (auto o = outputs_.rbegin(); o != outputs_.rend(); ++o) {
        text += (text.empty() ? "{" : ", ") + readout_id(network_, ids_, o->population) + name;
      }
      return text + "}";
    };
    design_.outputs.emplace_back("result_valid_o", "result_valid");
    design_.outputs.emplace_back("result_class_o", all("_class"));
    design_.outputs.emplace_back("result_score_o", all("_score"));
    design_.instances.push_back({"snn_stream_join",
                                 "u_result_join",
                                 fmt::format("The results of {} outputs", count),
                                 {{"Streams", number(count)}},
                                 {{"valid_i", all("_valid")},
                                  {"ready_o", "result_readies"},
                                  {"valid_o", "result_valid"},
                                  {"ready_i", "result_ready_i"}}});
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
  std::vector<ir::Output> outputs_;
  std::vector<ir::ResultField> fields_;
  std::vector<std::string>& ids_;
  Design& design_;
};

}  // namespace

Lowered lower(const QuantizedNetwork& network, const ir::Mapping& mapping) {
  return Top(network, mapping).run();
}

}  // namespace hillock::emit
