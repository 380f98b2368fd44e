// Random networks, mappings and data for tests: the same seed gives the same case on every machine.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"
#include "compiler/ir/quantized_network.h"
#include "compiler/support/npz.h"

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

// What a random network may have besides dense chains of neurons without a current. With the same
// seed, fewer kinds do not give a part of the same network, but another one.
enum RandomKind : unsigned {
  kConv = 1U << 0,       // stride, padding, dilation, groups, any shape of plane
  kConvPool = 1U << 1,   // convolutions that sum tiles of their source first
  kSparse = 1U << 2,     // single synapses
  kRecurrent = 1U << 3,  // delays of 1..3 steps, to itself and across
  kSkip = 1U << 4,       // several projections without delay into one population
  kFanOut = 1U << 5,     // one source of several populations, and branches that join again
  kCurrent = 1U << 6,    // Synapse::Current
  kAlpha = 1U << 7,      // Synapse::Alpha
  kMaxPool = 1U << 8,    // the largest currents of a convolution (needs kConv)
  kInhibition = 1U << 9,
  kRealInput = 1U << 10,    // data that are not integers
  kCounts = 1U << 11,       // several spikes of a neuron in a step
  kMembranes = 1U << 12,    // weights that read neurons that do not spike
  kStaticInput = 1U << 13,  // data without time, of any of the inputs
  kManyInputs = 1U << 14,   // up to 3, each with values of its own kind
  kManyOutputs = 1U << 15,  // up to 3, also of populations that others read
  kDenseOnly = 0,
  kAllKinds = kManyOutputs * 2 - 1,
};

// A whole test case: float network, its integers, a mapping, and data.
struct RandomCase {
  ir::Network network;
  ir::QuantizedNetwork quantized;
  ir::Mapping mapping;
  ir::Dataset data;
  std::string description;  // one line, for people
};

// 1-4 layers of 1-300 neurons, every reset rule, comparison and readout, uniform and differing
// parameters, 1-16 weight bits, proved and saturating widths, any lanes, binary and counted input;
// and what `kinds` (a sum of RandomKind) allows.
[[nodiscard]] RandomCase random_case(std::uint64_t seed, unsigned kinds = kAllKinds);

// The data as a data set's arrays: x, or one for each of several inputs.
[[nodiscard]] std::vector<support::NpzOutput> arrays_of(const RandomCase& c);

}  // namespace hillock::tests
