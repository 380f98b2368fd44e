#include "compiler/driver/gate_bench.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/gates/gate_simulator.h"
#include "compiler/ir/hardware_view.h"
#include "compiler/support/diagnostics.h"
#include "hw_models/latency/latency.h"
#include "sim/cosim/cosim.h"
#include "sim/reference/integer_model.h"

namespace hillock::driver {
namespace {

using gates::Word;

constexpr std::size_t kCases = 64;

// One case: a queue of samples, one after the other.
struct Case {
  std::vector<std::size_t> samples;
  std::size_t at = 0;
  std::vector<HillockBeat> beats;
  std::size_t next = 0;
  bool running = false;
  std::uint64_t cycles = 0;
  std::uint64_t idle = 0;  // cycles to wait before the next sample
  sim::IntegerResult expected;
  std::int64_t predicted = 0;
};

class Player {
 public:
  Player(const ir::QuantizedNetwork& network, const ir::Mapping& mapping, const ir::Dataset& data,
         const gates::GateNetlist& netlist)
      : network_(network),
        data_(data),
        netlist_(netlist),
        simulator_(netlist, kClockPort),
        model_(network),
        counter_(network, mapping),
        latency_(network, mapping) {
    for (std::size_t p = 0; p < network.populations.size(); ++p) {
      settle_cycles_ =
          std::max(settle_cycles_, 2 * static_cast<std::uint64_t>(mapping.groups(network, p)));
    }
    class_bits_ = static_cast<std::size_t>(ir::result_fields(network)[0].class_bits);
  }

  GateMeasurement play(std::size_t first, std::size_t count) {
    for (std::size_t k = 0; k < count; ++k) cases_[k % kCases].samples.push_back(first + k);
    reset();
    for (Case& c : cases_) begin(c);
    while (std::any_of(cases_.begin(), cases_.end(), [](const Case& c) { return c.running; }))
      cycle();
    result_.activity = simulator_.activity();
    return std::move(result_);
  }

 private:
  void reset() {
    simulator_.drive("rst_i", 0, ~Word{0});
    for (int i = 0; i < 3; ++i) idle_cycle();
    simulator_.drive("rst_i", 0, 0);
    for (std::uint64_t i = 0; i < settle_cycles_ + 16; ++i) idle_cycle();
    simulator_.clear_activity();
  }
  void idle_cycle() {
    simulator_.settle(0);
    simulator_.edge();
  }

  void begin(Case& c) {
    c.running = c.at < c.samples.size();
    if (!c.running) return;
    const std::size_t sample = c.samples[c.at];
    c.beats = sim::sample_beats(network_, data_, sample);
    c.next = 0;
    c.cycles = 0;
    model_.run(data_, sample, c.expected);
    c.predicted = latency_.cycles(c.expected.activity);
  }

  [[nodiscard]] bool port_bit(const char* name, std::size_t bit, std::size_t of) const {
    const gates::NetlistPort* p = netlist_.port(name);
    return p != nullptr && bit < p->nets.size() && ((simulator_.net(p->nets[bit]) >> of) & 1) != 0;
  }

  void drive_beats() {
    Word valid = 0, event = 0, step_last = 0, sample_last = 0;
    std::vector<Word> address(32), value(32);
    for (std::size_t k = 0; k < kCases; ++k) {
      const Case& c = cases_[k];
      if (!c.running || c.idle > 0 || c.next >= c.beats.size()) continue;
      const HillockBeat& b = c.beats[c.next];
      const auto put = [k](Word& w, std::uint32_t bit) { w |= static_cast<Word>(bit & 1) << k; };
      put(valid, 1);
      put(event, b.event);
      put(step_last, b.step_last);
      put(sample_last, b.sample_last);
      for (std::size_t i = 0; i < 32; ++i) {
        put(address[i], b.addr >> i);
        put(value[i], static_cast<std::uint32_t>(b.value) >> i);
      }
    }
    simulator_.drive("in_valid_i", 0, valid);
    simulator_.drive("in_event_i", 0, event);
    simulator_.drive("in_step_last_i", 0, step_last);
    simulator_.drive("in_sample_last_i", 0, sample_last);
    for (std::size_t i = 0; i < 32; ++i) {
      simulator_.drive("in_addr_i", i, address[i]);
      simulator_.drive("in_value_i", i, value[i]);
    }
    simulator_.drive("result_ready_i", 0, ~Word{0});
    simulator_.drive("spikes_ready_i", 0, ~Word{0});  // where there is one
    offered_ = valid;
  }

  void cycle() {
    drive_beats();
    // An idle accelerator takes the first beat at once: a sample's first cycle is that of its
    // offer.
    Word counted = 0;
    for (std::size_t k = 0; k < kCases; ++k) {
      const Case& c = cases_[k];
      if (c.running && c.idle == 0) counted |= Word{1} << k;
    }
    simulator_.settle(counted);
    for (std::size_t k = 0; k < kCases; ++k) advance(k);
    simulator_.edge();
  }

  void advance(std::size_t k) {
    Case& c = cases_[k];
    if (!c.running) return;
    if (c.idle > 0) {
      --c.idle;
      return;
    }
    if (((offered_ >> k) & 1) != 0 && port_bit("in_ready_o", 0, k)) {
      ++c.next;
    }
    if (++c.cycles > static_cast<std::uint64_t>(c.predicted) * 2 + 10000) {
      support::fail(
          support::DiagnosticKind::ToolFailed, {netlist_.top},
          fmt::format("the netlist does not come to the end of sample {}", c.samples[c.at]),
          "is it the netlist of this build? Run `hillock synth` again");
    }
    if (port_bit("result_valid_o", 0, k)) finish(c, k);
  }

  void finish(Case& c, std::size_t k) {
    std::size_t predicted_class = 0;
    for (std::size_t b = 0; b < class_bits_; ++b)
      predicted_class |= static_cast<std::size_t>(port_bit("result_class_o", b, k)) << b;
    if (predicted_class != c.expected.predicted ||
        c.cycles != static_cast<std::uint64_t>(c.predicted) || c.next != c.beats.size()) {
      ++result_.mismatches;
    }
    ++result_.samples;
    result_.cycles += static_cast<double>(c.cycles);
    result_.counts = result_.counts + counter_.count(c.expected.activity);
    ++c.at;
    c.idle = settle_cycles_ + 64;
    begin(c);
  }

  const ir::QuantizedNetwork& network_;
  const ir::Dataset& data_;
  const gates::GateNetlist& netlist_;
  gates::GateSimulator simulator_;
  sim::IntegerModel model_;
  hw_models::ActionCounter counter_;
  hw_models::LatencyModel latency_;
  std::vector<Case> cases_ = std::vector<Case>(kCases);
  std::uint64_t settle_cycles_ = 0;
  std::size_t class_bits_ = 1;
  Word offered_ = 0;
  GateMeasurement result_;
};

}  // namespace

GateMeasurement measure_gates(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                              const ir::Dataset& data, std::size_t first, std::size_t count,
                              const gates::GateNetlist& netlist) {
  return Player(network, mapping, data, netlist).play(first, count);
}

}  // namespace hillock::driver
