// The first half of `compile`: a model file and its data become a network, and a network integers.
// Apart, so that `explore` reads the files once and makes integers many times.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "compiler/driver/options.h"
#include "compiler/driver/quantizer.h"
#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"
#include "compiler/ir/quantized_network.h"

namespace hillock::driver {

// The data that compile reads: those it calibrates on, and those that a test is to follow on.
class CompileData {
 public:
  // The data say which inputs are static, where the network does not. Throws InputError.
  CompileData(const CompileOptions& options, ir::Network& network);

  // nullptr where nothing was given to calibrate on.
  [[nodiscard]] const ir::Dataset* calibration_data() const;
  // What --data names; nullptr without it.
  [[nodiscard]] const ir::Dataset* test_data() const;
  // Steps of the longest sample; 0 without data.
  [[nodiscard]] int timesteps() const;
  [[nodiscard]] QuantizerData for_quantizer(int input_bits) const;
  // Whether every second sample of test_data() calibrates.
  [[nodiscard]] bool half() const { return half_; }
  // The `calibration` part of compile.json.
  [[nodiscard]] nlohmann::json summary(bool tested_on_data) const;

 private:
  std::optional<ir::Dataset> calibration_;
  std::optional<ir::Dataset> data_;
  std::string given_;  // names the content that `calibration_` was taken from
  bool half_ = false;  // of it
};

struct Prepared {
  ir::Network network;  // with its convolutions aligned
  CompileData data;
  int timesteps = 0;    // that widths are to be proved for
  ir::Mapping mapping;  // without lanes: which memories are RAM, which spikes leave as a stream
};

// Reads the model and the data. Throws InputError, UsageError.
[[nodiscard]] Prepared prepare(const CompileOptions& options);

struct PreparedIntegers {
  ir::QuantizedNetwork network;           // with its widths, verified
  std::vector<std::vector<bool>> silent;  // neurons that can never spike, by proof
  nlohmann::json auto_bits;               // the `auto` part of compile.json; null without it
};

// The integers that the options ask for: quantized, rebuilt, proved. Only options of widths and of
// the quantizer are looked at. Throws InputError, UsageError.
// `progress` as in QuantizerData.
[[nodiscard]] PreparedIntegers make_integers(
    const CompileOptions& options, const Prepared& prepared,
    const std::function<void(std::size_t, std::size_t)>& progress = {});

}  // namespace hillock::driver
