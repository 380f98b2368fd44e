// Weights that training has quantized: a state_dict that holds them as whole numbers, and their
// scale beside them.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "compiler/import/torch_file.h"
#include "compiler/ir/network.h"

namespace hillock::import {

struct IntegerWeights {
  ir::Shape shape;
  std::vector<double> integers;
  std::vector<double> scale;  // one for each output channel, the first axis
};
// By the name of the tensor.
using IntegerWeightsByName = std::map<std::string, IntegerWeights>;

// Every `X.weight` or `X.bias` with a scale beside it becomes what it stands for, integers times
// scale, and the tensors that say so are taken out of the state. A scale is called weight_scale,
// weight.scale or scale, of a bias bias_scale or bias.scale, and has one element or one per output
// channel; a zero_point, so called likewise, must be 0, and a bit_width must hold the integers.
// Leaves a note. Throws InputError: bad-parameter, shape-mismatch, unsupported-node.
[[nodiscard]] IntegerWeightsByName take_integer_weights(torch::StateDict& state);

// States the steps of projections whose weights are those integers but for one factor per channel.
void state_weight_steps(const IntegerWeightsByName& integers, ir::Network& network);

}  // namespace hillock::import
