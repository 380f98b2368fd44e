// Where the neurons of a population live in hardware: which lane of which group. The emitted
// Verilog, the co-simulation and the cost models must agree on it.
//
// A population that a convolution reaches is laid out position by position (row-major), and within
// a position block by block (the convolution's groups) in rows of `lanes` channels; the last row of
// a block may be short. A population without a convolution is one position with one block: all its
// neurons in order. A slot is group * lanes + lane; slots without a neuron stay idle.
#pragma once

#include <cstddef>
#include <optional>

#include "compiler/ir/quantized_network.h"

namespace hillock::ir {

struct Layout {
  std::size_t positions = 1;
  std::size_t blocks = 1;
  std::size_t block_channels = 1;
  std::size_t lanes = 1;

  [[nodiscard]] std::size_t neurons() const { return positions * blocks * block_channels; }
  [[nodiscard]] std::size_t block_groups() const { return (block_channels + lanes - 1) / lanes; }
  // Groups of one position.
  [[nodiscard]] std::size_t position_groups() const { return blocks * block_groups(); }
  [[nodiscard]] std::size_t groups() const { return positions * position_groups(); }
  [[nodiscard]] std::size_t slots() const { return groups() * lanes; }

  [[nodiscard]] std::size_t slot_of(std::size_t neuron) const {
    const std::size_t channel = neuron / positions;
    const std::size_t in_block = channel % block_channels;
    const std::size_t group = neuron % positions * position_groups() +
                              channel / block_channels * block_groups() + in_block / lanes;
    return group * lanes + in_block % lanes;
  }
  // nullopt for a slot without a neuron.
  [[nodiscard]] std::optional<std::size_t> neuron_at(std::size_t slot) const {
    const std::size_t group = slot / lanes;
    const std::size_t row = group % position_groups();
    const std::size_t in_block = row % block_groups() * lanes + slot % lanes;
    if (in_block >= block_channels) return std::nullopt;
    return (row / block_groups() * block_channels + in_block) * positions +
           group / position_groups();
  }
};

// The layout of a population with that many lanes; with a mapping, that of its update lanes. Its
// convolutions, where it has any, all have the shape of the first; one with other groups is a
// Sparse projection by then (verify() insists).
[[nodiscard]] Layout layout_of(const QuantizedNetwork& network, std::size_t population, int lanes);
[[nodiscard]] Layout layout_of(const QuantizedNetwork& network, const Mapping& mapping,
                               std::size_t population);

// The most lanes that help a population: its neurons, or the output channels of one group of its
// convolution. A max-pooled population has the lanes of its source.
[[nodiscard]] int max_lanes(const QuantizedNetwork& network, std::size_t population);

// Whether that many update lanes go with that many lanes: as many, or, where every event visits all
// neurons in order (fused_update()) and no sum is kept from step to step, fewer. In several groups,
// they divide the lanes.
[[nodiscard]] bool split_allowed(const QuantizedNetwork& network, std::size_t population, int lanes,
                                 int update_lanes);

// The population whose rows a max-pooled population takes; nullopt for all others.
[[nodiscard]] std::optional<std::size_t> pooled_source(const QuantizedNetwork& network,
                                                       std::size_t population);

// Lanes clipped to what helps, and those of max-pooled populations set to their source's. Update
// lanes where they cannot be apart, or would be as many, are those of the sums.
[[nodiscard]] Mapping fit_lanes(const QuantizedNetwork& network, Mapping wanted);

}  // namespace hillock::ir
