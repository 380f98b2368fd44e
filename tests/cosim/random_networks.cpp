// Random networks x random parameters x random stalls: RTL, integer model and latency model must
// agree on all of them.
//
//   random_networks FIRST COUNT [JOBS [KINDS]]    seeds FIRST .. FIRST + COUNT - 1; KINDS: a mask
//   of
//                                                 RandomKind, all by default
//   random_networks SEED 1                        replays one of them
//
// Ends with "N passed, N failed"; exit status 1 where any failed.
#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/random_network.h"
#include "tests/support/rtl_case.h"

namespace {

using hillock::tests::RandomCase;

// Empty where all agree, else what went wrong.
std::string check(const RandomCase& c, const std::filesystem::path& folder, std::uint64_t seed) {
  hillock::tests::write_design(folder, c.quantized, c.mapping);
  for (const std::uint64_t stalls : {std::uint64_t{0}, 2 * seed + 1, 2 * seed + 2}) {
    const auto r =
        hillock::tests::cosimulate_design(folder, c.quantized, c.mapping, c.data, stalls);
    if (r.mismatches != 0 || r.samples != c.data.samples) {
      const auto& d = *r.first;
      return fmt::format(
          "stalls {}: {} mismatches; first: {} of {}, neuron {}, sample {}, step {}, "
          "cycle {}: expected {}, actual {} {}",
          stalls, r.mismatches, d.what, d.population, d.neuron, d.sample, d.timestep, d.cycle,
          d.expected, d.actual, d.explanation);
    }
    if (stalls == 0 && r.predicted_equal != true) return "predicted cycles differ";
  }
  return "";
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    fmt::print(stderr, "usage: random_networks FIRST COUNT [JOBS]\n");
    return 2;
  }
  const std::uint64_t first = std::strtoull(argv[1], nullptr, 10);
  const std::uint64_t count = std::strtoull(argv[2], nullptr, 10);
  const int jobs = argc > 3 ? std::atoi(argv[3]) : 1;
  const auto kinds = argc > 4 ? static_cast<unsigned>(std::strtoul(argv[4], nullptr, 0))
                              : static_cast<unsigned>(hillock::tests::kAllKinds);
  const std::filesystem::path root = std::filesystem::temp_directory_path() /
                                     fmt::format("hillock-random-{}-{}", first, ::getpid());
  std::atomic<std::uint64_t> next{0};
  std::atomic<std::uint64_t> failed{0};
  std::mutex mutex;
  const auto work = [&] {
    for (std::uint64_t k = next++; k < count; k = next++) {
      const std::uint64_t seed = first + k;
      const std::filesystem::path folder = root / std::to_string(seed);
      std::string problem;
      std::string description;
      try {
        const RandomCase c = hillock::tests::random_case(seed, kinds);
        description = c.description;
        problem = check(c, folder, seed);
      } catch (const std::exception& e) {
        problem = e.what();
      }
      std::filesystem::remove_all(folder);
      const std::lock_guard<std::mutex> lock(mutex);
      if (problem.empty()) {
        if (count == 1) fmt::print("seed {}: agrees: {}\n", seed, description);
        continue;
      }
      ++failed;
      fmt::print("seed {}: {}\n  {}\n  replay: random_networks {} 1\n", seed, problem, description,
                 seed);
      std::fflush(stdout);  // a long run may be stopped before its end
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < jobs; ++i) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  std::filesystem::remove_all(root);
  fmt::print("{} passed, {} failed\n", count - failed, failed.load());
  return failed == 0 ? 0 : 1;
}
