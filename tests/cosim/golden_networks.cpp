// The networks that the real snnTorch and sinabs ran, in RTL: integer model, Verilog and latency
// model agree on each, with one lane and with as many as help. (The unit tests compare their float
// spikes with the frameworks' own.)
//
//   golden_networks EVERY [FIRST [JOBS]]     every EVERY-th case from FIRST on; 1 runs them all
//
// Ends with "N passed, N failed"; exit status 1 where any failed.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>

#include "compiler/driver/calibration.h"
#include "compiler/driver/widths.h"
#include "compiler/ir/layout.h"
#include "compiler/passes/align_convolutions.h"
#include "compiler/passes/quantize.h"
#include "tests/support/golden.h"
#include "tests/support/rtl_case.h"

namespace {

namespace fs = std::filesystem;
using namespace hillock;

constexpr int kWeightBits = 6;

ir::QuantizedNetwork quantized(const ir::Network& network, const ir::Dataset& data) {
  const std::size_t n = network.populations.size();
  passes::QuantizeOptions o;
  o.weight_bits.assign(n, kWeightBits);
  o.fraction_bits.resize(n);
  o.decay_bits.resize(n);
  o.current_decay_bits.resize(n);
  o.membrane_bits.resize(n);
  o.timesteps = static_cast<int>(data.timesteps);
  ir::QuantizedNetwork q =
      passes::quantize(network, o, driver::calibrate(network, data, data.samples));
  driver::assign_proved_widths(q, o.membrane_bits);
  ir::verify(q);
  return q;
}

// Empty where all agree, else what went wrong.
std::string check(const tests::GoldenCase& c, const fs::path& folder) {
  const ir::Network network = passes::align_convolutions(tests::golden_network(c));
  const ir::Dataset data = tests::golden_dataset(tests::golden_array(c.files.at("x.npy")), network);
  const ir::QuantizedNetwork q = quantized(network, data);
  for (const int lanes : {1, 1 << 20}) {
    ir::Mapping mapping;
    mapping.lanes.assign(q.populations.size(), lanes);
    mapping = ir::fit_lanes(q, std::move(mapping));
    tests::write_design(folder, q, mapping);
    const sim::CosimResult r = tests::cosimulate_design(folder, q, mapping, data, 0);
    fs::remove_all(folder);
    if (r.mismatches != 0 || r.samples != data.samples) {
      return fmt::format("{} lanes: {} mismatches; first: {} of {}, neuron {}, sample {}, step {}",
                         lanes, r.mismatches, r.first->what, r.first->population, r.first->neuron,
                         r.first->sample, r.first->timestep);
    }
    if (r.predicted_equal != true) return fmt::format("{} lanes: predicted cycles differ", lanes);
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2 || std::strtoul(argv[1], nullptr, 10) == 0) {
    fmt::print(stderr, "usage: golden_networks EVERY [FIRST [JOBS]]\n");
    return 2;
  }
  const std::size_t every = std::strtoul(argv[1], nullptr, 10);
  const std::size_t first = argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 0;
  const int jobs = argc > 3 ? std::atoi(argv[3]) : 1;
  const fs::path root = fs::temp_directory_path() / fmt::format("hillock-golden-{}", ::getpid());
  std::vector<std::pair<std::string, tests::GoldenCase>> all;
  for (const std::string& group : tests::golden_groups()) {
    fs::create_directories(root / group);
    for (tests::GoldenCase& c : tests::golden_cases(group, root / group)) {
      all.emplace_back(group + "/" + c.name, std::move(c));
    }
  }
  std::atomic<std::size_t> next{first};
  std::size_t passed = 0;
  std::size_t failed = 0;
  std::mutex mutex;
  const auto work = [&] {
    for (std::size_t k = next.fetch_add(every); k < all.size(); k = next.fetch_add(every)) {
      std::string problem;
      try {
        problem = check(all[k].second, root / std::to_string(k));
      } catch (const std::exception& e) {
        problem = e.what();
      }
      const std::lock_guard<std::mutex> lock(mutex);
      ++(problem.empty() ? passed : failed);
      if (!problem.empty()) {
        fmt::print("{}: {}\n  replay: golden_networks {} {}\n", all[k].first, problem, all.size(),
                   k);
      }
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < jobs; ++i) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  fs::remove_all(root);
  fmt::print("{} passed, {} failed\n", passed, failed);
  return failed == 0 ? 0 : 1;
}
