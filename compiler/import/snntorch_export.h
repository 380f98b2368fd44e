// The inverse of snnTorch's NIR exporter (snntorch/export_nir.py, 0.9.4), which writes
//
//   tau = dt / (1 - beta)      r = tau / dt
//
// in float32 where beta is an array and in float64 where it is one number.
#pragma once

#include <string>
#include <vector>

#include "compiler/import/nir_graph.h"

namespace hillock::import {

struct RecoveredBeta {
  double beta = 0.0;
  bool exact = false;      // the exporter turns this beta into exactly the file's tau
  bool ambiguous = false;  // another float32 does, too: the shortest decimal was taken
};

// The float32 beta whose export is `tau`; 1 - dt / tau where there is none. `single_precision`:
// the file stores tau in float32.
[[nodiscard]] RecoveredBeta recover_beta(double tau, bool single_precision, double dt);

// True where r is the exporter's tau / dt, up to float32 rounding: the gain was exactly 1.
[[nodiscard]] bool is_unit_gain(double r, double tau, double dt);

}  // namespace hillock::import
