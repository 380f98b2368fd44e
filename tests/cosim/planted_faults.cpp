// Faults planted in the RTL: co-simulation must catch each, and its first divergence must be where
// the fault really strikes first. Where that place can be told from the integer model alone, the
// test works it out and compares it exactly.
#include <fmt/format.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "sim/reference/integer_model.h"
#include "tests/support/random_network.h"
#include "tests/support/rtl_case.h"
#include "tests/support/small_network.h"

namespace {

using namespace hillock;
using sim::Divergence;
using tests::SmallCase;

// Replaces the only occurrence of `from` in the file that ends with `file`.
tests::Edit replace(const std::string& file, const std::string& from, const std::string& to) {
  return [=](const std::string& path, std::string& content) {
    if (!path.ends_with("/" + file)) return;
    const std::size_t at = content.find(from);
    INFO("fault in " << file << ": " << from);
    REQUIRE(at != std::string::npos);
    REQUIRE(content.find(from, at + 1) == std::string::npos);
    content.replace(at, from.size(), to);
  };
}

sim::CosimResult simulate(const SmallCase& c, const tests::Edit& fault, std::uint64_t stalls = 0) {
  const std::filesystem::path folder =
      std::filesystem::temp_directory_path() / fmt::format("hillock-fault-{}", ::getpid());
  std::filesystem::remove_all(folder);
  tests::write_design(folder, c.network, c.mapping, fault);
  sim::CosimResult r = tests::cosimulate_design(folder, c.network, c.mapping, c.data, stalls);
  std::filesystem::remove_all(folder);
  return r;
}

Divergence caught(const SmallCase& c, const tests::Edit& fault, std::uint64_t stalls = 0) {
  const sim::CosimResult r = simulate(c, fault, stalls);
  REQUIRE(r.mismatches > 0);
  REQUIRE(r.first.has_value());
  return *r.first;
}

struct Place {
  std::size_t sample, timestep, population, neuron;
};

// The first place, in the order in which divergences are reported, at which `strikes` holds.
using Strikes = std::function<bool(const sim::IntegerResult&, std::size_t sample, std::size_t t,
                                   std::size_t p, std::size_t j)>;
std::optional<Place> first_place(const SmallCase& c, const Strikes& strikes) {
  const sim::IntegerModel model(c.network);
  sim::IntegerResult r;
  for (std::size_t s = 0; s < c.data.samples; ++s) {
    model.run(c.data, s, r);
    for (std::size_t t = 0; t < c.data.timesteps; ++t) {
      for (std::size_t p = 0; p < c.network.populations.size(); ++p) {
        for (std::size_t j = 0; j < c.network.populations[p].neurons(); ++j) {
          if (strikes(r, s, t, p, j)) return Place{s, t, p, j};
        }
      }
    }
  }
  return std::nullopt;
}

void check_place(const SmallCase& c, const Divergence& d, const std::optional<Place>& place) {
  REQUIRE(place.has_value());
  CHECK(d.sample == place->sample);
  CHECK(d.timestep == place->timestep);
  CHECK(d.population == c.network.populations[place->population].name);
  CHECK(d.neuron == place->neuron);
}

}  // namespace

TEST_CASE("no fault: nothing is reported") {
  for (const std::uint64_t stalls : {0, 1, 2}) {
    const SmallCase c = tests::small_case();
    const sim::CosimResult r = simulate(c, {}, stalls);
    CHECK(r.mismatches == 0);
    CHECK(r.samples == c.data.samples);
  }
}

TEST_CASE("> becomes >=: caught at the first membrane that equals its threshold") {
  const SmallCase c = tests::small_case();
  const Divergence d = caught(c, replace("snn_fire.v", "(Spiking != 0) & (compared > limit)",
                                         "(Spiking != 0) & (compared >= limit)"));
  CHECK(d.what == "spike");
  CHECK(d.expected == 0);
  CHECK(d.actual == 1);
  check_place(c, d, first_place(c, [&](const auto& r, auto, auto t, auto p, auto j) {
                return r.recording.membranes[p](t, j) == c.network.populations[p].threshold[j];
              }));
}

TEST_CASE("reset dropped: caught one step after the first spike") {
  const SmallCase c = tests::small_case();
  const Divergence d =
      caught(c, replace("snn_prepare.v", "? bias_wide - amount :", "? bias_wide :"));
  CHECK(d.what == "membrane");
  check_place(c, d, first_place(c, [](const auto& r, auto, auto t, auto p, auto j) {
                return t > 0 && r.recording.spikes[p](t - 1, j) != 0;
              }));
}

