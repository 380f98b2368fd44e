#include "compiler/import/state_dict_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "compiler/import/architecture.h"
#include "compiler/import/integer_weights.h"
#include "compiler/import/layer_tensors.h"
#include "compiler/import/network_builder.h"
#include "compiler/import/semantics.h"
#include "compiler/import/signal.h"
#include "compiler/import/snntorch_neuron.h"
#include "compiler/import/torch_file.h"

namespace hillock::import {
namespace {

using support::DiagnosticKind;
using support::fail;
using support::Location;

void check(const ImportOptions& options) {
  if (options.semantics && *options.semantics != Semantics::SnnTorch) {
    fail(DiagnosticKind::UnsupportedSemantics, {},
         fmt::format("--semantics {} is given, and a state_dict is read by the rules of snnTorch",
                     name(*options.semantics)),
         "leave --semantics out, or say snntorch");
  }
  check_sinabs_options(options);
  if (options.dt) {
    fail(DiagnosticKind::BadOption, {}, "--dt is given, and a state_dict knows no time step",
         "leave --dt out");
  }
}

class Importer {
 public:
  Importer(const torch::StateDict& state, const Architecture& architecture, const std::string& file,
           const ImportOptions& options)
      : tensors_(state), architecture_(architecture), file_(file), options_(options) {
    for (const Layer& layer : architecture.layers) {
      for (const std::string& source : layer.from) ++readers_[source];
    }
    for (const ArchitectureOutput& output : architecture.outputs) {
      outputs_[output.layer] = 0;
    }
    if (outputs_.empty()) outputs_[architecture.layers.back().name] = 0;
  }

  ir::Network run() {
    for (const ArchitectureInput& input : architecture_.inputs) {
      const ir::Source source =
          builder_.add_input(input.name, input.shape, architecture_.where.child(input.name));
      builder_.network.inputs.back().is_static = input.is_static;
      builder_.binary_inputs.push_back(input.binary);
      keep(input.name, builder_.signal_of(source));
    }
    check_readers();
    for (const Layer& layer : architecture_.layers) {
      Signal signal = layer.type == LayerType::Concat ? concatenated(layer) : gather(layer);
      if (is_neuron(layer.type)) {
        add_neurons(layer, signal);
      } else if (layer.type != LayerType::Concat) {
        append(layer, signal);
      }
      if (const auto it = outputs_.find(layer.name); it != outputs_.end()) {
        Signal read = signal;
        it->second = output_of(read);
      }
      if (readers_.contains(layer.name)) keep(layer.name, std::move(signal));
    }
    name_outputs();
    tensors_.fail_on_unused();
    builder_.note_sent_membranes();
    builder_.network.timesteps = architecture_.timesteps;
    builder_.network.import.format = "pytorch-state-dict";
    builder_.network.import.semantics = name(Semantics::SnnTorch);
    return std::move(builder_.network);
  }

 private:
  Step step(const Layer& layer) const {
    const Location place{file_, "/" + layer.name};
    return {layer.name, place, place.child("weight")};
  }

  void keep(const std::string& name, Signal signal) { signals_.emplace(name, std::move(signal)); }

  void check_readers() {
    for (const Layer& layer : architecture_.layers) {
      if (outputs_.contains(layer.name) || readers_.contains(layer.name)) continue;
      fail(DiagnosticKind::UnsupportedGraph, layer.where,
           architecture_.outputs.empty()
               ? fmt::format("nothing reads '{}', and it is not the last layer", layer.name)
               : fmt::format("nothing reads '{}', and it is no output", layer.name),
           "leave the layer out, or name it in another layer's from");
    }
  }

  // What a layer reads. A signal goes when its last reader has taken it.
  Signal take(const std::string& name) {
    const auto it = signals_.find(name);
    if (--readers_[name] > 0) return it->second;
    Signal signal = std::move(it->second);
    signals_.erase(it);
    return signal;
  }

