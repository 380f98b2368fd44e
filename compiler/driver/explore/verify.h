// A point of a search built again and co-simulated.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/driver/explore/evaluate.h"

namespace hillock::driver {

struct VerifyRequest {
  const SearchSetting& setting;
  const Choice& choice;
  std::filesystem::path folder;        // the build goes to folder/ID
  std::optional<std::size_t> samples;  // to co-simulate; nullopt: all
  int jobs = 0;
  std::filesystem::path liberty = {};  // synthesized to these cells as well; "": not at all
  bool quiet = true;                   // else: says on the terminal what runs and for how long
};

// Builds the point as `compile --from` does, runs and estimates it, and co-simulates it:
// {"agrees", "figures_equal": accuracy, cycles, energy and LUTs are those of the search,
//  "mismatches", "predicted_cycles_equal", "samples", "spikes_compared", "membranes_compared",
//  "folder", "synthesis": null, or of the logic in the cells, memories left out, {"library",
//  "area_um2", "fmax_hz", "timing", "clock_met"}}.
[[nodiscard]] nlohmann::json verify_point(const VerifyRequest& request,
                                          const nlohmann::json& point);

}  // namespace hillock::driver
