// How a projection joins the elements of its source to the neurons of its target. The same for real
// weights (Network) and integer ones (QuantizedNetwork), because quantization must not change which
// element meets which neuron.
//
// Elements and neurons are counted row-major in their shapes: (channel, row, column) for planes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "compiler/support/matrix.h"

namespace hillock::ir {

// Every neuron of the target reads every element of the source.
template <typename W>
struct DenseOf {
  support::Matrix<W> weight;  // [target neurons, source elements]

  friend bool operator==(const DenseOf&, const DenseOf&) = default;
};

// A cross-correlation as torch.nn.Conv2d computes it, over a source that may first be summed over
// pool_height x pool_width tiles (no overlap; rows and columns that fill no tile are dropped). One
// spatial axis is a height of 1. Padding at the bottom and right follows from the output's size.
struct ConvGeometry {
  std::size_t in_channels = 1;
  std::size_t in_height = 1;  // of the source, before it is pooled
  std::size_t in_width = 1;
  std::size_t pool_height = 1;
  std::size_t pool_width = 1;
  std::size_t out_channels = 1;
  std::size_t out_height = 1;
  std::size_t out_width = 1;
  std::size_t kernel_height = 1;
  std::size_t kernel_width = 1;
  std::size_t stride_height = 1;
  std::size_t stride_width = 1;
  std::size_t pad_top = 0;
  std::size_t pad_left = 0;
  std::size_t dilation_height = 1;
  std::size_t dilation_width = 1;
  std::size_t groups = 1;

  [[nodiscard]] std::size_t sources() const { return in_channels * in_height * in_width; }
  [[nodiscard]] std::size_t targets() const { return out_channels * out_height * out_width; }
  // Input channels that an output channel reads, and output channels that an input channel reaches.
  [[nodiscard]] std::size_t group_inputs() const { return in_channels / groups; }
  [[nodiscard]] std::size_t group_outputs() const { return out_channels / groups; }
  [[nodiscard]] std::size_t weights() const {
    return out_channels * group_inputs() * kernel_height * kernel_width;
  }
  // Place of a weight in the list; `in` counts within the group.
  [[nodiscard]] std::size_t weight_index(std::size_t out, std::size_t in, std::size_t ky,
                                         std::size_t kx) const {
    return ((out * group_inputs() + in) * kernel_height + ky) * kernel_width + kx;
  }

  friend bool operator==(const ConvGeometry&, const ConvGeometry&) = default;
};

template <typename W>
struct ConvOf {
  ConvGeometry geometry;
  std::vector<W> weight;  // [out_channels, in_channels / groups, kernel_height, kernel_width]

  friend bool operator==(const ConvOf&, const ConvOf&) = default;
};

// Single synapses, sorted by source, then target; a pair occurs at most once.
template <typename W>
struct SparseOf {
  struct Synapse {
    std::uint32_t source = 0;
    std::uint32_t target = 0;
    W weight{};

    friend bool operator==(const Synapse&, const Synapse&) = default;
  };
  std::size_t sources = 0;
  std::size_t targets = 0;
  std::vector<Synapse> synapses;

  friend bool operator==(const SparseOf&, const SparseOf&) = default;
};

// The target's input is the largest membrane of its window, at the same step: max-pooling of the
// currents of a source that does not spike. It has no weights, and is a target's only projection.
struct MaxPool {
  std::size_t channels = 1;
  std::size_t in_height = 1;
  std::size_t in_width = 1;
  std::size_t out_height = 1;
  std::size_t out_width = 1;
  std::size_t kernel_height = 1;
  std::size_t kernel_width = 1;
  std::size_t stride_height = 1;
  std::size_t stride_width = 1;
  std::size_t pad_top = 0;
  std::size_t pad_left = 0;
  std::size_t dilation_height = 1;
  std::size_t dilation_width = 1;

  [[nodiscard]] std::size_t sources() const { return channels * in_height * in_width; }
  [[nodiscard]] std::size_t targets() const { return channels * out_height * out_width; }

