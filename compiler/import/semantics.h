// By whose rules a file is read: presets, the single options that override them, and which of the
// choices were neither stated nor in the file. docs/import.md has the table.
#pragma once

#include <string>
#include <vector>

#include "compiler/import/import.h"

namespace hillock::import {

// A choice, and the sentence that lists it where it had to be assumed (else empty).
template <typename T>
struct Choice {
  T value{};
  std::string assumption;
};

// The rules of a NIR file.
struct Rules {
  Semantics semantics = Semantics::Nir;
  Choice<double> dt;  // seconds
  Choice<ir::ResetMechanism> mechanism;
  Choice<ir::ResetTiming> timing;
  Choice<ir::Comparison> comparison;
  int max_spikes = 1;       // of a neuron in one step
  Choice<bool> norm_input;  // of sinabs: the input of a leaky neuron is scaled by 1 - decay

  [[nodiscard]] ir::ResetRule reset() const {
    return {mechanism.value, timing.value, ir::ZeroInput::Kept};
  }
};

// What the options say about a NIR file. Throws InputError: unsupported-semantics, bad-option.
[[nodiscard]] Rules rules_for_nir(const ImportOptions& options);

// --max-spikes and --norm-input go with --semantics sinabs alone. Throws InputError: bad-option.
void check_sinabs_options(const ImportOptions& options);

// When the reset of a snnTorch neuron lands.
[[nodiscard]] ir::ResetTiming snntorch_timing(bool reset_delay);

}  // namespace hillock::import