  Signal gather(const Layer& layer) {
    Signal sum = take(layer.from.front());
    for (std::size_t i = 1; i < layer.from.size(); ++i) {
      if (i == 1) builder_.settle(sum);
      Signal next = take(layer.from[i]);
      builder_.settle(next);
      sum.add(next, step(layer));
    }
    return sum;
  }

  Signal concatenated(const Layer& layer) {
    std::vector<Signal> parts;
    for (const std::string& source : layer.from) {
      parts.push_back(take(source));
      builder_.settle(parts.back());
    }
    const int rank = static_cast<int>(parts.front().shape().size());
    const int axis = layer.dim < 0 ? layer.dim + rank : layer.dim - 1;
    if (axis < 0 || axis >= rank) {
      fail(DiagnosticKind::BadArchitecture, layer.where.child("dim"),
           fmt::format("dim is {}, and its sources have {} axes besides the batch", layer.dim,
                       rank));
    }
    return Signal::concatenated(parts, static_cast<std::size_t>(axis), step(layer));
  }

  void add_neurons(const Layer& layer, Signal& signal) {
    NeuronLayer made = neuron_layer(layer, signal.shape(), tensors_, options_, file_, builder_);
    const Location where{file_, "/" + layer.name};
    // To what recurs a maximum is one source among others.
    if (is_recurrent(layer.type)) builder_.settle(signal);
    const ir::Source source =
        builder_.add_population(std::move(made.population), signal, made.gain, where);
    if (!made.spike_factors.empty()) {
      factors_[source.index] = made.spike_factors;
      builder_.set_spike_factors(source, std::move(made.spike_factors));
    }
    connect_recurrence(layer, source, made.gain, tensors_, file_, builder_);
    signal = builder_.signal_of(source);
  }

  void append(const Layer& layer, Signal& signal) {
    if (layer.type != LayerType::Flatten && layer.type != LayerType::Dropout &&
        layer.type != LayerType::BatchNorm) {
      builder_.settle(signal);
    }
    switch (layer.type) {
      case LayerType::Linear:
        add_linear(layer, signal);
        break;
      case LayerType::Conv:
        add_conv(layer, signal);
        break;
      case LayerType::AveragePool:
      case LayerType::SumPool:
        signal.pool(pool_spec(layer), step(layer));
        break;
      case LayerType::MaxPool:
        signal.max_pool(pool_spec(layer), step(layer));
        break;
      case LayerType::BatchNorm:
        add_batchnorm(layer, signal);
        break;
      case LayerType::Flatten:
        add_flatten(layer, signal);
        break;
      default:
        builder_.note(layer.name, "dropout does nothing in inference, and was removed");
    }
  }

  void add_linear(const Layer& layer, Signal& signal) {
    const torch::Tensor& weight = tensors_.required(layer, "weight");
    if (weight.shape.size() != 2) {
      fail(DiagnosticKind::ShapeMismatch, weight.where,
           fmt::format("has the shape {}, and the weight of a linear layer has two axes (out, in)",
                       ir::shape_text(weight.shape)));
    }
    support::Matrix<double> matrix;
    matrix.rows = weight.shape[0];
    matrix.cols = weight.shape[1];
    matrix.data = weight.values;
    const torch::Tensor* bias = tensors_.optional(layer, "bias");
    signal.affine(matrix, bias == nullptr ? std::vector<double>{} : bias->values,
                  {layer.name, {file_, "/" + layer.name}, weight.where});
  }

  void add_conv(const Layer& layer, Signal& signal) {
    const torch::Tensor& weight = tensors_.required(layer, "weight");
    const torch::Tensor* bias = tensors_.optional(layer, "bias");
    ConvSpec spec;
    spec.axes = layer.axes;
    spec.weight_shape = weight.shape;
    spec.weight = weight.values;
    if (bias != nullptr) spec.bias = bias->values;
    spec.rows = layer.rows;
    spec.columns = layer.columns;
    spec.groups = layer.groups;
    spec.same = layer.same_padding;
    signal.conv(spec, {layer.name, {file_, "/" + layer.name}, weight.where});
  }

