#include "compiler/gates/slews.h"

#include <algorithm>
#include <cstdint>

namespace hillock::gates {
namespace {

class Propagator {
 public:
  Propagator(const GateNetlist& netlist, const SlewOptions& options,
             std::vector<NetElectrics>& nets)
      : options_(options), nets_(nets), state_(nets.size(), State::Open) {
    driver_.assign(nets.size(), {nullptr, 0});
    for (const GateInstance& g : netlist.gates) {
      for (std::size_t p = 0; p < g.nets.size(); ++p) {
        if (g.cell->pins[p].output && g.nets[p] >= 0)
          driver_[static_cast<std::size_t>(g.nets[p])] = {&g, p};
      }
    }
  }

  // Depth first without recursion: logic is deep. A net that waits for itself (a loop, which the
  // simulator refuses) is taken as it is.
  void run() {
    for (std::size_t n = 0; n < nets_.size(); ++n) {
      stack_.push_back(n);
      while (!stack_.empty()) {
        const std::size_t top = stack_.back();
        if (state_[top] == State::Done) {
          stack_.pop_back();
        } else if (state_[top] == State::Open) {
          state_[top] = State::Waiting;
          push_sources(top);
        } else {
          stack_.pop_back();
          compute(top);
          state_[top] = State::Done;
        }
      }
    }
  }

 private:
  enum class State : std::uint8_t { Open, Waiting, Done };
  struct Driver {
    const GateInstance* gate;
    std::size_t pin;
  };

  void push_sources(std::size_t n) {
    const Driver& d = driver_[n];
    if (d.gate == nullptr) return;
    for (const TransitionArc& a : d.gate->cell->pins[d.pin].arcs) {
      for (const int r : a.related) {
        const int from = d.gate->nets[static_cast<std::size_t>(r)];
        if (from >= 0 && !a.edge && state_[static_cast<std::size_t>(from)] == State::Open)
          stack_.push_back(static_cast<std::size_t>(from));
      }
    }
  }

  void compute(std::size_t n) {
    NetElectrics& net = nets_[n];
    const Driver& d = driver_[n];
    if (d.gate == nullptr) {
      net.rise_slew = net.fall_slew = options_.input_slew;
      return;
    }
    for (const TransitionArc& a : d.gate->cell->pins[d.pin].arcs) {
      for (const int r : a.related) {
        const int from = d.gate->nets[static_cast<std::size_t>(r)];
        double rise = options_.clock_slew;
        double fall = options_.clock_slew;
        if (!a.edge && from >= 0) {
          rise = nets_[static_cast<std::size_t>(from)].rise_slew;
          fall = nets_[static_cast<std::size_t>(from)].fall_slew;
        }
        const auto slowest = [&](const LookupTable& t, double load, double same, double opposite) {
          double s = 0;
          if (a.unate != Unate::Negative) s = std::max(s, t.at(same, load));
          if (a.unate != Unate::Positive) s = std::max(s, t.at(opposite, load));
          return s;
        };
        net.rise_slew = std::max(net.rise_slew, slowest(a.rise, net.rise_load, rise, fall));
        net.fall_slew = std::max(net.fall_slew, slowest(a.fall, net.fall_load, fall, rise));
      }
    }
  }

  const SlewOptions& options_;
  std::vector<NetElectrics>& nets_;
  std::vector<State> state_;
  std::vector<Driver> driver_;
  std::vector<std::size_t> stack_;
};

}  // namespace

std::vector<NetElectrics> net_electrics(const GateNetlist& netlist, const CellLibrary& library,
                                        const SlewOptions& options) {
  std::vector<NetElectrics> nets(static_cast<std::size_t>(netlist.nets));
  for (const GateInstance& g : netlist.gates) {
    for (std::size_t p = 0; p < g.nets.size(); ++p) {
      if (!g.cell->pins[p].input || g.nets[p] < 0) continue;
      NetElectrics& n = nets[static_cast<std::size_t>(g.nets[p])];
      n.rise_load += g.cell->pins[p].rise_capacitance;
      n.fall_load += g.cell->pins[p].fall_capacitance;
      ++n.fanout;
    }
  }
  if (options.wire_load && library.wire_load) {
    for (NetElectrics& n : nets) {
      const double wire = library.wire_load->farads(n.fanout);
      n.rise_load += wire;
      n.fall_load += wire;
    }
  }
  Propagator(netlist, options, nets).run();
  return nets;
}

}  // namespace hillock::gates
