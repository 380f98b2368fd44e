#include "compiler/driver/run.h"

#include <fmt/format.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <thread>

#include "compiler/driver/accuracy.h"
#include "compiler/driver/activity_file.h"
#include "compiler/driver/fidelity.h"
#include "compiler/driver/neurobench.h"
#include "compiler/driver/terminal.h"
#include "compiler/support/npz.h"
#include "sim/fast/fast_model.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

constexpr std::size_t kNeuroBenchSamples = 256;  // membranes of all steps take the slower model

// What either model leaves of all samples.
struct Totals {
  std::vector<std::vector<std::size_t>> predictions;  // per output, per sample
  std::int64_t spikes = 0;
  std::int64_t synaptic_operations = 0;
  std::int64_t saturations = 0;
  std::int64_t ties = 0;
  std::vector<std::vector<std::uint8_t>> dumped;  // per population, [N, T, neurons]
};

// Runs `work(sample)` for all samples on `jobs` threads, with a progress bar.
template <typename MakeWorker>
void for_each_sample(std::size_t samples, int jobs, Progress& progress, MakeWorker make_worker) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> done{0};
  std::exception_ptr error;
  std::mutex mutex;
  const auto loop = [&] {
    try {
      auto work = make_worker();
      for (std::size_t k = next++; k < samples; k = next++) {
        work(k);
        progress.update(++done);
      }
    } catch (...) {
      const std::lock_guard<std::mutex> lock(mutex);
      if (!error) error = std::current_exception();
      next = samples;
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < jobs; ++i) threads.emplace_back(loop);
  loop();
  for (std::thread& t : threads) t.join();
  if (error) std::rethrow_exception(error);
}

template <typename Result>
void predict(Totals& totals, const Result& result, std::size_t sample) {
  totals.predictions[0][sample] = result.predicted;
  for (std::size_t o = 0; o < result.more.size(); ++o) {
    totals.predictions[o + 1][sample] = result.more[o].predicted;
  }
}

template <typename V>
void dump(Totals& totals, const sim::Recording<V>& recording, std::size_t sample) {
  for (std::size_t p = 0; p < totals.dumped.size(); ++p) {
    const auto& spikes = recording.spikes[p].data;
    std::copy(spikes.begin(), spikes.end(),
              totals.dumped[p].begin() + static_cast<std::ptrdiff_t>(sample * spikes.size()));
  }
}

// The time that the model itself takes, over all threads: counting for the estimate is not part of
// it.
class Stopwatch {
 public:
  template <typename F>
  void time(F f) {
    const auto begin = std::chrono::steady_clock::now();
    f();
    nanoseconds_ += std::chrono::nanoseconds(std::chrono::steady_clock::now() - begin).count();
  }
  [[nodiscard]] double seconds() const { return static_cast<double>(nanoseconds_) * 1e-9; }

 private:
  std::atomic<std::int64_t> nanoseconds_{0};
};

// `counts_spikes`: per population, whether its events carry the number of spikes.
void dump(Totals& totals, const std::vector<bool>& counts_spikes, const sim::FastResult& result,
          std::size_t sample) {
  for (std::size_t p = 0; p < totals.dumped.size(); ++p) {
    const sim::EventHistory& h = result.populations[p];
    const std::size_t steps = h.steps();
    const std::size_t samples = totals.predictions[0].size();
    const std::size_t neurons = totals.dumped[p].size() / (samples * steps);
    for (std::size_t t = 0; t < steps; ++t) {
      std::uint8_t* const row = totals.dumped[p].data() + (sample * steps + t) * neurons;
      const sim::fast::Events events = h.at(t);
      for (std::size_t i = 0; i < events.count; ++i) {
        const bool counts = counts_spikes[p] && events.value != nullptr;
        row[events.element[i]] = counts ? static_cast<std::uint8_t>(events.value[i]) : 1;
      }
    }
  }
}

Totals run_fast(const Build& build, const sim::FastModel& model, const ir::Dataset& data, int jobs,
                Totals totals, Progress& progress, Stopwatch& watch) {
  ActivityCollector activity(build.quantized, build.mapping);
  std::vector<bool> counts_spikes;
  for (const auto& p : build.quantized.populations) counts_spikes.push_back(p.sends_counts());
  std::mutex mutex;
  for_each_sample(data.samples, jobs, progress, [&] {
    return [&, result = sim::FastResult{}](std::size_t sample) mutable {
      watch.time([&] { model.run(data, sample, result); });
      activity.add(model.activity(result));
      const std::lock_guard<std::mutex> lock(mutex);
      predict(totals, result, sample);
      totals.spikes += result.spikes;
      totals.synaptic_operations += result.synaptic_operations;
      totals.saturations += result.saturations;
      dump(totals, counts_spikes, result, sample);
    };
  });
  write_activity(build.folder, activity.summary());
  return totals;
}