  friend bool operator==(const MaxPool&, const MaxPool&) = default;
};

template <typename W>
using ConnectivityOf = std::variant<DenseOf<W>, ConvOf<W>, SparseOf<W>, MaxPool>;

// Calls f(tap) for every position at which an axis of a convolution or a pooling meets `at` (an
// index of the source's axis, after pooling): f(out, k) with out * stride + k * dilation - pad =
// at.
template <typename F>
void for_each_tap(std::size_t at, std::size_t pad, std::size_t kernel, std::size_t stride,
                  std::size_t dilation, std::size_t outputs, F f) {
  for (std::size_t k = 0; k < kernel; ++k) {
    const std::size_t offset = k * dilation;
    if (offset > at + pad) break;
    const std::size_t scaled = at + pad - offset;
    if (scaled % stride == 0 && scaled / stride < outputs) f(scaled / stride, k);
  }
}

// Calls f(target neuron, weight) for every synapse of a source element. A target may come several
// times. A MaxPool has no synapses: nothing is called.
template <typename W, typename F>
void for_each_synapse(const DenseOf<W>& dense, std::size_t source, F f) {
  for (std::size_t j = 0; j < dense.weight.rows; ++j) f(j, dense.weight(j, source));
}

template <typename W, typename F>
void for_each_synapse(const ConvOf<W>& conv, std::size_t source, F f) {
  const ConvGeometry& g = conv.geometry;
  const std::size_t channel = source / (g.in_height * g.in_width);
  const std::size_t y = source / g.in_width % g.in_height / g.pool_height;
  const std::size_t x = source % g.in_width / g.pool_width;
  if (y >= g.in_height / g.pool_height || x >= g.in_width / g.pool_width) return;
  const std::size_t in = channel % g.group_inputs();
  const std::size_t first = channel / g.group_inputs() * g.group_outputs();
  for_each_tap(y, g.pad_top, g.kernel_height, g.stride_height, g.dilation_height, g.out_height,
               [&](std::size_t oy, std::size_t ky) {
                 for_each_tap(x, g.pad_left, g.kernel_width, g.stride_width, g.dilation_width,
                              g.out_width, [&](std::size_t ox, std::size_t kx) {
                                for (std::size_t out = first; out < first + g.group_outputs();
                                     ++out) {
                                  f((out * g.out_height + oy) * g.out_width + ox,
                                    conv.weight[g.weight_index(out, in, ky, kx)]);
                                }
                              });
               });
}

template <typename W, typename F>
void for_each_synapse(const SparseOf<W>& sparse, std::size_t source, F f) {
  // The first synapse of the source, by bisection.
  std::size_t lo = 0;
  std::size_t hi = sparse.synapses.size();
  while (lo < hi) {
    const std::size_t middle = (lo + hi) / 2;
    if (sparse.synapses[middle].source < source)
      lo = middle + 1;
    else
      hi = middle;
  }
  for (; lo < sparse.synapses.size() && sparse.synapses[lo].source == source; ++lo) {
    f(std::size_t{sparse.synapses[lo].target}, sparse.synapses[lo].weight);
  }
}

template <typename F>
void for_each_synapse(const MaxPool&, std::size_t, F) {}

template <typename W, typename F>
void for_each_synapse(const ConnectivityOf<W>& connectivity, std::size_t source, F f) {
  std::visit([&](const auto& c) { for_each_synapse(c, source, f); }, connectivity);
}

// Calls f(target neuron) for every window of a max-pool that a source element is in.
template <typename F>
void for_each_window(const MaxPool& p, std::size_t source, F f) {
  const std::size_t channel = source / (p.in_height * p.in_width);
  const std::size_t y = source / p.in_width % p.in_height;
  const std::size_t x = source % p.in_width;
  for_each_tap(y, p.pad_top, p.kernel_height, p.stride_height, p.dilation_height, p.out_height,
               [&](std::size_t oy, std::size_t) {
                 for_each_tap(x, p.pad_left, p.kernel_width, p.stride_width, p.dilation_width,
                              p.out_width, [&](std::size_t ox, std::size_t) {
                                f((channel * p.out_height + oy) * p.out_width + ox);
                              });
               });
}

// Elements of the source and neurons of the target that the connectivity was made for.
template <typename W>
[[nodiscard]] std::size_t source_count(const ConnectivityOf<W>& c) {
  if (const auto* dense = std::get_if<DenseOf<W>>(&c)) return dense->weight.cols;
  if (const auto* conv = std::get_if<ConvOf<W>>(&c)) return conv->geometry.sources();
  if (const auto* sparse = std::get_if<SparseOf<W>>(&c)) return sparse->sources;
  return std::get<MaxPool>(c).sources();
}
template <typename W>
[[nodiscard]] std::size_t target_count(const ConnectivityOf<W>& c) {
  if (const auto* dense = std::get_if<DenseOf<W>>(&c)) return dense->weight.rows;
  if (const auto* conv = std::get_if<ConvOf<W>>(&c)) return conv->geometry.targets();
  if (const auto* sparse = std::get_if<SparseOf<W>>(&c)) return sparse->targets;
  return std::get<MaxPool>(c).targets();
}

// The weights as one list, whatever their arrangement; null for a MaxPool, and for single synapses,
// whose weights do not lie side by side.
template <typename W>
[[nodiscard]] const std::vector<W>* weights_of(const ConnectivityOf<W>& c) {
  if (const auto* dense = std::get_if<DenseOf<W>>(&c)) return &dense->weight.data;
  if (const auto* conv = std::get_if<ConvOf<W>>(&c)) return &conv->weight;
  return nullptr;
}

// Weights that are stored: every synapse's own, those of a convolution once.
template <typename W>
[[nodiscard]] std::size_t weight_count(const ConnectivityOf<W>& c) {
  if (const auto* weights = weights_of(c)) return weights->size();
  if (const auto* sparse = std::get_if<SparseOf<W>>(&c)) return sparse->synapses.size();
  return 0;
}

// "dense", "conv", "sparse", "maxpool": the names in JSON and reports.
template <typename W>
[[nodiscard]] std::string kind_of(const ConnectivityOf<W>& c) {
  static constexpr const char* kKinds[] = {"dense", "conv", "sparse", "maxpool"};
  return kKinds[c.index()];
}

// What is wrong with a geometry, or "": zero sizes, sizes that do not divide, windows without any
// element of the source in them.
[[nodiscard]] std::string fault_of(const ConvGeometry& geometry);
[[nodiscard]] std::string fault_of(const MaxPool& pool);

}  // namespace hillock::ir
