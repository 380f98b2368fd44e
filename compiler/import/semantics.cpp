#include "compiler/import/semantics.h"

#include <fmt/format.h>

#include <array>
#include <cmath>
#include <utility>

namespace hillock::import {
namespace {

using ir::Comparison;
using ir::ResetMechanism;
using ir::ResetTiming;
using support::DiagnosticKind;
using support::fail;

constexpr std::array<std::pair<Semantics, std::string_view>, 4> kNames{
    {{Semantics::Nir, "nir"},
     {Semantics::SnnTorch, "snntorch"},
     {Semantics::Norse, "norse"},
     {Semantics::Sinabs, "sinabs"}}};

double default_dt(Semantics s) {
  if (s == Semantics::Sinabs) return 1;  // its time constants are in steps
  return s == Semantics::Norse ? 1e-3 : 1e-4;
}

void check(const ImportOptions& options) {
  check_sinabs_options(options);
  if (options.max_spikes.value_or(1) > 1 && options.reset_delay.value_or(false)) {
    fail(
        DiagnosticKind::BadOption, {},
        "--reset-delay on is given, and neurons that spike several times in a step are reset in it",
        "leave --reset-delay out, or give --max-spikes 1");
  }
  if (options.dt && !(std::isfinite(*options.dt) && *options.dt > 0.0)) {
    fail(DiagnosticKind::BadOption, {}, fmt::format("--dt is {}, and must be above 0", *options.dt),
         "give the time step in seconds, for example --dt 1e-4");
  }
}

}  // namespace

std::string_view name(Semantics s) {
  for (const auto& [value, text] : kNames) {
    if (value == s) return text;
  }
  return "?";
}

std::optional<Semantics> parse_semantics(std::string_view text) {
  for (const auto& [value, name] : kNames) {
    if (name == text) return value;
  }
  return std::nullopt;
}

void check_sinabs_options(const ImportOptions& options) {
  if (options.semantics == Semantics::Sinabs) return;
  const char* given = options.max_spikes   ? "--max-spikes"
                      : options.norm_input ? "--norm-input"
                                           : nullptr;
  if (given == nullptr) return;
  fail(DiagnosticKind::BadOption, {},
       fmt::format("{} is given, which is about the neurons of sinabs alone", given),
       "use it with --semantics sinabs");
}

ir::ResetTiming snntorch_timing(bool reset_delay) {
  return reset_delay ? ResetTiming::Delayed : ResetTiming::SameStepQuirk;
}

Rules rules_for_nir(const ImportOptions& options) {
  check(options);
  Rules r;
  r.semantics = options.semantics.value_or(Semantics::Nir);
  const bool stated = options.semantics.has_value();
  const bool snntorch = r.semantics == Semantics::SnnTorch;
  const bool sinabs = r.semantics == Semantics::Sinabs;

  r.dt.value = options.dt.value_or(default_dt(r.semantics));
  if (!stated && !options.dt) {
    r.dt.assumption = fmt::format(
        "discretization: a .nir file fixes none; forward Euler with dt {} s was taken (state it "
        "with --semantics or --dt)",
        r.dt.value);
  }

  r.mechanism.value =
      options.reset.value_or(snntorch || sinabs ? ResetMechanism::Subtract : ResetMechanism::Zero);
  if (!options.reset && snntorch) {
    r.mechanism.assumption =
        "reset: snnTorch exports subtract, zero and none alike; subtract was taken (state it with "
        "--reset)";
  } else if (!options.reset && !stated) {
    r.mechanism.assumption =
        "reset: a .nir file does not say how its source resets; to v_reset, as NIR's equations "
        "have it, was taken (state it with --semantics or --reset)";
  }

  if (snntorch) {
    r.timing.value = snntorch_timing(options.reset_delay.value_or(true));
  } else {
    r.timing.value =
        options.reset_delay.value_or(false) ? ResetTiming::Delayed : ResetTiming::SameStep;
  }
  if (!stated && !options.reset_delay) {
    r.timing.assumption =
        "reset delay: a .nir file does not say in which step a reset lands; the step of the spike "
        "was taken (state it with --semantics or --reset-delay)";
  }

  if (sinabs) {
    r.max_spikes =
        options.max_spikes.value_or(options.reset_delay.value_or(false) ? 1 : ir::kMaxSpikes);
    r.norm_input.value = options.norm_input.value_or(true);
    if (!options.norm_input) {
      r.norm_input.assumption =
          "norm_input: sinabs exports its leaky neurons alike with and without; the default of its "
          "layers, with, was taken (state it with --norm-input)";
    }
  }

  r.comparison.value =
      options.comparison.value_or(sinabs ? Comparison::GreaterEqual : Comparison::Greater);
  if (!stated && !options.comparison) {
    r.comparison.assumption =
        "comparison: a .nir file does not say whether a membrane at the threshold spikes; > was "
        "taken (state it with --semantics or --compare)";
  }
  return r;
}

}  // namespace hillock::import
