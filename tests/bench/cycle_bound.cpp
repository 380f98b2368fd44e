// cycle_bound DATA.npz SAMPLES BUILD...: cycles that the RTL of each build takes for each sample,
// against the bound of a dense network
//
//   1.05 * sum over steps of max over populations of events * ceil(neurons / lanes)
//        + 8 * steps * populations
//
// SAMPLES 0 takes all. Prints the sample nearest to its bound, and fails where one is beyond, or
// where RTL and integer model disagree about anything.
#include <algorithm>
#include <cstdio>
#include <cstdlib>

#include "compiler/driver/build_folder.h"
#include "compiler/import/import.h"
#include "hw_models/latency/latency.h"
#include "sim/reference/integer_model.h"
#include "tests/support/rtl_case.h"

namespace {

using namespace hillock;

double bound(const driver::Build& build, const ir::Activity& activity) {
  const std::size_t steps = activity.populations[0].step_events.size();
  std::int64_t sum = 0;
  for (std::size_t t = 0; t < steps; ++t) {
    std::int64_t slowest = 0;
    for (std::size_t p = 0; p < activity.populations.size(); ++p) {
      const auto neurons = static_cast<std::int64_t>(build.quantized.populations[p].neurons());
      slowest = std::max(slowest, activity.populations[p].step_events[t] *
                                      numeric::ceil_div(neurons, build.mapping.lanes[p]));
    }
    sum += slowest;
  }
  return 1.05 * static_cast<double>(sum) +
         8.0 * static_cast<double>(steps * activity.populations.size());
}

// Whether all samples keep within the bound.
bool check(const char* folder, const char* file, std::size_t samples) {
  const driver::Build build = driver::load_build(folder);
  ir::Dataset data = import::load_dataset(file, build.network, std::nullopt);
  if (samples > 0) data.samples = std::min(data.samples, samples);
  const sim::CosimResult rtl =
      tests::cosimulate_design(folder, build.quantized, build.mapping, data, 0);
  const sim::IntegerModel model(build.quantized);
  double worst = 0;
  double worst_bound = 0;
  double mean = 0;
  std::size_t beyond = 0;
  std::size_t differ = 0;
  for (std::size_t s = 0; s < data.samples; ++s) {
    sim::IntegerResult result;
    model.run(data, s, result);
    const double limit = bound(build, result.activity);
    const auto cycles = static_cast<double>(rtl.cycles[s]);
    mean += cycles / static_cast<double>(data.samples);
    if (cycles > limit) ++beyond;
    if (rtl.predictions[0][s] != result.predicted) ++differ;
    if (worst_bound == 0 || cycles * worst_bound > worst * limit) {
      worst = cycles;
      worst_bound = limit;
    }
  }
  std::printf(
      "%s: %zu samples, mean %.0f cycles; nearest to its bound %.0f of %.0f (%.0f %%); "
      "beyond: %zu; mismatches %llu, predictions that differ %zu, predicted cycles %s\n",
      folder, data.samples, mean, worst, worst_bound, 100 * worst / worst_bound, beyond,
      static_cast<unsigned long long>(rtl.mismatches), differ,
      rtl.predicted_equal.value_or(false) ? "equal" : "DIFFER");
  return beyond == 0 && rtl.mismatches == 0 && differ == 0 && rtl.predicted_equal.value_or(false);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 4) {
    std::fprintf(stderr, "usage: cycle_bound DATA.npz SAMPLES BUILD...\n");
    return 2;
  }
  try {
    bool ok = true;
    for (int i = 3; i < argc; ++i) {
      ok = check(argv[i], argv[1], std::strtoul(argv[2], nullptr, 10)) && ok;
    }
    return ok ? 0 : 1;
  } catch (const std::exception& e) {
    std::fprintf(stderr, "%s\n", e.what());
    return 2;
  }
}
