#include "compiler/driver/explore/explore.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <limits>
#include <thread>

#include "compiler/driver/accuracy.h"
#include "compiler/driver/build_folder.h"
#include "compiler/driver/estimate.h"
#include "compiler/driver/explore/evaluate.h"
#include "compiler/driver/explore/front.h"
#include "compiler/driver/explore/result_cache.h"
#include "compiler/driver/explore/slurm.h"
#include "compiler/driver/explore/verify.h"
#include "compiler/driver/run.h"
#include "compiler/driver/terminal.h"
#include "compiler/support/file.h"
#include "hw_models/energy/energy.h"

namespace hillock::driver {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using support::DiagnosticKind;

constexpr double kDefaultMaxDrop = 0.5;

std::vector<Axis> with_defaults(const std::vector<Axis>& given) {
  std::vector<Axis> axes = {{"weight-bits", {"2", "3", "4", "5", "6", "8"}},
                            {"decay-form", {"multiplier", "shifts"}}};
  for (const Axis& g : given) {
    const auto at =
        std::find_if(axes.begin(), axes.end(), [&](const Axis& a) { return a.option == g.option; });
    if (at == axes.end()) {
      axes.push_back(g);
    } else {
      at->words = g.words;
    }
  }
  return axes;
}

json stated_file(const fs::path& file, const fs::path& folder) {
  return {{"path", fs::proximate(fs::absolute(file), fs::absolute(folder)).string()},
          {"content", file_fingerprint(file)}};
}

json files_of(const ExploreOptions& o) {
  json files = {{"model", stated_file(o.compile.model, o.compile.output)},
                {"data", stated_file(o.compile.data, o.compile.output)}};
  if (!o.compile.calibration.empty()) {
    files["calibration"] = stated_file(o.compile.calibration, o.compile.output);
  }
  if (!o.compile.import.architecture.empty()) {
    files["arch"] = stated_file(o.compile.import.architecture, o.compile.output);
  }
  return files;
}

// What every result of the search depends on. The program is part of it: another one may compute
// something else.
json common_key(const ExploreOptions& o, const SearchSetting& setting, const json& files) {
  json content = json::object();
  for (const auto& [name, f] : files.items()) content[name] = f.at("content");
  return {{"program", file_fingerprint("/proc/self/exe")},
          {"files", content},
          {"stated", o.stated},
          {"samples", setting.samples ? json(*setting.samples) : json(nullptr)}};
}

json choice_key(const SearchSetting& setting, const Choice& choice) {
  return {{"choice", choice},
          {"lanes", setting.lanes},
          {"clocks_hz", setting.clocks_hz},
          {"target", setting.target},
          {"max_luts", setting.max_luts ? json(*setting.max_luts) : json(nullptr)}};
}

// What the float network does, once for all choices: with all the steps of the data.
json float_result(const SearchSetting& setting, Sources& sources, const ResultCache& cache,
                  int jobs) {
  const json key = {{"float", true}};
  if (auto kept = cache.find(key)) return *kept;
  const Prepared& prepared = sources.prepared(setting.base.import.timesteps);
  const ir::Dataset data = search_data(setting, prepared);
  const std::vector<std::size_t> predictions = float_predictions(prepared, data, jobs);
  json result = accuracy_summary(predictions, data.y);
  const std::vector<std::size_t> unseen = unseen_samples(prepared, data);
  result["held_out"] =
      unseen.empty() ? json(nullptr) : accuracy_summary(predictions, data.y, 0, unseen);
  result["predictions"] = predictions;
  result["labels"] = !data.y.empty();
  result["name"] = prepared.network.name;
  result["timesteps"] = data.timesteps;
  cache.keep(key, result);
  return result;
}

class Search {
 public:
  Search(const ExploreOptions& options, const CommonOptions& common)
      : options_(options),
        common_(common),
        setting_(setting_of(options)),
        files_(files_of(options)),
        cache_(options.compile.output / "cache", common_key(options, setting_, files_)),
        sources_(setting_.base),
        axes_(with_defaults(options.axes)),
        choices_(all_choices(axes_)) {
    if (options.budget && *options.budget < choices_.size()) choices_.resize(*options.budget);
    for (const Choice& c : choices_) {  // wrong words end the search before it begins
      CompileOptions trial = setting_.base;
      apply_choice(c, trial);
    }
  }

  void work_one(std::size_t choice) {
    if (choice >= choices_.size()) throw UsageError("--worker: there is no such choice");
    float_ = float_result(setting_, sources_, cache_, 1);
    evaluate(choice);
  }

  json run() {
    float_ = float_result(setting_, sources_, cache_, job_count(options_.jobs));
    std::vector<std::size_t> missing;
    for (std::size_t c = 0; c < choices_.size(); ++c) {
      if (!cache_.find(choice_key(setting_, choices_[c]))) missing.push_back(c);
    }
    if (!missing.empty()) {
      Progress progress("explore", missing.size(), common_.quiet);
      progress.update(0);
      if (options_.slurm) {
        run_on_slurm(options_, missing, [&] { progress.update(found(missing)); });
      } else {
        run_here(missing, progress);
      }
    }
    collect();
    choose();
    verify();
    return summary();
  }

