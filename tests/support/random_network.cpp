#include "tests/support/random_network.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/driver/widths.h"
#include "compiler/ir/hardware_view.h"
#include "compiler/ir/layout.h"
#include "compiler/passes/align_convolutions.h"
#include "compiler/passes/quantize.h"
#include "tests/support/random_connectivity.h"

namespace hillock::tests {
namespace {

using ir::Population;
using ir::ResetMechanism;
using ir::ResetTiming;

// Mostly small, now and then up to 300: big ones take long to compile.
std::size_t random_size(Random& r) {
  if (r.chance(0.1)) return static_cast<std::size_t>(r.whole(65, 300));
  if (r.chance(0.2)) return static_cast<std::size_t>(r.whole(1, 3));
  return static_cast<std::size_t>(r.whole(4, 64));
}

template <typename F>
ir::PerNeuron<double> random_parameter(Random& r, std::size_t n, F draw) {
  if (r.chance(0.5)) return {draw()};
  return ir::per_neuron(n, [&](std::size_t) { return draw(); });
}

ir::ResetRule random_reset(Random& r) {
  static constexpr ResetMechanism kMechanisms[] = {ResetMechanism::None, ResetMechanism::Subtract,
                                                   ResetMechanism::Subtract, ResetMechanism::Zero};
  static constexpr ResetTiming kTimings[] = {ResetTiming::Delayed, ResetTiming::SameStep,
                                             ResetTiming::SameStepQuirk};
  return {kMechanisms[r.whole(0, 3)], kTimings[r.whole(0, 2)],
          r.chance(0.5) ? ir::ZeroInput::Kept : ir::ZeroInput::Lost};
}

double random_decay(Random& r) {
  const double special[] = {0.0, 0.5, 1.0};
  return r.chance(0.2) ? special[r.whole(0, 2)] : r.real(0.3, 1.0);
}

Population random_population(Random& r, const ir::Shape& shape, bool spiking) {
  Population p;
  const std::size_t n = ir::element_count(shape);
  p.shape = shape;
  p.spiking = spiking;
  p.decay = random_parameter(r, n, [&] { return random_decay(r); });
  p.bias = r.chance(0.5) ? ir::PerNeuron<double>(0.0)
                         : random_parameter(r, n, [&] { return r.real(-0.3, 0.3); });
  p.threshold = random_parameter(r, n, [&] { return r.real(0.2, 2.0); });
  p.reset = random_reset(r);
  p.reset_value = r.chance(0.7) ? ir::PerNeuron<double>(0.0)
                                : random_parameter(r, n, [&] { return r.real(-0.5, 0.1); });
  p.comparison = r.chance(0.8) ? ir::Comparison::Greater : ir::Comparison::GreaterEqual;
  return p;
}

// Gives a population a current between its weights and its membrane.
void add_current(Random& r, Population& p, ir::Synapse synapse) {
  const std::size_t n = p.neurons();
  p.synapse = synapse;
  p.current_decay = random_parameter(r, n, [&] { return random_decay(r); });
  p.current_bias = r.chance(0.5) ? ir::PerNeuron<double>(0.0)
                                 : random_parameter(r, n, [&] { return r.real(-0.1, 0.1); });
  if (synapse != ir::Synapse::Alpha) return;
  p.bias = 0.0;
  p.reset = {r.chance(0.2)   ? ResetMechanism::None
             : r.chance(0.5) ? ResetMechanism::Subtract
                             : ResetMechanism::Zero,
             ResetTiming::Delayed, ir::ZeroInput::Lost};
  p.alpha_gain = random_parameter(r, n, [&] { return r.chance(0.2) ? 1.0 : r.real(1.0, 8.0); });
}

// What the values of an input are.
struct InputKind {
  int max_value = 1;
  bool negative = false;
  bool real = false;

