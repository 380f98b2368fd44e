// The designs that energy is calibrated on: small random networks, spread over lanes, weight bits,
// size, input density and the form of the decay. The same number gives the same design everywhere.
#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "compiler/ir/network.h"
#include "compiler/support/npz.h"

namespace hillock::tests {

enum class DecayForm {
  Shift,       // 1/2: a shift
  Constant,    // one decay for all neurons: a few shifts and additions
  Multiplier,  // a decay of each neuron
};

struct EnergyDesign {
  std::string name;
  std::size_t inputs = 0;
  std::vector<std::size_t> neurons;  // of each population
  int lanes = 1;
  int weight_bits = 4;
  double density = 0.2;  // of the input
  DecayForm decay = DecayForm::Shift;
  std::size_t timesteps = 10;
};

[[nodiscard]] const char* name(DecayForm form);
[[nodiscard]] EnergyDesign energy_design(std::size_t number);
[[nodiscard]] ir::Network energy_network(const EnergyDesign& design);
// `samples` of random spikes: the first half of them and the second share the density.
[[nodiscard]] std::vector<support::NpzOutput> energy_data(const EnergyDesign& design,
                                                          std::size_t samples);

// The build of a network of these data in `home`; both lie beside it, as home's name with
// .network.json and .npz.
void compile_design(const ir::Network& network, const std::vector<support::NpzOutput>& data,
                    int weight_bits, int lanes, const std::filesystem::path& home);

}  // namespace hillock::tests
