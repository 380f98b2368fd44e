#include "compiler/driver/auto_bits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "compiler/driver/accuracy.h"
#include "compiler/driver/margins.h"
#include "compiler/passes/recordings.h"
#include "compiler/support/diagnostics.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

namespace hillock::driver {
namespace {

using Bits = std::vector<int>;

// Of the loss that decides, how much is the expected one; the rest is counted.
constexpr double kExpected = 2.0 / 3;
constexpr double kRounding = 1e-9;
// Of many choices the luckiest would win: those that are not of one width may lose so much of what
// is allowed.
constexpr double kAmongMany = 0.75;

class Search {
 public:
  Search(const ir::Network& network, const passes::QuantizeOptions& quantize,
         const std::vector<std::optional<int>>& fixed, QuantizerMethod method,
         const QuantizerData& data, double max_drop)
      : network_(network),
        quantize_(quantize),
        fixed_(fixed),
        method_(method),
        halves_{split(*data.calibration, false), split(*data.calibration, true)},
        weights_(network.populations.size(), 0) {
    for (const ir::Projection& p : network.projections) {
      weights_[p.target] += static_cast<std::int64_t>(ir::weight_count(p.connectivity));
    }
    const sim::FloatModel model(network);
    sim::FloatResult result;
    for (std::size_t h = 0; h < 2; ++h) {
      const ir::Dataset& kept = halves_[1 - h];
      Fold& fold = folds_[h];
      fold.data = {&halves_[h], data.also, data.input_bits};
      fold.kept = &kept;
      for (std::size_t i = 0; i < kept.samples; ++i) {
        model.run(kept, i, result);
        const bool labels = !kept.y.empty();
        fold.wanted.push_back(labels ? static_cast<std::size_t>(kept.y[i]) : result.predicted);
        float_right_ += result.predicted == fold.wanted.back() ? 1 : 0;
        margins_.push_back(margin_of(result.scores, fold.wanted.back()));
      }
      may_lose_ += max_drop / 100 * static_cast<double>(kept.samples);
    }
  }

  AutoBits find() {
    if (halves_[1].samples == 0) {
      support::fail(support::DiagnosticKind::BadOption, {"--weight-bits"},
                    "auto needs samples to decide by",
                    "give --data with more samples, or --calibration");
    }
    std::optional<int> uniform;
    for (int b = 8; b <= 16 && !uniform; b += 2) {
      if (holds(all(b))) uniform = b;
    }
    if (!uniform) {
      support::fail(support::DiagnosticKind::BadOption, {"--max-drop"},
                    "not even 16 weight bits lose so little", "allow more");
    }
    while (*uniform > 1 && holds(all(*uniform - 1))) --*uniform;
    best_ = all(*uniform);
    // One width less for most, and more for the small populations that need it.
    for (int b = *uniform - 1; b >= std::max(1, *uniform - 2); --b) trade(b);
    while (lower()) {
    }
    Result& found = results_.at(best_);
    return {best_, std::move(found.network), summary(*uniform, found)};
  }

 private:
  // One half of the samples is for the quantizer, the other decides.
  struct Fold {
    QuantizerData data;
    const ir::Dataset* kept = nullptr;
    std::vector<std::size_t> wanted;
  };
  struct Result {
    ir::QuantizedNetwork network;  // of the first fold
    // Of both folds, in samples:
    std::size_t right = 0;
    double loss = 0;
    bool holds = false;
  };

  static ir::Dataset split(const ir::Dataset& data, bool kept) {
    return pick_samples(data, [&](std::size_t i) { return (i % 2 == 1) == kept; });
  }

  [[nodiscard]] Bits all(int bits) const {
    Bits out;
    for (const auto& f : fixed_) out.push_back(f.value_or(bits));
    return out;
  }

  [[nodiscard]] std::int64_t total(const Bits& bits) const {
    std::int64_t sum = 0;
    for (std::size_t p = 0; p < bits.size(); ++p) sum += weights_[p] * bits[p];
    return sum;
  }

  // Whether all populations whose bits are free have the same.
  [[nodiscard]] bool uniform(const Bits& bits) const {
    std::optional<int> width;
    for (std::size_t p = 0; p < bits.size(); ++p) {
      if (fixed_[p]) continue;
      if (width.value_or(bits[p]) != bits[p]) return false;
      width = bits[p];
    }
    return true;
  }

