// What is said about accuracy: with its interval, and apart for the samples that the quantizer has
// not seen.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/dataset.h"

namespace hillock::driver {

// The 95 % interval of a share, by Wilson's score: [lower, upper].
[[nodiscard]] std::pair<double, double> wilson(std::size_t right, std::size_t samples);

// Of the samples in `which` (all where it is empty): {samples, accuracy, interval}; accuracy and
// interval are null without labels.
[[nodiscard]] nlohmann::json accuracy_summary(const std::vector<std::size_t>& predictions,
                                              const std::vector<std::int64_t>& labels,
                                              std::size_t first = 0,
                                              const std::vector<std::size_t>& which = {});

// Names a data set by its content: its input values, all of them.
[[nodiscard]] std::string fingerprint(const ir::Dataset& data);

// The samples of a data set for which `take` is true.
[[nodiscard]] ir::Dataset pick_samples(const ir::Dataset& data,
                                       const std::function<bool(std::size_t)>& take);

// Which samples of a data set the quantizer may look at where the same data test the build: every
// second one, from the second on, so that never more than half are seen. The others are held out.
[[nodiscard]] ir::Dataset calibration_half(const ir::Dataset& data);
[[nodiscard]] bool is_held_out(std::size_t sample);

}  // namespace hillock::driver
