// NeuroBench's metrics, as it defines them (github.com/NeuroBench/neurobench, neurobench/metrics),
// of the integer network.
#pragma once

#include <nlohmann/json.hpp>

#include "compiler/driver/build_folder.h"
#include "compiler/ir/dataset.h"

namespace hillock::driver {

// Over the first samples of the data, at most `most`:
//   footprint_bytes            weights, parameters and states, in the bits they have here
//   connection_sparsity        weights that are zero, of all that are stored
//   activation_sparsity        outputs of neurons that are zero, over all steps
//   effective_acs, effective_macs, dense_synops   a sample; an operation is a weight that is not
//                              zero met by an input that is not; accumulations where a step's
//                              inputs are all -1, 0 or 1
//   membrane_updates           a sample; every neuron in the first step, later those whose membrane
//                              differs from the step before
[[nodiscard]] nlohmann::json neurobench(const Build& build, const ir::Dataset& data,
                                        std::size_t most);

}  // namespace hillock::driver
