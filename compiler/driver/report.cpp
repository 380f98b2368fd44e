#include "compiler/driver/report.h"

#include <algorithm>

#include "compiler/driver/report/render.h"
#include "compiler/support/file.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

// [[t, neuron], ...] of the spikes in a [T, neurons] array.
json spike_list(const std::uint8_t* spikes, std::size_t steps, std::size_t neurons) {
  json list = json::array();
  for (std::size_t t = 0; t < steps; ++t) {
    for (std::size_t j = 0; j < neurons; ++j) {
      if (spikes[t * neurons + j] != 0) list.push_back({t, j});
    }
  }
  return list;
}

// The neuron that spikes most: its membrane shows most.
std::size_t busiest(const support::Matrix<std::uint8_t>& spikes) {
  std::vector<int> count(spikes.cols, 0);
  for (std::size_t i = 0; i < spikes.data.size(); ++i) count[i % spikes.cols] += spikes.data[i];
  return static_cast<std::size_t>(std::max_element(count.begin(), count.end()) - count.begin());
}

}  // namespace

json sample_trace(const Build& build, const ir::Dataset& data, std::size_t sample,
                  const sim::RtlSample& rtl) {
  sim::IntegerResult integer;
  sim::FloatResult real;
  sim::IntegerModel(build.quantized).run(data, sample, integer);
  sim::FloatModel(build.network).run(data, sample, real);
  const std::size_t steps = data.timesteps;
  json populations = json::array();
  for (std::size_t p = 0; p < build.quantized.populations.size(); ++p) {
    const ir::QuantizedPopulation& q = build.quantized.populations[p];
    const ir::Population& f = build.network.populations[p];
    const std::size_t n = q.neurons();
    const std::size_t j = busiest(integer.recording.spikes[p]);
    json integer_trace = json::array();
    json float_trace = json::array();
    for (std::size_t t = 0; t < steps; ++t) {
      integer_trace.push_back(q.real(integer.recording.membranes[p](t, j), j));
      float_trace.push_back(real.recording.membranes[p](t, j));
    }
    populations.push_back(
        {{"name", q.name},
         {"neurons", n},
         {"spikes_integer", spike_list(integer.recording.spikes[p].data.data(), steps, n)},
         {"spikes_float", spike_list(real.recording.spikes[p].data.data(), steps, n)},
         {"spikes_rtl", spike_list(rtl.spikes[p].data(), steps, n)},
         {"membrane",
          {{"neuron", j},
           {"threshold", q.spiking ? json(f.threshold[j]) : json(nullptr)},
           {"integer", integer_trace},
           {"float", float_trace}}}});
  }
  return {{"sample", sample},
          {"timesteps", steps},
          {"label", data.y.empty() ? json(nullptr) : json(data.y[sample])},
          {"populations", populations}};
}

std::filesystem::path report(const std::filesystem::path& folder, const CommonOptions& common) {
  const Build build = load_build(folder);
  json data = {{"name", build.quantized.name}, {"compile", build.summary}};
  const std::pair<const char*, const char*> parts[] = {{"float", "run-float.json"},
                                                       {"integer", "run-integer.json"},
                                                       {"cosim", "cosim.json"},
                                                       {"estimate", "estimate.json"},
                                                       {"trace", "trace.json"}};
  for (const auto& [key, file] : parts) {
    if (std::filesystem::exists(folder / file)) data[key] = read_json(folder / file);
  }
  data["synth"] = json::array();
  std::vector<std::filesystem::path> synthesized;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (name.starts_with("synth-") && entry.path().extension() == ".json") {
      synthesized.push_back(entry.path());
    }
  }
  std::sort(synthesized.begin(), synthesized.end());
  for (const auto& file : synthesized) data["synth"].push_back(read_json(file));
  std::filesystem::path path = folder / "report.html";
  support::write_file(path, render_report(data));
  if (!common.json.empty()) {
    support::write_file(common.json, json{{"report", path.string()}}.dump(2) + "\n");
  }
  return path;
}

}  // namespace hillock::driver
