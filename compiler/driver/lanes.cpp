#include "compiler/driver/lanes.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "compiler/ir/hardware_view.h"
#include "compiler/ir/layout.h"
#include "hw_models/latency/latency.h"
#include "hw_models/size/size.h"
#include "sim/fast/whole_model.h"

namespace hillock::driver {
namespace {

using support::DiagnosticKind;

constexpr int kDefaultLanes = 8;
// Samples whose activity decides; spread over the data set.
constexpr std::size_t kSamples = 8;
// Update lanes are as few as cost no more than this share of the cycles.
constexpr double kUpdateShare = 0.04;
// Without data: rows of a step that its events are taken to hide.
constexpr std::size_t kRowsWithoutData = 16;

int parse_int(const std::string& option, const std::string& word, int lo, int hi) {
  int value = 0;
  const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (ec != std::errc{} || end != word.data() + word.size() || value < lo || value > hi) {
    throw UsageError(
        fmt::format("{} takes a number from {} to {}, not \"{}\"", option, lo, hi, word));
  }
  return value;
}

// "all" is as many as there are neurons; more than there are is a mistake only where it was named.
std::vector<int> lanes_asked_for(const PerPopulationOption& given, const ir::Network& network) {
  PerPopulationOption numbers = given;
  const auto count = [&](const std::string& word, std::size_t neurons) {
    return word == "all" ? fmt::format("{}", neurons) : word;
  };
  for (auto& [name, word] : numbers.by_name) {
    for (const ir::Population& p : network.populations) {
      if (p.name == name) word = count(word, p.neurons());
    }
  }
  for (const ir::Population& p : network.populations) {
    if (numbers.by_name.count(p.name) != 0) continue;
    const std::string word =
        count(numbers.all.value_or(fmt::format("{}", kDefaultLanes)), p.neurons());
    const int lanes = parse_int("--lanes", word, 1, 1 << 20);
    numbers.by_name[p.name] = fmt::format("{}", std::min(lanes, static_cast<int>(p.neurons())));
  }
  std::vector<int> lanes;
  const auto resolved = per_population("--lanes", numbers, network, 1, 1 << 20);
  for (std::size_t i = 0; i < network.populations.size(); ++i) {
    const ir::Population& p = network.populations[i];
    if (static_cast<std::size_t>(*resolved[i]) > p.neurons()) {
      support::fail(
          DiagnosticKind::BadOption, {"--lanes"},
          fmt::format("{} lanes for the {} neurons of {}", *resolved[i], p.neurons(), p.name),
          "give at most as many lanes as neurons, or \"all\"");
    }
    lanes.push_back(*resolved[i]);
  }
  return lanes;
}

class Chooser {
 public:
  Chooser(const LaneOptions& options, const ir::QuantizedNetwork& network, const ir::Mapping& given,
          std::vector<std::optional<int>> update_lanes, const std::vector<ir::Activity>& activity)
      : options_(options),
        network_(network),
        given_(given),
        update_lanes_(std::move(update_lanes)),
        activity_(activity) {}

  // The lanes as asked for. Where they were asked for of all populations alike, as few as visit a
  // population in as many rows: 8 lanes for 10 neurons are 5, twice.
  [[nodiscard]] ir::Mapping fixed(std::vector<int> lanes) const {
    for (std::size_t p = 0; p < lanes.size(); ++p) {
      const bool named = options_.lanes.by_name.count(network_.populations[p].name) != 0;
      if (named || update_lanes_[p]) continue;
      const int most = ir::max_lanes(network_, p);
      const auto rows = numeric::ceil_div(most, std::min(lanes[p], most));
      lanes[p] = static_cast<int>(numeric::ceil_div(most, rows));
    }
    ir::Mapping mapping = given_;
    mapping.lanes = std::move(lanes);
    return with_update(std::move(mapping));
  }

  // From one lane on, ever more for the population where a LUT saves the most cycles, until the
  // cycles are reached, or the LUTs are used up.
  [[nodiscard]] ir::Mapping for_targets() const {
    if (activity_.empty()) {
      support::fail(DiagnosticKind::BadOption, {"--target-latency, --target-luts"},
                    "there is no activity to count cycles of", "give --data");
    }
    Candidate best = candidate(std::vector<int>(network_.populations.size(), 1));
    while (!options_.target_cycles || best.cycles > static_cast<double>(*options_.target_cycles)) {
      std::optional<Candidate> next;
      double next_gain = 0;
      for (std::size_t p = 0; p < network_.populations.size(); ++p) {
        std::vector<int> lanes = best.lanes;
        const int more = std::min(2 * lanes[p], ir::max_lanes(network_, p));
        if (more == lanes[p]) continue;
        lanes[p] = more;
        Candidate c = candidate(std::move(lanes));
        if (options_.target_luts && c.luts > static_cast<double>(*options_.target_luts)) continue;
        const double gain = (best.cycles - c.cycles) / std::max(1.0, c.luts - best.luts);
        if (next && gain <= next_gain) continue;
        next_gain = gain;
        next = std::move(c);
      }
      if (!next || (next_gain <= 0 && !options_.target_cycles)) break;
      best = std::move(*next);
    }
    check(best);
    return best.mapping;
  }

 private:
  struct Candidate {
    std::vector<int> lanes;
    ir::Mapping mapping;
    double cycles = 0;
    double luts = 0;
  };

  [[nodiscard]] Candidate candidate(std::vector<int> lanes) const {
    Candidate c;
    c.lanes = lanes;
    c.mapping = fixed(std::move(lanes));
    c.cycles = cycles(c.mapping);
    c.luts = hw_models::estimate_luts(network_, c.mapping);
    return c;
  }

