// What every importer does with a chain of weights that ends in neurons: adds a population and the
// projection that feeds it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "compiler/import/linear_chain.h"
#include "compiler/ir/network.h"

namespace hillock::import {

class NetworkBuilder {
 public:
  [[nodiscard]] ir::Source add_input(std::string name, ir::Shape shape, support::Location where);

  // `chain` starts at `source` and yields the population's input; its rows and bias are multiplied
  // by `gain` (empty: by 1), and population.bias is added. `where` is the place of the weights.
  // Throws InputError (file-too-large, unsupported-graph).
  ir::Source add_population(ir::Population population, const LinearChain& chain,
                            const ir::Source& source, const std::vector<double>& gain,
                            const support::Location& where);

  // A population that does not spike and whose membrane is its input, for weights that come last.
  [[nodiscard]] static ir::Population membrane_of_weights(std::string name, ir::Shape shape,
                                                          support::Location where);

  [[nodiscard]] const ir::Shape& shape_of(const ir::Source& s) const {
    return network.source_shape(s);
  }
  void note(std::string_view name, std::string_view text);

  ir::Network network;

 private:
  std::size_t weights_ = 0;
};

}  // namespace hillock::import