TEST_CASE("a weight bit flipped: caught at that neuron at its source's first event") {
  const SmallCase c = tests::small_case();
  // Row 3 * groups + 1 of the first population: source 3, neurons 8..15; the lowest bit is lane
  // 0's.
  const std::size_t source = 3;
  const std::size_t neuron = 8;
  const Divergence d = caught(c, [&](const std::string& path, std::string& content) {
    if (!path.ends_with("p0_weights.mem")) return;
    const auto groups = static_cast<std::size_t>(c.mapping.groups(c.network, 0));
    const std::size_t line = content.find('\n') + 1;
    char& digit = content[line * (source * groups + 1) + line - 2];
    digit = "1032547698badcfe"[digit <= '9' ? digit - '0' : digit - 'a' + 10];
  });
  CHECK(d.what == "membrane");
  check_place(c, d, first_place(c, [&](const auto&, auto s, auto t, auto p, auto j) {
                return p == 0 && j == neuron && c.data.step(s, t)[source] != 0;
              }));
}

TEST_CASE("scanner off by one: caught in the population behind it, at its source's first spike") {
  const SmallCase c = tests::small_case();
  const Divergence d = caught(c, replace("snn_scanner.v", "{{(32 - BitBits) {1'b0}}, event_index};",
                                         "{{(32 - BitBits) {1'b0}}, event_index} + 32'd1;"));
  CHECK(d.what == "membrane");
  CHECK(d.population == "p1");
  const auto place = first_place(c, [](const auto& r, auto, auto t, auto p, auto) {
    return p == 1 && r.activity.populations[1].step_events[t] > 0;
  });
  REQUIRE(place.has_value());
  CHECK(d.sample == place->sample);
  CHECK(d.timestep == place->timestep);
}

TEST_CASE("scanner skips the word after each: caught behind it") {
  const SmallCase c = tests::wide_case();
  const Divergence d =
      caught(c, replace("snn_scanner.v", "pending_q <= candidates & ~next_onehot;",
                        "pending_q <= candidates & ~next_onehot & ~(next_onehot << 1);"));
  CHECK(d.population == "p1");
}

TEST_CASE("lost carry: caught where a sum first passes it") {
  const SmallCase c = tests::small_case();
  const Divergence d =
      caught(c, replace("snn_accumulate.v", "assign sum_o = sum_i + addend;",
                        "wire [3:0] low = sum_i[3:0] + addend[3:0];\n"
                        "  assign sum_o = {sum_i[SumBits-1:4] + addend[SumBits-1:4], low};"));
  CHECK(d.what == "membrane");
  CHECK(d.population == "p0");
  CHECK(d.sample == 0);
  CHECK((d.expected - d.actual) % 16 == 0);  // carries of bit 4 are missing, nothing else
}

TEST_CASE("lanes swapped: caught in the first population with events") {
  const SmallCase c = tests::small_case();
  const Divergence d = caught(c, replace("snn_engine.v", "weights_i[l*WeightBits +: WeightBits]",
                                         "weights_i[(l ^ 1)*WeightBits +: WeightBits]"));
  CHECK(d.what == "membrane");
  CHECK(d.population == "p0");
  const auto place = first_place(c, [](const auto& r, auto, auto t, auto p, auto) {
    return p == 0 && r.activity.populations[0].step_events[t] > 0;
  });
  REQUIRE(place.has_value());
  CHECK(d.sample == place->sample);
  CHECK(d.timestep == place->timestep);
}

TEST_CASE("leak rounds down: caught in a membrane") {
  const SmallCase c = tests::small_case();
  const Divergence d =
      caught(c, replace("snn_decay.v", "assign up = product_q[Shift-1];", "assign up = 1'b0;"));
  CHECK(d.what == "membrane");
  check_place(c, d, first_place(c, [&](const auto& r, auto, auto t, auto p, auto j) {
                if (t == 0) return false;
                const auto& q = c.network.populations[p];
                const std::int64_t v = r.recording.membranes[p](t - 1, j);
                const numeric::Decay decay = q.decay_of(j);
                return numeric::decay(v, decay) != ((v * decay.multiplier) >> decay.shift);
              }));
}

