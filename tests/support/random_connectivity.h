// Random projections for random networks: geometries that need not make sense, only be legal.
#pragma once

#include "compiler/ir/network.h"
#include "tests/support/random_network.h"

namespace hillock::tests {

// Rows and columns of a source that has planes: [channels, height, width].
[[nodiscard]] inline bool has_planes(const ir::Shape& shape) { return shape.size() == 3; }

struct ConvWishes {
  bool pool = false;                     // may sum tiles of the source first
  std::optional<ir::ConvGeometry> like;  // its output and groups are to be the same
};

// A convolution over planes: any kernel, stride, padding, dilation and groups. nullopt where groups
// that `like` asks for do not divide the source.
[[nodiscard]] std::optional<ir::Conv> random_conv(Random& r, const ir::Shape& source,
                                                  const ConvWishes& wishes, double scale);
[[nodiscard]] ir::Dense random_dense(Random& r, std::size_t sources, std::size_t targets,
                                     double scale);
// Single synapses: a random share of all pairs, or one to one.
[[nodiscard]] ir::Sparse random_sparse(Random& r, std::size_t sources, std::size_t targets,
                                       double scale);
[[nodiscard]] ir::MaxPool random_max_pool(Random& r, const ir::Shape& source);

}  // namespace hillock::tests
