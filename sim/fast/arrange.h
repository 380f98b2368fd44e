// A quantized network arranged for the kernels: neurons in slots, weights in rows as events walk
// them.
//
// Slots. A population that a convolution reaches lies position by position, channels innermost,
// with columns without neurons left and right of each row: so every event adds whole, equally long
// runs, and none is cut at an edge. Any other population has its neurons in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/quantized_network.h"
#include "sim/fast/kernels.h"
#include "sim/fast/update.h"

namespace hillock::sim::fast {

inline constexpr std::uint32_t kNoSlot = UINT32_MAX;

struct Slots {
  std::size_t count = 0;
  // Both empty where slot = neuron.
  std::vector<std::uint32_t> of_neuron;
  std::vector<std::uint32_t> neuron;  // kNoSlot where there is none
  // Of a population that a convolution reaches:
  std::size_t width = 0;  // columns of a row, with those without neurons
  std::size_t left = 0;   // of them, before the first neuron

  [[nodiscard]] bool plain() const { return neuron.empty(); }
  [[nodiscard]] std::size_t at(std::size_t j) const { return plain() ? j : of_neuron[j]; }
};

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
  std::vector<std::uint32_t>
      operations;  // of a convolution: weights that an event of each element adds
};

// Parameters of a population's neurons per slot, as the kernels take them; empty where the rule
// does not use them.
template <typename V>
struct Parameters {
  Array<V> valid, threshold, reset_amount, decay, bias, reset_value, current_decay, current_bias,
      reset_decay, reset_current;
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
  // Both without arrays. Where `narrow` the first is made by widen(), when it is needed.
  Update update;
  NarrowUpdate narrow_update;
  Parameters<std::int32_t> wide_parameters;
  Parameters<std::int16_t> narrow_parameters;
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
