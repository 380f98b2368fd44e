// What a step does to slots because of where they lie, in vectors; compiled once per instruction
// set, like kernels.cpp.
#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/fast/slots.h"

namespace hillock::sim::fast {

// Zeros to the slots without a neuron: what events have added there means nothing. There is room
// for kSpare sums behind the last slot.
template <typename S>
void clear_gaps(const Slots& slots, S* sum);

// From n slots to their neurons. Not where slots are plain().
void to_neurons(const Slots& slots, std::uint32_t* slot, std::size_t n);

}  // namespace hillock::sim::fast
