// QuantizedNetwork and Mapping -> Design: which instances there are and how they are joined.
#pragma once

#include "compiler/emit/design.h"
#include "compiler/emit/load_image.h"
#include "compiler/ir/hardware_view.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::emit {

struct MemoryFile {
  std::string name;  // beside the top, for example "hidden_weights.mem"
  std::string content;
};

struct Lowered {
  Design design;
  std::vector<MemoryFile> memories;  // of ROMs
  LoadImage load;                    // of RAMs
  std::vector<std::string> rows;  // per population: "hidden" of hidden_row_valid, _group, _spikes
};

// Throws InputError (unsupported-graph, width-too-large) for what the library cannot hold.
[[nodiscard]] Lowered lower(const ir::QuantizedNetwork& network, const ir::Mapping& mapping);

// The ports of the stream of a population's spikes.
[[nodiscard]] std::vector<Port> spike_ports(const ir::SpikeStream& stream,
                                            const std::string& population);

}  // namespace hillock::emit