Totals run_integer(const Build& build, const ir::Dataset& data, int jobs, Totals totals,
                   Progress& progress, Stopwatch& watch) {
  if (const auto fast = sim::FastModel::make(build.quantized)) {
    return run_fast(build, *fast, data, jobs, std::move(totals), progress, watch);
  }
  const sim::IntegerModel model(build.quantized);
  ActivityCollector activity(build.quantized, build.mapping);
  std::mutex mutex;
  for_each_sample(data.samples, jobs, progress, [&] {
    return [&, result = sim::IntegerResult{}](std::size_t sample) mutable {
      watch.time([&] { model.run(data, sample, result); });
      activity.add(result.activity);
      const std::lock_guard<std::mutex> lock(mutex);
      predict(totals, result, sample);
      for (const ir::PopulationActivity& a : result.activity.populations) {
        totals.spikes += a.spikes;
        totals.synaptic_operations += a.synaptic_operations;
        totals.saturations += a.saturations;
      }
      dump(totals, result.recording, sample);
    };
  });
  write_activity(build.folder, activity.summary());
  return totals;
}

Totals run_float(const Build& build, const ir::Dataset& data, int jobs, Totals totals,
                 Progress& progress, Stopwatch& watch) {
  const sim::FloatModel model(build.network);
  std::mutex mutex;
  for_each_sample(data.samples, jobs, progress, [&] {
    return [&, result = sim::FloatResult{}](std::size_t sample) mutable {
      watch.time([&] { model.run(data, sample, result); });
      const std::lock_guard<std::mutex> lock(mutex);
      predict(totals, result, sample);
      totals.spikes += result.spikes;
      totals.synaptic_operations += result.synaptic_operations;
      totals.ties += result.ties;
      dump(totals, result.recording, sample);
    };
  });
  return totals;
}

void write_spikes(const Build& build, const ir::Dataset& data, Totals& totals,
                  const std::filesystem::path& file) {
  std::vector<support::NpzOutput> arrays;
  for (std::size_t p = 0; p < totals.dumped.size(); ++p) {
    const ir::QuantizedPopulation& population = build.quantized.populations[p];
    if (!population.spiking) continue;
    std::vector<std::size_t> shape = {data.samples, data.timesteps};
    shape.insert(shape.end(), population.shape.begin(), population.shape.end());
    arrays.push_back({population.name, std::move(shape), std::move(totals.dumped[p])});
  }
  support::write_npz(file, arrays);
}

}  // namespace

int job_count(int asked) {
  if (asked > 0) return asked;
  const unsigned n = std::thread::hardware_concurrency();
  return n == 0 ? 1 : static_cast<int>(n);
}

void check_labels(const ir::Dataset& data, const ir::Network& network) {
  const std::vector<ir::Output> outputs = ir::outputs_of(network);
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const ir::Population& p = network.populations[outputs[o].population];
    const std::vector<std::int64_t>& y = data.labels(o);
    const std::string array = o == 0 ? "/y" : "/y_" + p.name;
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (y[i] >= 0 && y[i] < static_cast<std::int64_t>(p.neurons())) continue;
      support::fail(
          support::DiagnosticKind::BadData, support::Location{data.file, array}.at(i),
          fmt::format("label {} of {} with {} outputs", y[i],
                      outputs.size() == 1 ? "a network" : fmt::format("'{}'", p.name), p.neurons()),
          "labels are output neurons, from 0: use the data the network was trained for");
    }
  }
}

void check_time(const ir::Dataset& data, const ir::Network& network, std::size_t input,
                bool wanted_static, const char* who) {
  if (data.is_static(input) == wanted_static) return;
  const std::string array = import::array_name(network, input);
  const auto kind = [&](bool is_static) {
    return is_static ? fmt::format(
                           "a static input, {} of [N, features], which is added up once a "
                           "sample",
                           array)
                     : fmt::format("an input in steps, {} of [N, T, features]", array);
  };
  support::fail(support::DiagnosticKind::BadData, {data.file, "/" + array},
                fmt::format("holds {}, and {} {}", wanted_static ? "time steps" : "no time steps",
                            who, kind(wanted_static)),
                "compile for the data that it is to run on: they say which of the two it is");
}

ir::Dataset load_data(const Build& build, const DataOptions& options) {
  ir::Dataset data = import::load_dataset(options.data, build.network, options.timesteps);
  // What is the same in every step may also come in every step, not the other way round.
  for (std::size_t i = 0; i < build.network.inputs.size(); ++i) {
    if (!build.quantized.inputs[i].is_static) continue;
    check_time(data, build.network, i, true, "the build is for");
  }
  if (data.timesteps > static_cast<std::size_t>(build.quantized.timesteps)) {
    support::fail(
        support::DiagnosticKind::DataOutOfRange, {data.file, "/x"},
        fmt::format("{} steps, and the build's widths are proved for {}", data.timesteps,
                    build.quantized.timesteps),
        fmt::format("compile again with --timesteps {}, or with this data set as --data; or "
                    "give --timesteps {} for the first steps",
                    data.timesteps, build.quantized.timesteps));
  }
  check_labels(data, build.network);
  if (options.samples && *options.samples < data.samples) {
    data.samples = *options.samples;
    if (!data.y.empty()) data.y.resize(data.samples);
    for (auto& y : data.more_y) y.resize(std::min(y.size(), data.samples));
  }
  return data;
}

