#include "compiler/import/snntorch_neuron.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <string_view>
#include <utility>

#include "compiler/import/semantics.h"

namespace hillock::import {
namespace {

using ir::PerNeuron;
using ir::ResetMechanism;
using support::DiagnosticKind;
using support::fail;
using support::Location;

bool all_equal(const std::vector<double>& values, double wanted) {
  return std::all_of(values.begin(), values.end(), [&](double v) { return v == wanted; });
}

// Values that a float32 network computed are computed in float32 here, too.
bool single_precision(const std::vector<double>& a, const std::vector<double>& b) {
  const auto fits = [](double v) { return static_cast<double>(static_cast<float>(v)) == v; };
  return std::all_of(a.begin(), a.end(), fits) && std::all_of(b.begin(), b.end(), fits);
}

template <typename T>
double alpha_gain(double alpha, double beta) {
  const T a = std::log(static_cast<T>(alpha));
  const T b = std::log(static_cast<T>(beta));
  return static_cast<double>(a / (b - a) + T{1});
}

struct Rc {
  double decay;
  double gain;
};
template <typename T>
Rc lapicque(double r, double c, double dt) {
  const T rc = static_cast<T>(r) * static_cast<T>(c);
  const T step = static_cast<T>(dt);
  return {static_cast<double>(T{1} - step / rc),
          static_cast<double>(static_cast<T>(r) * (T{1} / rc) * step)};
}

class Maker {
 public:
  Maker(const Layer& layer, const ir::Shape& shape, LayerTensors& tensors,
        const ImportOptions& options, const std::string& file, NetworkBuilder& builder)
      : layer_(layer),
        shape_(shape),
        tensors_(tensors),
        options_(options),
        file_(file),
        builder_(builder) {}

  NeuronLayer run() {
    ir::Population& p = out_.population;
    p.name = layer_.name;
    p.shape = shape_;
    p.where = {file_, "/" + layer_.name};
    p.bias = 0.0;
    p.threshold = PerNeuron<double>(threshold());
    p.reset.mechanism = mechanism();
    p.reset.timing = snntorch_timing(reset_delay());
    p.reset.zero_input =
        layer_.type == LayerType::Leaky ? ir::ZeroInput::Kept : ir::ZeroInput::Lost;
    p.comparison = options_.comparison.value_or(ir::Comparison::Greater);
    switch (layer_.type) {
      case LayerType::Lapicque:
        set_lapicque();
        break;
      case LayerType::Synaptic:
      case LayerType::RSynaptic:
        p.synapse = ir::Synapse::Current;
        p.decay = PerNeuron<double>(clamped("beta"));
        p.current_decay = PerNeuron<double>(clamped("alpha"));
        break;
      case LayerType::Alpha:
        set_alpha();
        break;
      default:
        p.decay = PerNeuron<double>(clamped("beta"));
    }
    set_inhibition();
    set_spike_factors();
    if (layer_.sends_membrane) send_membrane();
    return std::move(out_);
  }

 private:
  std::vector<double> values(std::string_view name) {
    return LayerTensors::per_neuron(tensors_.required(layer_, name), shape_);
  }

  std::vector<double> clamped(std::string_view name) {
    std::vector<double> all = values(name);
    std::size_t outside = 0;
    for (double& v : all) {
      if (v < 0.0 || v > 1.0) ++outside;
      v = std::clamp(v, 0.0, 1.0);
    }
    if (outside > 0) {
      builder_.note(layer_.name, fmt::format("{} of {} of {} neurons is outside [0, 1], and was "
                                             "clamped as snnTorch does",
                                             name, outside, all.size()));
    }
    return all;
  }

  std::vector<double> threshold() {
    const torch::Tensor& tensor = tensors_.required(layer_, "threshold");
    for (std::size_t j = 0; j < tensor.values.size(); ++j) {
      if (tensor.values[j] > 0.0) continue;
      fail(DiagnosticKind::BadParameter, tensor.where.at(j),
           fmt::format("threshold is {}: such a neuron would fire without input", tensor.values[j]),
           "a threshold is above 0");
    }
    return LayerTensors::per_neuron(tensor, shape_);
  }