TEST_CASE("neurons not cleared between samples: caught in the first step of the second sample") {
  const SmallCase c = tests::small_case();
  const Divergence d =
      caught(c, replace("snn_engine.v", ".start_i        (d_start_q),", ".start_i        (1'b0),"));
  CHECK(d.sample == 1);
  CHECK(d.timestep == 0);
  CHECK(d.what == "membrane");
}

TEST_CASE("end of step lost under a stall: silent without stalls, caught with them") {
  // The gate says ready to its source while it holds the beat back from its sink.
  const SmallCase c = tests::small_case();
  const tests::Edit fault =
      replace("snn_stream_gate.v", "assign ready_o = ready_i & open;", "assign ready_o = ready_i;");
  CHECK(simulate(c, fault).mismatches == 0);
  const Divergence d = caught(c, fault, 3);
  CHECK((d.what == "membrane" || d.what == "missing row" || d.what == "spike"));
}

TEST_CASE("a full bank is overwritten: caught behind it") {
  const SmallCase c = tests::slow_consumer_case();
  const Divergence d =
      caught(c, replace("snn_spike_bitmap.v", "assign step_ready_o       = (full_q != AllBanks);",
                        "assign step_ready_o       = 1'b1;"));
  CHECK(d.population == "p1");
}

TEST_CASE("one idle cycle too few after a step: caught by the cycle count at the latest") {
  const SmallCase c = tests::small_case();
  caught(c, replace("snn_engine.v", "IdleCycles    = 2'd3;", "IdleCycles    = 2'd2;"));
}

TEST_CASE("saturation clamps to the wrong end: caught at the first overflow") {
  const SmallCase c = tests::saturating_case();
  REQUIRE(simulate(c, {}).mismatches == 0);
  const Divergence d = caught(
      c, replace("snn_fire.v", "? {sum_i[SumBits-1], {(MembraneBits - 1) {~sum_i[SumBits-1]}}}",
                 "? {~sum_i[SumBits-1], {(MembraneBits - 1) {sum_i[SumBits-1]}}}"));
  CHECK(d.what == "membrane");
  const std::int64_t top = numeric::max_of(c.network.populations[0].membrane_bits);
  CHECK((d.expected == top || d.expected == -top - 1));
}

TEST_CASE("a tie goes to the later class: caught in the result") {
  const SmallCase c = tests::small_case();
  const Divergence d = caught(
      c, replace("snn_readout.v", "(candidate > best_score_q)", "(candidate >= best_score_q)"));
  CHECK(d.what == "result");
  CHECK(d.actual > d.expected);
}

TEST_CASE("a counter that misses events: caught by the counter") {
  const SmallCase c = tests::small_case();
  const Divergence d =
      caught(c, replace("snn_engine.v", "assign event_taken_o = take & tap_new_i;",
                        "assign event_taken_o = take & tap_new_i & ~tap_update_i;"));
  CHECK(d.what == "counter");
  CHECK(d.population == "p0");
}

namespace {

// Random networks that have all of the kinds; a fault must be caught in one of the first few.
void check_caught(unsigned kinds, const tests::Edit& fault) {
  constexpr std::uint64_t kSeeds = 12;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    const tests::RandomCase c = tests::random_case(seed, kinds);
    const std::filesystem::path folder =
        std::filesystem::temp_directory_path() / fmt::format("hillock-fault-{}", ::getpid());
    std::filesystem::remove_all(folder);
    tests::write_design(folder, c.quantized, c.mapping, fault);
    const sim::CosimResult r = tests::cosimulate_design(folder, c.quantized, c.mapping, c.data, 0);
    std::filesystem::remove_all(folder);
    if (r.mismatches > 0) {
      CHECK(r.first.has_value());
      return;
    }
  }
  FAIL("not caught in " << kSeeds << " networks");
}

}  // namespace

TEST_CASE("a convolution that walks its kernel in the wrong direction is caught") {
  check_caught(
      tests::kConv,
      replace("snn_window_taps.v", "loop_group_q   <= loop_x_group_q - XGroupStep[GroupBits-1:0];",
              "loop_group_q   <= loop_x_group_q + XGroupStep[GroupBits-1:0];"));
}

TEST_CASE("a delayed projection that forgets the empty steps is caught") {
  check_caught(tests::kRecurrent,
               replace("snn_delay_gate.v", "if (sample_done_i) steps_q", "if (1'b0) steps_q"));
}

