// Windows over planes: the geometry of convolutions and pooling as PyTorch and NIR state it.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "compiler/ir/network.h"

namespace hillock::import {

// What a step is called and where it stands, for names and messages.
struct Step {
  std::string name;
  support::Location place;   // the layer or node
  support::Location weight;  // its weights
};

// One spatial axis.
struct Window {
  std::size_t kernel = 1;
  std::size_t stride = 1;
  std::size_t pad_before = 0;
  std::size_t pad_after = 0;
  std::size_t dilation = 1;
};

struct ConvSpec {
  std::size_t axes = 2;        // spatial: 1 or 2
  ir::Shape weight_shape;      // [out, in / groups, (height,) width]
  std::vector<double> weight;  // row-major
  std::vector<double> bias;    // [out], or empty
  Window rows;                 // the kernel's size is that of the weight
  Window columns;
  std::size_t groups = 1;
  bool same = false;  // padding that keeps the size; pads are worked out from the kernel
};

struct PoolSpec {
  std::size_t axes = 2;
  Window rows;
  Window columns;
  bool ceil_mode = false;
  bool average = false;
  bool count_include_pad = true;
  std::size_t divisor = 0;  // of an average; 0: the window's size
};

// A step made for one source.
struct PlaneStep {
  ir::Conv conv;
  ir::Shape shape;              // of what it yields
  std::vector<double> factors;  // per yielded element, to be applied behind it; empty: ones
};

// Throws InputError (shape-mismatch, bad-parameter) where `shape` does not fit.
[[nodiscard]] PlaneStep conv_step(const ConvSpec& spec, const ir::Shape& shape, const Step& step);
[[nodiscard]] PlaneStep pool_step(const PoolSpec& spec, const ir::Shape& shape, const Step& step);

struct MaxPoolStep {
  ir::MaxPool pool;
  ir::Shape shape;
};
[[nodiscard]] MaxPoolStep max_pool_step(const PoolSpec& spec, const ir::Shape& shape,
                                        const Step& step);

}  // namespace hillock::import
