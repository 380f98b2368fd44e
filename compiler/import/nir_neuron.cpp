#include "compiler/import/nir_neuron.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "compiler/import/nir_parameters.h"
#include "compiler/import/snntorch_export.h"

namespace hillock::import::nir {
namespace {

using ir::PerNeuron;
using ir::ResetMechanism;
using ir::ResetTiming;
using support::DiagnosticKind;
using support::fail;
using support::Location;

// tau in float32 may be a hair below the dt it stands for: that is a decay of 0.
constexpr double kRounding = 1e-6;

// One parameter of every neuron, as the file has it.
class Parameters {
 public:
  Parameters(const Node& node, ir::Shape shape) : node_(node), shape_(std::move(shape)) {}

  [[nodiscard]] std::vector<double> required(std::string_view name) const {
    return broadcast(finite_array(node_, name), shape_, node_.where.child(name));
  }
  [[nodiscard]] std::vector<double> optional(std::string_view name, double otherwise) const {
    if (has(node_, name)) return required(name);
    return std::vector<double>(size(), otherwise);
  }
  [[nodiscard]] std::size_t size() const { return ir::element_count(shape_); }
  [[nodiscard]] const ir::Shape& shape() const { return shape_; }
  [[nodiscard]] const Node& node() const { return node_; }
  [[nodiscard]] Location where(std::string_view name) const { return node_.where.child(name); }

 private:
  const Node& node_;
  ir::Shape shape_;
};

std::string sentence(const Node& node, std::string_view text) {
  return fmt::format("{}: {}", node.name, text);
}

// A time constant, checked: the errors say where such a one comes from.
std::vector<double> checked_tau(const Parameters& p, std::string_view name) {
  const Array& raw = array(p.node(), name);
  const Location where = p.where(name);
  const std::string_view share = name == "tau_syn" ? "alpha" : "beta";
  for (std::size_t i = 0; i < raw.values.size(); ++i) {
    const double tau = raw.values[i];
    if (std::isinf(tau) && tau > 0) {
      fail(DiagnosticKind::BadParameter, where.at(i),
           fmt::format("{} is infinite: {} without leak", name,
                       name == "tau_syn" ? "a current" : "a neuron"),
           fmt::format("snnTorch exports {} = 1 so: use {}a {} below 1, or import the state_dict",
                       share, name == "tau" ? "an IF node, " : "", share));
    }
    if (!std::isfinite(tau) || tau <= 0.0) {
      fail(
          DiagnosticKind::BadParameter, where.at(i),
          fmt::format("{} is {}, and a time constant is above 0", name, tau),
          fmt::format("snnTorch exports a learned {} above 1 as a negative {}: clamp it to [0, 1], "
                      "or import the state_dict",
                      share, name));
    }
  }
  return broadcast(raw, p.shape(), where);
}

struct Leak {
  std::vector<double> decay;
  std::vector<double> gain;  // empty: ones
};

double euler_decay(double tau, double dt, std::string_view name, const Location& where) {
  const double decay = 1.0 - dt / tau;
  if (decay < -kRounding) {
    fail(DiagnosticKind::BadParameter, where,
         fmt::format("{} is {} s, shorter than the time step of {} s: the {} would overshoot", name,
                     tau, dt, name == "tau_syn" ? "current" : "membrane"),
         "give a shorter time step with --dt");
  }
  return std::max(decay, 0.0);
}

// Forward Euler of tau dv/dt = -v + r I: decay 1 - dt/tau, gain dt/tau r.
Leak euler_leak(const std::vector<double>& tau, std::string_view tau_name,
                const std::vector<double>& r, double dt, const Parameters& p) {
  Leak leak;
  for (std::size_t j = 0; j < tau.size(); ++j) {
    leak.decay.push_back(euler_decay(tau[j], dt, tau_name, p.where(tau_name).at(j)));
    leak.gain.push_back(dt / tau[j] * r[j]);
  }
  return leak;
}

// What snnTorch computed before it exported: beta (or alpha) as it was, gain 1.
Leak snntorch_leak(const std::vector<double>& tau, std::string_view tau_name,
                   const std::vector<double>& r, std::string_view r_name, double dt,
                   const Parameters& p, std::vector<std::string>& notes) {
  const bool single_precision = array(p.node(), tau_name).single_precision;
  const std::string_view share = tau_name == "tau_syn" ? "alpha" : "beta";
  Leak leak;
  std::map<double, RecoveredBeta> known;
  bool unit = true;
  for (std::size_t j = 0; j < tau.size(); ++j) {
    auto it = known.find(tau[j]);
    if (it == known.end()) {
      // Refuses what would overshoot.
      euler_decay(tau[j], dt, tau_name, p.where(tau_name).at(j));
      it = known.emplace(tau[j], recover_beta(tau[j], single_precision, dt)).first;
    }
    leak.decay.push_back(std::max(it->second.beta, 0.0));
    const bool unit_here = is_unit_gain(r[j], tau[j], dt);
    leak.gain.push_back(unit_here ? 1.0 : dt / tau[j] * r[j]);
    unit = unit && unit_here;
  }
  if (unit) {
    leak.gain.clear();
  } else {
    notes.push_back(sentence(
        p.node(),
        fmt::format("{} is not {}/dt; the gain was folded into the weights", r_name, tau_name)));
  }
  const auto count = [&](auto predicate) {
    return std::count_if(known.begin(), known.end(),
                         [&](const auto& entry) { return predicate(entry.second); });
  };
  if (const auto n = count([](const RecoveredBeta& b) { return !b.exact; }); n > 0) {
    notes.push_back(sentence(
        p.node(), fmt::format("{} of {} {} are not what snnTorch writes for any float32 {}; "
                              "1 - dt/{} was taken",
                              n, known.size(), tau_name, share, tau_name)));
  }
  if (const auto n = count([](const RecoveredBeta& b) { return b.ambiguous; }); n > 0) {
    notes.push_back(sentence(
        p.node(), fmt::format("{} of {} {} stand for several float32 {}; the shortest decimal "
                              "was taken",
                              n, known.size(), tau_name, share)));
  }
  return leak;
}

bool all_zero(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return v == 0.0; });
}

