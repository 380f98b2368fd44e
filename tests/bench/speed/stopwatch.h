// Wall time, and the time that all threads of the process spent on a processor: what the same work
// takes where nothing else runs.
#pragma once

#include <time.h>

#include <chrono>
#include <functional>

namespace hillock::tests {

struct Stopwatch {
  double wall = 0;
  double cpu = 0;

  explicit Stopwatch(const std::function<void()>& work) {
    const auto begin = std::chrono::steady_clock::now();
    const double cpu_begin = cpu_now();
    work();
    cpu = cpu_now() - cpu_begin;
    wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  }

 private:
  static double cpu_now() {
    timespec t{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
  }
};

}  // namespace hillock::tests
