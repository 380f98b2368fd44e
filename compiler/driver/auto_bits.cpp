#include "compiler/driver/auto_bits.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <numeric>

#include "compiler/driver/accuracy.h"
#include "compiler/passes/recordings.h"
#include "compiler/support/diagnostics.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

namespace hillock::driver {
namespace {

using Bits = std::vector<int>;

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
        fold.float_right += result.predicted == fold.wanted.back() ? 1 : 0;
      }
      fold.least_right = static_cast<double>(fold.float_right) -
                         max_drop / 100 * static_cast<double>(kept.samples);
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
    std::size_t float_right = 0;
    double least_right = 0;
  };
  struct Result {
    ir::QuantizedNetwork network;  // of the first fold
    std::array<std::size_t, 2> right{};
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

  // Whether the bits hold the accuracy in both folds: of many choices that are tried, one that is
  // lucky with one half seldom is with the other.
  bool holds(const Bits& bits) {
    const auto [place, fresh] = results_.try_emplace(bits);
    Result& r = place->second;
    if (fresh) r.holds = holds_in(0, bits, r) && holds_in(1, bits, r);
    return r.holds;
  }

  bool holds_in(std::size_t f, const Bits& bits, Result& r) const {
    const Fold& fold = folds_[f];
    passes::QuantizeOptions o = quantize_;
    o.weight_bits = bits;
    ir::QuantizedNetwork network = run_quantizer(network_, o, method_, fold.data);
    const ir::QuantizedNetwork wide = passes::with_trial_widths(network);
    const sim::IntegerModel model(wide);
    sim::IntegerResult result;
    for (std::size_t i = 0; i < fold.kept->samples; ++i) {
      model.run(*fold.kept, i, result);
      r.right[f] += result.predicted == fold.wanted[i] ? 1 : 0;
    }
    if (f == 0) r.network = std::move(network);
    return static_cast<double>(r.right[f]) >= fold.least_right - 1e-9;
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
    const std::vector<std::size_t> order = by_size();
    for (auto p = order.rbegin(); p != order.rend(); ++p) {
      Bits less = best_;
      if (less[*p] == 1) continue;
      --less[*p];
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
            {"float", share(folds_[0].float_right + folds_[1].float_right)},
            {"integer", share(found.right[0] + found.right[1])}};
  }

  const ir::Network& network_;
  const passes::QuantizeOptions& quantize_;
  const std::vector<std::optional<int>>& fixed_;
  QuantizerMethod method_;
  std::array<ir::Dataset, 2> halves_;
  std::array<Fold, 2> folds_;
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