TEST_CASE("spikes that leak into the next sample are caught") {
  check_caught(
      tests::kRecurrent,
      replace("snn_spike_bitmap.v", "assign keep         = (Delay == 0) | ~row_sample_last_i;",
              "assign keep         = 1'b1;"));
}

TEST_CASE("weights of the wrong projection are caught") {
  check_caught(tests::kSkip, replace("snn_tap_merge.v", "taken_q <= turn_q;",
                                     "taken_q <= {turn_q[Streams-2:0], turn_q[Streams-1]};"));
}

TEST_CASE("a current that a reset clears is caught") {
  check_caught(tests::kCurrent,
               replace("snn_lane.v", "d_current_q       <= f_sum_q;",
                       "d_current_q       <= spike_o ? {AccBits{1'b0}} : f_sum_q;"));
}

TEST_CASE("the smallest instead of the largest current is caught") {
  check_caught(tests::kConv | tests::kMaxPool,
               replace("snn_accumulate.v", "(candidate > largest)", "(candidate < largest)"));
}

TEST_CASE("the last instead of the first of equal winners is caught") {
  check_caught(tests::kInhibition,
               replace("snn_inhibit.v", "row_spikes_i[l] & (margin > row_margin)",
                       "row_spikes_i[l] & (margin >= row_margin)"));
}

TEST_CASE("a state that is read while it is written is caught") {
  check_caught(tests::kConv,
               replace("snn_state_ram.v", "assign rd_data_o = passed_q ? passing_q : stored;",
                       "assign rd_data_o = stored;"));
}

namespace {

// The hidden population's spikes leave as a stream as well.
SmallCase streaming_case() {
  SmallCase c = tests::small_case();
  c.mapping.spike_stream = 0;
  return c;
}

}  // namespace

TEST_CASE("threads find weights that are loaded, in a folder that is named from here") {
  SmallCase c = tests::small_case();
  c.mapping.loadable.assign(c.network.populations.size(), true);
  const std::filesystem::path home =
      std::filesystem::temp_directory_path() / fmt::format("hillock-threads-{}", ::getpid());
  tests::write_design(home / "build", c.network, c.mapping);
  const std::filesystem::path before = std::filesystem::current_path();
  std::filesystem::current_path(home);
  for (int run = 0; run < 20; ++run) {
    const sim::CosimResult r =
        tests::cosimulate_design("build", c.network, c.mapping, c.data, 0, 8);
    CHECK(r.mismatches == 0);
    CHECK(r.samples == c.data.samples);
  }
  std::filesystem::current_path(before);
  std::filesystem::remove_all(home);
}

TEST_CASE("a stream of spikes is compared, with stalls and without") {
  for (const std::uint64_t stalls : {0, 1, 2}) {
    const SmallCase c = streaming_case();
    const sim::CosimResult r = simulate(c, {}, stalls);
    CHECK(r.mismatches == 0);
    const std::size_t neurons =
        2 * c.network.populations[0].neurons() + c.network.populations[1].neurons();
    CHECK(r.spikes_compared == r.samples * c.data.timesteps * neurons);
  }
}

TEST_CASE("a stream of spikes that names another neuron is caught at the first spike") {
  const SmallCase c = streaming_case();
  const Divergence d = caught(c, replace("small_top.v", "assign spikes_addr_o = spikes_beat_addr;",
                                         "assign spikes_addr_o = spikes_beat_addr ^ 1'd1;"));
  CHECK(d.what == "streamed spike");
  const auto at = first_place(c, [](const auto& r, auto, auto t, auto p, auto j) {
    // Of two neighbours, one spikes and the other does not.
    return p == 0 && (r.recording.spikes[p](t, j) != 0) != (r.recording.spikes[p](t, j ^ 1) != 0);
  });
  check_place(c, d, at);
}

TEST_CASE("a stream of spikes whose steps run together is caught") {
  const SmallCase c = streaming_case();
  const Divergence d =
      caught(c, replace("small_top.v", "assign spikes_step_last_o = spikes_beat_step_last;",
                        "assign spikes_step_last_o = spikes_beat_sample_last;"));
  CHECK(d.population == c.network.populations[0].name);
}

TEST_CASE("a stream of spikes that does not mark the end of a sample is caught") {
  const SmallCase c = streaming_case();
  const Divergence d =
      caught(c, replace("small_top.v", "assign spikes_sample_last_o = spikes_beat_sample_last;",
                        "assign spikes_sample_last_o = 1'b0;"));
  CHECK(d.what == "spike stream");
}
