// What the parts of lower() share: the network, the design under construction and its names.
#pragma once

#include <string>
#include <vector>

#include "compiler/emit/lower.h"
#include "compiler/emit/names.h"
#include "compiler/ir/hardware_view.h"

namespace hillock::emit {

struct Lowering {
  const ir::QuantizedNetwork& network;
  const ir::Mapping& mapping;
  ir::TraceLayout layout;
  std::vector<std::string> ids;           // of the populations
  std::vector<std::string> constant_ids;  // the same in camel case, for their constants
  Lowered out;

  Lowering(const ir::QuantizedNetwork& n, const ir::Mapping& m)
      : network(n), mapping(m), layout(ir::trace_layout(n, m)) {}

  [[nodiscard]] Design& design() { return out.design; }

  void wire(int width, const std::string& name, const std::string& value = "") {
    design().wires.push_back({width, name, value});
  }
  void wires(int width, const std::string& prefix, const std::vector<const char*>& names) {
    for (const char* name : names) wire(width, prefix + name);
  }
  // Gives a net that is declared already its value.
  void assign(const std::string& name, const std::string& value) {
    for (Wire& w : design().wires) {
      if (w.name == name) w.value = value;
    }
  }
  void instance(Instance i) { design().instances.push_back(std::move(i)); }

  // Adds a constant of population `p` to the group and returns its name.
  std::string constant(ConstantGroup& group, std::size_t p, const std::string& name,
                       const std::string& value, const std::string& comment = "") {
    group.constants.push_back({constant_ids[p] + name, value, comment});
    return group.constants.back().name;
  }
  // Gives the instance, which belongs to population `p`, the image of a memory: a file beside the
  // top, or a place on the load port. `role` is the beginning of the instance's parameters for it,
  // "Weight" of WeightFile and WeightBase.
  void memory(Instance& i, std::size_t p, const std::string& role, const std::string& name,
              const std::string& image, int row_bits, int addr_bits);
  // The load port of an instance of population `p`, after its memories.
  void load_port(Instance& i, std::size_t p) const;
};

[[nodiscard]] std::string number(std::int64_t v);
[[nodiscard]] std::string flag(bool b);
// A sized signed literal, for example -8'sd3.
[[nodiscard]] std::string sized(std::int64_t v, int bits);
// The place in the model file that something comes from, without folders: for comments.
[[nodiscard]] std::string base_name(const std::string& place);

// The takers of a population's rows, in the order of their projections.
[[nodiscard]] std::vector<std::size_t> readers_of(const ir::QuantizedNetwork& network,
                                                  const ir::Source& source);

// The projections that read an input, in order: the takers of the stream of events.
[[nodiscard]] std::vector<std::size_t> readers_of_inputs(const ir::QuantizedNetwork& network);

// The net that says that such a projection takes the present beat.
[[nodiscard]] std::string input_ready(const Lowering& l, std::size_t projection);

// The prefix of an output's nets: "readout" where it is the only one.
[[nodiscard]] std::string readout_id(const ir::QuantizedNetwork& network,
                                     const std::vector<std::string>& ids, std::size_t population);

// The prefix of a projection's nets: its target's id, numbered where the target has several.
[[nodiscard]] std::string stream_id(const Lowering& l, std::size_t projection);

// Whether the target adds up another projection before this one within a step.
[[nodiscard]] bool waits_for_another(const ir::QuantizedNetwork& network, std::size_t projection);

// Everything between the sources of a population and its engine: bitmaps, scanners, delays, taps,
// and the merging of several projections. Leaves the nets ID_tap_* and ID_weights, or, where sums
// and neurons are apart, ID_sums_* and ID_sums, with ID_event_taken, ID_weight_read and
// ID_sample_done. Returns the width of a weight and of a value, as the engine sees them.
struct TapWidths {
  int weight_bits = 1;
  int value_bits = 1;
};
TapWidths lower_projections(Lowering& l, std::size_t population);

// Bits of the slot of a population's neuron, by which its events name it.
[[nodiscard]] int slot_bits(const Lowering& l, std::size_t population);

// One reader of a population's spikes: a bitmap of the step, and the scanner that turns it into
// events.
struct SpikeReader {
  std::size_t source = 0;  // the population
  std::string id;          // prefix of the nets between bitmap and scanner
  std::string step_ready;  // the net of the credit for a step, which is declared here
  std::string beat;        // prefix of the nets of the events, which are declared already
  std::string value;       // the net of their values
  int value_bits = 1;      // of that
  int delay = 0;
  std::string comment;
};
void read_spikes(Lowering& l, const SpikeReader& reader);

// The reader behind the stream of spikes that leaves the accelerator (Mapping::spike_stream), where
// there is one.
void lower_spike_stream(Lowering& l);

// Rows of lanes that the taps of a population name.
[[nodiscard]] int tap_groups(const Lowering& l, std::size_t population);
// Where sums and neurons are apart: adds up the taps of a step, which become one tap a row of the
// engine. `widths` become those of that tap.
void step_sums(Lowering& l, std::size_t population, TapWidths& widths);

// The engine of a population, its inhibition, counters and the credit of its takers. Needs the nets
// of lower_projections(); leaves ID_row_* and ID_counts.
void lower_engine(Lowering& l, std::size_t population, const TapWidths& widths,
                  ConstantGroup& constants);

}  // namespace hillock::emit
