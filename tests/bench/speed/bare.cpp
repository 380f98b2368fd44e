// bare SAMPLES: a plain loop of eval() around a Verilated design, as anyone would write it first.
// Built by run.py with Verilator's own default flags; the beats come from speed_worker. Reads the
// name of a stimulus, then answers each "run N" with the seconds that N samples take.
#include <time.h>
#include <verilated.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "Vtop.h"

namespace {

struct Beat {
  std::uint32_t addr;
  int value, event, step_last, sample_last;
};
struct Sample {
  std::vector<Beat> beats;
  std::uint64_t ticks = 0;
};

std::vector<Sample> read(const std::string& file) {
  std::vector<Sample> samples;
  std::ifstream in(file);
  std::size_t beats = 0;
  std::uint64_t ticks = 0;
  while (in >> beats >> ticks) {
    Sample s{std::vector<Beat>(beats), ticks};
    for (Beat& b : s.beats) in >> b.addr >> b.value >> b.event >> b.step_last >> b.sample_last;
    samples.push_back(std::move(s));
  }
  return samples;
}

double cpu_now() {
  timespec t{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return static_cast<double>(t.tv_sec) + 1e-9 * static_cast<double>(t.tv_nsec);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const std::vector<Sample> samples = read(argv[1]);
  VerilatedContext context;
  const auto top = std::make_unique<Vtop>(&context);
  const auto tick = [&] {
    top->clk_i = 0;
    top->eval();
    top->clk_i = 1;
    top->eval();
  };
  top->rst_i = 1;
  for (int i = 0; i < 3; ++i) tick();
  top->rst_i = 0;
  for (int i = 0; i < 1000; ++i) tick();
  top->result_ready_i = 1;
  std::string word;
  std::size_t count = 0;
  while (std::cin >> word >> count) {
    const auto begin = std::chrono::steady_clock::now();
    const double cpu = cpu_now();
    std::uint64_t all = 0;
    std::uint64_t results = 0;
    for (std::size_t k = 0; k < count; ++k) {
      const Sample& s = samples[k];
      std::size_t next = 0;
      for (std::uint64_t i = 0; i < s.ticks; ++i) {
        top->in_valid_i = next < s.beats.size();
        if (next < s.beats.size()) {
          const Beat& b = s.beats[next];
          top->in_addr_i = b.addr;
          top->in_value_i = b.value & 1;
          top->in_event_i = b.event;
          top->in_step_last_i = b.step_last;
          top->in_sample_last_i = b.sample_last;
        }
        top->clk_i = 0;
        top->eval();
        if (next < s.beats.size() && top->in_ready_o) ++next;
        results += top->result_valid_o;
        top->clk_i = 1;
        top->eval();
      }
      all += s.ticks;
    }
    const double wall =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
    std::printf("{\"wall\": %.6f, \"cpu\": %.6f, \"ticks\": %llu, \"results\": %llu}\n", wall,
                cpu_now() - cpu, static_cast<unsigned long long>(all),
                static_cast<unsigned long long>(results));
    std::fflush(stdout);
  }
  return 0;
}
