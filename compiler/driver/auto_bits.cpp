#include "compiler/driver/auto_bits.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <numeric>

#include "compiler/driver/accuracy.h"
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
        seen_(split(*data.calibration, false)),
        kept_(split(*data.calibration, true)),
        data_{&seen_, data.also, data.input_bits},
        weights_(network.populations.size(), 0) {
    for (const ir::Projection& p : network.projections) {
      weights_[p.target] += static_cast<std::int64_t>(ir::weight_count(p.connectivity));
    }
    const sim::FloatModel model(network);
    sim::FloatResult result;
    for (std::size_t i = 0; i < kept_.samples; ++i) {
      model.run(kept_, i, result);
      const bool labels = !kept_.y.empty();
      wanted_.push_back(labels ? static_cast<std::size_t>(kept_.y[i]) : result.predicted);
      float_right_ += result.predicted == wanted_.back() ? 1 : 0;
    }
    const double allowed = max_drop / 100 * static_cast<double>(kept_.samples);
    least_right_ = static_cast<double>(float_right_) - allowed;
  }

  AutoBits find() {
    if (kept_.samples == 0) {
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
    return {best_, std::move(found.network), summary(*uniform, found.right)};
  }

 private:
  struct Result {
    ir::QuantizedNetwork network;
    std::size_t right = 0;
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

  bool holds(const Bits& bits) {
    const auto [place, fresh] = results_.try_emplace(bits);
    Result& r = place->second;
    if (fresh) {
      passes::QuantizeOptions o = quantize_;
      o.weight_bits = bits;
      r.network = run_quantizer(network_, o, method_, data_);
      ir::QuantizedNetwork wide = r.network;
      for (auto& p : wide.populations) p.membrane_bits = 62;
      const sim::IntegerModel model(wide);
      sim::IntegerResult result;
      for (std::size_t i = 0; i < kept_.samples; ++i) {
        model.run(kept_, i, result);
        r.right += result.predicted == wanted_[i] ? 1 : 0;
      }
    }
    return static_cast<double>(r.right) >= least_right_ - 1e-9;
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

  [[nodiscard]] nlohmann::json summary(int uniform, std::size_t right) const {
    const auto share = [&](std::size_t n) {
      return static_cast<double>(n) / static_cast<double>(kept_.samples);
    };
    return {{"uniform_bits", uniform},
            {"weight_bits_total", total(best_)},
            {"weight_bits_total_uniform", total(all(uniform))},
            {"networks_tried", results_.size()},
            {"decided_on", kept_.samples},
            {"labels", !kept_.y.empty()},
            {"float", share(float_right_)},
            {"integer", share(right)}};
  }

  const ir::Network& network_;
  const passes::QuantizeOptions& quantize_;
  const std::vector<std::optional<int>>& fixed_;
  QuantizerMethod method_;
  ir::Dataset seen_;
  ir::Dataset kept_;
  QuantizerData data_;
  std::vector<std::int64_t> weights_;  // per population
  std::vector<std::size_t> wanted_;
  std::size_t float_right_ = 0;
  double least_right_ = 0;
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