  [[nodiscard]] double scale() const { return real ? 1.0 : 1.0 / max_value; }
};

InputKind random_input_kind(Random& r, unsigned kinds) {
  InputKind k;
  const bool counts = r.chance(0.25);
  k.max_value = counts ? static_cast<int>(r.whole(2, 9)) : 1;
  k.real = (kinds & kRealInput) != 0 && r.chance(0.15);
  k.negative = (counts || k.real) && r.chance(0.5);
  return k;
}

ir::Dataset random_data(Random& r, const ir::Network& network, std::size_t steps,
                        const std::vector<InputKind>& kinds) {
  const std::size_t features = ir::first_element(network, network.inputs.size());
  ir::Dataset d;
  d.file = "random";
  d.samples = 3;
  d.timesteps = steps;
  d.features = kinds.size() == 1 ? network.inputs[0].shape : ir::Shape{features};
  d.x.assign(d.samples * steps * features, 0.0F);
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const InputKind& kind = kinds[i];
    for (std::size_t t = 0; t < d.samples * steps; ++t) {
      if (r.chance(0.15)) continue;  // an empty step
      const double density = r.chance(0.2) ? 1.0 : r.real(0.0, 0.6);
      float* row = d.x.data() + t * features + ir::first_element(network, i);
      for (std::size_t e = 0; e < ir::element_count(network.inputs[i].shape); ++e) {
        if (!r.chance(density)) continue;
        row[e] =
            kind.real
                ? static_cast<float>(r.real(kind.negative ? -1.0 : 0.0, 1.0))
                : static_cast<float>(r.whole(kind.negative ? -kind.max_value : 1, kind.max_value));
      }
    }
  }
  return d;
}

// Grows a network population by population.
class Grower {
 public:
  Grower(Random& r, unsigned kinds, const std::vector<InputKind>& inputs)
      : r_(r), kinds_(kinds), inputs_(inputs) {
    network_.name = "random";
  }

  ir::Network grow() {
    network_.inputs.push_back({"in", input_shape(), {"random", "/in"}});
    for (std::size_t i = 1; i < inputs_.size(); ++i) {
      network_.inputs.push_back({fmt::format("in{}", i), input_shape(), {"random", "/in"}});
      sources_.push_back({ir::Source::Kind::Input, i});
    }
    const std::int64_t layers = r_.whole(1, 4);
    ir::Source last{ir::Source::Kind::Input, 0};
    for (std::int64_t l = 0; l < layers; ++l) {
      const bool is_output = l + 1 == layers;
      bool spiking = !is_output || r_.chance(0.8);
      if (wants(kMembranes, 0.3)) spiking = false;
      const ir::Source source = wants(kFanOut, 0.25)
                                    ? sources_[static_cast<std::size_t>(r_.whole(0, last_source()))]
                                    : last;
      last = add_layer(source, spiking);
    }
    if (has(kFanOut)) join_branches();
    read_all_inputs();
    if (has(kRecurrent)) add_recurrence();
    if (has(kInhibition)) add_inhibition();
    network_.output = network_.populations.size() - 1;
    network_.readout = random_readout(network_.output);
    if (has(kManyOutputs)) add_outputs();
    return std::move(network_);
  }

 private:
  [[nodiscard]] bool has(unsigned kind) const { return (kinds_ & kind) != 0; }
  // Draws nothing where the kind is not allowed: a seed keeps its meaning when kinds are added.
  bool wants(unsigned kind, double chance) { return has(kind) && r_.chance(chance); }
  [[nodiscard]] std::int64_t last_source() const {
    return static_cast<std::int64_t>(sources_.size()) - 1;
  }

  ir::Shape input_shape() { return wants(kConv, 0.7) ? planes() : ir::Shape{random_size(r_)}; }

  ir::Shape planes() {
    const std::size_t height = r_.chance(0.15) ? 1 : static_cast<std::size_t>(r_.whole(1, 9));
    return {static_cast<std::size_t>(r_.whole(1, 4)), height,
            static_cast<std::size_t>(r_.whole(1, 9))};
  }

  void name_population(Population& p) {
    p.name = fmt::format("p{}", network_.populations.size());
    p.where = {"random", "/" + p.name};
  }

