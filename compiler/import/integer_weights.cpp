#include "compiler/import/integer_weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>

namespace hillock::import {
namespace {

using support::DiagnosticKind;
using support::fail;

class Taker {
 public:
  explicit Taker(torch::StateDict& state) : state_(state) {
    for (torch::Tensor& t : state.tensors) by_name_[t.name] = &t;
  }

  IntegerWeightsByName take() {
    IntegerWeightsByName out;
    std::vector<std::string> names;
    for (torch::Tensor& t : state_.tensors) {
      const bool weight = ends_with_word(t.name, "weight");
      if (!weight && !ends_with_word(t.name, "bias")) continue;
      const std::string layer = t.name.substr(0, t.name.rfind('.'));
      const torch::Tensor* scale = companion(layer, weight, "scale");
      if (scale == nullptr) continue;
      check_zero_point(layer, weight);
      IntegerWeights w = integers_of(t, *scale);
      check_bit_width(layer, weight, t);
      const std::size_t each = t.values.size() / w.scale.size();
      for (std::size_t i = 0; i < t.values.size(); ++i) t.values[i] *= w.scale[i / each];
      if (!weight) continue;
      names.push_back(layer);
      out.emplace(t.name, std::move(w));
    }
    std::erase_if(state_.tensors, [&](const torch::Tensor& t) { return used_.contains(t.name); });
    if (!names.empty()) {
      state_.notes.push_back(
          fmt::format("{}: integers with a scale, which are kept", fmt::join(names, ", ")));
    }
    return out;
  }

 private:
  static bool ends_with_word(const std::string& name, const std::string& word) {
    return name.ends_with("." + word);
  }

  // What is said beside a layer's weight, or its bias; null where nothing is.
  const torch::Tensor* companion(const std::string& layer, bool weight, const std::string& what) {
    const std::string of = weight ? "weight" : "bias";
    std::vector<std::string> names{of + "_" + what, of + "." + what};
    if (weight) names.push_back(what);
    for (const std::string& name : names) {
      std::string full = layer;
      full += '.';
      full += name;
      const auto it = by_name_.find(full);
      if (it == by_name_.end()) continue;
      used_.insert(it->first);
      return it->second;
    }
    return nullptr;
  }

  void check_zero_point(const std::string& layer, bool weight) {
    const torch::Tensor* zero = companion(layer, weight, "zero_point");
    if (zero == nullptr) return;
    const auto bad =
        std::find_if(zero->values.begin(), zero->values.end(), [](double v) { return v != 0; });
    if (bad == zero->values.end()) return;
    fail(DiagnosticKind::UnsupportedNode,
         zero->where.at(static_cast<std::size_t>(bad - zero->values.begin())),
         fmt::format("the zero point is {}, and a weight of 0 adds nothing in hardware", *bad),
         "train with symmetric weights, whose zero point is 0");
  }

  void check_bit_width(const std::string& layer, bool weight, const torch::Tensor& tensor) {
    const torch::Tensor* width = companion(layer, weight, "bit_width");
    if (width == nullptr) return;
    if (width->values.size() != 1 || !(width->values[0] >= 1) || !(width->values[0] <= 64)) {
      fail(DiagnosticKind::BadParameter, width->where, "is not one number of bits");
    }
    const double most = std::ldexp(1.0, static_cast<int>(width->values[0]) - 1);
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      if (std::abs(tensor.values[i]) <= most) continue;
      fail(DiagnosticKind::BadParameter, tensor.where.at(i),
           fmt::format("{} does not fit the {} bits that '{}' says", tensor.values[i],
                       width->values[0], width->name));
    }
  }