// sinabs: decay exp(-1/tau) with tau in steps, in float32 as there; norm_input scales by 1 - decay.
Leak sinabs_leak(const std::vector<double>& tau, const std::vector<double>& r, const Rules& rules) {
  Leak leak;
  for (std::size_t j = 0; j < tau.size(); ++j) {
    const float decay = std::exp(-1.0F / static_cast<float>(tau[j] / rules.dt.value));
    leak.decay.push_back(decay);
    leak.gain.push_back(rules.norm_input.value ? r[j] * (1.0F - decay) : r[j]);
  }
  return leak;
}

// The membrane's leak; v_leak goes into `bias`.
Leak leak_of(const Parameters& p, std::string_view tau_name, const Rules& rules,
             std::vector<double>& bias, std::vector<std::string>& notes) {
  const std::vector<double> tau = checked_tau(p, tau_name);
  const std::vector<double> r = p.required("r");
  const std::vector<double> v_leak = p.optional("v_leak", 0.0);
  const double dt = rules.dt.value;
  if (rules.semantics == Semantics::SnnTorch) {
    if (!all_zero(v_leak)) {
      fail(DiagnosticKind::UnsupportedSemantics, p.where("v_leak"),
           "v_leak is not 0, which no snnTorch neuron can have", "use --semantics nir");
    }
    return snntorch_leak(tau, tau_name, r, "r", dt, p, notes);
  }
  if (rules.semantics == Semantics::Sinabs) {
    if (!all_zero(v_leak)) {
      fail(DiagnosticKind::UnsupportedSemantics, p.where("v_leak"),
           "v_leak is not 0, which no sinabs neuron can have", "use --semantics nir");
    }
    return sinabs_leak(tau, r, rules);
  }
  for (std::size_t j = 0; j < tau.size(); ++j) bias[j] = dt / tau[j] * v_leak[j];
  return euler_leak(tau, tau_name, r, dt, p);
}

// The synaptic current of a Cuba neuron.
Leak current_of(const Parameters& p, const Rules& rules, std::vector<std::string>& notes) {
  const std::vector<double> tau = checked_tau(p, "tau_syn");
  const std::vector<double> w_in = p.optional("w_in", 1.0);
  if (rules.semantics == Semantics::SnnTorch) {
    return snntorch_leak(tau, "tau_syn", w_in, "w_in", rules.dt.value, p, notes);
  }
  return euler_leak(tau, "tau_syn", w_in, rules.dt.value, p);
}

std::vector<double> product(const std::vector<double>& a, const std::vector<double>& b) {
  if (a.empty()) return b;
  if (b.empty()) return a;
  std::vector<double> out = a;
  for (std::size_t j = 0; j < out.size(); ++j) out[j] *= b[j];
  return out;
}

void set_threshold(const Parameters& p, std::string_view name, ir::Population& population) {
  std::vector<double> threshold = p.required(name);
  for (std::size_t j = 0; j < threshold.size(); ++j) {
    if (threshold[j] > 0.0) continue;
    fail(DiagnosticKind::BadParameter, p.where(name).at(j),
         fmt::format("{} is {}: such a neuron would fire without input", name, threshold[j]),
         "a threshold is above 0");
  }
  population.threshold = PerNeuron<double>(std::move(threshold));
}