  void project(ir::Source source, std::size_t target, ir::Connectivity c, int delay = 0) {
    const std::size_t k = network_.projections.size();
    network_.projections.push_back({fmt::format("w{}", k),
                                    source,
                                    target,
                                    std::move(c),
                                    delay,
                                    {"random", fmt::format("/w{}", k)}});
  }

  double scale_of(ir::Source source) const {
    return source.kind == ir::Source::Kind::Input ? inputs_[source.index].scale() : 1.0;
  }

  // A population, and what leads into it from `source`. Returns the population.
  ir::Source add_layer(ir::Source source, bool spiking) {
    const ir::Shape from = network_.source_shape(source);
    const double scale = scale_of(source);
    const std::size_t target = network_.populations.size();
    std::optional<ir::Conv> conv;
    if (has_planes(from) && wants(kConv, 0.75)) {
      do conv = random_conv(r_, from, {has(kConvPool), std::nullopt}, scale);
      while (conv->geometry.targets() > 400);
    }
    if (conv) {
      const ir::ConvGeometry g = conv->geometry;
      const bool pooled = wants(kMaxPool, 0.4);
      Population p =
          random_population(r_, {g.out_channels, g.out_height, g.out_width}, spiking && !pooled);
      if (pooled)
        p.decay = 0.0;
      else
        maybe_current(p);
      const ir::Shape shape = p.shape;
      add(std::move(p));
      project(source, target, std::move(*conv));
      maybe_skip(source, target);
      if (pooled) return add_max_pool(target, shape, spiking);
    } else {
      // Planes also where no convolution leads, for one that follows.
      const ir::Shape shape = wants(kConv, 0.25) ? planes() : ir::Shape{random_size(r_)};
      Population p = random_population(r_, shape, spiking);
      const std::size_t n = p.neurons();
      const std::size_t sources = ir::element_count(from);
      maybe_current(p);
      add(std::move(p));
      if (wants(kSparse, 0.3))
        project(source, target, random_sparse(r_, sources, n, scale));
      else
        project(source, target, random_dense(r_, sources, n, scale));
      maybe_skip(source, target);
    }
    return finish(target);
  }

  ir::Source add_max_pool(std::size_t source, const ir::Shape& shape, bool spiking) {
    const ir::MaxPool pool = random_max_pool(r_, shape);
    const std::size_t target = network_.populations.size();
    add(random_population(r_, {pool.channels, pool.out_height, pool.out_width}, spiking));
    project({ir::Source::Kind::Population, source}, target, pool);
    return finish(target);
  }

  void add(Population p) {
    if (p.spiking && p.synapse != ir::Synapse::Alpha && wants(kCounts, 0.4)) {
      p.max_spikes = r_.chance(0.4) ? ir::kMaxSpikes : static_cast<int>(r_.whole(2, 20));
      p.reset.timing = ResetTiming::SameStep;
    }
    name_population(p);
    network_.populations.push_back(std::move(p));
  }

  ir::Source finish(std::size_t population) {
    const ir::Source source{ir::Source::Kind::Population, population};
    sources_.push_back(source);
    return source;
  }

  void maybe_current(Population& p) {
    if (wants(kCurrent, 0.3))
      add_current(r_, p, ir::Synapse::Current);
    else if (wants(kAlpha, 0.25))
      add_current(r_, p, ir::Synapse::Alpha);
  }

  // A second source, drawn from those before the population.
  void maybe_skip(ir::Source main, std::size_t target) {
    if (!wants(kSkip, 0.4)) return;
    const ir::Source other = sources_[static_cast<std::size_t>(r_.whole(0, last_source()))];
    if (other == main && !r_.chance(0.3)) return;
    project(other, target, any_connectivity(other, target));
  }

