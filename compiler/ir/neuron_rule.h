// The discrete rules of a neuron that are choices, not numbers: how it compares, how it resets, and
// when. Shared by the float and the integer network, because quantization must not change them.
// Meaning: docs/arithmetic.md.
#pragma once

#include <optional>
#include <string_view>

namespace hillock::ir {

enum class ResetMechanism {
  None,      // pure integration: spikes at every step above the threshold
  Subtract,  // the threshold is subtracted
  Zero,      // the membrane goes to the reset value
};

enum class ResetTiming {
  Delayed,        // in the step after the spike (snnTorch's default)
  SameStep,       // after the spike is taken, in the same step (NIR)
  SameStepQuirk,  // snnTorch's reset_delay=False, which looks at the residual membrane as well
};

// What a delayed reset to zero does with the input of the step it lands in.
enum class ZeroInput {
  Kept,  // V = (r ? 0 : D(V)) + A + b   (snnTorch Leaky)
  Lost,  // V = r ? 0 : D(V) + A + b     (snnTorch RLeaky, Synaptic, Lapicque)
};

enum class Comparison { Greater, GreaterEqual };

// What lies between the weights and the membrane. Equations: compiler/ir/network.h.
enum class Synapse {
  None,     // events add to the membrane
  Current,  // events add to a decaying current, and the current to the membrane (CUBA)
  Alpha,    // snnTorch's Alpha: the difference of two exponentials
};

struct ResetRule {
  ResetMechanism mechanism = ResetMechanism::Subtract;
  ResetTiming timing = ResetTiming::Delayed;
  ZeroInput zero_input = ZeroInput::Kept;

  friend bool operator==(const ResetRule&, const ResetRule&) = default;
};

// The names used in JSON, on the command line and in reports.
[[nodiscard]] std::string_view name(ResetMechanism m);
[[nodiscard]] std::string_view name(ResetTiming t);
[[nodiscard]] std::string_view name(ZeroInput z);
[[nodiscard]] std::string_view name(Comparison c);
[[nodiscard]] std::optional<ResetMechanism> parse_reset_mechanism(std::string_view text);
[[nodiscard]] std::optional<ResetTiming> parse_reset_timing(std::string_view text);
[[nodiscard]] std::optional<ZeroInput> parse_zero_input(std::string_view text);
[[nodiscard]] std::optional<Comparison> parse_comparison(std::string_view text);
[[nodiscard]] std::string_view name(Synapse s);
[[nodiscard]] std::optional<Synapse> parse_synapse(std::string_view text);

}  // namespace hillock::ir
