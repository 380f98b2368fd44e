#include "hw_models/energy/memory_energy.h"

#include <algorithm>
#include <cstdint>
#include <string>

#include "compiler/numeric/fixed_point.h"

namespace hillock::hw_models {
namespace {

constexpr std::int64_t kSmallMemoryBits = 8192;  // docs/energy.md, "Memories"
constexpr std::int64_t kBlockRows = 256;         // a block RAM of 4,096 bits, 256 x 16
constexpr std::int64_t kBlockBits = 16;

bool is_register(const MemorySize& memory) { return memory.depth == 1; }

// Blocks side by side answer together. Blocks stacked in depth answer one at a time where synthesis
// separates their enables, and all at once where it does not: the upper end.
Interval block_access(const CoefficientTable& table, const MemorySize& memory) {
  const std::int64_t all = table.memory_blocks;
  const std::int64_t wide = std::min(all, numeric::ceil_div(memory.width, kBlockBits));
  const std::int64_t deep = numeric::ceil_div(memory.depth, kBlockRows);
  const auto one = static_cast<double>(wide);
  return table.at("block_access").base() *
         Interval{one, one, static_cast<double>(std::min(all, wide * deep))};
}

Interval access_energy(const CoefficientTable& table, const MemorySize& memory,
                       const std::string& kind) {
  if (memory.width == 0 || memory.depth == 0) return {};
  const auto width = static_cast<double>(memory.width);
  // Where the logic is calibrated, registers are part of it.
  const Coefficient* bit = table.find("register");
  const Interval as_register = bit == nullptr ? Interval{} : bit->per_bit() * width;
  if (is_register(memory)) return as_register;
  if (table.memory_blocks > 0) return block_access(table, memory);
  Interval e =
      table.at("sram_" + kind + "_base").base() +
      table.at("sram_" + kind + "_per_bit").per_bit() * static_cast<double>(memory.bits()) +
      table.at("sram_" + kind + "_per_word_bit").per_bit() * width;
  if (memory.bits() <= kSmallMemoryBits) e.low = std::min(e.low, as_register.low);
  return e;
}

}  // namespace

Interval read_energy(const CoefficientTable& table, const MemorySize& memory) {
  return access_energy(table, memory, "read");
}

Interval write_energy(const CoefficientTable& table, const MemorySize& memory) {
  return access_energy(table, memory, "write");
}

Interval idle_energy(const CoefficientTable& table, const MemorySize& memory, double cycles,
                     double accesses) {
  const Coefficient* idle = table.find("sram_idle");
  if (idle == nullptr || memory.bits() == 0 || is_register(memory)) return {};
  const std::int64_t macros =
      numeric::ceil_div(memory.bits(), static_cast<std::int64_t>(idle->width.value_or(1)));
  return idle->base() * (static_cast<double>(macros) * std::max(0.0, cycles - accesses));
}

Interval memory_leakage(const CoefficientTable& table, const MemorySize& memory) {
  if (memory.bits() == 0) return {};
  const auto bits = static_cast<double>(memory.bits());
  if (is_register(memory)) {
    const Coefficient* c = table.find("leak_register");
    return c == nullptr ? Interval{} : c->per_bit() * bits;
  }
  Interval watts;
  if (const Coefficient* c = table.find("sram_leak_base")) watts += c->base();
  if (const Coefficient* c = table.find("sram_leak_per_bit")) watts += c->per_bit() * bits;
  return watts;
}

}  // namespace hillock::hw_models
