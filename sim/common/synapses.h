// The synapses of a projection, arranged to be walked by event: what a source element adds to the
// neurons of the target. W is the type of a weight, S that of a sum.
#pragma once

#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

#include "compiler/ir/connectivity.h"

namespace hillock::sim {

template <typename W>
class Synapses {
 public:
  // Keeps a reference to the connectivity, which is one that verify() has passed.
  explicit Synapses(const ir::ConnectivityOf<W>& connectivity) {
    std::visit([this](const auto& c) { this->arrange(c); }, connectivity);
  }

  // Whether this is a MaxPool: maximize() instead of add().
  [[nodiscard]] bool pools() const { return std::holds_alternative<Windows>(form_); }

  // Adds weight * value to the sum of every neuron that the element reaches; returns how many
  // weights that took.
  template <typename S>
  std::int64_t add(std::size_t source, S value, std::vector<S>& sum) const {
    return std::visit([&](const auto& form) { return form.add(source, value, sum.data()); }, form_);
  }

  // The largest of `source` in the window of every neuron.
  template <typename S>
  void maximize(const S* source, std::vector<S>& out) const {
    const auto& windows = std::get<Windows>(form_);
    for (std::size_t j = 0; j + 1 < windows.first.size(); ++j) {
      S largest = source[windows.element[windows.first[j]]];
      for (std::size_t k = windows.first[j] + 1; k < windows.first[j + 1]; ++k) {
        largest = std::max(largest, source[windows.element[k]]);
      }
      out[j] = largest;
    }
  }

 private:
  struct Rows {  // dense: one row of weights per element
    support::Matrix<W> by_source;

    template <typename S>
    std::int64_t add(std::size_t source, S value, S* sum) const {
      const W* row = by_source.data.data() + source * by_source.cols;
      for (std::size_t j = 0; j < by_source.cols; ++j) sum[j] += row[j] * value;
      return static_cast<std::int64_t>(by_source.cols);
    }
  };

  struct Tap {
    std::size_t out;
    std::size_t k;
  };
  struct Taps {  // convolution: where each row and each column of the source lands
    const ir::ConvOf<W>* conv;
    std::vector<std::vector<Tap>> rows;
    std::vector<std::vector<Tap>> columns;

    template <typename S>
    std::int64_t add(std::size_t source, S value, S* sum) const {
      const ir::ConvGeometry& g = conv->geometry;
      const std::size_t channel = source / (g.in_height * g.in_width);
      const std::vector<Tap>& ys = rows[source / g.in_width % g.in_height];
      const std::vector<Tap>& xs = columns[source % g.in_width];
      const std::size_t in = channel % g.group_inputs();
      const std::size_t first = channel / g.group_inputs() * g.group_outputs();
      for (std::size_t out = first; out < first + g.group_outputs(); ++out) {
        S* const plane = sum + out * g.out_height * g.out_width;
        for (const Tap& y : ys) {
          S* const line = plane + y.out * g.out_width;
          const W* const weights = conv->weight.data() + g.weight_index(out, in, y.k, 0);
          for (const Tap& x : xs) line[x.out] += weights[x.k] * value;
        }
      }
      return static_cast<std::int64_t>(ys.size() * xs.size() * g.group_outputs());
    }
  };

  struct Lists {  // single synapses: first[i]..first[i + 1] are those of element i
    const ir::SparseOf<W>* sparse;
    std::vector<std::size_t> first;

    template <typename S>
    std::int64_t add(std::size_t source, S value, S* sum) const {
      for (std::size_t k = first[source]; k < first[source + 1]; ++k) {
        const auto& s = sparse->synapses[k];
        sum[s.target] += s.weight * value;
      }
      return static_cast<std::int64_t>(first[source + 1] - first[source]);
    }
  };

  struct Windows {  // max-pooling: first[j]..first[j + 1] are the elements of neuron j's window
    std::vector<std::size_t> first;
    std::vector<std::size_t> element;

    template <typename S>
    std::int64_t add(std::size_t, S, S*) const {
      return 0;
    }
  };

  void arrange(const ir::DenseOf<W>& dense) {
    const auto& weight = dense.weight;
    support::Matrix<W> by_source(weight.cols, weight.rows);
    for (std::size_t j = 0; j < weight.rows; ++j) {
      for (std::size_t i = 0; i < weight.cols; ++i) by_source(i, j) = weight(j, i);
    }
    form_ = Rows{std::move(by_source)};
  }

  void arrange(const ir::ConvOf<W>& conv) {
    const ir::ConvGeometry& g = conv.geometry;
    const auto taps = [](std::size_t size, std::size_t tile, auto... axis) {
      std::vector<std::vector<Tap>> all(size);
      for (std::size_t at = 0; at < size / tile * tile; ++at) {
        ir::for_each_tap(at / tile, axis..., [&](std::size_t out, std::size_t k) {
          all[at].push_back({out, k});
        });
      }
      return all;
    };
    form_ = Taps{&conv,
                 taps(g.in_height, g.pool_height, g.pad_top, g.kernel_height, g.stride_height,
                      g.dilation_height, g.out_height),
                 taps(g.in_width, g.pool_width, g.pad_left, g.kernel_width, g.stride_width,
                      g.dilation_width, g.out_width)};
  }

  void arrange(const ir::SparseOf<W>& sparse) {
    Lists lists{&sparse, std::vector<std::size_t>(sparse.sources + 1, 0)};
    for (const auto& s : sparse.synapses) ++lists.first[s.source + 1];
    for (std::size_t i = 0; i < sparse.sources; ++i) lists.first[i + 1] += lists.first[i];
    form_ = std::move(lists);
  }

  void arrange(const ir::MaxPool& pool) {
    std::vector<std::vector<std::size_t>> windows(pool.targets());
    for (std::size_t i = 0; i < pool.sources(); ++i) {
      ir::for_each_window(pool, i, [&](std::size_t j) { windows[j].push_back(i); });
    }
    Windows flat{{0}, {}};
    for (const auto& window : windows) {
      flat.element.insert(flat.element.end(), window.begin(), window.end());
      flat.first.push_back(flat.element.size());
    }
    form_ = std::move(flat);
  }

  std::variant<Rows, Taps, Lists, Windows> form_;
};

}  // namespace hillock::sim
