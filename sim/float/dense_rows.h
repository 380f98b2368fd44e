// A dense projection in doubles, walked by event, in vectors. Every sum takes its terms one by one
// in the order of the events: results do not depend on the instruction set, nor on threads.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/network.h"

namespace hillock::sim {

class DenseRows {
 public:
  // Elements that the sums need to have spare behind the last neuron.
  static constexpr std::size_t kSpare = 64;

  explicit DenseRows(const ir::Dense& dense);

  // sum[j] += weight(j, element) * value, event by event.
  void add(const std::vector<std::uint32_t>& elements, const std::vector<double>& values,
           double* sum) const;

 private:
  std::size_t neurons_;
  std::size_t stride_;
  // [source elements, stride]: float where that holds every weight exactly, as it does those of
  // most frameworks, and half as much has to be read.
  std::vector<float> narrow_;
  std::vector<double> wide_;
};

}  // namespace hillock::sim
