// Random networks, mappings and data for tests: the same seed gives the same case on every machine.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::tests {

// splitmix64: small, and the same everywhere (the standard library's distributions are not).
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // Whole number in lo..hi.
  std::int64_t whole(std::int64_t lo, std::int64_t hi) {
    return lo + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(hi - lo + 1));
  }
  // Real in [lo, hi).
  double real(double lo, double hi) {
    return lo + (hi - lo) * static_cast<double>(next() >> 11) * 0x1.0p-53;
  }
  bool chance(double p) { return real(0, 1) < p; }

 private:
  std::uint64_t state_;
};

// A whole test case: float network, its integers, a mapping, and data.
struct RandomCase {
  ir::Network network;
  ir::QuantizedNetwork quantized;
  ir::Mapping mapping;
  ir::Dataset data;
  std::string description;  // one line, for people
};

// 1-4 populations of 1-300 neurons, every reset rule, comparison and readout, uniform and differing
// parameters, 1-16 weight bits, proved and saturating widths, any lanes, binary and counted input.
[[nodiscard]] RandomCase random_case(std::uint64_t seed);

}  // namespace hillock::tests