 private:
  static SearchSetting setting_of(const ExploreOptions& o) {
    SearchSetting s;
    s.base = o.compile;
    s.base.tested_on_data = true;
    s.lanes = o.lanes;
    s.target = o.target.empty() ? "asic45" : o.target;
    check_target(s.target);
    s.clocks_hz = o.clocks_hz;
    if (s.clocks_hz.empty()) s.clocks_hz = {hw_models::default_clock_hz(s.target)};
    s.samples = o.samples;
    s.max_luts = o.max_luts;
    return s;
  }

  void evaluate(std::size_t c) {
    const auto wanted = float_.at("predictions").get<std::vector<std::size_t>>();
    cache_.keep(choice_key(setting_, choices_[c]),
                evaluate_choice(setting_, sources_, choices_[c], wanted));
  }

  [[nodiscard]] std::size_t found(const std::vector<std::size_t>& choices) const {
    return static_cast<std::size_t>(std::count_if(
        choices.begin(), choices.end(),
        [&](std::size_t c) { return cache_.find(choice_key(setting_, choices_[c])).has_value(); }));
  }

  void run_here(const std::vector<std::size_t>& missing, Progress& progress) {
    std::atomic<std::size_t> next{0};
    std::atomic<std::size_t> done{0};
    std::exception_ptr error;
    std::mutex mutex;
    const auto work = [&] {
      try {
        for (std::size_t k = next++; k < missing.size(); k = next++) {
          evaluate(missing[k]);
          progress.update(++done);
        }
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (!error) error = std::current_exception();
        next = missing.size();
      }
    };
    const auto jobs =
        std::min<std::size_t>(static_cast<std::size_t>(job_count(options_.jobs)), missing.size());
    std::vector<std::thread> threads;
    for (std::size_t j = 1; j < jobs; ++j) threads.emplace_back(work);
    work();
    for (std::thread& t : threads) t.join();
    if (error) std::rethrow_exception(error);
  }

  // Points of all choices, in the order of the choices, lanes and clocks.
  void collect() {
    for (std::size_t c = 0; c < choices_.size(); ++c) {
      const auto result = cache_.find(choice_key(setting_, choices_[c]));
      if (!result) {
        support::fail(
            DiagnosticKind::ToolFailed, {fmt::format("slurm task {}", c)}, "ended without a result",
            fmt::format(
                "see {}",
                (options_.compile.output / "slurm" / fmt::format("task-{}.log", c)).string()));
      }
      if (result->contains("refused")) {
        refused_.push_back({{"options", choices_[c]}, {"why", result->at("refused")}});
        continue;
      }
      pruned_ += result->at("pruned").get<std::size_t>();
      for (const json& m : result->at("mappings")) {
        for (std::size_t k = 0; k < setting_.clocks_hz.size(); ++k) add(c, *result, m, k);
      }
    }
    if (points_.empty()) {
      support::fail(
          DiagnosticKind::BadOption, {"hillock explore"}, "no point was left to evaluate",
          refused_.empty() ? "allow more --max-luts" : refused_[0].at("why").get<std::string>());
    }
  }

  void add(std::size_t c, const json& result, const json& m, std::size_t k) {
    const double clock = setting_.clocks_hz[k];
    const json& cycles = m.at("cycles");
    json options = choices_[c];
    options["lanes"] = m.at("word");
    json latency = json::object();
    for (const auto& [name, value] : cycles.items()) latency[name] = value.get<double>() / clock;
    points_.push_back({{"id", points_.size() + 1},
                       {"options", options},
                       {"populations", result.at("populations")},
                       {"lanes", m.at("lanes")},
                       {"update_lanes", m.at("update_lanes")},
                       {"timesteps", result.at("timesteps")},
                       {"clock_hz", clock},
                       {"accuracy", result.at("accuracy")},
                       {"accuracy_interval", result.at("accuracy_interval")},
                       {"held_out", result.at("held_out")},
                       {"saturations", result.at("saturations")},
                       {"cycles_per_inference", cycles},
                       {"latency_s", latency},
                       {"energy_j", m.at("energy")[k]},
                       {"luts", m.at("luts")},
                       {"weight_memory_bits", m.at("weight_memory_bits")},
                       {"state_memory_bits", m.at("state_memory_bits")},
                       {"front", false},
                       {"verified", false},
                       {"verification", nullptr}});
    const json& p = points_.back();
    const json& held_out = p["held_out"].is_null() ? p : p["held_out"];
    objectives_.push_back({p["accuracy"].get<double>(), held_out["accuracy"].get<double>(),
                           p["latency_s"]["mean"].get<double>(),
                           p["energy_j"]["nominal"].get<double>(), p["luts"].get<double>()});
    choice_of_.push_back(c);
  }

