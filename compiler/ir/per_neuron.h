// A parameter of every neuron of a population, stored once where all neurons agree, so that
// hardware spends memory only on what really differs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

namespace hillock::ir {

template <typename T>
class PerNeuron {
 public:
  PerNeuron() : values_{T{}} {}
  // NOLINTNEXTLINE(google-explicit-constructor): a scalar is a uniform parameter
  PerNeuron(T value) : values_{value} {}
  // One value per neuron; collapses to one where they are all equal. Must not be empty.
  explicit PerNeuron(std::vector<T> values) : values_(std::move(values)) {
    const bool same = std::all_of(values_.begin(), values_.end(),
                                  [this](const T& v) { return v == values_.front(); });
    if (same) values_.resize(1);
  }

  [[nodiscard]] bool uniform() const { return values_.size() == 1; }
  [[nodiscard]] T operator[](std::size_t neuron) const {
    return uniform() ? values_.front() : values_[neuron];
  }
  // 1 value where uniform, else one per neuron.
  [[nodiscard]] const std::vector<T>& stored() const { return values_; }
  [[nodiscard]] T min() const { return *std::min_element(values_.begin(), values_.end()); }
  [[nodiscard]] T max() const { return *std::max_element(values_.begin(), values_.end()); }

  friend bool operator==(const PerNeuron&, const PerNeuron&) = default;

 private:
  std::vector<T> values_;
};

// Applies f(neuron) to all of `neurons` neurons.
template <typename F>
[[nodiscard]] auto per_neuron(std::size_t neurons, F f) {
  using T = decltype(f(std::size_t{}));
  std::vector<T> values;
  values.reserve(neurons);
  for (std::size_t j = 0; j < neurons; ++j) values.push_back(f(j));
  return PerNeuron<T>(std::move(values));
}

}  // namespace hillock::ir
