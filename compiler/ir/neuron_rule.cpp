#include "compiler/ir/neuron_rule.h"

#include <array>
#include <utility>

namespace hillock::ir {
namespace {

template <typename E, std::size_t N>
using Names = std::array<std::pair<E, std::string_view>, N>;

constexpr Names<ResetMechanism, 3> kMechanisms{{{ResetMechanism::None, "none"},
                                                {ResetMechanism::Subtract, "subtract"},
                                                {ResetMechanism::Zero, "zero"}}};
constexpr Names<ResetTiming, 3> kTimings{{{ResetTiming::Delayed, "delayed"},
                                          {ResetTiming::SameStep, "same-step"},
                                          {ResetTiming::SameStepQuirk, "same-step-snntorch"}}};
constexpr Names<ZeroInput, 2> kZeroInputs{{{ZeroInput::Kept, "kept"}, {ZeroInput::Lost, "lost"}}};
constexpr Names<Comparison, 2> kComparisons{
    {{Comparison::Greater, "gt"}, {Comparison::GreaterEqual, "ge"}}};
constexpr Names<Synapse, 3> kSynapses{
    {{Synapse::None, "none"}, {Synapse::Current, "current"}, {Synapse::Alpha, "alpha"}}};

template <typename E, std::size_t N>
std::string_view name_in(const Names<E, N>& names, E value) {
  for (const auto& [v, text] : names) {
    if (v == value) return text;
  }
  return "?";
}

template <typename E, std::size_t N>
std::optional<E> parse_in(const Names<E, N>& names, std::string_view text) {
  for (const auto& [v, n] : names) {
    if (n == text) return v;
  }
  return std::nullopt;
}

}  // namespace

std::string_view name(ResetMechanism m) { return name_in(kMechanisms, m); }
std::string_view name(ResetTiming t) { return name_in(kTimings, t); }
std::string_view name(ZeroInput z) { return name_in(kZeroInputs, z); }
std::string_view name(Comparison c) { return name_in(kComparisons, c); }
std::string_view name(Synapse s) { return name_in(kSynapses, s); }

std::optional<ResetMechanism> parse_reset_mechanism(std::string_view text) {
  return parse_in(kMechanisms, text);
}
std::optional<ResetTiming> parse_reset_timing(std::string_view text) {
  return parse_in(kTimings, text);
}
std::optional<ZeroInput> parse_zero_input(std::string_view text) {
  return parse_in(kZeroInputs, text);
}
std::optional<Comparison> parse_comparison(std::string_view text) {
  return parse_in(kComparisons, text);
}
std::optional<Synapse> parse_synapse(std::string_view text) { return parse_in(kSynapses, text); }

}  // namespace hillock::ir