  // The front, and what to take of it.
  void choose() {
    front_ = pareto_front(objectives_);
    for (const std::size_t i : front_) points_[i]["front"] = true;
    const json& judged = float_.at("held_out").is_null() ? float_ : float_.at("held_out");
    const double real = float_.at("labels").get<bool>() ? judged.at("accuracy").get<double>() : 1.0;
    Limits limits;
    limits.held_out = real - options_.max_drop.value_or(kDefaultMaxDrop) / 100;
    limits.luts = options_.max_luts;
    limits.energy_j = options_.max_energy_j;
    std::vector<std::size_t> among = front_;
    if (options_.target_cycles) {
      limits.latency_s = std::numeric_limits<double>::infinity();
      std::erase_if(among, [&](std::size_t i) {
        return points_[i]["cycles_per_inference"]["mean"].get<double>() > *options_.target_cycles;
      });
    }
    pick_ = pick(objectives_, among, limits);
    if (pick_ || options_.max_drop) return;
    // Nobody asked for so little loss: then the least there is.
    double best = -1;
    for (const std::size_t i : among) best = std::max(best, objectives_[i].held_out);
    limits.held_out = best;
    pick_ = pick(objectives_, among, limits);
  }

  void verify() {
    const std::size_t count = std::min(options_.verify.value_or(front_.size()), front_.size());
    if (count == 0) return;
    const std::vector<std::size_t> which = spread(objectives_, front_, pick_, count);
    Progress progress("verify", which.size(), common_.quiet);
    progress.update(0);
    for (std::size_t k = 0; k < which.size(); ++k) {
      const std::size_t i = which[k];
      const json key = {
          {"verify", points_[i]["options"]},
          {"clock_hz", points_[i]["clock_hz"]},
          {"target", setting_.target},
          {"samples", options_.verify_samples ? json(*options_.verify_samples) : json(nullptr)},
          {"liberty", options_.liberty.empty() ? "" : file_fingerprint(options_.liberty)}};
      std::optional<json> result = cache_.find(key);
      if (!result) {
        result =
            verify_point({setting_, choices_[choice_of_[i]], options_.compile.output / "points",
                          options_.verify_samples, options_.jobs, options_.liberty, common_.quiet},
                         points_[i]);
        cache_.keep(key, *result);
      }
      points_[i]["verification"] = *result;
      points_[i]["verified"] = result->at("agrees");
      if (!result->at("agrees").get<bool>()) ++disagreements_;
      progress.update(k + 1);
    }
  }

  [[nodiscard]] json summary() const {
    json axes = json::object();
    for (const Axis& a : axes_) axes[a.option] = a.words;
    json front = json::array();
    for (const std::size_t i : front_) front.push_back(i + 1);
    json shown = json::array();
    for (const std::size_t i : spread(objectives_, front_, pick_, 14)) shown.push_back(i + 1);
    json real = float_;
    real.erase("predictions");
    return {
        {"name", float_.at("name")},
        {"files", files_},
        {"stated", options_.stated},
        {"axes", axes},
        {"lanes", setting_.lanes},
        {"target", setting_.target},
        {"clocks_hz", setting_.clocks_hz},
        {"samples", float_.at("samples")},
        {"accuracy_of", float_.at("labels").get<bool>()
                            ? "labels of the data"
                            : "decisions of the float network: the data have no labels"},
        {"float", real},
        {"limits",
         {{"max_drop", options_.max_drop.value_or(kDefaultMaxDrop)},
          {"max_luts", options_.max_luts ? json(*options_.max_luts) : json(nullptr)},
          {"max_energy_j", options_.max_energy_j ? json(*options_.max_energy_j) : json(nullptr)},
          {"target_latency",
           options_.target_cycles ? json(*options_.target_cycles) : json(nullptr)}}},
        {"networks", choices_.size() - refused_.size()},
        {"refused", refused_},
        {"pruned", pruned_},
        {"points", points_},
        {"front", front},
        {"shown", shown},
        {"pick", pick_ ? json(*pick_ + 1) : json(nullptr)},
        {"disagreements", disagreements_}};
  }

  const ExploreOptions& options_;
  const CommonOptions& common_;
  SearchSetting setting_;
  json files_;
  ResultCache cache_;
  Sources sources_;
  std::vector<Axis> axes_;
  std::vector<Choice> choices_;
  json float_;
  json points_ = json::array();
  json refused_ = json::array();
  std::size_t pruned_ = 0;
  std::vector<Objectives> objectives_;
  std::vector<std::size_t> choice_of_;
  std::vector<std::size_t> front_;
  std::optional<std::size_t> pick_;
  std::size_t disagreements_ = 0;
};

}  // namespace

json explore(const ExploreOptions& options, const CommonOptions& common) {
  const fs::path& folder = options.compile.output;
  if (!options.liberty.empty()) {
    if (options.verify == 0) throw UsageError("--liberty is for points that --verify builds");
    static_cast<void>(support::read_file(options.liberty));  // missing: say so before the search
  }
  support::create_folder(folder);
  support::check_writable(folder / "explore.json");
  Search search(options, common);
  if (options.worker) {
    search.work_one(*options.worker);
    return nullptr;
  }
  json result = search.run();
  write_result(folder, "explore", result, common.json);
  return result;
}

}  // namespace hillock::driver
