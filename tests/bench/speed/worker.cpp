// speed_worker: what tests/bench/speed/run.py times. It reads commands, a line each, and answers
// each with a line of JSON; so the script can take its measurements in turns with those of others.
//
//   build DIR DATA.npz        loads a build and its data
//   fast THREADS SAMPLES      the fast integer model; samples are taken round and round
//   reference SAMPLES         the scalar integer model
//   float THREADS SAMPLES     the float model
//   cosim JOBS SAMPLES        co-simulation of the first SAMPLES samples
//   unobserved SAMPLES        the same cycles of its bench, with nothing observed
//   stimulus FILE SAMPLES     writes those samples' beats for tests/bench/speed/bare.cpp
//   dense SOURCES NEURONS STEPS RUNS, sparse NEURONS FAN_OUT STEPS RUNS,
//   conv CHANNELS SIDE STEPS RUNS                                      see scaling.h
#include <cstdio>
#include <fstream>
#include <functional>
#include <iostream>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "compiler/driver/build_folder.h"
#include "compiler/import/import.h"
#include "hw_models/latency/latency.h"
#include "sim/cosim/build.h"
#include "sim/cosim/cosim.h"
#include "sim/cosim/simulation.h"
#include "sim/fast/fast_model.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"
#include "tests/bench/speed/scaling.h"
#include "tests/bench/speed/stopwatch.h"

namespace {

using namespace hillock;
using nlohmann::json;
using tests::Stopwatch;

class Worker {
 public:
  json build(std::istream& in) {
    std::string folder;
    std::string file;
    in >> folder >> file;
    build_ = std::make_unique<driver::Build>(driver::load_build(folder));
    data_ = import::load_dataset(file, build_->network, std::nullopt);
    beats_.clear();
    ticks_.clear();
    fast_ = sim::FastModel::make(build_->quantized);
    reference_ = std::make_unique<sim::IntegerModel>(build_->quantized);
    float_ = std::make_unique<sim::FloatModel>(build_->network);
    return {{"samples", data_.samples}, {"timesteps", data_.timesteps}, {"fast", fast_ != nullptr}};
  }

  json fast(std::istream& in) {
    return spread<sim::FastResult>(in, [this](std::size_t sample, sim::FastResult& r) {
      fast_->run(data_, sample, r);
      return r.predicted;
    });
  }
  json reference(std::istream& in) {
    return spread<sim::IntegerResult>(in, [this](std::size_t sample, sim::IntegerResult& r) {
      reference_->run(data_, sample, r);
      return r.predicted;
    });
  }
  // JOBS SAMPLES: as the verb does it, but for writing results.
  json cosim(std::istream& in) {
    sim::CosimOptions o;
    in >> o.jobs >> o.samples;
    o.library = library();
    o.rtl_folder = build_->folder / "rtl";
    const hw_models::LatencyModel latency(build_->quantized, build_->mapping);
    o.predict_cycles = [&](const ir::Activity& a) { return latency.cycles(a); };
    sim::CosimResult result;
    const Stopwatch watch(
        [&] { result = sim::cosimulate(build_->quantized, build_->mapping, data_, o); });
    return {{"wall", watch.wall},
            {"cpu", watch.cpu},
            {"samples", result.samples},
            {"ticks", result.ticks},
            {"mismatches", result.mismatches},
            {"predicted_equal", result.predicted_equal.value_or(false)}};
  }

  // SAMPLES: the same cycles of the same design, with nothing observed.
  json unobserved(std::istream& in) {
    std::size_t samples = 0;
    in >> samples;
    sim::Simulation simulation(library(), build_->folder / "rtl", build_->quantized,
                               build_->mapping, 0);
    record_ticks(samples, simulation);
    std::uint64_t all = 0;
    const Stopwatch watch([&] {
      for (std::size_t k = 0; k < samples; ++k) {
        simulation.replay(beats_[k], ticks_[k]);
        all += ticks_[k];
      }
    });
    return {{"wall", watch.wall}, {"cpu", watch.cpu}, {"samples", samples}, {"ticks", all}};
  }

  // FILE SAMPLES: for each sample "beats ticks", then the beats, a line each.
  json stimulus(std::istream& in) {
    std::string file;
    std::size_t samples = 0;
    in >> file >> samples;
    sim::Simulation simulation(library(), build_->folder / "rtl", build_->quantized,
                               build_->mapping, 0);
    record_ticks(samples, simulation);
    std::ofstream out(file);
    for (std::size_t k = 0; k < samples; ++k) {
      out << beats_[k].size() << ' ' << ticks_[k] << '\n';
      for (const HillockBeat& b : beats_[k]) {
        out << b.addr << ' ' << b.value << ' ' << int{b.event} << ' ' << int{b.step_last} << ' '
            << int{b.sample_last} << '\n';
      }
    }
    return {{"samples", samples},
            {"recipe", (library().parent_path() / "recipe.txt").string()},
            {"top", build_->summary.at("rtl").at("top")},
            {"files", build_->summary.at("rtl").at("files")}};
  }

