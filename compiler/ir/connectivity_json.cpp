#include "compiler/ir/connectivity_json.h"

#include <array>

namespace hillock::ir {

std::span<const GeometryField<ConvGeometry>> geometry_fields(const ConvGeometry&) {
  using G = ConvGeometry;
  static constexpr std::array<GeometryField<G>, 17> kFields{
      {{"in_channels", &G::in_channels},
       {"in_height", &G::in_height},
       {"in_width", &G::in_width},
       {"pool_height", &G::pool_height},
       {"pool_width", &G::pool_width},
       {"out_channels", &G::out_channels},
       {"out_height", &G::out_height},
       {"out_width", &G::out_width},
       {"kernel_height", &G::kernel_height},
       {"kernel_width", &G::kernel_width},
       {"stride_height", &G::stride_height},
       {"stride_width", &G::stride_width},
       {"pad_top", &G::pad_top},
       {"pad_left", &G::pad_left},
       {"dilation_height", &G::dilation_height},
       {"dilation_width", &G::dilation_width},
       {"groups", &G::groups}}};
  return kFields;
}

std::span<const GeometryField<MaxPool>> geometry_fields(const MaxPool&) {
  using G = MaxPool;
  static constexpr std::array<GeometryField<G>, 13> kFields{
      {{"channels", &G::channels},
       {"in_height", &G::in_height},
       {"in_width", &G::in_width},
       {"out_height", &G::out_height},
       {"out_width", &G::out_width},
       {"kernel_height", &G::kernel_height},
       {"kernel_width", &G::kernel_width},
       {"stride_height", &G::stride_height},
       {"stride_width", &G::stride_width},
       {"pad_top", &G::pad_top},
       {"pad_left", &G::pad_left},
       {"dilation_height", &G::dilation_height},
       {"dilation_width", &G::dilation_width}}};
  return kFields;
}

}  // namespace hillock::ir
