// Who reads what, and what its nets are called: shared by the parts of lower().
#include "compiler/emit/lowering.h"

#include <fmt/format.h>

#include <algorithm>

namespace hillock::emit {

std::vector<std::size_t> readers_of(const ir::QuantizedNetwork& network, const ir::Source& source) {
  std::vector<std::size_t> readers;
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    if (network.projections[k].source == source) readers.push_back(k);
  }
  return readers;
}

std::vector<std::size_t> readers_of_inputs(const ir::QuantizedNetwork& network) {
  std::vector<std::size_t> readers;
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    if (network.projections[k].source.kind == ir::Source::Kind::Input) readers.push_back(k);
  }
  return readers;
}

std::string input_ready(const Lowering& l, std::size_t projection) {
  const std::string id = stream_id(l, projection);
  if (l.network.inputs.size() > 1) return id + "_slice_ready";
  return id + (waits_for_another(l.network, projection) ? "_wait_ready" : "_beat_ready");
}

std::string readout_id(const ir::QuantizedNetwork& network, const std::vector<std::string>& ids,
                       std::size_t population) {
  return network.more_outputs.empty() ? "readout" : ids[population] + "_readout";
}

std::string stream_id(const Lowering& l, std::size_t projection) {
  const std::size_t target = l.network.projections[projection].target;
  const std::vector<std::size_t> order = ir::stream_order(l.network, target);
  if (order.size() == 1) return l.ids[target];
  return fmt::format("{}_in{}", l.ids[target],
                     std::find(order.begin(), order.end(), projection) - order.begin());
}

bool waits_for_another(const ir::QuantizedNetwork& network, std::size_t projection) {
  return ir::stream_order(network, network.projections[projection].target).front() != projection;
}

}  // namespace hillock::emit