  static PoolSpec pool_spec(const Layer& layer) {
    PoolSpec spec;
    spec.axes = layer.axes;
    spec.rows = layer.rows;
    spec.columns = layer.columns;
    spec.ceil_mode = layer.ceil_mode;
    spec.average = layer.type == LayerType::AveragePool;
    spec.count_include_pad = layer.count_include_pad;
    spec.divisor = layer.divisor;
    return spec;
  }

  // In evaluation: y = (x - running_mean) / sqrt(running_var + eps) * weight + bias, per channel.
  void add_batchnorm(const Layer& layer, Signal& signal) {
    if (tensors_.optional(layer, "running_mean") == nullptr) {
      fail(DiagnosticKind::UnsupportedNode, layer.where,
           fmt::format("'{}' has no running statistics: it would normalize every batch by itself",
                       layer.name),
           "train it with track_running_stats=True");
    }
    const torch::Tensor& mean = tensors_.required(layer, "running_mean");
    const torch::Tensor& variance = tensors_.required(layer, "running_var");
    const torch::Tensor* weight = tensors_.optional(layer, "weight");
    const torch::Tensor* bias = tensors_.optional(layer, "bias");
    (void)tensors_.optional(layer, "num_batches_tracked");
    const ir::Shape& shape = signal.shape();
    const std::size_t axes = shape.size();
    const bool fits = layer.axes == 1 ? axes == 1 || axes == 2 : axes == 3;
    const std::size_t channels = shape.empty() ? 0 : shape.front();
    for (const torch::Tensor* t : {&mean, &variance, weight, bias}) {
      if (t == nullptr || (fits && t->values.size() == channels)) continue;
      fail(DiagnosticKind::ShapeMismatch, t->where,
           fmt::format("has {} elements, and '{}' reads the shape {}", t->values.size(), layer.name,
                       ir::shape_text(shape)),
           fmt::format("{} has one element per channel, the first axis", layer.type_name));
    }
    const std::size_t n = ir::element_count(shape);
    std::vector<double> factor(n);
    std::vector<double> shift(n);
    for (std::size_t i = 0; i < n; ++i) {
      const std::size_t c = i / (n / channels);
      if (!(variance.values[c] + layer.eps > 0.0)) {
        fail(DiagnosticKind::BadParameter, variance.where.at(c),
             fmt::format("running_var is {}, and eps {}", variance.values[c], layer.eps),
             "a variance is above 0");
      }
      factor[i] =
          (weight == nullptr ? 1.0 : weight->values[c]) / std::sqrt(variance.values[c] + layer.eps);
      shift[i] = (bias == nullptr ? 0.0 : bias->values[c]) - mean.values[c] * factor[i];
    }
    if (!signal.scales_before_maximum(factor, shift)) builder_.settle(signal);
    signal.scale(factor, shift, step(layer));
    builder_.note(layer.name, "the normalization was folded into the weights and biases beside it");
  }

  static void add_flatten(const Layer& layer, Signal& signal) {
    const int rank = static_cast<int>(signal.shape().size());
    // PyTorch counts the batch as axis 0.
    const auto axis = [&](int a, const char* key) {
      const int without_batch = a < 0 ? a + rank : a - 1;
      if (without_batch < 0 || without_batch >= rank) {
        fail(DiagnosticKind::BadArchitecture, layer.where.child(key),
             fmt::format("{} is {}, and its source has {} axes besides the batch", key, a, rank));
      }
      return static_cast<std::size_t>(without_batch);
    };
    const std::size_t first = axis(layer.start_dim, "start_dim");
    const std::size_t last = axis(layer.end_dim, "end_dim");
    if (last < first) {
      fail(DiagnosticKind::BadArchitecture, layer.where.child("end_dim"),
           "end_dim is before start_dim");
    }
    signal.flatten(first, last);
  }