  // Whatever fits between a source and a population that is there already.
  ir::Connectivity any_connectivity(ir::Source source, std::size_t target) {
    const ir::Shape& from = network_.source_shape(source);
    const std::size_t n = network_.populations[target].neurons();
    const double scale = 0.5 * scale_of(source);
    for (const ir::Projection& p : network_.projections) {
      const auto* conv = std::get_if<ir::Conv>(&p.connectivity);
      if (p.target != target || conv == nullptr || !has_planes(from) || r_.chance(0.3)) continue;
      ConvWishes wishes{has(kConvPool), conv->geometry};
      // Other groups than the first convolution's end as single synapses.
      if (has(kSparse) && r_.chance(0.2)) wishes.like->groups = 1;
      if (auto like = random_conv(r_, from, wishes, scale)) return std::move(*like);
    }
    if (wants(kSparse, 0.5)) return random_sparse(r_, ir::element_count(from), n, scale);
    return random_dense(r_, ir::element_count(from), n, scale);
  }

  [[nodiscard]] bool is_max_pooled(std::size_t population) const {
    for (const ir::Projection& p : network_.projections) {
      if (p.target == population && std::holds_alternative<ir::MaxPool>(p.connectivity))
        return true;
    }
    return false;
  }

  // Inputs that the layers passed by.
  void read_all_inputs() {
    for (std::size_t i = 0; i < network_.inputs.size(); ++i) {
      const ir::Source input{ir::Source::Kind::Input, i};
      bool read = false;
      for (const ir::Projection& p : network_.projections) read = read || p.source == input;
      if (read) continue;
      std::size_t target = random_population_index();
      if (is_max_pooled(target)) --target;  // nothing may be added to a maximum
      project(input, target, any_connectivity(input, target));
    }
  }

  std::size_t random_population_index() {
    return static_cast<std::size_t>(
        r_.whole(0, static_cast<std::int64_t>(network_.populations.size()) - 1));
  }

  ir::Readout random_readout(std::size_t population) {
    static constexpr ir::Readout kReadouts[] = {ir::Readout::MembraneSum, ir::Readout::MembraneMax,
                                                ir::Readout::MembraneLast};
    const bool by_membrane = !network_.populations[population].spiking || r_.chance(0.2);
    return by_membrane ? kReadouts[r_.whole(0, 2)] : ir::Readout::SpikeCount;
  }

  void add_outputs() {
    const std::int64_t more = r_.chance(0.4) ? r_.whole(1, 2) : 0;
    for (std::int64_t k = 0; k < more; ++k) {
      const std::size_t population = random_population_index();
      if (ir::readout_of(network_, population)) continue;
      network_.more_outputs.push_back({population, random_readout(population)});
    }
  }

  // What nothing reads goes to the last population, or to the one that it is pooled from.
  void join_branches() {
    std::size_t target = network_.populations.size() - 1;
    if (is_max_pooled(target)) --target;
    for (const ir::Source source : sources_) {
      if (source.kind == ir::Source::Kind::Input || source.index >= target) continue;
      bool read = false;
      for (const ir::Projection& p : network_.projections) read = read || p.source == source;
      if (!read) project(source, target, any_connectivity(source, target));
    }
  }

  void add_recurrence() {
    const std::int64_t loops = r_.chance(0.5) ? r_.whole(1, 2) : 0;
    for (std::int64_t k = 0; k < loops; ++k) {
      const auto pick = [&] {
        return static_cast<std::size_t>(
            r_.whole(0, static_cast<std::int64_t>(network_.populations.size()) - 1));
      };
      const std::size_t source = pick();
      const std::size_t target = r_.chance(0.5) ? source : pick();
      if (is_max_pooled(target)) continue;
      if (!network_.populations[source].spiking && !has(kMembranes)) continue;
      const ir::Source from{ir::Source::Kind::Population, source};
      project(from, target, any_connectivity(from, target), static_cast<int>(r_.whole(1, 3)));
    }
  }

  void add_inhibition() {
    for (std::size_t p = 0; p < network_.populations.size(); ++p) {
      if (!network_.populations[p].spiking || !r_.chance(0.3)) continue;
      if (network_.populations[p].max_spikes > 1) continue;
      bool flat = true;
      for (const ir::Projection& projection : network_.projections) {
        if (projection.target != p) continue;
        flat = flat && (std::holds_alternative<ir::Dense>(projection.connectivity) ||
                        std::holds_alternative<ir::Sparse>(projection.connectivity));
      }
      network_.populations[p].inhibition = flat;
      if (flat) network_.populations[p].reset.timing = ir::ResetTiming::Delayed;
    }
  }

