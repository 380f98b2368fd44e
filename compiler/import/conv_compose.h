// Products of two convolutions, where they are a convolution again.
#pragma once

#include <optional>
#include <vector>

#include "compiler/ir/network.h"

namespace hillock::import {

// A convolution whose only work is to sum tiles that do not overlap (and to scale each channel):
// its tile becomes pool_height x pool_width and its kernel 1x1. Others are returned as they are.
[[nodiscard]] ir::Conv with_tiles(ir::Conv conv);

// The factor of every channel, where each channel is only pooled by tiles and scaled.
[[nodiscard]] std::optional<std::vector<double>> channel_factors(const ir::Conv& conv);

// `second` behind `first`. Nothing where padding between the two makes the product something
// else than a convolution.
[[nodiscard]] std::optional<ir::Conv> composed(const ir::Conv& first, const ir::Conv& second);

// The factor of every channel, where all elements of a channel have the same one.
[[nodiscard]] std::optional<std::vector<double>> per_channel(const std::vector<double>& factors,
                                                             std::size_t channels);

}  // namespace hillock::import
