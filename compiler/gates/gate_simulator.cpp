#include "compiler/gates/gate_simulator.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>

#include "compiler/support/diagnostics.h"

namespace hillock::gates {
namespace {

constexpr Word kAll = ~Word{0};
constexpr unsigned kCases = 64;
constexpr std::uint64_t kLeakageEvery = 16;

[[noreturn]] void fault(const GateNetlist& n, const std::string& what) {
  support::fail(support::DiagnosticKind::ToolFailed, {n.top}, what,
                "the netlist is not one that `hillock synth --target asic` makes");
}

std::uint64_t ones(Word w) { return static_cast<std::uint64_t>(std::popcount(w)); }

}  // namespace

GateSimulator::GateSimulator(const GateNetlist& netlist, std::string_view clock)
    : netlist_(netlist),
      value_(static_cast<std::size_t>(netlist.nets)),
      before_(value_),
      state_(netlist.gates.size()) {
  const NetlistPort* port = netlist.port(clock);
  if (port == nullptr || !port->input || port->nets.size() != 1)
    fault(netlist, fmt::format("there is no clock port {}", clock));
  clock_net_ = port->nets[0];
  value_[kNetOne] = before_[kNetOne] = kAll;
  order();
  for (const MacroInstance& m : netlist.macros) {
    Memory memory;
    for (const std::uint8_t b : m.content) memory.content.push_back(b != 0 ? kAll : 0);
    for (const MacroPort& r : m.reads) memory.data.emplace_back(r.data.size());
    memories_.push_back(std::move(memory));
  }
  clear_activity();
}

Word GateSimulator::pin_value(const GateInstance& gate, int pin,
                              const std::vector<Word>& of) const {
  const int n = gate.nets[static_cast<std::size_t>(pin)];
  return n < 0 ? 0 : of[static_cast<std::size_t>(n)];
}

// Gates in the order of their inputs: Kahn's algorithm over nets.
void GateSimulator::order() {
  const std::size_t nets = value_.size();
  std::vector<std::vector<std::size_t>> readers(nets);  // outputs, by number in `outputs`
  std::vector<Output> outputs;
  std::vector<std::size_t> waits;
  std::vector<std::uint8_t> late(nets, 0);  // driven by a gate that is to be evaluated
  for (std::size_t g = 0; g < netlist_.gates.size(); ++g) {
    const GateInstance& gate = netlist_.gates[g];
    const LibraryCell& cell = *gate.cell;
    if (cell.flip_flop) {
      const FlipFlop& f = *cell.flip_flop;
      if (f.clear || f.preset || f.falling ||
          gate.nets[static_cast<std::size_t>(f.clock_pin)] != clock_net_) {
        fault(netlist_, fmt::format("flip-flop {} ({}) does not hang on the clock alone", gate.name,
                                    cell.name));
      }
      flip_flops_.push_back(g);
      continue;
    }
    for (std::size_t p = 0; p < cell.pins.size(); ++p) {
      if (!cell.pins[p].output || gate.nets[p] < 0) continue;
      if (!cell.pins[p].function)
        fault(netlist_, fmt::format("cell {} ({}) has no function", gate.name, cell.name));
      late[static_cast<std::size_t>(gate.nets[p])] = 1;
      outputs.push_back({g, p});
    }
  }
  std::vector<std::size_t> ready;
  for (std::size_t o = 0; o < outputs.size(); ++o) {
    const GateInstance& gate = netlist_.gates[outputs[o].gate];
    std::size_t waiting = 0;
    for (const int v : gate.cell->pins[outputs[o].pin].function->variables()) {
      const int n = v < kStates ? gate.nets[static_cast<std::size_t>(v)] : kNoNet;
      if (n < 0 || late[static_cast<std::size_t>(n)] == 0) continue;
      readers[static_cast<std::size_t>(n)].push_back(o);
      ++waiting;
    }
    waits.push_back(waiting);
    if (waiting == 0) ready.push_back(o);
  }
  for (std::size_t i = 0; i < ready.size(); ++i) {
    const Output& out = outputs[ready[i]];
    order_.push_back(out);
    const int n = netlist_.gates[out.gate].nets[out.pin];
    for (const std::size_t o : readers[static_cast<std::size_t>(n)]) {
      if (--waits[o] == 0) ready.push_back(o);
    }
  }
  if (order_.size() != outputs.size()) fault(netlist_, "cells form a loop without a flip-flop");
}

void GateSimulator::drive(std::string_view name, std::size_t bit, Word value) {
  const NetlistPort* port = netlist_.port(name);
  if (port == nullptr || !port->input || bit >= port->nets.size()) return;
  value_[static_cast<std::size_t>(port->nets[bit])] = value;
}

void GateSimulator::settle(Word counted) {
  for (const std::size_t g : flip_flops_) {
    const GateInstance& gate = netlist_.gates[g];
    for (std::size_t p = 0; p < gate.nets.size(); ++p) {
      const CellPin& pin = gate.cell->pins[p];
      if (!pin.output || gate.nets[p] < 0 || !pin.function) continue;
      value_[static_cast<std::size_t>(gate.nets[p])] = pin.function->evaluate([&](int v) {
        return v == kStates ? state_[g] : v > kStates ? ~state_[g] : pin_value(gate, v, value_);
      });
    }
  }
  for (std::size_t m = 0; m < memories_.size(); ++m) {
    for (std::size_t r = 0; r < memories_[m].data.size(); ++r) {
      const MacroPort& port = netlist_.macros[m].reads[r];
      for (std::size_t b = 0; b < port.data.size(); ++b)
        value_[static_cast<std::size_t>(port.data[b])] = memories_[m].data[r][b];
    }
  }
  for (const Output& o : order_) {
    const GateInstance& gate = netlist_.gates[o.gate];
    const int* nets = gate.nets.data();
    const Word* values = value_.data();
    value_[static_cast<std::size_t>(nets[o.pin])] = gate.cell->pins[o.pin].function->evaluate(
        [&](int v) { return nets[v] < 0 ? Word{0} : values[nets[v]]; });
  }
  if (counted != 0) count(counted);
  before_ = value_;
  ++settled_;
}

void GateSimulator::edge() {
  std::vector<Word> next(flip_flops_.size());
  for (std::size_t i = 0; i < flip_flops_.size(); ++i) {
    const GateInstance& gate = netlist_.gates[flip_flops_[i]];
    next[i] = gate.cell->flip_flop->next_state.evaluate([&](int v) {
      const Word state = state_[flip_flops_[i]];
      return v == kStates ? state : v > kStates ? ~state : pin_value(gate, v, value_);
    });
  }
  for (std::size_t m = 0; m < memories_.size(); ++m) {
    const MacroInstance& macro = netlist_.macros[m];
    // A read of the word being written returns the old content.
    for (std::size_t r = 0; r < macro.reads.size(); ++r)
      read(macro, macro.reads[r], memories_[m].content, memories_[m].data[r]);
    for (const MacroPort& w : macro.writes) write(macro, w, memories_[m].content);
  }
  for (std::size_t i = 0; i < flip_flops_.size(); ++i) state_[flip_flops_[i]] = next[i];
}

namespace {

// The address of each case.
std::vector<std::size_t> addresses(const MacroPort& port, const std::vector<Word>& value) {
  std::vector<std::size_t> out(kCases);
  for (std::size_t b = 0; b < port.address.size(); ++b) {
    const Word w = value[static_cast<std::size_t>(port.address[b])];
    for (unsigned c = 0; c < kCases; ++c) out[c] |= static_cast<std::size_t>((w >> c) & 1) << b;
  }
  return out;
}

}  // namespace

void GateSimulator::read(const MacroInstance& m, const MacroPort& port,
                         const std::vector<Word>& content, std::vector<Word>& data) const {
  const Word reset = value_[static_cast<std::size_t>(port.reset)];
  for (std::size_t b = 0; reset != 0 && b < m.width; ++b) {
    data[b] = port.reset_value[b] != 0 ? data[b] | reset : data[b] & ~reset;
  }
  const Word enabled = value_[static_cast<std::size_t>(port.enable)] & ~reset;
  if (enabled == 0) return;
  const std::vector<std::size_t> row = addresses(port, value_);
  for (std::size_t b = 0; b < m.width; ++b) {
    Word got = 0;
    for (unsigned c = 0; c < kCases; ++c) {
      if (row[c] < m.depth) got |= content[row[c] * m.width + b] & (Word{1} << c);
    }
    data[b] = (data[b] & ~enabled) | (got & enabled);
  }
}

void GateSimulator::write(const MacroInstance& m, const MacroPort& port,
                          std::vector<Word>& content) const {
  Word any = 0;
  for (const int n : port.write_enable) any |= value_[static_cast<std::size_t>(n)];
  if (any == 0) return;
  const std::vector<std::size_t> row = addresses(port, value_);
  for (std::size_t b = 0; b < m.width; ++b) {
    const Word enabled = value_[static_cast<std::size_t>(port.write_enable[b])];
    const Word data = value_[static_cast<std::size_t>(port.data[b])];
    for (unsigned c = 0; c < kCases; ++c) {
      const Word here = Word{1} << c;
      if ((enabled & here) == 0 || row[c] >= m.depth) continue;
      Word& bit = content[row[c] * m.width + b];
      bit = (bit & ~here) | (data & here);
    }
  }
}

void GateSimulator::clear_activity() {
  activity_ = {};
  activity_.nets.resize(value_.size());
  for (const GateInstance& g : netlist_.gates) {
    std::size_t groups = 0;
    for (const CellPin& p : g.cell->pins) groups += p.power.size();
    activity_.power.emplace_back(groups);
    activity_.leakage.emplace_back(g.cell->leakage.size());
  }
}

void GateSimulator::count(Word counted) {
  activity_.cycles += ones(counted);
  for (std::size_t n = 0; n < value_.size(); ++n) {
    NetActivity& a = activity_.nets[n];
    a.rises += ones(value_[n] & ~before_[n] & counted);
    a.falls += ones(~value_[n] & before_[n] & counted);
    a.high += ones(value_[n] & counted);
  }
  for (std::size_t g = 0; g < netlist_.gates.size(); ++g) count_power(g, counted);
  if (settled_ % kLeakageEvery != 0) return;
  activity_.leakage_cycles += ones(counted);
  for (std::size_t g = 0; g < netlist_.gates.size(); ++g) {
    const GateInstance& gate = netlist_.gates[g];
    for (std::size_t l = 0; l < gate.cell->leakage.size(); ++l) {
      const auto& when = gate.cell->leakage[l].when;
      if (when)
        activity_.leakage[g][l] +=
            ones(when->evaluate([&](int v) { return pin_value(gate, v, value_); }) & counted);
    }
  }
}

void GateSimulator::count_power(std::size_t g, Word counted) {
  const GateInstance& gate = netlist_.gates[g];
  PowerActivity* group = activity_.power[g].data();
  for (std::size_t p = 0; p < gate.nets.size(); ++p) {
    const CellPin& pin = gate.cell->pins[p];
    PowerActivity* const mine = group;
    group += pin.power.size();
    if (pin.power.empty() || gate.nets[p] < 0 || pin.clock) continue;
    const auto n = static_cast<std::size_t>(gate.nets[p]);
    const Word changed = (value_[n] ^ before_[n]) & counted;
    if (changed == 0) continue;
    if (pin.output) {
      count_output(gate, pin, changed & value_[n], changed & ~value_[n], mine);
      continue;
    }
    for (std::size_t i = 0; i < pin.power.size(); ++i) {
      const auto& when = pin.power[i].when;
      const Word holds =
          when ? when->evaluate([&](int v) { return pin_value(gate, v, value_); }) : kAll;
      mine[i].rises += static_cast<double>(ones(changed & value_[n] & holds));
      mine[i].falls += static_cast<double>(ones(changed & ~value_[n] & holds));
    }
  }
}

// A transition of an output belongs to the groups whose related pin had one too and whose `when`
// holds; where there is none, to those whose `when` holds; where there is none of these, to all.
void GateSimulator::count_output(const GateInstance& gate, const CellPin& pin, Word rises,
                                 Word falls, PowerActivity* groups) {
  const std::size_t count = pin.power.size();
  constexpr std::size_t kMost = 64;
  Word applies[kMost];
  Word holds[kMost];
  Word any = 0;
  Word any_holds = 0;
  const std::size_t used = std::min(count, kMost);
  for (std::size_t i = 0; i < used; ++i) {
    const InternalPower& power = pin.power[i];
    holds[i] =
        power.when ? power.when->evaluate([&](int v) { return pin_value(gate, v, value_); }) : kAll;
    Word moved = power.related.empty() ? kAll : 0;
    for (const int r : power.related) {
      moved |= gate.cell->pins[static_cast<std::size_t>(r)].clock
                   ? kAll
                   : pin_value(gate, r, value_) ^ pin_value(gate, r, before_);
    }
    applies[i] = moved & holds[i];
    any |= applies[i];
    any_holds |= holds[i];
  }
  for (Word left = rises | falls; left != 0; left &= left - 1) {
    const Word here = left & (~left + 1);
    const Word* chosen = (any & here) != 0 ? applies : (any_holds & here) != 0 ? holds : nullptr;
    double share = 0;
    for (std::size_t i = 0; i < used; ++i) {
      if (chosen == nullptr || (chosen[i] & here) != 0) ++share;
    }
    for (std::size_t i = 0; i < used; ++i) {
      if (chosen != nullptr && (chosen[i] & here) == 0) continue;
      ((rises & here) != 0 ? groups[i].rises : groups[i].falls) += 1 / share;
    }
  }
}

}  // namespace hillock::gates
