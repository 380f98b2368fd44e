#include "compiler/import/state_dict_import.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include "compiler/import/architecture.h"
#include "compiler/import/layer_tensors.h"
#include "compiler/import/linear_chain.h"
#include "compiler/import/network_builder.h"
#include "compiler/import/semantics.h"
#include "compiler/import/torch_file.h"

namespace hillock::import {
namespace {

using ir::ResetMechanism;
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
  if (options.dt) {
    fail(DiagnosticKind::BadOption, {}, "--dt is given, and a state_dict knows no time step",
         "leave --dt out");
  }
}

class Importer {
 public:
  Importer(const torch::StateDict& state, const Architecture& architecture, const std::string& file,
           const ImportOptions& options)
      : tensors_(state), architecture_(architecture), file_(file), options_(options) {}

  ir::Network run() {
    ir::Source source =
        builder_.add_input("input", architecture_.input, architecture_.where.child("input"));
    std::optional<LinearChain> chain(architecture_.input);
    Location weights{file_};
    std::string last_weighted;
    for (const Layer& layer : architecture_.layers) {
      switch (layer.type) {
        case LayerType::Linear:
          weights = {file_, "/" + layer.name};
          last_weighted = layer.name;
          add_linear(layer, *chain);
          break;
        case LayerType::Flatten:
          add_flatten(layer, *chain);
          break;
        case LayerType::Dropout:
          builder_.note(layer.name, "dropout does nothing in inference, and was removed");
          break;
        case LayerType::Leaky: {
          const Location where = chain->weighted() ? weights : Location{file_, "/" + layer.name};
          source = builder_.add_population(leaky(layer, chain->shape()), *chain, source, {}, where);
          chain.emplace(builder_.shape_of(source));
          break;
        }
      }
    }
    if (chain->weighted()) {
      source = builder_.add_population(
          NetworkBuilder::membrane_of_weights(last_weighted, chain->shape(), weights), *chain,
          source, {}, weights);
    }
    if (source.kind == ir::Source::Kind::Input) {
      fail(DiagnosticKind::UnsupportedGraph, architecture_.where.child("layers"),
           "there are neither weights nor neurons");
    }
    tensors_.fail_on_unused();
    builder_.network.output = source.index;
    builder_.network.timesteps = architecture_.timesteps;
    builder_.network.import.format = "pytorch-state-dict";
    builder_.network.import.semantics = name(Semantics::SnnTorch);
    return std::move(builder_.network);
  }

 private:
  void add_linear(const Layer& layer, LinearChain& chain) {
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
    chain.affine(matrix, bias == nullptr ? std::vector<double>{} : bias->values, layer.name,
                 weight.where);
  }

  static void add_flatten(const Layer& layer, LinearChain& chain) {
    const int rank = static_cast<int>(chain.shape().size());
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
    chain.flatten(first, last);
  }

  ir::Population leaky(const Layer& layer, const ir::Shape& shape) {
    ir::Population p;
    p.name = layer.name;
    p.shape = shape;
    p.where = {file_, "/" + layer.name};
    p.decay = ir::PerNeuron<double>(clamped_beta(layer, shape));
    p.threshold = ir::PerNeuron<double>(threshold(layer, shape));
    p.bias = 0.0;
    p.reset.mechanism = mechanism(layer);
    p.reset.timing = snntorch_timing(reset_delay(layer));
    p.reset.zero_input = ir::ZeroInput::Kept;
    p.comparison = options_.comparison.value_or(ir::Comparison::Greater);
    check_graded_spikes(layer);
    return p;
  }

  std::vector<double> clamped_beta(const Layer& layer, const ir::Shape& shape) {
    std::vector<double> beta = tensors_.per_neuron(tensors_.required(layer, "beta"), shape);
    std::size_t outside = 0;
    for (double& b : beta) {
      if (b < 0.0 || b > 1.0) ++outside;
      b = std::clamp(b, 0.0, 1.0);
    }
    if (outside > 0) {
      builder_.note(layer.name, fmt::format("beta of {} of {} neurons is outside [0, 1], and was "
                                            "clamped as snnTorch does",
                                            outside, beta.size()));
    }
    return beta;
  }