  void set_lapicque() {
    const std::vector<double> r = values("R");
    const std::vector<double> c = values("C");
    const std::vector<double> dt = values("time_step");
    (void)tensors_.optional(layer_,
                            "beta");  // what R and C came from; the update has no use for it
    const bool single = single_precision(r, c) && single_precision(dt, dt);
    std::vector<double> decay;
    for (std::size_t j = 0; j < r.size(); ++j) {
      const Rc rc =
          single ? lapicque<float>(r[j], c[j], dt[j]) : lapicque<double>(r[j], c[j], dt[j]);
      if (!(rc.decay >= 0.0 && rc.decay <= 1.0) || !std::isfinite(rc.gain)) {
        fail(
            DiagnosticKind::BadParameter, Location{file_, "/" + layer_.name}.child("C").at(j),
            fmt::format("R is {}, C is {} and time_step is {}: the membrane would be multiplied by "
                        "1 - time_step/(R C) = {} in each step",
                        r[j], c[j], dt[j], rc.decay),
            "choose R C above time_step; a Lapicque neuron of beta alone decays by 1 - ln(1/beta), "
            "which is below 0 where beta is below 0.37");
      }
      decay.push_back(rc.decay);
      out_.gain.push_back(rc.gain);
    }
    out_.population.decay = PerNeuron<double>(std::move(decay));
    if (all_equal(out_.gain, 1.0)) out_.gain.clear();
  }

  void set_alpha() {
    ir::Population& p = out_.population;
    p.synapse = ir::Synapse::Alpha;
    const std::vector<double> alpha = clamped("alpha");
    const std::vector<double> beta = clamped("beta");
    const bool single = single_precision(alpha, beta);
    for (std::size_t j = 0; j < alpha.size(); ++j) {
      if (alpha[j] <= beta[j]) {
        fail(DiagnosticKind::BadParameter, Location{file_, "/" + layer_.name}.child("alpha").at(j),
             fmt::format("alpha is {} and beta is {}: the synapse would not rise", alpha[j],
                         beta[j]),
             "alpha is above beta in an Alpha layer");
      }
      out_.gain.push_back(single ? alpha_gain<float>(alpha[j], beta[j])
                                 : alpha_gain<double>(alpha[j], beta[j]));
    }
    p.decay = PerNeuron<double>(beta);
    p.current_decay = PerNeuron<double>(alpha);
    if (p.reset.mechanism == ResetMechanism::Subtract) p.alpha_gain = PerNeuron<double>(out_.gain);
    if (all_equal(out_.gain, 1.0)) out_.gain.clear();
  }

  ResetMechanism mechanism() {
    const torch::Tensor* tensor = tensors_.optional(layer_, "reset_mechanism_val");
    std::optional<ResetMechanism> in_file;
    if (tensor != nullptr) in_file = mechanism_of(*tensor);
    if (options_.reset) {
      if (in_file && *in_file != *options_.reset) {
        builder_.note(layer_.name, fmt::format("the file says reset {}; --reset {} was taken",
                                               name(*in_file), name(*options_.reset)));
      }
      return *options_.reset;
    }
    if (in_file) {
      if (layer_.reset_mechanism && *layer_.reset_mechanism != *in_file) {
        fail(DiagnosticKind::BadArchitecture, layer_.where.child("reset_mechanism"),
             fmt::format("says {}, and {} says {}", name(*layer_.reset_mechanism),
                         tensor->where.text(), name(*in_file)),
             "leave it out of the architecture, or state --reset");
      }
      return *in_file;
    }
    if (layer_.reset_mechanism) return *layer_.reset_mechanism;
    const ResetMechanism usual =
        layer_.type == LayerType::Alpha ? ResetMechanism::Zero : ResetMechanism::Subtract;
    builder_.note(layer_.name,
                  fmt::format("neither the file nor the architecture says the reset mechanism: {}, "
                              "snnTorch's default (--reset states another)",
                              name(usual)));
    return usual;
  }

