// The networks that the real snnTorch and the real sinabs ran (tests/golden): archives of cases,
// each a folder with the network, the input and the spikes of every layer.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "compiler/ir/dataset.h"
#include "compiler/ir/network.h"

namespace hillock::tests {

// One case, its files written out: "state_dict.pt", "arch.json", "x.npy", "LAYER.spikes.npy", and
// where snnTorch could export it "model.nir" and "nir.json"; of sinabs the last two alone.
struct GoldenCase {
  std::string name;
  std::map<std::string, std::filesystem::path> files;
};

// The archives, without ".zip".
[[nodiscard]] std::vector<std::string> golden_groups();

// The cases of an archive, sorted by name, written below `folder`.
[[nodiscard]] std::vector<GoldenCase> golden_cases(const std::string& group,
                                                   const std::filesystem::path& folder);

// The network of a case, as its framework computed it.
[[nodiscard]] ir::Network golden_network(const GoldenCase& c);

struct GoldenValues {
  ir::Shape shape;
  std::vector<float> values;
};
[[nodiscard]] GoldenValues golden_array(const std::filesystem::path& npy);

// x [samples, timesteps, features...], or of a static input [samples, features...], as a data set
// without labels.
[[nodiscard]] ir::Dataset golden_dataset(const GoldenValues& x, const ir::Network& network);

}  // namespace hillock::tests