  std::vector<double> threshold(const Layer& layer, const ir::Shape& shape) {
    const torch::Tensor& tensor = tensors_.required(layer, "threshold");
    for (std::size_t j = 0; j < tensor.values.size(); ++j) {
      if (tensor.values[j] > 0.0) continue;
      fail(DiagnosticKind::BadParameter, tensor.where.at(j),
           fmt::format("threshold is {}: such a neuron would fire without input", tensor.values[j]),
           "a threshold is above 0");
    }
    return tensors_.per_neuron(tensor, shape);
  }

  ResetMechanism mechanism(const Layer& layer) {
    const torch::Tensor* tensor = tensors_.optional(layer, "reset_mechanism_val");
    std::optional<ResetMechanism> in_file;
    if (tensor != nullptr) in_file = mechanism_of(*tensor);
    if (options_.reset) {
      if (in_file && *in_file != *options_.reset) {
        builder_.note(layer.name, fmt::format("the file says reset {}; --reset {} was taken",
                                              name(*in_file), name(*options_.reset)));
      }
      return *options_.reset;
    }
    if (in_file) {
      if (layer.reset_mechanism && *layer.reset_mechanism != *in_file) {
        fail(DiagnosticKind::BadArchitecture, layer.where.child("reset_mechanism"),
             fmt::format("says {}, and {} says {}", name(*layer.reset_mechanism),
                         tensor->where.text(), name(*in_file)),
             "leave it out of the architecture, or state --reset");
      }
      return *in_file;
    }
    if (layer.reset_mechanism) return *layer.reset_mechanism;
    builder_.note(layer.name,
                  "neither the file nor the architecture says the reset mechanism: "
                  "subtract, snnTorch's default (--reset states another)");
    return ResetMechanism::Subtract;
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

  bool reset_delay(const Layer& layer) {
    if (options_.reset_delay) return *options_.reset_delay;
    if (layer.reset_delay) return *layer.reset_delay;
    builder_.note(layer.name,
                  "the architecture does not say reset_delay: on, snnTorch's default "
                  "(--reset-delay states another)");
    return true;
  }

  void check_graded_spikes(const Layer& layer) {
    const torch::Tensor* factor = tensors_.optional(layer, "graded_spikes_factor");
    if (factor == nullptr) return;
    for (std::size_t i = 0; i < factor->values.size(); ++i) {
      if (factor->values[i] == 1.0) continue;
      fail(DiagnosticKind::UnsupportedNode, factor->where.at(i),
           fmt::format("graded_spikes_factor is {}, and graded spikes are not supported yet",
                       factor->values[i]),
           "train the network with a factor of 1");
    }
  }

  LayerTensors tensors_;
  const Architecture& architecture_;
  std::string file_;
  const ImportOptions& options_;
  NetworkBuilder builder_;
};

}  // namespace

StateDictImport import_state_dict(const std::filesystem::path& model,
                                  const ImportOptions& options) {
  check(options);
  const torch::StateDict state = torch::read_state_dict(model);
  if (options.architecture.empty()) {
    fail(DiagnosticKind::ArchitectureNeeded, {model.string()},
         "a state_dict does not say how its layers are joined",
         fmt::format("save this as arch.json, correct it, and give --arch arch.json\n{}",
                     architecture_skeleton(state)));
  }
  const Architecture architecture = read_architecture(options.architecture);
  StateDictImport out;
  out.network = Importer(state, architecture, model.string(), options).run();
  out.network.import.notes.insert(out.network.import.notes.begin(), state.notes.begin(),
                                  state.notes.end());
  if (architecture.readout) {
    out.network.readout = *architecture.readout;
    out.readout_stated = true;
  }
  return out;
}

}  // namespace hillock::import
