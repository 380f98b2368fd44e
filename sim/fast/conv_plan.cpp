#include "sim/fast/conv_plan.h"

namespace hillock::sim::fast {

template <typename W>
ConvPlan<W> plan_conv(const ir::QuantizedConv& conv, const Slots& slots) {
  const ir::ConvGeometry& g = conv.geometry;
  const KernelColumns columns(g);
  const std::size_t channels = g.out_channels;
  ConvPlan<W> out;
  out.width = Divider(g.in_width);
  out.height = Divider(g.in_height);
  out.reached = static_cast<std::uint32_t>(g.group_outputs());

  // [in channel][kernel row][class], each class a run of its kernel columns, last first.
  std::vector<std::size_t> class_at(columns.stride + 1, 0);
  for (std::size_t c = 0; c < columns.stride; ++c) {
    class_at[c + 1] = class_at[c] + round_up(columns.in_class(c) * channels, kRunUnit);
  }
  const std::size_t kernel_row = class_at.back();
  out.channel_weights = kernel_row * g.kernel_height;
  out.weight.assign(g.in_channels * out.channel_weights + kSpare, 0);
  for (std::size_t o = 0; o < channels; ++o) {
    const std::size_t group = o / g.group_outputs();
    for (std::size_t i = 0; i < g.group_inputs(); ++i) {
      W* const weights =
          out.weight.data() + (group * g.group_inputs() + i) * out.channel_weights + o;
      for (std::size_t ky = 0; ky < g.kernel_height; ++ky) {
        for (std::size_t kx = 0; kx < g.kernel_width; ++kx) {
          const std::size_t column = kx * g.dilation_width;
          const std::size_t c = column % columns.stride;
          const std::size_t back = columns.in_class(c) - 1 - column / columns.stride;
          weights[ky * kernel_row + class_at[c] + back * channels] =
              static_cast<W>(conv.weight[g.weight_index(o, i, ky, kx)]);
        }
      }
    }
  }

  out.first_row.reserve(g.in_height + 1);
  out.first_row.push_back(0);
  for (std::size_t y = 0; y < g.in_height; ++y) {
    const std::size_t at = y / g.pool_height;
    if (at < g.in_height / g.pool_height) {
      ir::for_each_tap(at, g.pad_top, g.kernel_height, g.stride_height, g.dilation_height,
                       g.out_height, [&](std::size_t oy, std::size_t ky) {
                         out.rows.push_back({static_cast<std::uint32_t>(oy * slots.row_slots()),
                                             static_cast<std::uint32_t>(ky * kernel_row)});
                       });
    }
    out.first_row.push_back(static_cast<std::uint32_t>(out.rows.size()));
  }
  out.rows.shrink_to_fit();

  out.columns.resize(g.in_width);
  for (std::size_t column = 0; column < g.in_width; ++column) {
    const std::size_t x = column / g.pool_width;
    if (x >= g.in_width / g.pool_width) continue;
    LandingColumn& to = out.columns[column];
    ir::for_each_tap(x, g.pad_left, g.kernel_width, g.stride_width, g.dilation_width, g.out_width,
                     [&](std::size_t, std::size_t) { ++to.met; });
    if (to.met == 0) continue;
    const std::size_t at = x + g.pad_left;
    const std::size_t c = at % columns.stride;
    to.slot = static_cast<std::uint32_t>(slots.column(columns.first_output(at, c)));
    to.weight = static_cast<std::uint32_t>(class_at[c]);
    to.length = static_cast<std::uint32_t>(class_at[c + 1] - class_at[c]);
  }
  return out;
}

template ConvPlan<std::int8_t> plan_conv(const ir::QuantizedConv&, const Slots&);
template ConvPlan<std::int16_t> plan_conv(const ir::QuantizedConv&, const Slots&);

}  // namespace hillock::sim::fast
