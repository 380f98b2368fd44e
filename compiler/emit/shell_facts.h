// The numbers that the shells, the C header and the documents of one design have in common.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/emit/emit.h"
#include "compiler/ir/hardware_view.h"

namespace hillock::emit {

struct ShellFacts {
  std::string base;  // the top's name without _top
  std::int64_t elements = 0;
  int addr_bits = 0;
  int value_bits = 0;
  int stream_bits = 0;                   // of a word of the AXI stream in
  int element_bits = 0;                  // of an element of a dense frame
  std::int64_t outputs = 0;              // classes of the first readout
  std::vector<ir::ResultField> results;  // where the core's ports have each readout's result
  int class_bits = 0;                    // of the widest
  int score_bits = 0;
  int timesteps = 0;
  int counters = 0;
  int select_bits = 0;
  bool loadable = false;
  int load_addr_bits = 1;
  std::optional<ir::SpikeStream> spikes;  // that leave as a stream of their own
  int spike_stream_bits = 32;             // of a word of it

  ShellFacts(const EmittedDesign& design, const ir::QuantizedNetwork& n, const ir::Mapping& m)
      : base(design.top.substr(0, design.top.rfind("_top"))),
        elements(static_cast<std::int64_t>(ir::first_element(n, n.inputs.size()))),
        addr_bits(ir::address_bits(elements)),
        value_bits(ir::input_value_bits(n)),
        stream_bits(addr_bits <= 16 && value_bits <= 14 ? 32 : 64),
        element_bits(static_cast<int>(std::bit_ceil(static_cast<unsigned>(value_bits)))),
        outputs(static_cast<std::int64_t>(n.populations[n.output].neurons())),
        results(ir::result_fields(n)),
        timesteps(n.timesteps),
        counters(ir::trace_layout(n, m).counter_words),
        select_bits(ir::address_bits(counters)),
        loadable(!design.load.empty()),
        load_addr_bits(loadable ? design.load.addr_bits() : 1),
        spikes(ir::spike_stream(n, m)) {
    // The words that another accelerator takes, to which a count is a value with a sign.
    if (spikes && (spikes->addr_bits > 16 || spikes->value_bits > 13)) spike_stream_bits = 64;
    for (const ir::ResultField& f : results) {
      class_bits = std::max(class_bits, f.class_bits);
      score_bits = std::max(score_bits, f.score_bits);
    }
  }
};

// The C header of the register map (shell_header.cpp).
[[nodiscard]] std::string c_header(const EmittedDesign& design, const ShellFacts& facts,
                                   const ir::QuantizedNetwork& network);

}  // namespace hillock::emit