  Random& r_;
  unsigned kinds_;
  const std::vector<InputKind>& inputs_;
  ir::Network network_;
  std::vector<ir::Source> sources_{{}};  // the inputs, and populations that spike
};

passes::QuantizeOptions random_options(Random& r, std::size_t populations, int steps,
                                       unsigned kinds) {
  passes::QuantizeOptions o;
  for (std::size_t i = 0; i < populations; ++i) {
    o.weight_bits.push_back(static_cast<int>(r.whole(1, 16)));
    o.fraction_bits.push_back(r.chance(0.5) ? std::nullopt
                                            : std::optional<int>(static_cast<int>(r.whole(4, 10))));
    o.decay_bits.push_back(r.chance(0.6) ? std::nullopt
                                         : std::optional<int>(static_cast<int>(r.whole(0, 12))));
    o.membrane_bits.push_back(r.chance(0.8) ? std::nullopt
                                            : std::optional<int>(static_cast<int>(r.whole(6, 16))));
    if ((kinds & kMembranes) != 0) {
      o.value_bits.push_back(r.chance(0.5) ? std::nullopt
                                           : std::optional<int>(static_cast<int>(r.whole(2, 16))));
    }
    if ((kinds & (kCurrent | kAlpha)) == 0) continue;
    o.current_decay_bits.push_back(
        r.chance(0.6) ? std::nullopt : std::optional<int>(static_cast<int>(r.whole(0, 12))));
  }
  o.timesteps = steps;
  return o;
}

std::string describe_projection(const ir::QuantizedNetwork& n, const ir::QuantizedProjection& p) {
  std::string out = fmt::format("{} of {}", ir::kind_of(p.connectivity), n.source_name(p.source));
  if (const auto* conv = std::get_if<ir::QuantizedConv>(&p.connectivity)) {
    const ir::ConvGeometry& g = conv->geometry;
    out += fmt::format(" {}x{}x{}/{}x{} k{}x{} s{}x{} p{}x{} d{}x{} g{}", g.in_channels,
                       g.in_height, g.in_width, g.pool_height, g.pool_width, g.kernel_height,
                       g.kernel_width, g.stride_height, g.stride_width, g.pad_top, g.pad_left,
                       g.dilation_height, g.dilation_width, g.groups);
  }
  if (const auto* g = std::get_if<ir::MaxPool>(&p.connectivity)) {
    out += fmt::format(" k{}x{} s{}x{} p{}x{} d{}x{}", g->kernel_height, g->kernel_width,
                       g->stride_height, g->stride_width, g->pad_top, g->pad_left,
                       g->dilation_height, g->dilation_width);
  }
  if (p.delay > 0) out += fmt::format(" {} steps ago", p.delay);
  return out;
}

std::string describe_rule(const ir::QuantizedPopulation& p) {
  if (p.sends_membranes()) return fmt::format("li sends {} >> {}", p.value_bits, p.value_shift);
  if (!p.spiking) return "li";
  return fmt::format("{} {}{}", ir::name(p.reset.mechanism), ir::name(p.reset.timing),
                     p.sends_counts() ? fmt::format(" up to {}", p.max_spikes) : "");
}

std::string describe(const RandomCase& c) {
  std::string out = fmt::format("T {}", c.data.timesteps);
  for (const ir::QuantizedInput& input : c.quantized.inputs) {
    out += fmt::format(", {}input {} values {}..{}{}", input.is_static ? "static " : "",
                       ir::shape_text(input.shape), input.min_value, input.max_value,
                       input.scale == 1 ? "" : " scaled");
  }
  for (std::size_t i = 0; i < c.quantized.populations.size(); ++i) {
    const ir::QuantizedPopulation& p = c.quantized.populations[i];
    const auto into = c.quantized.projections_into(i);
    std::vector<std::string> sources;
    for (const auto* projection : into) {
      sources.push_back(describe_projection(c.quantized, *projection));
    }
    out += fmt::format(
        "; {} {} neurons, {}/{} lanes, {}w{} v{}/{} {}{}{} <- {}", p.name, ir::shape_text(p.shape),
        c.mapping.lanes[i], c.mapping.update_lanes_of(i), c.mapping.is_loadable(i) ? "ram " : "",
        into[0]->weight_bits, p.membrane_bits, p.accumulator_bits, describe_rule(p),
        p.synapse == ir::Synapse::None ? ""
                                       : fmt::format(" {}{}", ir::name(p.synapse), p.current_bits),
        p.inhibition ? " inhibition" : "", fmt::join(sources, ", "));
  }
  for (const ir::Output& output : ir::outputs_of(c.quantized)) {
    out += fmt::format("; {} {}", c.quantized.populations[output.population].name,
                       ir::name(output.readout));
  }
  return out;
}

// The integers of every input; real data are scaled as the driver would, to 2..8 bits.
passes::Calibration input_ranges(Random& r, const ir::Network& network, const ir::Dataset& data,
                                 const std::vector<InputKind>& kinds) {
  passes::Calibration calibration;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    const InputKind& kind = kinds[i];
    calibration.input_min.push_back(kind.negative ? -kind.max_value : 0);
    calibration.input_max.push_back(kind.max_value);
    calibration.input_scale.push_back(1);
    if (!kind.real) continue;
    float largest = 0;
    const std::size_t first = ir::first_element(network, i);
    for (std::size_t t = 0; t < data.samples * data.timesteps; ++t) {
      const std::size_t count = ir::element_count(network.inputs[i].shape);
      const ir::Row x = data.step(t / data.timesteps, t % data.timesteps).part(first, count);
      for (std::size_t e = 0; e < count; ++e) largest = std::max(largest, std::abs(x[e]));
    }
    const std::int64_t top = numeric::max_of(static_cast<int>(r.whole(2, 8)));
    calibration.input_min[i] = kind.negative ? -top : 0;
    calibration.input_max[i] = top;
    const double scale =
        largest > 0 ? static_cast<double>(top) / static_cast<double>(largest) : 2.0;
    calibration.input_scale[i] = scale == 1 ? 1.5 : scale;
  }
  return calibration;
}

}  // namespace