void set_reset(const Parameters& p, const Rules& rules, ir::Population& population) {
  std::vector<double> v_reset = p.optional("v_reset", 0.0);
  const Location where = p.where("v_reset");
  population.reset = rules.reset();
  if (all_zero(v_reset)) return;
  if (rules.semantics == Semantics::SnnTorch || rules.semantics == Semantics::Sinabs) {
    fail(DiagnosticKind::UnsupportedSemantics, where,
         fmt::format("v_reset is not 0, which no {} neuron can have",
                     rules.semantics == Semantics::Sinabs ? "sinabs" : "snnTorch"),
         "use --semantics nir");
  }
  if (population.reset.mechanism != ResetMechanism::Zero) {
    fail(DiagnosticKind::UnsupportedSemantics, where,
         fmt::format("v_reset is not 0, and --reset {} would not use it",
                     name(population.reset.mechanism)),
         "use --reset zero, which resets to v_reset");
  }
  if (population.reset.timing != ResetTiming::SameStep) {
    fail(DiagnosticKind::UnsupportedSemantics, where,
         "v_reset is not 0, and a delayed reset to it is not supported", "use --reset-delay off");
  }
  for (std::size_t j = 0; j < v_reset.size(); ++j) {
    if (v_reset[j] < population.threshold[j]) continue;
    fail(DiagnosticKind::BadParameter, where.at(j),
         fmt::format("v_reset is {}, not below v_threshold {}: such a neuron would never stop",
                     v_reset[j], population.threshold[j]),
         "a reset value is below the threshold");
  }
  population.reset_value = PerNeuron<double>(std::move(v_reset));
}

}  // namespace

bool is_neuron(std::string_view type) {
  return type == "LIF" || type == "IF" || type == "LI" || type == "I" || type == "CubaLIF" ||
         type == "CubaLI" || type == "Threshold";
}

Neurons neurons_of(const Node& node, const ir::Shape& shape, bool reads_itself,
                   const Rules& rules) {
  const Parameters p(node, shape);
  Neurons out;
  ir::Population& population = out.population;
  population.name = node.name;
  population.shape = shape;
  population.where = node.where;
  population.spiking = node.type != "LI" && node.type != "I" && node.type != "CubaLI";
  population.comparison = rules.comparison.value;
  std::vector<double> bias(p.size(), 0.0);
  const bool cuba = node.type == "CubaLIF" || node.type == "CubaLI";
  if (node.type == "Threshold") {
    // It compares its input as it is: x > threshold, and nothing is left for the next step.
    only_parameters(node, {"threshold"});
    population.decay = 0.0;
    population.comparison = ir::Comparison::Greater;
    population.reset = {ResetMechanism::None, ResetTiming::SameStep, ir::ZeroInput::Kept};
    set_threshold(p, "threshold", population);
    return out;
  }
  if (cuba && rules.semantics == Semantics::Sinabs) {
    fail(DiagnosticKind::UnsupportedSemantics, node.where,
         fmt::format("'{}' is a {}, which sinabs neither writes nor reads", node.name, node.type),
         "use --semantics nir");
  }
  if (population.spiking) population.max_spikes = rules.max_spikes;
  if (node.type == "IF" || node.type == "I") {
    if (population.spiking) {
      only_parameters(node, {"r", "v_threshold", "v_reset"});
    } else {
      only_parameters(node, {"r"});
    }
    population.decay = 1.0;
    out.gain = p.required("r");
  } else {
    if (cuba && population.spiking) {
      only_parameters(node,
                      {"tau_syn", "tau_mem", "r", "v_leak", "v_threshold", "v_reset", "w_in"});
    } else if (cuba) {
      only_parameters(node, {"tau_syn", "tau_mem", "r", "v_leak", "w_in"});
    } else if (population.spiking) {
      only_parameters(node, {"tau", "r", "v_leak", "v_threshold", "v_reset"});
    } else {
      only_parameters(node, {"tau", "r", "v_leak"});
    }
    Leak leak = leak_of(p, cuba ? "tau_mem" : "tau", rules, bias, out.notes);
    population.decay = PerNeuron<double>(std::move(leak.decay));
    out.gain = std::move(leak.gain);
  }
  if (cuba) {
    Leak current = current_of(p, rules, out.notes);
    population.synapse = ir::Synapse::Current;
    population.current_decay = PerNeuron<double>(std::move(current.decay));
    out.gain = product(out.gain, current.gain);
  }
  if (std::all_of(out.gain.begin(), out.gain.end(), [](double g) { return g == 1.0; })) {
    out.gain.clear();
  }
  population.bias = PerNeuron<double>(std::move(bias));
  if (population.spiking) {
    set_threshold(p, "v_threshold", population);
    set_reset(p, rules, population);
    // snnTorch's classes differ here: only Leaky keeps the input of the step its reset lands in.
    if (rules.semantics == Semantics::SnnTorch && (cuba || reads_itself)) {
      population.reset.zero_input = ir::ZeroInput::Lost;
    }
  }
  return out;
}

}  // namespace hillock::import::nir
