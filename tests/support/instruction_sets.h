// The kernels of the fast model in every instruction set that the processor has.
#pragma once

#include <hwy/highway.h>

#include <catch2/catch.hpp>
#include <cstdint>

namespace hillock::tests {

// Calls f() with each chosen in turn; returns how many there are.
template <typename F>
std::size_t for_each_instruction_set(F f) {
  struct Restore {
    ~Restore() { choose(0); }
    static void choose(std::int64_t target) {
      hwy::SetSupportedTargetsForTest(target);
      hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    }
  } restore;
  std::size_t sets = 0;
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    ++sets;
    Restore::choose(target);
    INFO(hwy::TargetName(target));
    f();
  }
  return sets;
}

}  // namespace hillock::tests
