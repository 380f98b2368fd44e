// What a network did on the calibration samples: handed to the quantizer by whoever can run
// networks, because passes cannot.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "compiler/ir/dataset.h"
#include "compiler/ir/quantized_network.h"
#include "compiler/support/matrix.h"

namespace hillock::passes {

struct Recording {
  std::vector<std::vector<support::Matrix<std::uint8_t>>> spikes;  // [sample][population]: [T, n]
  std::vector<std::vector<double>> scores;  // [sample]: of the output's neurons, in real units
};

// Runs integers on the calibration samples. The network may lack its widths.
using Runner = std::function<Recording(const ir::QuantizedNetwork&)>;

// The samples that the quantizer looks at.
struct CalibrationRun {
  const ir::Dataset* data = nullptr;
  std::vector<std::size_t> samples;  // indices into the data
  Recording real;                    // of the float network
  Runner run;
};

}  // namespace hillock::passes