namespace {

// A weight of one bit has no 0, which single synapses need for the other lanes of their rows.
void widen_sparse_weights(const ir::QuantizedNetwork& q, passes::QuantizeOptions& options) {
  const ir::Mapping one_lane{std::vector<int>(q.populations.size(), 1)};
  for (std::size_t k = 0; k < q.projections.size(); ++k) {
    if (ir::tap_kind(q, one_lane, k) != ir::TapKind::Sparse) continue;
    int& bits = options.weight_bits[q.projections[k].target];
    bits = std::max(bits, 2);
  }
}

// Shows the values of a sample's first step in every step.
void make_static(RandomCase& c, std::size_t input) {
  c.network.inputs[input].is_static = true;
  c.network.timesteps = static_cast<int>(c.data.timesteps);
  const std::size_t row = c.data.feature_count();
  const auto first = static_cast<std::ptrdiff_t>(ir::first_element(c.network, input));
  const auto count = static_cast<std::ptrdiff_t>(ir::element_count(c.network.inputs[input].shape));
  for (std::size_t k = 0; k < c.data.samples * c.data.timesteps; ++k) {
    const auto step = [&](std::size_t at) {
      return c.data.x.begin() + static_cast<std::ptrdiff_t>(at * row) + first;
    };
    const std::size_t shown = k - k % c.data.timesteps;
    if (shown != k) std::copy(step(shown), step(shown) + count, step(k));
  }
}

}  // namespace

