// A loaded shared object and a Verilated design in it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <vector>

#include "compiler/ir/hardware_view.h"
#include "sim/cosim/harness/harness_abi.h"

namespace hillock::sim {

// What one sample did in the RTL: storage behind a HillockRun.
struct RtlSample {
  HillockRun run{};
  std::vector<HillockTrace> traces;
  std::vector<std::vector<std::uint8_t>> spikes;       // per population, [T * neurons]
  std::vector<std::vector<std::int64_t>> membranes;    // per population, [T * neurons]
  std::vector<std::vector<std::int32_t>> values;       // likewise, where events carry values
  std::vector<std::vector<std::uint32_t>> row_cycles;  // per population, [T * groups]
  std::vector<std::vector<std::uint8_t>> row_seen;     // per population, [T * groups]
  std::vector<std::int32_t> streamed;  // [T * neurons] of the spikes that leave as a stream
  std::vector<std::uint32_t> counters;
  std::vector<std::uint32_t> classes;  // per output
  std::vector<std::int64_t> scores;    // per output: of its class
};

// One instance of the design, idle after reset. Not thread-safe; make one per thread.
class Simulation {
 public:
  // `rtl_folder` holds the memory images and weights.bin, read once here. `seed` fills
  // uninitialized state at random; 0 fills zeros. Throws InputError (tool-failed) where the object
  // does not fit.
  Simulation(const std::filesystem::path& library, const std::filesystem::path& rtl_folder,
             const ir::QuantizedNetwork& network, const ir::Mapping& mapping, std::uint32_t seed);
  ~Simulation();
  Simulation(const Simulation&) = delete;
  Simulation& operator=(const Simulation&) = delete;

  // Runs one sample of `timesteps` steps. `sample.run.stall_seed`, `max_cycles` and `wave_path` are
  // the caller's.
  void run(const std::vector<HillockBeat>& beats, std::size_t timesteps, RtlSample& sample);

  // Plays the beats for so many cycles (run.ticks of the same sample) and observes nothing: what
  // the simulation alone costs.
  void replay(const std::vector<HillockBeat>& beats, std::uint64_t ticks);

 private:
  struct Library;
  std::shared_ptr<Library> library_;
  std::vector<HillockPopulation> populations_;
  std::vector<HillockOutput> outputs_;
  std::vector<std::vector<std::int32_t>> slots_;  // per population: the neuron of a slot, or -1
  std::vector<HillockLoad> load_;
  HillockDesign design_{};
  void* handle_ = nullptr;
};

}  // namespace hillock::sim
