// Where neurons lie in the fast integer model's arrays, and the arithmetic that says so.
#include "sim/fast/slots.h"

#include <catch2/catch.hpp>
#include <set>

#include "sim/fast/conv_plan.h"
#include "sim/fast/slot_kernels.h"
#include "tests/support/instruction_sets.h"

namespace hillock::tests {
namespace {

using sim::fast::Divider;
using sim::fast::Slots;

TEST_CASE("dividing by multiplication is exact below 2^31", "[sim][fast]") {
  const std::uint32_t largest = (std::uint32_t{1} << 31) - 1;
  std::vector<std::uint32_t> divisors;
  for (std::uint32_t d = 1; d <= 70; ++d) divisors.push_back(d);
  for (std::uint32_t shift = 7; shift < 31; ++shift) {
    for (const int near : {-1, 0, 1}) {
      divisors.push_back((std::uint32_t{1} << shift) + static_cast<std::uint32_t>(near));
    }
  }
  divisors.push_back(largest);
  for (const std::uint32_t d : divisors) {
    const Divider divider(d);
    const auto check = [&](std::uint32_t n) {
      if (n > largest) return;
      INFO(n << " / " << d);
      const std::uint32_t quotient = divider.quotient(n);
      REQUIRE(quotient == n / d);
      REQUIRE(divider.rest(n, quotient) == n % d);
    };
    // Where a quotient changes is where it could be wrong.
    const std::uint32_t multiples = largest / d;
    for (std::uint32_t k = 0; k <= 64 && k <= multiples; ++k) {
      for (const std::uint32_t multiple : {k * d, (multiples - k) * d}) {
        if (multiple > 0) check(multiple - 1);
        check(multiple);
        check(multiple + 1);
      }
    }
    check(largest);
  }
  CHECK(Divider().quotient(12345) == 12345);
}

struct Layout {
  std::size_t channels, height, width, left, right;
};
constexpr Layout kLayouts[] = {{1, 1, 1, 0, 0}, {3, 4, 5, 0, 0}, {10, 6, 7, 1, 1},
                               {4, 3, 9, 2, 0}, {5, 8, 3, 0, 2}, {40, 2, 6, 3, 1},
                               {1, 5, 1, 0, 1}, {7, 1, 8, 2, 4}};

TEST_CASE("slots and neurons follow from each other", "[sim][fast]") {
  for (const Layout& l : kLayouts) {
    INFO(l.channels << " x " << l.height << " x " << l.width << ", " << l.left << " and " << l.right
                    << " beside");
    const Slots slots(l.channels, l.height, l.width, l.left, l.right);
    const std::size_t neurons = l.channels * l.height * l.width;
    std::set<std::size_t> taken;
    std::vector<std::uint32_t> in_order;
    std::size_t j = 0;
    for (std::size_t c = 0; c < l.channels; ++c) {
      for (std::size_t y = 0; y < l.height; ++y) {
        for (std::size_t x = 0; x < l.width; ++x, ++j) {
          const std::size_t slot = slots.at(j);
          REQUIRE(slot == y * slots.row_slots() + slots.column(static_cast<std::int64_t>(x)) + c);
          REQUIRE(slot < slots.count());
          REQUIRE(slots.neuron(static_cast<std::uint32_t>(slot)) == j);
          taken.insert(slot);
          in_order.push_back(static_cast<std::uint32_t>(slot));
        }
      }
    }
    REQUIRE(taken.size() == neurons);
    CHECK_FALSE(slots.plain());
    // Beside a row lie no neurons of another one.
    for (std::size_t y = 0; y < l.height; ++y) {
      const auto begin = static_cast<std::int64_t>(l.width);
      for (std::int64_t x = -static_cast<std::int64_t>(l.left);
           x < begin + static_cast<std::int64_t>(l.right); ++x) {
        const std::size_t first = y * slots.row_slots() + slots.column(x);
        for (std::size_t c = 0; c < l.channels; ++c) {
          REQUIRE((taken.count(first + c) == 1) == (x >= 0 && x < begin));
        }
      }
    }

    for_each_instruction_set([&] {
      std::vector<std::uint32_t> numbers = in_order;
      sim::fast::to_neurons(slots, numbers.data(), numbers.size());
      for (std::size_t k = 0; k < neurons; ++k) REQUIRE(numbers[k] == k);
      std::vector<std::int16_t> narrow(slots.count() + sim::fast::kSpare, 7);
      std::vector<std::int32_t> wide(slots.count() + sim::fast::kSpare, 7);
      sim::fast::clear_gaps(slots, narrow.data());
      sim::fast::clear_gaps(slots, wide.data());
      for (std::size_t slot = 0; slot < narrow.size(); ++slot) {
        const bool kept = taken.count(slot) == 1 || slot >= slots.count();
        INFO("slot " << slot);
        REQUIRE(narrow[slot] == (kept ? 7 : 0));
        REQUIRE(wide[slot] == (kept ? 7 : 0));
      }
    });
  }
  const Slots plain(12);
  CHECK(plain.plain());
  CHECK(plain.count() == 12);
  CHECK(plain.at(5) == 5);
  CHECK(plain.neuron(5) == 5);
  CHECK(plain.gap() == 0);
}

// What the events add, by for_each_synapse().
TEST_CASE("a convolution's events land where its synapses lead", "[sim][fast]") {
  ir::QuantizedConv conv;
  ir::ConvGeometry& g = conv.geometry;
  g.groups = 2;
  g.in_channels = 4;
  g.out_channels = 6;
  g.in_height = 11;
  g.in_width = 13;
  g.pool_height = 1;
  g.kernel_height = 3;
  g.kernel_width = 4;
  g.pad_top = 1;
  g.pad_left = 2;
  const auto outputs = [](std::size_t in, std::size_t pad, std::size_t kernel, std::size_t stride) {
    return (in + 2 * pad - kernel) / stride + 1;
  };
  for (const std::size_t stride : {1, 2, 3}) {
    for (const std::size_t dilation : {1, 2}) {
      for (const std::size_t pool : {1, 2}) {
        INFO("stride " << stride << ", dilation " << dilation << ", pooled by " << pool);
        g.stride_height = g.stride_width = stride;
        g.dilation_height = g.dilation_width = dilation;
        g.pool_width = pool;
        g.out_height = outputs(g.in_height, 1, 2 * dilation + 1, stride);
        g.out_width = outputs(g.in_width / pool, 2, 3 * dilation + 1, stride);
        conv.weight.resize(g.weights());
        for (std::size_t k = 0; k < conv.weight.size(); ++k) {
          conv.weight[k] = static_cast<std::int32_t>(k * 37 % 15) - 7;
        }
        ir::QuantizedNetwork n;
        n.inputs.push_back({"in", {g.in_channels, g.in_height, g.in_width}, 0, 1});
        n.populations.emplace_back().shape = {g.out_channels, g.out_height, g.out_width};
        n.projections.push_back({"w", {ir::Source::Kind::Input, 0}, 0, conv, 4, 0, {}});
        const Slots slots = sim::fast::slots_of(n, 0);
        const auto plan = sim::fast::plan_conv<std::int8_t>(conv, slots);
        for (std::uint32_t i = 0; i < g.sources(); ++i) {
          INFO("element " << i);
          std::vector<std::int32_t> expected(g.targets(), 0);
          std::size_t synapses = 0;
          ir::for_each_synapse(conv, i, [&](std::size_t j, std::int32_t w) {
            expected[j] += w;
            ++synapses;
          });
          std::vector<std::int32_t> sum(slots.count() + sim::fast::kSpare, 0);
          REQUIRE(sim::fast::add_conv({&i, nullptr, 1}, plan, sum.data()) == synapses);
          for (std::size_t j = 0; j < expected.size(); ++j) {
            REQUIRE(sum[slots.at(j)] == expected[j]);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace hillock::tests
