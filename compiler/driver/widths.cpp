#include "compiler/driver/widths.h"

#include "compiler/analysis/overflow.h"
#include "compiler/passes/quantize.h"

namespace hillock::driver {

void assign_proved_widths(ir::QuantizedNetwork& network,
                          const std::vector<std::optional<int>>& membrane_bits) {
  std::vector<passes::WidthBounds> widths;
  for (const analysis::PopulationBounds& b : analysis::bound_populations(network, membrane_bits)) {
    widths.push_back(
        {b.sum.lo, b.sum.hi, b.membrane.lo, b.membrane.hi, b.current.lo, b.current.hi});
  }
  passes::assign_widths(network, widths, membrane_bits);
}

}  // namespace hillock::driver
