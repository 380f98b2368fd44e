#include "sim/fast/slots.h"

#include <algorithm>

namespace hillock::sim::fast {

Slots::Slots(std::size_t channels, std::size_t height, std::size_t width, std::size_t left,
             std::size_t right)
    : left_(left),
      row_(width + std::max(left, right)),
      gap_(std::max(left, right) * channels),
      channels_(channels),
      height_(height),
      width_(width),
      row_columns_(row_) {
  // The last row ends with a whole gap too, so that all rows are alike.
  count_ = (left_ + height * row_) * channels;
}

Slots slots_of(const ir::QuantizedNetwork& network, std::size_t population) {
  const ir::ConvGeometry* shape = nullptr;
  std::int64_t left = 0;
  std::int64_t right = 0;
  for (const ir::QuantizedProjection* p : network.projections_into(population)) {
    const auto* conv = std::get_if<ir::QuantizedConv>(&p->connectivity);
    if (conv == nullptr) continue;
    const ir::ConvGeometry& g = conv->geometry;
    shape = &g;
    const KernelColumns columns(g);
    for (std::size_t x = 0; x < g.in_width / g.pool_width; ++x) {
      const std::size_t at = x + g.pad_left;
      const std::size_t c = at % columns.stride;
      if (columns.in_class(c) == 0) continue;
      const std::int64_t first = columns.first_output(at, c);
      const auto last = first + static_cast<std::int64_t>(columns.in_class(c)) - 1;
      const auto width = static_cast<std::int64_t>(g.out_width);
      if (last < 0 || first >= width) continue;
      left = std::max(left, -first);
      right = std::max(right, last - (width - 1));
    }
  }
  if (shape == nullptr) return Slots(network.populations[population].neurons());
  return {shape->out_channels, shape->out_height, shape->out_width, static_cast<std::size_t>(left),
          static_cast<std::size_t>(right)};
}

}  // namespace hillock::sim::fast