RandomCase random_case(std::uint64_t seed, unsigned kinds) {
  Random r(seed * 7919 + 1);
  RandomCase c;
  const auto steps = static_cast<std::size_t>(r.whole(1, 20));
  std::vector<InputKind> inputs{random_input_kind(r, kinds)};
  if ((kinds & kManyInputs) != 0 && r.chance(0.4)) {
    for (std::int64_t more = r.whole(1, 2); more > 0; --more) {
      inputs.push_back(random_input_kind(r, kinds));
    }
  }
  c.network = passes::align_convolutions(Grower(r, kinds, inputs).grow());
  ir::verify(c.network);
  c.data = random_data(r, c.network, steps, inputs);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if ((kinds & kStaticInput) != 0 && r.chance(0.25)) make_static(c, i);
  }
  passes::QuantizeOptions options =
      random_options(r, c.network.populations.size(), static_cast<int>(steps), kinds);
  passes::Calibration calibration = input_ranges(r, c.network, c.data, inputs);
  // Half of the cases as if seen in data, which leaves values and counts that clip.
  if ((kinds & (kCounts | kMembranes)) != 0 && r.chance(0.5)) {
    for (std::size_t p = 0; p < c.network.populations.size(); ++p) {
      calibration.membrane_max.push_back(r.real(0.3, 6.0));
      calibration.count_max.push_back(static_cast<int>(r.whole(0, 6)));
    }
  }
  try {
    c.quantized = passes::quantize(c.network, options, calibration);
  } catch (const support::InputError&) {
    // So few bits were drawn that a threshold is less than one of them, which is refused.
    for (int& bits : options.weight_bits) bits = std::max(bits, 8);
    options.fraction_bits.assign(options.fraction_bits.size(), std::nullopt);
    c.quantized = passes::quantize(c.network, options, calibration);
  }
  widen_sparse_weights(c.quantized, options);
  c.quantized = passes::quantize(c.network, options, calibration);
  driver::assign_proved_widths(c.quantized, options.membrane_bits);
  for (std::size_t p = 0; p < c.quantized.populations.size(); ++p) {
    const std::int64_t n = ir::max_lanes(c.quantized, p);
    const std::int64_t lanes = r.chance(0.2) ? 1 : r.chance(0.25) ? n : r.whole(1, n);
    c.mapping.lanes.push_back(static_cast<int>(lanes));
  }
  // Where events visit all neurons in order, fewer of them may end their step in a cycle.
  if (r.chance(0.7)) {
    for (const int lanes : c.mapping.lanes) {
      int update = static_cast<int>(r.whole(1, lanes));
      if (r.chance(0.6)) {
        while (lanes % update != 0) --update;
      }
      c.mapping.update_lanes.push_back(update);
    }
  }
  for (std::size_t p = 0; p < c.quantized.populations.size(); ++p) {
    c.mapping.loadable.push_back(r.chance(0.3));
  }
  c.mapping = ir::fit_lanes(c.quantized, c.mapping);
  if (r.chance(0.4)) {
    const auto last = static_cast<std::int64_t>(c.quantized.populations.size()) - 1;
    const auto p = static_cast<std::size_t>(r.whole(0, last));
    if (c.quantized.populations[p].spiking) c.mapping.spike_stream = p;
  }
  ir::verify(c.quantized);
  ir::verify(c.quantized, c.mapping);
  c.description = describe(c);
  return c;
}

std::vector<support::NpzOutput> arrays_of(const RandomCase& c) {
  std::vector<support::NpzOutput> arrays;
  const bool only = c.network.inputs.size() == 1;
  for (std::size_t i = 0; i < c.network.inputs.size(); ++i) {
    const std::size_t first = ir::first_element(c.network, i);
    const std::size_t count = ir::element_count(c.network.inputs[i].shape);
    const bool is_static = c.network.inputs[i].is_static;
    const std::size_t steps = is_static ? 1 : c.data.timesteps;
    std::vector<float> values;
    for (std::size_t t = 0; t < c.data.samples * steps; ++t) {
      const ir::Row x = c.data.step(t / steps, t % steps).part(first, count);
      for (std::size_t e = 0; e < count; ++e) values.push_back(x[e]);
    }
    arrays.push_back(
        {only ? "x" : "x_" + c.network.inputs[i].name,
         is_static ? ir::Shape{c.data.samples, count} : ir::Shape{c.data.samples, steps, count},
         std::move(values)});
  }
  return arrays;
}

}  // namespace hillock::tests