  void name_outputs() {
    ir::Network& n = builder_.network;
    if (architecture_.outputs.empty()) n.output = outputs_.begin()->second;
    for (const ArchitectureOutput& o : architecture_.outputs) {
      const ir::Output output{outputs_.at(o.layer), o.readout.value_or(ir::Readout::SpikeCount)};
      if (&o == &architecture_.outputs.front()) {
        n.output = output.population;
        n.readout = output.readout;
      } else {
        n.more_outputs.push_back(output);
      }
    }
  }

  // The neurons that come last, or, where weights do, a population whose membrane is its input.
  std::size_t output_of(Signal& signal) {
    builder_.settle(signal);
    ir::Source last{};
    if (signal.weighted() || signal.terms().size() > 1) {
      const Step at = signal.weighted() ? signal.last_step() : Step{"output", {file_}, {file_}};
      last = builder_.add_population(
          NetworkBuilder::membrane_of_weights(at.name, signal.shape(), at.place), signal, {},
          at.place);
    } else {
      last = signal.terms().front().source;
      if (last.kind == ir::Source::Kind::Input) {
        fail(DiagnosticKind::UnsupportedGraph, architecture_.where.child("layers"),
             "there are neither weights nor neurons");
      }
      check_output_factors(last);
    }
    return last.index;
  }

  // Factors of the output's spikes scale its scores. Counts stay comparable where all factors are
  // one and the same.
  void check_output_factors(const ir::Source& output) {
    const auto it = factors_.find(output.index);
    if (it == factors_.end()) return;
    const std::vector<double>& f = it->second;
    const std::string& name = builder_.network.populations[output.index].name;
    const bool alike = std::all_of(f.begin(), f.end(), [&](double v) { return v == f.front(); });
    if (!alike || f.front() <= 0.0) {
      fail(DiagnosticKind::UnsupportedNode,
           Location{file_, "/" + name}.child("graded_spikes_factor"),
           fmt::format("the spikes of the output '{}' have different factors, or one below 0: "
                       "counting them is not what the network was trained for",
                       name),
           "use one positive graded_spikes_factor in the last layer");
    }
    builder_.note(name,
                  fmt::format("its spikes count {} each in snnTorch; here they count 1, which "
                              "scales all scores alike",
                              f.front()));
  }

  LayerTensors tensors_;
  const Architecture& architecture_;
  std::string file_;
  const ImportOptions& options_;
  NetworkBuilder builder_;
  std::map<std::string, Signal> signals_;               // of layers that are still to be read
  std::map<std::string, std::size_t> outputs_;          // populations of the layers read out
  std::map<std::string, int> readers_;                  // how many layers still read one
  std::map<std::size_t, std::vector<double>> factors_;  // of spikes, by population
};

}  // namespace

StateDictImport import_state_dict(torch::StateDict state, const std::filesystem::path& model,
                                  const ImportOptions& options) {
  check(options);
  const IntegerWeightsByName integers = take_integer_weights(state);
  std::optional<Architecture> architecture;
  if (options.architecture.empty()) {
    architecture = inferred_architecture(state, model.string());
    if (!architecture) {
      fail(DiagnosticKind::ArchitectureNeeded, {model.string()},
           "a state_dict does not say how its layers are joined",
           fmt::format("save this as arch.json, correct it, and give --arch arch.json\n{}",
                       architecture_skeleton(state)));
    }
  } else {
    architecture = read_architecture(options.architecture);
  }
  StateDictImport out;
  out.network = Importer(state, *architecture, model.string(), options).run();
  state_weight_steps(integers, out.network);
  ir::ImportReport& report = out.network.import;
  report.notes.insert(report.notes.begin(), state.notes.begin(), state.notes.end());
  if (!architecture->assumptions.empty()) {
    report.assumptions.insert(report.assumptions.begin(), architecture->assumptions.begin(),
                              architecture->assumptions.end());
    report.grade = ir::ImportGrade::Approximate;
  }
  if (architecture->readout) out.network.readout = *architecture->readout;
  out.readout_stated = architecture->readout ||
                       (!architecture->outputs.empty() && architecture->outputs.front().readout);
  return out;
}

}  // namespace hillock::import
