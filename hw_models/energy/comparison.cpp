#include "hw_models/energy/comparison.h"

#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "hw_models/energy/coefficients.h"

namespace hillock::hw_models {
namespace {

constexpr const char* kNaive = "published.naive_sop";
constexpr const char* kBare = "published.int8_add";

const PublishedFigure& published(const std::string& id) {
  const auto& all = published_figures();
  const auto it = std::find_if(all.begin(), all.end(),
                               [&](const PublishedFigure& f) { return f.figure.id == id; });
  if (it == all.end()) throw std::logic_error("no published figure " + id);
  return *it;
}

ComparisonRow row(const PublishedFigure& f, double synaptic_operations) {
  const Coefficient& c = f.figure;
  return {fmt::format("{}, {:.4g} pJ each", f.name, c.value), c.base() * synaptic_operations,
          c.note, c.citation};
}

}  // namespace

double naive_energy_j(double synaptic_operations) {
  return published(kNaive).figure.base().nominal * synaptic_operations;
}

std::vector<ComparisonRow> comparison_rows(const EnergyEstimate& estimate) {
  const double operations = estimate.synaptic_operations;
  std::vector<ComparisonRow> rows;
  rows.push_back(row(published(kBare), operations));
  rows.push_back(row(published(kNaive), operations));
  rows.push_back({fmt::format("this design, {}", estimate.target), estimate.energy_j,
                  "Every memory access, addition, neuron update and clock cycle of this inference, "
                  "counted.",
                  "docs/energy.md"});
  for (const PublishedFigure& f : published_figures()) {
    if (f.figure.id != kNaive && f.figure.id != kBare) rows.push_back(row(f, operations));
  }
  return rows;
}

}  // namespace hillock::hw_models
