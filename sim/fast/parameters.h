// The arrays that the parameters of a population's neurons lie in.
#pragma once

#include <vector>

#include "sim/fast/slots.h"
#include "sim/fast/update.h"

namespace hillock::sim::fast {

// Parameters point into it, and still do when it is moved.
template <typename V>
class ParameterArrays {
 public:
  ParameterArrays() = default;
  ParameterArrays(ParameterArrays&&) noexcept = default;
  ParameterArrays& operator=(ParameterArrays&&) noexcept = default;

  // value(neuron) of all neurons. Where it is one value that slots without a neuron may have too,
  // which rests(value) says, it is kept once; else these slots have `none`.
  template <typename F, typename R>
  Parameter<V> add(const Slots& slots, std::size_t neurons, V none, F value, R rests) {
    const auto first = static_cast<V>(value(0));
    bool same = rests(first);
    for (std::size_t j = 1; j < neurons && same; ++j) same = static_cast<V>(value(j)) == first;
    if (same) return {arrays_.emplace_back(kLongestVector / sizeof(V), first).data(), 0};
    Array<V>& out = arrays_.emplace_back(slots.count() + kSpare, none);
    for (std::size_t j = 0; j < neurons; ++j) out[slots.at(j)] = static_cast<V>(value(j));
    return {out.data(), ~std::size_t{0}};
  }

 private:
  static constexpr std::size_t kLongestVector = 64;  // bytes

  std::vector<Array<V>> arrays_;
};

}  // namespace hillock::sim::fast
