#include "sim/cosim/cosim.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "sim/fast/fast_model.h"

namespace hillock::sim {

namespace {

// The beats of a sample: events(t, i) are those of input i in step t.
template <typename F>
void make_beats(const ir::QuantizedNetwork& network, std::size_t timesteps, F events,
                std::vector<HillockBeat>& beats) {
  beats.clear();
  for (std::size_t t = 0; t < timesteps; ++t) {
    const std::size_t before = beats.size();
    std::uint32_t first = 0;
    for (std::size_t i = 0; i < network.inputs.size(); ++i) {
      const fast::Events e = events(t, i);
      for (std::size_t k = 0; k < e.count; ++k) {
        beats.push_back({first + e.element[k], e.value == nullptr ? 1 : e.value[k], 1, 0, 0});
      }
      first += static_cast<std::uint32_t>(ir::element_count(network.inputs[i].shape));
    }
    if (beats.size() == before) beats.push_back({0, 0, 0, 0, 0});
    beats.back().step_last = 1;
  }
  if (!beats.empty()) beats.back().sample_last = 1;
}

}  // namespace

std::vector<HillockBeat> sample_beats(const ir::QuantizedNetwork& network, const ir::Dataset& data,
                                      std::size_t sample) {
  std::vector<HillockBeat> beats;
  std::vector<InputEvent> found;
  std::vector<std::uint32_t> element;
  std::vector<std::int32_t> value;
  const auto events = [&](std::size_t t, std::size_t i) -> fast::Events {
    step_events(network.inputs[i], data, sample, t, found, ir::first_element(network, i));
    element.clear();
    value.clear();
    for (const InputEvent& e : found) {
      element.push_back(e.element);
      value.push_back(e.value);
    }
    return {element.data(), value.data(), element.size()};
  };
  make_beats(network, data.timesteps, events, beats);
  return beats;
}

namespace {

// One thread's share: samples are taken from a common counter.
class Worker {
 public:
  Worker(const ir::QuantizedNetwork& network, const ir::Mapping& mapping, const ir::Dataset& data,
         const CosimOptions& options, std::atomic<std::size_t>& next, std::mutex& mutex,
         CosimResult& result)
      : network_(network),
        mapping_(mapping),
        data_(data),
        options_(options),
        next_(next),
        mutex_(mutex),
        result_(result) {}

  void run() {
    try {
      work();
    } catch (...) {
      error_ = std::current_exception();
      next_ = options_.samples;  // the others may stop
    }
  }
  [[nodiscard]] std::exception_ptr error() const { return error_; }

 private:
  void work() {
    const auto power_up = static_cast<std::uint32_t>(options_.stall_seed & 0x7fffffff);
    Simulation simulation(options_.library, options_.rtl_folder, network_, mapping_, power_up);
    // The fast model computes what the reference does; where RTL and it disagree, the reference has
    // the last word.
    const std::unique_ptr<FastModel> fast = FastModel::make(network_);
    std::optional<IntegerModel> reference;
    const auto run_reference = [&](std::size_t sample, IntegerResult& expected) {
      if (!reference) reference.emplace(network_);
      reference->run(data_, sample, expected);
    };
    const WeightReads reads(network_, mapping_);
    FastResult scratch;
    IntegerResult expected;
    std::vector<HillockBeat> beats;
    RtlSample actual;
    const std::string wave = options_.wave.string();
    while (true) {
      const std::size_t k = next_++;
      if (k >= options_.samples) return;
      const std::size_t sample = options_.first_sample + k;
      if (fast != nullptr) {
        fast->run(data_, sample, scratch, expected);
        const auto events = [&](std::size_t t, std::size_t i) { return scratch.inputs[i].at(t); };
        make_beats(network_, data_.timesteps, events, beats);
      } else {
        run_reference(sample, expected);
        beats = sample_beats(network_, data_, sample);
      }
      const std::int64_t predicted = options_.predict_cycles(expected.activity);
      const bool stalls = options_.stall_seed != 0;
      // Seven of eight cycles may be stalled at either end of each stream.
      actual.run.max_cycles = static_cast<std::uint64_t>(predicted) * (stalls ? 100 : 2) + 10000;
      actual.run.stall_seed = stalls ? options_.stall_seed * 1000003 + sample + 1 : 0;
      actual.run.wave_path =
          sample == options_.wave_sample && !wave.empty() ? wave.c_str() : nullptr;
      simulation.run(beats, data_.timesteps, actual);
      const auto compared = [&] {
        return compare(network_, mapping_, reads, expected, actual, sample,
                       stalls ? std::nullopt : std::optional<std::int64_t>(predicted),
                       options_.membranes);
      };
      SampleComparison c = compared();
      if (c.first && fast != nullptr) {
        run_reference(sample, expected);
        c = compared();
      }
      record(k, c, expected.activity, actual, predicted, stalls);
      // A design that lost its way stays lost: what it did next would say nothing.
      if (actual.run.finished == 0) next_ = options_.samples;
    }
  }

  void record(std::size_t k, const SampleComparison& c, const ir::Activity& activity,
              const RtlSample& actual, std::int64_t predicted, bool stalls) {
    const std::lock_guard<std::mutex> lock(mutex_);
    ++result_.samples;
    result_.spikes_compared += c.spikes;
    result_.membranes_compared += c.membranes;
    result_.mismatches += c.mismatches;
    result_.ticks += actual.run.ticks;
    if (k == 0) result_.first_sample = actual;
    result_.cycles[k] = actual.run.cycles;
    for (std::size_t o = 0; o < actual.classes.size(); ++o) {
      result_.predictions[o][k] = actual.classes[o];
    }
    if (!stalls) {
      ++result_.cycles_compared;
      const bool equal = actual.run.cycles == static_cast<std::uint64_t>(predicted);
      result_.predicted_equal = result_.predicted_equal.value_or(true) && equal;
    }
    if (c.first && (!result_.first || c.first->sample < result_.first->sample)) {
      result_.first = c.first;
    }
    if (options_.inspect) options_.inspect(activity, actual);
    if (options_.progress) options_.progress(result_.samples);
  }

  const ir::QuantizedNetwork& network_;
  const ir::Mapping& mapping_;
  const ir::Dataset& data_;
  const CosimOptions& options_;
  std::atomic<std::size_t>& next_;
  std::mutex& mutex_;
  CosimResult& result_;
  std::exception_ptr error_;
};

}  // namespace

CosimResult cosimulate(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                       const ir::Dataset& data, const CosimOptions& options) {
  CosimResult result;
  result.cycles.assign(options.samples, 0);
  result.predictions.assign(1 + network.more_outputs.size(),
                            std::vector<std::size_t>(options.samples, 0));
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  const auto begin = std::chrono::steady_clock::now();
  std::vector<Worker> workers;
  const auto jobs = static_cast<std::size_t>(options.jobs < 1 ? 1 : options.jobs);
  for (std::size_t i = 0; i < std::min(jobs, std::max<std::size_t>(options.samples, 1)); ++i) {
    workers.emplace_back(network, mapping, data, options, next, mutex, result);
  }
  std::vector<std::thread> threads;
  for (std::size_t i = 1; i < workers.size(); ++i) threads.emplace_back(&Worker::run, &workers[i]);
  workers[0].run();
  for (std::thread& t : threads) t.join();
  for (const Worker& w : workers) {
    if (w.error()) std::rethrow_exception(w.error());
  }
  result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  return result;
}

}  // namespace hillock::sim
