// The rules of a neuron that the wrappers fire_rules and prepare_rules hold, as numeric's switches.
#pragma once

#include <vector>

#include "compiler/numeric/neuron.h"
#include "tests/rtl/bench.h"

namespace rtl {

constexpr int kRules = 18;

template <class Port>
std::vector<hillock::numeric::NeuronSwitches> rules(const Port& port) {
  std::vector<hillock::numeric::NeuronSwitches> out;
  for (int r = 0; r < kRules; ++r) {
    const auto bit = [&](int b) { return get(port, 7 * r + b, 1) != 0; };
    out.push_back({bit(0), bit(1), bit(2), bit(3), bit(4), bit(5), bit(6) ? 1 : 0});
  }
  return out;
}

inline std::string describe(const hillock::numeric::NeuronSwitches& s) {
  std::string out = s.spiking ? "spiking" : "integrating";
  if (s.reset_subtract) out += " subtract";
  if (s.reset_zero) out += " zero";
  if (s.same_step) out += " same-step";
  if (s.quirk) out += " quirk";
  if (s.lose_input) out += " lose-input";
  if (s.reset_offset != 0) out += " offset";
  return out;
}

}  // namespace rtl
