#include "compiler/driver/explore/evaluate.h"

#include <algorithm>
#include <atomic>
#include <thread>

#include "compiler/driver/accuracy.h"
#include "compiler/driver/activity_file.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/energy_json.h"
#include "compiler/driver/explore/lane_choices.h"
#include "compiler/driver/lanes.h"
#include "hw_models/energy/energy.h"
#include "hw_models/size/size.h"
#include "sim/fast/fast_model.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

// Bounds are looked at after so many parts of the data.
constexpr std::size_t kParts = 8;

// The integer model, the fast one where it takes the network.
class Integers {
 public:
  explicit Integers(const ir::QuantizedNetwork& network)
      : fast_(sim::FastModel::make(network)), reference_(network) {}

  const ir::Activity& run(const ir::Dataset& data, std::size_t sample) {
    if (fast_) {
      fast_->run(data, sample, fast_result_);
      activity_ = fast_->activity(fast_result_);
      predicted_ = fast_result_.predicted;
      saturations_ += fast_result_.saturations;
      return activity_;
    }
    reference_.run(data, sample, result_);
    predicted_ = result_.predicted;
    for (const auto& p : result_.activity.populations) saturations_ += p.saturations;
    return result_.activity;
  }
  [[nodiscard]] std::size_t predicted() const { return predicted_; }
  [[nodiscard]] std::int64_t saturations() const { return saturations_; }

 private:
  std::unique_ptr<sim::FastModel> fast_;
  sim::IntegerModel reference_;
  sim::FastResult fast_result_;
  sim::IntegerResult result_;
  ir::Activity activity_;
  std::size_t predicted_ = 0;
  std::int64_t saturations_ = 0;
};

// Lanes being counted.
struct Candidate {
  std::string word;
  ir::Mapping mapping;
  double luts = 0;
  std::unique_ptr<ActivityCollector> counts;
  bool given_up = false;
};

struct Cost {
  double cycles = 0;
  std::vector<double> energy;  // nominal, one a clock
};

class Evaluation {
 public:
  Evaluation(const SearchSetting& setting, const Prepared& prepared,
             const ir::QuantizedNetwork& network, const ir::Dataset& data)
      : setting_(setting), prepared_(prepared), network_(network), data_(data) {}

  json run(const std::vector<std::size_t>& wanted) {
    const LaneChoices choices = lane_choices(setting_.lanes, network_);
    const auto activity = deciding_activity(network_, prepared_.data.calibration_data());
    std::vector<Candidate> first;
    std::vector<Candidate> others;
    for (std::size_t i = 0; i < choices.words.size(); ++i) {
      add(choices.words[i], activity, i < choices.uniform ? first : others);
    }
    count_all(first, true);
    for (Candidate& c : first) finished_.push_back(std::move(c));
    for (const Candidate& c : finished_) costs_.push_back(cost(c, 1));
    if (!others.empty()) count_all(others, false);
    json result = summary(wanted);
    for (const Candidate& c : finished_) result["mappings"].push_back(mapping_json(c));
    for (const Candidate& c : others) {
      if (c.given_up) continue;
      result["mappings"].push_back(mapping_json(c));
    }
    result["pruned"] = pruned_;
    return result;
  }

 private:
  void add(const std::string& word, const std::vector<ir::Activity>& activity,
           std::vector<Candidate>& into) {
    LaneOptions options = setting_.base.lanes;
    options.lanes = PerPopulationOption::parse("--lanes", word);
    Candidate c;
    c.word = word;
    c.mapping = choose_lanes(options, prepared_.network, network_, prepared_.mapping, activity);
    for (const ir::Mapping& m : mappings_) {
      if (m.lanes == c.mapping.lanes && m.update_lanes == c.mapping.update_lanes) return;
    }
    mappings_.push_back(c.mapping);
    c.luts = hw_models::estimate_luts(network_, c.mapping);
    if (setting_.max_luts && c.luts > *setting_.max_luts) {
      ++pruned_;
      return;
    }
    c.counts = std::make_unique<ActivityCollector>(network_, c.mapping);
    into.push_back(std::move(c));
  }

  // Runs the data and counts for all candidates. `predict`: keeps what is predicted.
  void count_all(std::vector<Candidate>& candidates, bool predict) {
    Integers model(network_);
    const std::size_t part = std::max<std::size_t>(1, (data_.samples + kParts - 1) / kParts);
    for (std::size_t i = 0; i < data_.samples; ++i) {
      const ir::Activity& activity = model.run(data_, i);
      if (predict) predictions_.push_back(model.predicted());
      for (Candidate& c : candidates) {
        if (!c.given_up) c.counts->add(activity);
      }
      if (predict || (i + 1) % part != 0 || i + 1 == data_.samples) continue;
      const double share = static_cast<double>(i + 1) / static_cast<double>(data_.samples);
      for (Candidate& c : candidates) {
        if (c.given_up || !hopeless(c, share)) continue;
        c.given_up = true;
        ++pruned_;
      }
    }
    if (predict) saturations_ = model.saturations();
  }

  // What the candidate has cost on `share` of the samples, per sample of all of them.
  [[nodiscard]] Cost cost(const Candidate& c, double share) const {
    const ActivitySummary s = c.counts->summary();
    const hw_models::Counts counts = share == 1 ? s.mean : hw_models::scale(s.mean, share);
    Cost out;
    out.cycles = share == 1 ? s.mean_cycles : s.mean_cycles * share;
    for (const double clock : setting_.clocks_hz) {
      out.energy.push_back(
          hw_models::estimate_energy(counts, network_, c.mapping, setting_.target, clock)
              .energy_j.nominal);
    }
    return out;
  }