  // Whether the bits hold the accuracy over both folds.
  bool holds(const Bits& bits) {
    const auto [place, fresh] = results_.try_emplace(bits);
    Result& r = place->second;
    if (fresh) {
      std::vector<double> margins;
      for (std::size_t f = 0; f < 2; ++f) run_fold(f, bits, r, margins);
      const double counted = static_cast<double>(float_right_) - static_cast<double>(r.right);
      const double expected = expected_loss(margins_, margins);
      // What even the widest cost is no loss of bits.
      if (!widest_) widest_ = std::max(0.0, expected);
      r.loss = kExpected * (expected - *widest_) + (1 - kExpected) * counted;
      r.holds = r.loss <= (uniform(bits) ? 1 : kAmongMany) * may_lose_ + kRounding;
    }
    return r.holds;
  }

  void run_fold(std::size_t f, const Bits& bits, Result& r, std::vector<double>& margins) const {
    const Fold& fold = folds_[f];
    passes::QuantizeOptions o = quantize_;
    o.weight_bits = bits;
    ir::QuantizedNetwork network = run_quantizer(network_, o, method_, fold.data);
    const ir::QuantizedNetwork wide = passes::with_trial_widths(network);
    const sim::IntegerModel model(wide);
    sim::IntegerResult result;
    for (std::size_t i = 0; i < fold.kept->samples; ++i) {
      model.run(*fold.kept, i, result);
      r.right += result.predicted == fold.wanted[i] ? 1 : 0;
      margins.push_back(margin_of(result.scores, fold.wanted[i]));
    }
    if (f == 0) r.network = std::move(network);
  }

  // Populations that are free, those with the fewest weights first.
  [[nodiscard]] std::vector<std::size_t> by_size() const {
    std::vector<std::size_t> order;
    for (std::size_t p = 0; p < fixed_.size(); ++p) {
      if (!fixed_[p] && weights_[p] > 0) order.push_back(p);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return weights_[a] < weights_[b]; });
    return order;
  }

  void trade(int bits) {
    Bits wider = all(bits);
    for (const std::size_t p : by_size()) {
      wider[p] = std::min(16, bits + 2);
      if (total(wider) >= total(best_)) return;
      if (holds(wider)) {
        best_ = wider;
        return;
      }
    }
  }

  // Takes a bit from the first population, largest first, that can spare it.
  bool lower() {
    std::vector<std::size_t> order = by_size();
    std::reverse(order.begin(), order.end());
    for (const std::size_t p : order) {
      Bits less = best_;
      if (less[p] == 1) continue;
      --less[p];
      if (holds(less)) {
        best_ = less;
        return true;
      }
    }
    return false;
  }

  [[nodiscard]] nlohmann::json summary(int uniform, const Result& found) const {
    const std::size_t samples = halves_[0].samples + halves_[1].samples;
    const auto share = [&](std::size_t n) {
      return static_cast<double>(n) / static_cast<double>(samples);
    };
    return {{"uniform_bits", uniform},
            {"weight_bits_total", total(best_)},
            {"weight_bits_total_uniform", total(all(uniform))},
            {"networks_tried", results_.size()},
            {"decided_on", samples},
            {"labels", !halves_[1].y.empty()},
            {"float", share(float_right_)},
            {"integer", share(found.right)},
            {"loss", found.loss / static_cast<double>(samples)}};
  }

  const ir::Network& network_;
  const passes::QuantizeOptions& quantize_;
  const std::vector<std::optional<int>>& fixed_;
  QuantizerMethod method_;
  std::array<ir::Dataset, 2> halves_;
  std::array<Fold, 2> folds_;
  // Of both folds, in samples:
  double may_lose_ = 0;
  std::size_t float_right_ = 0;
  std::optional<double> widest_;       // expected loss of the first bits that were tried
  std::vector<double> margins_;        // of the float network
  std::vector<std::int64_t> weights_;  // per population
  std::map<Bits, Result> results_;
  Bits best_;
};

}  // namespace

AutoBits find_bits(const ir::Network& network, const passes::QuantizeOptions& quantize,
                   const std::vector<std::optional<int>>& fixed, QuantizerMethod method,
                   const QuantizerData& data, double max_drop) {
  if (data.calibration == nullptr) {
    support::fail(support::DiagnosticKind::BadOption, {"--weight-bits"},
                  "auto needs samples to decide by", "give --data or --calibration");
  }
  return Search(network, quantize, fixed, method, data, max_drop).find();
}

}  // namespace hillock::driver
