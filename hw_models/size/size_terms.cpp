#include "hw_models/size/size_terms.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "compiler/ir/hardware_view.h"
#include "hw_models/geometry/geometry.h"

namespace hillock::hw_models {
namespace {

constexpr std::int64_t kLutMemoryRows = 32;    // of a LUT memory
constexpr std::int64_t kLutMemoryDepth = 128;  // deeper ones become block memory
constexpr std::int64_t kBlockMemoryBits = 32768;

// Block memories one behind the other, each as wide as the row where it can be: 1, 2, 4, 8, 16, 32.
std::int64_t blocks_in_depth(const MemorySize& m) {
  const auto width = static_cast<std::uint64_t>(std::clamp<std::int64_t>(m.width, 1, 32));
  const auto whole = static_cast<std::int64_t>(std::bit_ceil(width));
  return numeric::ceil_div(m.depth * whole, kBlockMemoryBits);
}

double real(std::int64_t v) { return static_cast<double>(v); }

double& term(SizeTerms& terms, std::string_view name) {
  for (std::size_t i = 0; i < kSizeTerms.size(); ++i) {
    if (kSizeTerms[i] == name) return terms[i];
  }
  throw std::logic_error("no size term " + std::string(name));
}

// Signed powers of two that sum up to m, at the least: additions of a multiplication by a constant.
std::int64_t signed_digits(std::int64_t m) {
  const auto u = static_cast<std::uint64_t>(m);
  return std::popcount((3 * u) ^ u);
}

// Bits in LUT memory, counted in whole tables of 32 rows.
double lut_memory(const MemorySize& m) {
  if (m.depth <= 1 || m.depth > kLutMemoryDepth) return 0;
  return real(numeric::ceil_div(m.depth, kLutMemoryRows) * m.width);
}

}  // namespace

SizeTerms population_size_terms(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                                std::size_t population) {
  const ir::QuantizedPopulation& p = network.populations[population];
  const EngineSize e = engine_size(network, mapping, population);
  SizeTerms t{};
  term(t, "population") = 1;
  term(t, "accumulate") = real(e.add_lanes * e.sum_bits);
  if (e.value_bits > 1) {
    term(t, "accumulate_values") = real(e.add_lanes * e.sum_bits * e.value_bits);
  }
  if (e.sums.depth == 1) term(t, "sums_held") = real(e.sums.width);
  if (e.sums.depth > 1) term(t, "sums_held") = lut_memory(e.sums) + real(e.sums.width);
  term(t, "update_add") = real(e.lanes * e.update.add_bits);
  term(t, "update_compare") = real(e.lanes * e.update.compare_bits);
  if (e.update.multiply_a > 0) {
    if (e.update.constant_multiplier) {
      double bits = real(p.membrane_bits * (signed_digits(p.decay[0]) - 1));
      if (p.current_bits > 0) {
        bits += real(p.current_bits * (signed_digits(p.current_decay[0]) - 1));
      }
      term(t, "multiply_constant") = real(e.lanes) * std::max(0.0, bits);
    } else {
      term(t, "multiply") = real(e.lanes * e.update.multiply_bits());
    }
  }
  term(t, "state") = lut_memory(e.states);
  term(t, "pipeline") = real(e.lanes * e.pipeline_bits);
  term(t, "bitmap") = real(e.bitmaps);
  term(t, "scan") = real(e.bitmaps * (e.scan.words + e.scan.word_bits));
  term(t, "readout") = real(e.lanes * e.score_bits);
  for (std::size_t k = 0; k < network.projections.size(); ++k) {
    if (network.projections[k].target != population) continue;
    term(t, "projection") += 1;
    const ir::TapKind kind = ir::tap_kind(network, mapping, k);
    if (kind == ir::TapKind::Sparse) term(t, "taps_sparse") += 1;
    if (kind == ir::TapKind::Conv || kind == ir::TapKind::Pool) term(t, "taps_plane") += 1;
  }
  if (!mapping.is_loadable(population)) {
    const std::int64_t blocks = blocks_in_depth(e.weights);
    term(t, "weight_rows") = real(std::max<std::int64_t>(0, blocks - 1) * e.weights.width);
  }
  return t;
}

SizeTerms size_terms(const ir::QuantizedNetwork& network, const ir::Mapping& mapping) {
  SizeTerms sum{};
  term(sum, "design") = 1;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    const SizeTerms one = population_size_terms(network, mapping, p);
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += one[i];
  }
  return sum;
}

}  // namespace hillock::hw_models