  static IntegerWeights integers_of(const torch::Tensor& tensor, const torch::Tensor& scale) {
    for (std::size_t i = 0; i < tensor.values.size(); ++i) {
      const double v = tensor.values[i];
      if (v == std::round(v) && std::abs(v) < 0x1p53) continue;
      fail(DiagnosticKind::BadParameter, tensor.where.at(i),
           fmt::format("{} is no integer, and '{}' is the scale of integers", v, scale.name),
           "save the integers, or the products alone");
    }
    const std::size_t channels = tensor.shape.empty() ? 1 : tensor.shape.front();
    IntegerWeights out{tensor.shape, tensor.values, scale.values};
    if (scale.values.size() == 1)
      out.scale.assign(std::max<std::size_t>(1, channels), out.scale[0]);
    if (out.scale.size() != channels || channels == 0) {
      fail(DiagnosticKind::ShapeMismatch, scale.where,
           fmt::format("has {} elements, and '{}' has {} output channels", scale.values.size(),
                       tensor.name, channels),
           "a scale has one element, or one per output channel");
    }
    for (std::size_t c = 0; c < scale.values.size(); ++c) {
      if (scale.values[c] > 0 && std::isfinite(scale.values[c])) continue;
      fail(DiagnosticKind::BadParameter, scale.where.at(c),
           fmt::format("is {}, and a scale is above 0", scale.values[c]));
    }
    return out;
  }

  torch::StateDict& state_;
  std::map<std::string, const torch::Tensor*> by_name_;
  std::set<std::string> used_;
};

// The factor between a channel's weights and its integers; 0 where all are 0, nullopt where there
// is none.
std::optional<double> factor_of(const double* real, const double* integer, std::size_t n) {
  std::size_t most = 0;
  for (std::size_t i = 1; i < n; ++i) {
    if (std::abs(integer[i]) > std::abs(integer[most])) most = i;
  }
  const double step = n == 0 || integer[most] == 0 ? 0 : real[most] / integer[most];
  if (step < 0) return std::nullopt;
  for (std::size_t i = 0; i < n; ++i) {
    if (std::abs(real[i] - step * integer[i]) > 1e-12 * std::abs(real[i])) return std::nullopt;
  }
  return step;
}

const std::vector<double>* weights_in_channels(const ir::Connectivity& c, std::size_t& channels) {
  if (const auto* dense = std::get_if<ir::Dense>(&c)) {
    channels = dense->weight.rows;
    return &dense->weight.data;
  }
  if (const auto* conv = std::get_if<ir::Conv>(&c)) {
    channels = conv->geometry.out_channels;
    return &conv->weight;
  }
  return nullptr;
}

// What the weights of every channel are the integers times; nullopt where they are not.
std::optional<std::vector<double>> steps_of(const ir::Connectivity& connectivity,
                                            const IntegerWeights& integers) {
  std::size_t channels = 0;
  const std::vector<double>* weights = weights_in_channels(connectivity, channels);
  const std::vector<double>& whole = integers.integers;
  if (weights == nullptr || channels != integers.scale.size() || weights->size() != whole.size()) {
    return std::nullopt;
  }
  const std::size_t each = whole.size() / channels;
  std::vector<double> steps;
  for (std::size_t c = 0; c < channels; ++c) {
    const auto step = factor_of(weights->data() + c * each, whole.data() + c * each, each);
    if (!step) return std::nullopt;
    steps.push_back(*step);
  }
  return steps;
}

}  // namespace

IntegerWeightsByName take_integer_weights(torch::StateDict& state) { return Taker(state).take(); }

void state_weight_steps(const IntegerWeightsByName& integers, ir::Network& network) {
  for (ir::Projection& p : network.projections) {
    // "fc", "rec.recurrent", or several steps that became one map: "pool+conv+norm".
    for (std::size_t begin = 0; begin <= p.name.size();) {
      const std::size_t end = std::min(p.name.find('+', begin), p.name.size());
      const auto it = integers.find(p.name.substr(begin, end - begin) + ".weight");
      begin = end + 1;
      if (it == integers.end()) continue;
      if (auto steps = steps_of(p.connectivity, it->second)) p.weight_step = std::move(*steps);
    }
  }
}

}  // namespace hillock::import