  json floating(std::istream& in) {
    return spread<sim::FloatResult>(in, [this](std::size_t sample, sim::FloatResult& r) {
      float_->run(data_, sample, r);
      return r.predicted;
    });
  }

 private:
  // THREADS SAMPLES: each thread runs its part of the samples. `predicted` is their sum, which
  // tells runs apart that computed different things.
  template <typename Result, typename F>
  json spread(std::istream& in, F run) {
    std::size_t threads = 0;
    std::size_t samples = 0;
    in >> threads >> samples;
    std::vector<std::size_t> predicted(threads, 0);
    std::vector<Result> results(threads);
    for (Result& r : results) run(0, r);  // makes room
    const auto part = [&](std::size_t k) {
      std::size_t sum = 0;
      for (std::size_t i = k; i < samples; i += threads) sum += run(i % data_.samples, results[k]);
      predicted[k] = sum;
    };
    const Stopwatch watch([&] {
      std::vector<std::thread> others;
      for (std::size_t k = 1; k < threads; ++k) others.emplace_back(part, k);
      part(0);
      for (std::thread& t : others) t.join();
    });
    std::size_t sum = 0;
    for (const std::size_t p : predicted) sum += p;
    return {{"wall", watch.wall}, {"cpu", watch.cpu}, {"samples", samples}, {"predicted", sum}};
  }

  // Verilates and compiles, or finds what was.
  std::filesystem::path library() const {
    sim::BuildRequest request;
    request.folder = build_->folder;
    request.top = build_->summary.at("rtl").at("top");
    request.files = build_->summary.at("rtl").at("files").get<std::vector<std::string>>();
    request.ports =
        sim::traced_ports(build_->quantized, build_->mapping, driver::load_address_bits(*build_));
    request.stalls = false;
    return sim::build_simulation(request);
  }

  // How many cycles the first samples take, all counted.
  void record_ticks(std::size_t samples, sim::Simulation& simulation) {
    for (std::size_t k = ticks_.size(); k < samples; ++k) {
      beats_.push_back(sim::sample_beats(build_->quantized, data_, k));
      sim::RtlSample sample;
      sample.run.max_cycles = UINT64_MAX;
      simulation.run(beats_.back(), data_.timesteps, sample);
      ticks_.push_back(sample.run.ticks);
    }
  }

  std::unique_ptr<driver::Build> build_;
  std::vector<std::vector<HillockBeat>> beats_;  // of the samples whose ticks are known
  std::vector<std::uint64_t> ticks_;
  ir::Dataset data_;
  std::unique_ptr<sim::FastModel> fast_;
  std::unique_ptr<sim::IntegerModel> reference_;
  std::unique_ptr<sim::FloatModel> float_;
};

template <typename F>
json scaling(std::istream& in, F run) {
  std::size_t a = 0;
  std::size_t b = 0;
  std::size_t steps = 0;
  std::size_t runs = 0;
  in >> a >> b >> steps >> runs;
  return run(a, b, steps, runs);
}

}  // namespace

int main() {
  Worker worker;
  const std::map<std::string, std::function<json(std::istream&)>> commands = {
      {"build", [&](std::istream& in) { return worker.build(in); }},
      {"fast", [&](std::istream& in) { return worker.fast(in); }},
      {"reference", [&](std::istream& in) { return worker.reference(in); }},
      {"float", [&](std::istream& in) { return worker.floating(in); }},
      {"cosim", [&](std::istream& in) { return worker.cosim(in); }},
      {"unobserved", [&](std::istream& in) { return worker.unobserved(in); }},
      {"dense", [](std::istream& in) { return scaling(in, tests::run_dense); }},
      {"sparse", [](std::istream& in) { return scaling(in, tests::run_sparse); }},
      {"conv", [](std::istream& in) { return scaling(in, tests::run_conv); }},
      {"stimulus", [&](std::istream& in) { return worker.stimulus(in); }},
  };
  std::string line;
  while (std::getline(std::cin, line)) {
    std::istringstream in(line);
    std::string name;
    in >> name;
    json answer;
    try {
      answer = commands.at(name)(in);
    } catch (const std::exception& e) {
      answer = {{"error", name + ": " + e.what()}};
    }
    std::cout << answer.dump() << std::endl;
  }
  return 0;
}
