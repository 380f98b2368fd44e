// Runs a piece of work in a child process with limits, so that a library which a damaged file can
// crash or hang takes down nothing but the child.
#pragma once

#include <cstddef>
#include <functional>
#include <string>

#include "compiler/support/diagnostics.h"

namespace hillock::support {

struct IsolateLimits {
  unsigned cpu_seconds = 20;
  unsigned wall_seconds = 60;
  std::size_t extra_memory = std::size_t{3} << 30;  // beyond what this process has mapped, bytes
  std::size_t answer = std::size_t{2} << 30;        // bytes
};

// Runs `work` in a forked child and returns its answer. An InputError thrown by `work` is thrown
// here. A crash, any other exception or a limit reached becomes file-damaged or file-too-large at
// `file`. `work` must not rely on threads of this process.
[[nodiscard]] std::string run_isolated(const std::function<std::string()>& work,
                                       const Location& file, const IsolateLimits& limits = {});

}  // namespace hillock::support