  static ResetMechanism mechanism_of(const torch::Tensor& tensor) {
    if (tensor.values.size() == 1) {
      if (tensor.values[0] == 0.0) return ResetMechanism::Subtract;
      if (tensor.values[0] == 1.0) return ResetMechanism::Zero;
      if (tensor.values[0] == 2.0) return ResetMechanism::None;
    }
    fail(DiagnosticKind::BadParameter, tensor.where,
         tensor.values.size() == 1
             ? fmt::format("reset_mechanism_val is {}", tensor.values[0])
             : fmt::format("reset_mechanism_val has {} elements", tensor.values.size()),
         "it is 0 (subtract), 1 (zero) or 2 (none)");
  }

  bool reset_delay() {
    const bool stated = options_.reset_delay || layer_.reset_delay;
    const bool delayed = options_.reset_delay.value_or(layer_.reset_delay.value_or(true));
    if (layer_.type == LayerType::Lapicque || layer_.type == LayerType::Alpha) {
      if (delayed) return true;
      fail(DiagnosticKind::BadArchitecture, layer_.where,
           fmt::format(
               "'{}' is of the type {}, whose reset is always delayed in snnTorch: it has no "
               "reset_delay",
               layer_.name, layer_.type_name),
           "leave reset_delay out of its layer, and --reset-delay off out of the command");
    }
    if (!delayed && layer_.type == LayerType::RSynaptic) {
      // It resets a local variable, after an error where the states are not passed to it.
      builder_.note(
          layer_.name,
          "reset_delay=False of an RSynaptic layer has no effect in snnTorch 0.9.4, and was "
          "read as it is computed: the reset is delayed");
      return true;
    }
    if (!stated) {
      builder_.note(layer_.name,
                    "the architecture does not say reset_delay: on, snnTorch's default "
                    "(--reset-delay states another)");
    }
    return delayed;
  }

  void set_inhibition() {
    if (!layer_.inhibition) return;
    const Location where = layer_.where.child("inhibition");
    const std::size_t n = ir::element_count(shape_);
    if (shape_.empty() || shape_.back() != n) {
      fail(DiagnosticKind::UnsupportedNode, where,
           fmt::format(
               "'{}' has the shape {}: of planes, which channels snnTorch lets spike depends "
               "on the size of the batch, and most sizes raise an error",
               layer_.name, ir::shape_text(shape_)),
           "use inhibition in a layer of one axis");
    }
    ir::ResetRule& reset = out_.population.reset;
    if (reset.mechanism == ResetMechanism::None) reset.timing = ir::ResetTiming::Delayed;
    if (reset.timing != ir::ResetTiming::Delayed) {
      fail(DiagnosticKind::UnsupportedNode, where,
           fmt::format("'{}' has inhibition with reset_delay=False, where neurons that may not "
                       "spike gain a threshold in every other step",
                       layer_.name),
           "train the network with reset_delay=True");
    }
    out_.population.inhibition = true;
  }

  void send_membrane() {
    const Location where = layer_.where.child("sends");
    const bool recurrent = is_recurrent(layer_.type);
    if (recurrent || layer_.inhibition) {
      fail(DiagnosticKind::UnsupportedNode, where,
           fmt::format("'{}' sends its membrane, and {} reads its spikes besides", layer_.name,
                       recurrent ? "its recurrence" : "inhibition"),
           "use leaky or synaptic, without inhibition");
    }
    if (out_.population.reset.mechanism != ResetMechanism::None) {
      fail(DiagnosticKind::UnsupportedNode, where,
           fmt::format("'{}' sends its membrane, and its spikes reset it by {}", layer_.name,
                       name(out_.population.reset.mechanism)),
           "train it with reset_mechanism=\"none\"");
    }
    out_.population.spiking = false;
    out_.spike_factors.clear();
  }

  void set_spike_factors() {
    const torch::Tensor* tensor = tensors_.optional(layer_, "graded_spikes_factor");
    if (tensor == nullptr) return;
    std::vector<double> factors = LayerTensors::per_neuron(*tensor, shape_);
    if (all_equal(factors, 1.0)) return;
    if (layer_.inhibition) {
      builder_.note(layer_.name,
                    "its graded_spikes_factor has no effect in snnTorch together with inhibition");
      return;
    }
    const auto zero = std::find(factors.begin(), factors.end(), 0.0);
    if (zero != factors.end() && out_.population.reset.timing != ir::ResetTiming::Delayed) {
      fail(DiagnosticKind::BadParameter, tensor->where,
           "graded_spikes_factor is 0, and with reset_delay=False snnTorch divides by it",
           "a graded_spikes_factor is not 0");
    }
    builder_.note(layer_.name,
                  "its graded_spikes_factor was folded into the weights that read its spikes");
    out_.spike_factors = std::move(factors);
  }