  void check(const Candidate& c) const {
    if (options_.target_cycles && c.cycles > static_cast<double>(*options_.target_cycles)) {
      support::fail(DiagnosticKind::BadOption, {"--target-latency"},
                    fmt::format("{} cycles are out of reach: {:.0f} are the fewest{}",
                                *options_.target_cycles, c.cycles,
                                options_.target_luts ? " with so few LUTs" : ""),
                    "allow more cycles");
    }
    if (options_.target_luts && c.luts > static_cast<double>(*options_.target_luts)) {
      support::fail(DiagnosticKind::BadOption, {"--target-luts"},
                    fmt::format("{} LUTs are too few: about {:.0f} are needed with one lane each",
                                *options_.target_luts, c.luts),
                    "allow more LUTs");
    }
  }

  // Mean cycles of a sample.
  [[nodiscard]] double cycles(const ir::Mapping& mapping) const {
    const hw_models::LatencyModel model(network_, mapping);
    double sum = 0;
    for (const ir::Activity& a : activity_) sum += static_cast<double>(model.cycles(a));
    return sum / static_cast<double>(activity_.size());
  }

  // Update lanes that go with `lanes`, rising, up to half of them: more are not worth being apart.
  [[nodiscard]] std::vector<int> splits(std::size_t p, int lanes) const {
    std::vector<int> out;
    std::int64_t rows = 0;
    const auto neurons = static_cast<std::int64_t>(network_.populations[p].neurons());
    for (int u = 1; u <= lanes / 2; ++u) {
      if (!ir::split_allowed(network_, p, lanes, u)) continue;
      const std::int64_t now = numeric::ceil_div(neurons, u);
      if (now != rows) out.push_back(u);
      rows = now;
    }
    return out;
  }

  [[nodiscard]] ir::Mapping with_update(ir::Mapping mapping) const {
    mapping = ir::fit_lanes(network_, std::move(mapping));
    mapping.update_lanes = mapping.lanes;
    for (std::size_t p = 0; p < mapping.lanes.size(); ++p) {
      if (update_lanes_[p]) mapping.update_lanes[p] = *update_lanes_[p];
    }
    mapping = ir::fit_lanes(network_, std::move(mapping));
    const double limit = activity_.empty() ? 0 : cycles(mapping) * (1 + kUpdateShare);
    for (std::size_t p = 0; p < mapping.lanes.size(); ++p) {
      if (update_lanes_[p]) continue;
      const int lanes = mapping.lanes[p];
      for (const int u : splits(p, lanes)) {
        mapping.update_lanes[p] = u;
        if (activity_.empty()
                ? static_cast<std::size_t>(mapping.groups(network_, p)) <= kRowsWithoutData
                : cycles(mapping) <= limit) {
          break;
        }
        mapping.update_lanes[p] = lanes;
      }
    }
    return mapping;
  }

  const LaneOptions& options_;
  const ir::QuantizedNetwork& network_;
  const ir::Mapping& given_;
  std::vector<std::optional<int>> update_lanes_;
  const std::vector<ir::Activity>& activity_;
};

}  // namespace

std::vector<std::optional<int>> per_population(const std::string& option,
                                               const PerPopulationOption& given,
                                               const ir::Network& network, int lo, int hi) {
  for (const auto& [name, value] : given.by_name) {
    const bool known = std::any_of(network.populations.begin(), network.populations.end(),
                                   [&n = name](const ir::Population& p) { return p.name == n; });
    if (!known) {
      std::string names;
      for (const ir::Population& p : network.populations) {
        names += (names.empty() ? "" : ", ") + p.name;
      }
      support::fail(DiagnosticKind::BadOption, {option},
                    fmt::format("there is no population \"{}\"", name),
                    "the populations are: " + names);
    }
  }
  std::vector<std::optional<int>> out;
  for (const ir::Population& p : network.populations) {
    const std::optional<std::string> word = given.of(p.name);
    out.push_back(word ? std::optional<int>(parse_int(option, *word, lo, hi)) : std::nullopt);
  }
  return out;
}

std::vector<ir::Activity> deciding_activity(const ir::QuantizedNetwork& quantized,
                                            const ir::Dataset* data) {
  std::vector<ir::Activity> activity;
  if (data == nullptr) return activity;
  const sim::WholeModel model(quantized);
  const std::size_t samples = std::min(kSamples, data->samples);
  for (std::size_t k = 0; k < samples; ++k) {
    sim::IntegerResult result;
    model.run(*data, k * data->samples / samples, result);
    activity.push_back(std::move(result.activity));
  }
  return activity;
}

ir::Mapping choose_lanes(const LaneOptions& options, const ir::Network& network,
                         const ir::QuantizedNetwork& quantized, const ir::Mapping& given,
                         const std::vector<ir::Activity>& activity) {
  const bool targets = options.target_cycles || options.target_luts;
  if (targets && (options.lanes.all || !options.lanes.by_name.empty())) {
    throw UsageError("--lanes says what --target-latency and --target-luts are to choose");
  }
  const Chooser chooser(options, quantized, given,
                        per_population("--update-lanes", options.update_lanes, network, 1, 1 << 20),
                        activity);
  return targets ? chooser.for_targets() : chooser.fixed(lanes_asked_for(options.lanes, network));
}

ir::Mapping choose_lanes(const LaneOptions& options, const ir::Network& network,
                         const ir::QuantizedNetwork& quantized, const ir::Mapping& given,
                         const ir::Dataset* data) {
  return choose_lanes(options, network, quantized, given, deciding_activity(quantized, data));
}

}  // namespace hillock::driver