  // Costs only grow with samples, so what a part of them costs bounds the whole from below.
  [[nodiscard]] bool hopeless(const Candidate& c, double share) const {
    const Cost so_far = cost(c, share);
    for (std::size_t f = 0; f < finished_.size(); ++f) {
      if (finished_[f].luts > c.luts || costs_[f].cycles > so_far.cycles) continue;
      bool all = true;
      for (std::size_t k = 0; k < so_far.energy.size(); ++k) {
        all = all && costs_[f].energy[k] <= so_far.energy[k];
      }
      if (all) return true;
    }
    return false;
  }

  [[nodiscard]] json summary(const std::vector<std::size_t>& wanted) const {
    const std::vector<std::int64_t> right =
        data_.y.empty() ? std::vector<std::int64_t>(wanted.begin(), wanted.end()) : data_.y;
    const std::vector<std::size_t> unseen = unseen_samples(prepared_, data_);
    const json all = accuracy_summary(predictions_, right);
    const json kept =
        unseen.empty() ? json(nullptr) : accuracy_summary(predictions_, right, 0, unseen);
    return {{"accuracy", all.at("accuracy")},
            {"accuracy_interval", all.at("interval")},
            {"held_out", kept},
            {"samples", data_.samples},
            {"timesteps", data_.timesteps},
            {"saturations", saturations_},
            {"populations", widths()},
            {"mappings", json::array()}};
  }

  [[nodiscard]] json widths() const {
    json all = json::array();
    for (std::size_t p = 0; p < network_.populations.size(); ++p) {
      const ir::QuantizedPopulation& q = network_.populations[p];
      all.push_back({{"name", q.name},
                     {"weight_bits", network_.projections_into(p)[0]->weight_bits},
                     {"membrane_bits", q.membrane_bits},
                     {"decay_bits", q.decay_shift}});
    }
    return all;
  }

  [[nodiscard]] json mapping_json(const Candidate& c) const {
    const ActivitySummary s = c.counts->summary();
    json energies = json::array();
    for (const double clock : setting_.clocks_hz) {
      const hw_models::Interval e =
          hw_models::estimate_energy(s.mean, network_, c.mapping, setting_.target, clock).energy_j;
      energies.push_back(interval_json(e));
    }
    json updates = json::array();
    for (std::size_t p = 0; p < c.mapping.lanes.size(); ++p) {
      updates.push_back(c.mapping.update_lanes_of(p));
    }
    const json memory = memory_summary(network_, c.mapping);
    return {{"word", c.word},
            {"lanes", c.mapping.lanes},
            {"update_lanes", updates},
            {"luts", c.luts},
            {"weight_memory_bits", memory.at("weights")},
            {"state_memory_bits", memory.at("state")},
            {"cycles", {{"min", s.min_cycles}, {"mean", s.mean_cycles}, {"max", s.max_cycles}}},
            {"energy", energies}};
  }

  const SearchSetting& setting_;
  const Prepared& prepared_;
  const ir::QuantizedNetwork& network_;
  const ir::Dataset& data_;
  std::vector<ir::Mapping> mappings_;
  std::vector<Candidate> finished_;
  std::vector<Cost> costs_;
  std::vector<std::size_t> predictions_;
  std::int64_t saturations_ = 0;
  std::size_t pruned_ = 0;
};

}  // namespace

const Prepared& Sources::prepared(const std::optional<int>& timesteps) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<Prepared>& p = prepared_[timesteps.value_or(0)];
  if (!p) {
    CompileOptions options = base_;
    options.import.timesteps = timesteps;
    p = std::make_unique<Prepared>(prepare(options));
  }
  return *p;
}

ir::Dataset search_data(const SearchSetting& setting, const Prepared& prepared) {
  const ir::Dataset& all = *prepared.data.test_data();
  const std::size_t samples = std::min(setting.samples.value_or(all.samples), all.samples);
  return samples == all.samples ? all
                                : pick_samples(all, [&](std::size_t i) { return i < samples; });
}

std::vector<std::size_t> unseen_samples(const Prepared& prepared, const ir::Dataset& data) {
  std::vector<std::size_t> unseen;
  for (std::size_t i = 0; prepared.data.half() && i < data.samples; ++i) {
    if (is_held_out(i)) unseen.push_back(i);
  }
  return unseen;
}

std::vector<std::size_t> float_predictions(const Prepared& prepared, const ir::Dataset& data,
                                           int jobs) {
  const sim::FloatModel model(prepared.network);
  std::vector<std::size_t> predictions(data.samples);
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    sim::FloatResult result;
    for (std::size_t i = next++; i < data.samples; i = next++) {
      model.run(data, i, result);
      predictions[i] = result.predicted;
    }
  };
  std::vector<std::thread> threads;
  for (int j = 1; j < jobs; ++j) threads.emplace_back(work);
  work();
  for (std::thread& t : threads) t.join();
  return predictions;
}

json evaluate_choice(const SearchSetting& setting, Sources& sources, const Choice& choice,
                     const std::vector<std::size_t>& wanted) {
  CompileOptions options = setting.base;
  apply_choice(choice, options);
  try {
    const Prepared& prepared = sources.prepared(options.import.timesteps);
    const PreparedIntegers integers = make_integers(options, prepared);
    const ir::Dataset data = search_data(setting, prepared);
    return Evaluation(setting, prepared, integers.network, data).run(wanted);
  } catch (const support::InputError& e) {
    // The model and the data have been read before: what is refused is the choice.
    return {{"refused", e.what()}};
  }
}

}  // namespace hillock::driver