  const Layer& layer_;
  const ir::Shape& shape_;
  LayerTensors& tensors_;
  const ImportOptions& options_;
  const std::string& file_;
  NetworkBuilder& builder_;
  NeuronLayer out_;
};

}  // namespace

NeuronLayer neuron_layer(const Layer& layer, const ir::Shape& shape, LayerTensors& tensors,
                         const ImportOptions& options, const std::string& file,
                         NetworkBuilder& builder) {
  return Maker(layer, shape, tensors, options, file, builder).run();
}

void connect_recurrence(const Layer& layer, const ir::Source& neurons,
                        const std::vector<double>& gain, LayerTensors& tensors,
                        const std::string& file, NetworkBuilder& builder) {
  if (!is_recurrent(layer.type)) return;
  Signal signal = builder.signal_of(neurons);
  const ir::Shape shape = signal.shape();
  const Location place{file, "/" + layer.name};
  // With all_to_all=False the same numbers are there once or twice.
  const torch::Tensor* v = tensors.optional(layer, "V");
  const torch::Tensor* copy = tensors.optional(layer, "recurrent.V");
  const torch::Tensor* weight = tensors.optional(layer, "recurrent.weight");
  const torch::Tensor* bias = tensors.optional(layer, "recurrent.bias");
  if (v != nullptr && copy != nullptr && v->values != copy->values) {
    fail(DiagnosticKind::BadParameter, copy->where, fmt::format("differs from '{}.V'", layer.name),
         "snnTorch stores one tensor under both names: save the state_dict again");
  }
  if (v == nullptr) v = copy;
  if ((v == nullptr) == (weight == nullptr)) {
    fail(DiagnosticKind::MissingField, layer.where,
         v == nullptr ? fmt::format("the state_dict has neither '{0}.recurrent.weight' nor '{0}.V'",
                                    layer.name)
                      : fmt::format("the state_dict has both '{0}.recurrent.weight' and '{0}.V'",
                                    layer.name),
         "use leaky or synaptic for neurons without recurrence");
  }
  const std::vector<double> offsets = bias == nullptr ? std::vector<double>{} : bias->values;
  if (v != nullptr) {
    signal.scale(LayerTensors::per_neuron(*v, shape), {}, {layer.name + ".V", place, v->where});
  } else if (weight->shape.size() == 4) {
    ConvSpec spec;
    spec.weight_shape = weight->shape;
    spec.weight = weight->values;
    spec.bias = offsets;
    spec.rows.pad_before = spec.rows.pad_after = weight->shape[2] / 2;
    spec.columns.pad_before = spec.columns.pad_after = weight->shape[3] / 2;
    signal.conv(spec, {layer.name + ".recurrent", place, weight->where});
  } else {
    if (weight->shape.size() != 2) {
      fail(DiagnosticKind::ShapeMismatch, weight->where,
           fmt::format("has the shape {}, and recurrent weights are those of a Linear or a Conv2d",
                       ir::shape_text(weight->shape)));
    }
    support::Matrix<double> matrix;
    matrix.rows = weight->shape[0];
    matrix.cols = weight->shape[1];
    matrix.data = weight->values;
    signal.affine(matrix, offsets, {layer.name + ".recurrent", place, weight->where});
  }
  if (ir::element_count(signal.shape()) != ir::element_count(shape)) {
    fail(DiagnosticKind::ShapeMismatch, weight->where,
         fmt::format("the recurrent weights of '{}' yield the shape {}, and it has the shape {}",
                     layer.name, ir::shape_text(signal.shape()), ir::shape_text(shape)));
  }
  signal.shift_in_time(1);
  builder.connect(neurons.index, signal, gain, place);
}

}  // namespace hillock::import
