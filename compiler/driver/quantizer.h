// The quantizer as a whole: the passes, with the models that they may not see themselves.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/driver/options.h"
#include "compiler/ir/dataset.h"
#include "compiler/passes/quantize.h"

namespace hillock::driver {

struct QuantizerData {
  const ir::Dataset* calibration = nullptr;  // null: none was given
  const ir::Dataset* also = nullptr;         // other data whose values must fit the input
  int input_bits = 8;                        // of data that are not integers
  // Called while neurons are rebuilt: how many of how many runs over the samples are done.
  std::function<void(std::size_t, std::size_t)> progress = {};
};

// Integers of the network, by the method asked for. `quantize.scales` is set here. The result lacks
// its widths.
[[nodiscard]] ir::QuantizedNetwork run_quantizer(const ir::Network& network,
                                                 passes::QuantizeOptions quantize,
                                                 QuantizerMethod method, const QuantizerData& data);

}  // namespace hillock::driver
