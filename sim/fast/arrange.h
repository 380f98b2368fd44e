// A quantized network arranged for the kernels: neurons in slots (slots.h), weights in rows as
// events walk them, parameters as the kernels take them.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/quantized_network.h"
#include "sim/fast/kernels.h"
#include "sim/fast/parameters.h"
#include "sim/fast/slots.h"
#include "sim/fast/update.h"

namespace hillock::sim::fast {

template <typename W>
struct DensePlan {
  std::size_t stride = 0;
  Batch batch;
  Array<W> weight;  // [source elements, stride]
};

struct SparsePlan {
  struct Synapse {
    std::uint32_t slot;
    std::int32_t weight;
  };
  std::vector<std::uint32_t> first;  // per element, one more at the end
  std::vector<Synapse> synapses;
};

struct PoolPlan {
  std::vector<std::size_t> first;  // per neuron of the target, one more at the end
  std::vector<std::uint32_t> source_slot;
};

struct Incoming {
  ir::Source source;
  std::size_t delay = 0;
  std::variant<DensePlan<std::int8_t>, DensePlan<std::int16_t>, ConvPlan<std::int8_t>,
               ConvPlan<std::int16_t>, SparsePlan, PoolPlan>
      form;
};

struct WideUpdate : Update {
  ParameterArrays<std::int32_t> parameters;
};

struct Population {
  Slots slots;
  bool narrow_sum = false;  // a step's sum fits 16 bits, whatever happens
  bool narrow = false;      // all else is tried in 16 bits, whose limits are watched
  bool pooled = false;
  bool inhibition = false;
  bool sends_values = false;
  bool static_input = false;  // reads an input that is the same in every step
  // Whether a step without an event, after one without a spike, changes nothing.
  bool rests = false;
  std::vector<Incoming> incoming;
  NarrowUpdate narrow_update;
  ParameterArrays<std::int16_t> narrow_parameters;
  std::unique_ptr<WideUpdate> wide;  // where `narrow`, made by widen() when it is needed
};

struct Arrangement {
  std::vector<Population> populations;
  // Whether a population needs nothing of those behind it: all steps of one may come before the
  // first step of the next, which keeps its weights in the cache.
  bool layered = true;
};

// nullopt where some value would not fit the kernels' 32 bits; `why` then names it.
[[nodiscard]] std::optional<Arrangement> arrange(const ir::QuantizedNetwork& network,
                                                 std::string* why = nullptr);

// What a population needs to be computed in 32 bits.
void widen(Population& population, const ir::QuantizedPopulation& from);

}  // namespace hillock::sim::fast
