// Co-simulation: the Verilated RTL and the integer model run the same samples, and everything they
// do is compared.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "compiler/ir/dataset.h"
#include "sim/cosim/compare.h"

namespace hillock::sim {

struct CosimOptions {
  std::filesystem::path library;     // from build_simulation()
  std::filesystem::path rtl_folder;  // with the memory images
  std::size_t first_sample = 0;
  std::size_t samples = 0;
  int jobs = 1;
  std::uint64_t stall_seed = 0;  // 0: no stalls
  bool membranes = true;         // compare them; a netlist shows none
  std::filesystem::path wave;    // VCD of sample `wave_sample`, where not empty
  std::size_t wave_sample = 0;
  // Cycles that the latency model predicts for a sample.
  std::function<std::int64_t(const ir::Activity&)> predict_cycles;
  // Sees every sample: the model's activity, and what the RTL did. From any thread, one at a time.
  std::function<void(const ir::Activity&, const RtlSample&)> inspect;
  // Called after every sample with the number done; from any thread, one at a time.
  std::function<void(std::size_t)> progress;
};

struct CosimResult {
  std::size_t samples = 0;
  std::uint64_t spikes_compared = 0;
  std::uint64_t membranes_compared = 0;
  std::uint64_t cycles_compared = 0;
  std::uint64_t mismatches = 0;
  std::optional<Divergence> first;                    // of the lowest sample that diverges
  std::optional<bool> predicted_equal;                // nullopt under stalls
  std::vector<std::uint64_t> cycles;                  // per sample
  std::vector<std::vector<std::size_t>> predictions;  // per output, per sample: its class in RTL
  std::uint64_t ticks = 0;                            // clock cycles simulated, all jobs together
  double seconds = 0;                                 // wall time of the comparison
  RtlSample first_sample;                             // what the RTL did with the first sample
};

// Throws InputError for data that do not fit, and where the design cannot be loaded.
[[nodiscard]] CosimResult cosimulate(const ir::QuantizedNetwork& network,
                                     const ir::Mapping& mapping, const ir::Dataset& data,
                                     const CosimOptions& options);

// The input stream of one sample, in beats.
[[nodiscard]] std::vector<HillockBeat> sample_beats(const ir::QuantizedNetwork& network,
                                                    const ir::Dataset& data, std::size_t sample);

}  // namespace hillock::sim
