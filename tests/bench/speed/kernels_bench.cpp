// The fast model's kernels one by one, in Google Benchmark: what a change of one of them does,
// without the rest. tests/bench/speed/run.py measures the models as users run them.
#include <benchmark/benchmark.h>

#include <cstdint>
#include <random>
#include <vector>

#include "sim/fast/kernels.h"
#include "sim/fast/update.h"

namespace {

using namespace hillock::sim::fast;

std::vector<std::uint8_t> spikes(std::size_t n, double density) {
  std::mt19937 random(1);
  std::bernoulli_distribution spike(density);
  std::vector<std::uint8_t> x(n);
  for (std::uint8_t& v : x) v = spike(random) ? 1 : 0;
  return x;
}

// Elements of a step, and the share of them that spike, in percent.
void find(benchmark::State& state) {
  const auto x =
      spikes(static_cast<std::size_t>(state.range(0)), static_cast<double>(state.range(1)) / 100);
  hillock::sim::EventHistory history;
  history.clear(false);
  std::uint8_t largest = 0;
  for (auto _ : state) {
    benchmark::DoNotOptimize(find_events(x.data(), x.size(), history, largest));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(find)->Args({784, 13})->Args({784, 1})->Args({2312, 1});

// 784 x 128 weights of so many bits; a tenth of the rows is added.
template <typename W, typename S>
void add(benchmark::State& state) {
  constexpr std::size_t kRows = 784;
  constexpr std::size_t kColumns = 128;
  const std::int32_t largest = (1 << (state.range(0) - 1)) - 1;
  std::mt19937 random(1);
  std::uniform_int_distribution<std::int32_t> weight(-largest, largest);
  std::vector<W> weights(kRows * kColumns + kSpare);
  for (W& w : weights) w = static_cast<W>(weight(random));
  std::vector<std::uint32_t> element;
  for (std::uint32_t i = 0; i < kRows; i += 8) element.push_back((i * 37) % kRows);
  std::vector<S> sum(kColumns + kSpare);
  const Batch batch = {static_cast<std::size_t>(INT8_MAX / largest),
                       static_cast<std::size_t>(INT16_MAX / largest)};
  for (auto _ : state) {
    add_rows(Events{element.data(), nullptr, element.size()}, weights.data(), kColumns, kColumns,
             batch, sum.data());
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() *
                          static_cast<std::int64_t>(element.size() * kColumns));
}
BENCHMARK_TEMPLATE(add, std::int8_t, std::int16_t)->Arg(4)->Arg(8);
BENCHMARK_TEMPLATE(add, std::int8_t, std::int32_t)->Arg(8);
BENCHMARK_TEMPLATE(add, std::int16_t, std::int32_t)->Arg(12);

// Neurons of a step, in 16 bits: leaky, reset by subtraction in the next step; with parameters of
// their own, or the same for all.
void update16(benchmark::State& state) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const std::size_t each_slot = state.range(1) != 0 ? ~std::size_t{0} : 0;
  const auto all = [&](std::int16_t v) { return std::vector<std::int16_t>(n + kSpare, v); };
  const auto threshold = all(600);
  const auto decay = all(narrow_decay(461, 9));
  std::vector<std::int16_t> membrane = all(0);
  std::vector<std::int16_t> sum = all(0);
  std::vector<std::uint8_t> bits(n / 8 + kSpare);
  hillock::sim::EventHistory sent;
  sent.clear(false);
  NarrowUpdate u;
  u.slots = n;
  u.rule = NarrowRule::DelayedSubtract;
  u.threshold = u.reset_amount = {threshold.data(), each_slot};
  u.decay = {decay.data(), each_slot};
  const StepState<std::int16_t> arrays = {false,   membrane.data(), nullptr,
                                          nullptr, bits.data(),     nullptr};
  bool within = true;
  for (auto _ : state) {
    for (std::size_t j = 0; j < n; ++j) sum[j] = static_cast<std::int16_t>(j % 200);
    benchmark::DoNotOptimize(update_narrow(u, arrays, sum.data(), sent, within));
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
BENCHMARK(update16)->ArgsProduct({{128, 4096}, {0, 1}});

}  // namespace

BENCHMARK_MAIN();
