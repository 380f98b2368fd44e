// The events of a sample, step by step: found, kept, forgotten.
#include "sim/fast/event_history.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "sim/fast/kernels.h"
#include "tests/support/instruction_sets.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

using sim::EventHistory;

std::vector<std::uint32_t> step_of(const EventHistory& h, std::size_t t) {
  const sim::fast::Events events = h.at(t);
  return {events.element, events.element + events.count};
}

TEST_CASE("events are found wherever they lie", "[sim][fast]") {
  Random r(1);
  const std::size_t sets = for_each_instruction_set([&] {
    EventHistory h;
    h.clear(false);
    std::vector<std::vector<std::uint32_t>> expected;
    // Lengths around those of vectors, of words of bits and of what is looked at in one go.
    for (const std::size_t n : {1, 7, 8, 31, 64, 65, 127, 500, 4095, 4096, 4097, 9000}) {
      for (const double density : {0.0, 0.1, 1.0}) {
        std::vector<std::uint8_t> bytes(n);
        std::vector<std::uint32_t>& wanted = expected.emplace_back();
        for (std::size_t i = 0; i < n; ++i) {
          bytes[i] = r.chance(density) ? 1 : 0;
          if (bytes[i] != 0) wanted.push_back(static_cast<std::uint32_t>(i));
        }
        std::uint8_t largest = 9;
        h.end_step(sim::fast::find_events(bytes.data(), n, h, largest));
        CHECK(largest == 1);
        std::vector<float> floats(bytes.begin(), bytes.end());
        bool binary = false;
        h.end_step(sim::fast::find_events(floats.data(), n, h, binary));
        CHECK(binary);
        expected.push_back(wanted);
        bytes[n - 1] = 200;
        floats[n - 1] = 0.5F;
        static_cast<void>(sim::fast::find_events(bytes.data(), n, h, largest));
        CHECK(largest == 200);
        static_cast<void>(sim::fast::find_events(floats.data(), n, h, binary));
        CHECK_FALSE(binary);
      }
    }
    for (std::size_t t = 0; t < expected.size(); ++t) {
      INFO("step " << t);
      REQUIRE(step_of(h, t) == expected[t]);
    }
  });
  CHECK(sets > 0);
}

// Steps of many events and of few, of which some are kept.
TEST_CASE("what is forgotten leaves the rest as it was", "[sim][fast]") {
  Random r(2);
  for (std::size_t kept = 0; kept <= 4; ++kept) {
    for (const bool valued : {false, true}) {
      INFO(kept << " steps kept");
      EventHistory h;
      h.clear(valued);
      std::vector<std::vector<std::uint32_t>> all;
      std::size_t count = 0;
      for (std::size_t t = 0; t < 200; ++t) {
        const auto n = static_cast<std::size_t>(r.whole(0, r.chance(0.1) ? 500 : 5));
        std::uint32_t* const element = h.room(n);
        auto& step = all.emplace_back();
        for (std::size_t i = 0; i < n; ++i) {
          step.push_back(static_cast<std::uint32_t>(r.whole(0, 9999)));
          element[i] = step.back();
          if (valued) h.values()[i] = static_cast<std::int32_t>(step.back()) - 5000;
        }
        h.end_step(n);
        count += n;
        if (t + 1 >= kept) h.forget(t + 1 - kept);
        REQUIRE(h.steps() == t + 1);
        REQUIRE(h.count() == count);
        for (std::size_t s = t + 1 - std::min(kept, t + 1); s <= t; ++s) {
          REQUIRE(step_of(h, s) == all[s]);
          for (std::size_t i = 0; valued && i < all[s].size(); ++i) {
            REQUIRE(h.at(s).value[i] == static_cast<std::int32_t>(all[s][i]) - 5000);
          }
        }
      }
    }
  }
}

TEST_CASE("events that were all 1 keep it when values begin", "[sim][fast]") {
  EventHistory h;
  h.clear(false);
  h.room(2)[1] = 4;
  h.end_step(2);
  CHECK(h.at(0).value == nullptr);
  std::uint32_t* const element = h.room(1);
  element[0] = 6;
  h.values()[0] = -3;
  h.end_step(1);
  CHECK(h.at(0).value[1] == 1);
  CHECK(h.at(1).value[0] == -3);
  h.room(1000);
  CHECK(h.at(1).value[0] == -3);
  CHECK(h.at(1).element[0] == 6);
}

}  // namespace
}  // namespace hillock::tests
