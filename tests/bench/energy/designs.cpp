#include "tests/bench/energy/designs.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/driver/compile.h"
#include "compiler/ir/network_json.h"
#include "compiler/support/file.h"
#include "tests/support/random_network.h"

namespace hillock::tests {
namespace {

// Sum of uniforms: near enough to a normal, and the same everywhere.
double about_normal(Random& random) {
  double sum = 0;
  for (int i = 0; i < 6; ++i) sum += random.real(-1, 1);
  return sum / 1.414;
}

std::uint64_t seed_of(const EnergyDesign& d) {
  std::uint64_t seed = 17;
  for (const char c : d.name) seed = seed * 131 + static_cast<unsigned char>(c);
  return seed;
}

ir::PerNeuron<double> decay_of(DecayForm form, std::size_t neurons, Random& random) {
  if (form == DecayForm::Shift) return 0.5;
  if (form == DecayForm::Constant) return random.real(0.75, 0.97);
  std::vector<double> each(neurons);
  for (double& d : each) d = random.real(0.7, 0.98);
  return ir::PerNeuron<double>(each);
}

}  // namespace

const char* name(DecayForm form) {
  switch (form) {
    case DecayForm::Shift:
      return "shift";
    case DecayForm::Constant:
      return "constant";
    case DecayForm::Multiplier:
      return "multiplier";
  }
  return "";
}

// Each factor runs through its levels at a step that shares no divisor with their number, so that
// no two factors go together.
EnergyDesign energy_design(std::size_t number) {
  constexpr std::size_t kInputs[] = {16, 24, 32, 48, 64};
  constexpr std::size_t kHidden[] = {8, 12, 16, 20, 24, 32, 40, 48};
  constexpr std::size_t kOutputs[] = {3, 5, 8, 10};
  constexpr int kLanes[] = {1, 2, 4, 8, 16};
  constexpr int kBits[] = {2, 3, 4, 5, 6, 8};
  constexpr double kDensity[] = {0.03, 0.08, 0.15, 0.25, 0.4};
  Random random(number + 1);
  EnergyDesign d;
  d.inputs = kInputs[static_cast<std::size_t>(random.whole(0, 4))];
  d.neurons = {kHidden[(number * 3) % 8]};
  if (number % 4 != 3) d.neurons.push_back(kOutputs[static_cast<std::size_t>(random.whole(0, 3))]);
  d.lanes = kLanes[(number * 2 + number / 5) % 5];
  d.weight_bits = kBits[(number + number / 6) % 6];
  d.density = kDensity[(number * 3 + number / 5) % 5];
  d.decay = static_cast<DecayForm>((number + number / 3) % 3);
  d.timesteps = static_cast<std::size_t>(random.whole(6, 14));
  d.name = fmt::format("d{:02}", number);
  return d;
}

ir::Network energy_network(const EnergyDesign& d) {
  Random random(seed_of(d));
  ir::Network n;
  n.name = d.name;
  n.import = {d.name, "network-json", "snntorch", ir::ImportGrade::Exact, {}, {}};
  n.inputs.push_back({"input", {d.inputs}, {}, false});
  for (std::size_t p = 0; p < d.neurons.size(); ++p) {
    ir::Population pop;
    pop.name = fmt::format("layer{}", p + 1);
    pop.shape = {d.neurons[p]};
    pop.decay = decay_of(d.decay, d.neurons[p], random);
    pop.threshold = 1.0;
    pop.reset = {ir::ResetMechanism::Subtract, ir::ResetTiming::Delayed, ir::ZeroInput::Kept};
    n.populations.push_back(pop);
    const std::size_t fan_in = p == 0 ? d.inputs : d.neurons[p - 1];
    ir::Dense dense;
    dense.weight = support::Matrix<double>(d.neurons[p], fan_in);
    const double rate = p == 0 ? d.density : 0.2;
    const double scale = 1.2 / std::max(1.0, rate * static_cast<double>(fan_in));
    for (double& w : dense.weight.data) w = scale * (0.35 + about_normal(random));
    ir::Projection projection;
    projection.name = fmt::format("weights{}", p + 1);
    projection.source = {p == 0 ? ir::Source::Kind::Input : ir::Source::Kind::Population,
                         p == 0 ? 0 : p - 1};
    projection.target = p;
    projection.connectivity = std::move(dense);
    n.projections.push_back(std::move(projection));
  }
  n.output = d.neurons.size() - 1;
  n.readout = ir::Readout::SpikeCount;
  return n;
}

std::vector<support::NpzOutput> energy_data(const EnergyDesign& d, std::size_t samples) {
  Random random(seed_of(d) + 1);
  std::vector<std::uint8_t> x(samples * d.timesteps * d.inputs);
  // Some inputs spike often and some rarely, as pixels do.
  std::vector<double> rate(d.inputs);
  for (double& r : rate) r = std::min(0.95, d.density * random.real(0.1, 1.9));
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = random.chance(rate[i % d.inputs]) ? 1 : 0;
  return {{"x", {samples, d.timesteps, d.inputs}, std::move(x)}};
}

void compile_design(const ir::Network& network, const std::vector<support::NpzOutput>& data,
                    int weight_bits, int lanes, const std::filesystem::path& home) {
  const std::filesystem::path model = home.string() + ".network.json";
  const std::filesystem::path arrays = home.string() + ".npz";
  support::create_folder(home.parent_path());
  support::write_file(model, ir::to_json(network).dump() + "\n");
  support::write_npz(arrays, data);
  driver::CompileOptions compile;
  compile.model = model;
  compile.data = arrays;
  compile.output = home;
  compile.weight_bits.all = std::to_string(weight_bits);
  compile.lanes.lanes.all = std::to_string(lanes);
  compile.quantizer = driver::QuantizerMethod::Searched;
  driver::CommonOptions quiet;
  quiet.quiet = true;
  (void)driver::compile(compile, quiet);
}

}  // namespace hillock::tests