namespace {

// The samples that the quantizer has not seen; none where it may have seen them all.
std::vector<std::size_t> unseen(const Build& build, const ir::Dataset& data) {
  const auto calibration = build.summary.find("calibration");
  const bool known = calibration != build.summary.end() && calibration->is_object() &&
                     calibration->contains("content") && calibration->contains("half");
  const bool seen = known && calibration->at("content") == fingerprint(data);
  std::vector<std::size_t> samples;
  if (seen && calibration->at("half") != true) return samples;
  for (std::size_t i = 0; i < data.samples; ++i) {
    if (!seen || is_held_out(i)) samples.push_back(i);
  }
  return samples;
}

}  // namespace

void add_predictions(json& result, const ir::Network& network,
                     const std::vector<std::vector<std::size_t>>& predictions,
                     const ir::Dataset& data, std::size_t first) {
  const auto summary = [&](std::size_t o) {
    return accuracy_summary(predictions[o], data.labels(o), first);
  };
  const json main = summary(0);
  result["accuracy"] = main.at("accuracy");
  result["accuracy_interval"] = main.at("interval");
  result["predictions"] = predictions[0];
  if (predictions.size() == 1) return;
  const std::vector<ir::Output> outputs = ir::outputs_of(network);
  for (std::size_t o = 0; o < predictions.size(); ++o) {
    const json own = summary(o);
    result["outputs"].push_back({{"population", network.populations[outputs[o].population].name},
                                 {"readout", std::string(ir::name(outputs[o].readout))},
                                 {"accuracy", own.at("accuracy")},
                                 {"accuracy_interval", own.at("interval")},
                                 {"predictions", predictions[o]}});
  }
}

json run(const RunOptions& options, const CommonOptions& common) {
  const Build build = load_build(options.folder);
  const ir::Dataset data = load_data(build, options.data);
  const int jobs = job_count(options.data.jobs);
  Totals totals;
  totals.predictions.assign(1 + build.quantized.more_outputs.size(),
                            std::vector<std::size_t>(data.samples));
  if (!options.dump_spikes.empty()) {
    for (const ir::QuantizedPopulation& p : build.quantized.populations) {
      totals.dumped.emplace_back(data.samples * data.timesteps * p.neurons());
    }
  }
  Progress progress(options.float_model ? "float model" : "integer model", data.samples,
                    common.quiet);
  Stopwatch watch;
  totals = options.float_model ? run_float(build, data, jobs, std::move(totals), progress, watch)
                               : run_integer(build, data, jobs, std::move(totals), progress, watch);
  const auto threads = static_cast<double>(std::min<std::size_t>(
      static_cast<std::size_t>(jobs), std::max<std::size_t>(data.samples, 1)));
  const double seconds = std::max(watch.seconds() / threads, 1e-9);
  progress.finish();

  const auto n = static_cast<double>(std::max<std::size_t>(data.samples, 1));
  const std::string model = options.float_model ? "float" : "integer";
  std::vector<std::size_t> unseen_samples = unseen(build, data);
  json result = {
      {"model", model},
      {"samples", data.samples},
      {"timesteps", data.timesteps},
      {"held_out", unseen_samples.empty()
                       ? json(nullptr)
                       : accuracy_summary(totals.predictions[0], data.y, 0, unseen_samples)},
      {"inferences_per_second", static_cast<double>(data.samples) / seconds},
      {"spikes_per_inference", static_cast<double>(totals.spikes) / n},
      {"synaptic_operations_per_inference", static_cast<double>(totals.synaptic_operations) / n},
      {"saturations", totals.saturations}};
  add_predictions(result, build.network, totals.predictions, data, 0);
  if (options.float_model) {
    result["ties"] = totals.ties;
  } else {
    if (unseen_samples.empty()) {
      for (std::size_t i = 0; i < data.samples; ++i) unseen_samples.push_back(i);
    }
    result["fidelity"] = fidelity(build, data, unseen_samples);
    result["neurobench"] = neurobench(build, data, kNeuroBenchSamples);
  }
  if (!options.dump_spikes.empty()) write_spikes(build, data, totals, options.dump_spikes);
  write_result(build.folder, "run-" + model, result, {});
  write_result(build.folder, "run", result, common.json);
  return result;
}

}  // namespace hillock::driver
