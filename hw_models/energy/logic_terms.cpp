#include "hw_models/energy/logic_terms.h"

#include <algorithm>
#include <bit>
#include <stdexcept>
#include <string>

#include "compiler/numeric/fixed_point.h"
#include "hw_models/geometry/geometry.h"

namespace hillock::hw_models {
namespace {

double real(std::int64_t v) { return static_cast<double>(v); }

std::int64_t address_bits(std::int64_t words) {
  return words <= 1 ? 1 : std::bit_width(static_cast<std::uint64_t>(words - 1));
}

class Terms {
 public:
  double& operator[](std::string_view role) {
    for (std::size_t i = 0; i < kLogicTerms.size(); ++i) {
      if (kLogicTerms[i].role == role) return values_[i];
    }
    throw std::logic_error("no logic term " + std::string(role));
  }
  std::vector<double> take() { return std::move(values_); }

 private:
  std::vector<double> values_ = std::vector<double>(kLogicTerms.size(), 0.0);
};

}  // namespace

std::vector<double> logic_terms(const Counts& counts, const ir::QuantizedNetwork& network,
                                const ir::Mapping& mapping) {
  Terms t;
  double registers = 0;
  for (std::size_t p = 0; p < counts.populations.size(); ++p) {
    const EngineSize e = engine_size(network, mapping, p);
    const PopulationCounts& c = counts.populations[p];
    const double lane = real(e.lanes * e.pipeline_bits);
    // A memory of one row is registers; one of more has a register for the word that passes by.
    double sums = real(e.states.width);
    if (e.sums.width > 0) {
      sums += real(2 * e.lanes * e.sum_bits);
      if (e.sums.depth == 1) sums += real(2 * e.sums.width);
    }
    const double spikes = e.bitmaps == 0
                              ? real(e.lanes + 2 * e.score_bits)
                              : real(e.bitmaps * (2 * e.groups * e.lanes + 2 * e.scan.words +
                                                  e.scan.word_bits + e.scan.words));
    const double addresses = real(address_bits(e.weights.depth) + 8 * address_bits(e.groups) +
                                  4 * address_bits(e.add_groups));
    t["clock_lane"] += counts.cycles * lane;
    t["clock_sums"] += counts.cycles * sums;
    t["clock_spikes"] += counts.cycles * spikes;
    t["clock_addresses"] += counts.cycles * addresses;
    t["clock_population"] += counts.cycles;
    registers += lane + sums + spikes + addresses;

    t["logic_add"] += c.lane_additions * real(e.sum_bits);
    t["logic_weight"] += c.weight_bits_read;
    t["logic_event"] += c.events;
    t["logic_update"] += c.lane_updates * real(e.update.add_bits + e.update.compare_bits);
    (e.update.constant_multiplier ? t["logic_multiply_constant"] : t["logic_multiply"]) +=
        c.lane_updates * real(e.update.multiply_bits());
    t["logic_state"] += c.state_bits_moved;
  }
  t["clock_design"] = counts.cycles;
  t["logic_register"] = counts.cycles * registers;
  return t.take();
}

}  // namespace hillock::hw_models
