#include "compiler/gates/gate_power.h"

namespace hillock::gates {
namespace {

double slew_of(const std::vector<NetElectrics>& nets, int net, bool rising) {
  if (net < 0) return 0;
  const NetElectrics& n = nets[static_cast<std::size_t>(net)];
  return rising ? n.rise_slew : n.fall_slew;
}

// The direction in which `related` moved where the output rose.
bool follows(const CellPin& output, int related) {
  for (const TransitionArc& a : output.arcs) {
    for (const int r : a.related) {
      if (r == related) return a.unate != Unate::Negative;
    }
  }
  return true;
}

class Summer {
 public:
  Summer(const GateNetlist& netlist, const CellLibrary& library, const GateActivity& activity,
         const std::vector<NetElectrics>& nets, int clock_net, double clock_slew)
      : netlist_(netlist),
        activity_(activity),
        nets_(nets),
        clock_net_(clock_net),
        clock_slew_(clock_slew),
        half_v2_(library.voltage * library.voltage / 2) {}

  GateEnergy run() {
    std::vector<std::uint8_t> driven(nets_.size(), 0);
    for (std::size_t g = 0; g < netlist_.gates.size(); ++g) {
      const GateInstance& gate = netlist_.gates[g];
      CellEnergy e;
      internal(g, e);
      for (std::size_t p = 0; p < gate.nets.size(); ++p) {
        if (!gate.cell->pins[p].output || gate.nets[p] < 0) continue;
        driven[static_cast<std::size_t>(gate.nets[p])] = 1;
        e.switching += switching(static_cast<std::size_t>(gate.nets[p]));
      }
      leakage(g, e);
      out_.total += e;
      out_.by_instance[instance_of(gate.name)] += e;
      if (gate.cell->flip_flop) {
        ++out_.flip_flop_count;
        out_.flip_flops += e;
      }
    }
    for (std::size_t n = 2; n < nets_.size(); ++n) {
      if (static_cast<int>(n) == clock_net_) continue;
      out_.transitions += activity_.nets[n].rises + activity_.nets[n].falls;
      if (driven[n] == 0) out_.input_switching += switching(n);
    }
    out_.total.switching += out_.input_switching;
    const NetElectrics& clock = nets_[static_cast<std::size_t>(clock_net_)];
    CellEnergy tree;
    tree.clock =
        half_v2_ * (clock.rise_load + clock.fall_load) * static_cast<double>(activity_.cycles);
    out_.total += tree;
    out_.by_instance[""] += tree;
    out_.by_instance[""].switching += out_.input_switching;
    return std::move(out_);
  }

 private:
  [[nodiscard]] double switching(std::size_t n) const {
    const NetActivity& a = activity_.nets[n];
    return half_v2_ * (nets_[n].rise_load * static_cast<double>(a.rises) +
                       nets_[n].fall_load * static_cast<double>(a.falls));
  }

  void internal(std::size_t g, CellEnergy& e) const {
    const GateInstance& gate = netlist_.gates[g];
    std::size_t group = 0;
    for (std::size_t p = 0; p < gate.nets.size(); ++p) {
      const CellPin& pin = gate.cell->pins[p];
      const int net = gate.nets[p];
      for (const InternalPower& power : pin.power) {
        const PowerActivity& a = activity_.power[g][group++];
        if (net < 0) continue;
        if (pin.clock && pin.input) {
          // One rise and one fall a cycle; several groups tell states apart, of which each is as
          // likely as another.
          const double share = power.when ? when_share(gate, *power.when) : 1;
          e.clock += share * static_cast<double>(activity_.cycles) *
                     (power.rise.at(clock_slew_, 0) + power.fall.at(clock_slew_, 0));
          continue;
        }
        if (pin.input) {
          e.internal += a.rises * power.rise.at(slew_of(nets_, net, true), 0) +
                        a.falls * power.fall.at(slew_of(nets_, net, false), 0);
          continue;
        }
        const NetElectrics& n = nets_[static_cast<std::size_t>(net)];
        double rise_slew = 0;
        double fall_slew = 0;
        if (!power.related.empty()) {
          const int r = power.related[0];
          const bool same = follows(pin, r);
          const bool clock = gate.cell->pins[static_cast<std::size_t>(r)].clock;
          const int from = gate.nets[static_cast<std::size_t>(r)];
          rise_slew = clock ? clock_slew_ : slew_of(nets_, from, same);
          fall_slew = clock ? clock_slew_ : slew_of(nets_, from, !same);
        }
        e.internal += a.rises * power.rise.at(rise_slew, n.rise_load) +
                      a.falls * power.fall.at(fall_slew, n.fall_load);
      }
    }
  }

  // How often an expression of pins holds, where they are independent.
  [[nodiscard]] double when_share(const GateInstance& gate, const BooleanExpression& when) const {
    return when.probability([&](int v) {
      const int n = v < kStates ? gate.nets[static_cast<std::size_t>(v)] : kNoNet;
      if (n < 0 || activity_.cycles == 0) return 0.5;
      if (n == clock_net_) return 0.5;
      return static_cast<double>(activity_.nets[static_cast<std::size_t>(n)].high) /
             static_cast<double>(activity_.cycles);
    });
  }

  // The clock is low in half of every state that was counted at one level of it.
  void leakage(std::size_t g, CellEnergy& e) const {
    const GateInstance& gate = netlist_.gates[g];
    const auto seen = static_cast<double>(activity_.leakage_cycles);
    double told = 0;
    for (std::size_t l = 0; l < gate.cell->leakage.size(); ++l) {
      const Leakage& leak = gate.cell->leakage[l];
      double share = 0;
      if (!leak.when) continue;
      if (gate.cell->flip_flop) {
        share = when_share(gate, *leak.when);
      } else if (seen > 0) {
        share = static_cast<double>(activity_.leakage[g][l]) / seen;
      }
      told += share;
      e.leakage_w += share * leak.watts;
    }
    if (told < 1) e.leakage_w += (1 - told) * gate.cell->default_leakage;
  }

  const GateNetlist& netlist_;
  const GateActivity& activity_;
  const std::vector<NetElectrics>& nets_;
  const int clock_net_;
  const double clock_slew_;
  const double half_v2_;
  GateEnergy out_;
};

}  // namespace

CellEnergy& CellEnergy::operator+=(const CellEnergy& o) {
  internal += o.internal;
  switching += o.switching;
  clock += o.clock;
  leakage_w += o.leakage_w;
  return *this;
}

std::string instance_of(const std::string& name) {
  const std::size_t dot = name.find('.');
  return dot == std::string::npos || name[0] == '$' ? "" : name.substr(0, dot);
}

GateEnergy gate_energy(const GateNetlist& netlist, const CellLibrary& library,
                       const GateActivity& activity, const std::vector<NetElectrics>& nets,
                       std::string_view clock, double clock_slew) {
  const NetlistPort* port = netlist.port(clock);
  const int net = port == nullptr || port->nets.empty() ? kNetZero : port->nets[0];
  return Summer(netlist, library, activity, nets, net, clock_slew).run();
}

}  // namespace hillock::gates
