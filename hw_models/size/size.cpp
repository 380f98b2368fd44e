#include "hw_models/size/size.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace hillock::hw_models {
namespace {

using namespace std::string_view_literals;

struct TableFile {
  std::string_view name;
  std::string_view content;
};

constexpr TableFile kFiles[] = {
#include "size_table.inc"  // made from hw_models/size/tables/ by cmake/EmbedFiles.cmake
};

double luts_of(const SizeTerms& terms) {
  const SizeTable& table = size_table();
  double luts = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) luts += table.luts[i] * terms[i];
  return luts;
}

}  // namespace

SizeTable parse_size_table(std::string_view text) {
  const nlohmann::json j = nlohmann::json::parse(text);
  SizeTable table;
  table.target = j.at("target");
  table.designs = j.at("designs");
  table.mean_error = j.at("mean_error");
  table.worst_error = j.at("worst_error");
  for (std::size_t i = 0; i < kSizeTerms.size(); ++i) {
    const std::string name(kSizeTerms[i]);
    const auto& coefficients = j.at("luts");
    if (!coefficients.contains(name))
      throw std::logic_error(fmt::format("size table: no entry for {}", name));
    table.luts[i] = coefficients.at(name);
    if (!std::isfinite(table.luts[i]) || table.luts[i] < 0)
      throw std::logic_error(fmt::format("size table: {} is negative or not finite", name));
  }
  return table;
}

const SizeTable& size_table() {
  static const SizeTable table = parse_size_table(kFiles[0].content);
  return table;
}

double estimate_luts(const ir::QuantizedNetwork& network, const ir::Mapping& mapping) {
  return luts_of(size_terms(network, mapping));
}

std::vector<double> estimate_luts_by_population(const ir::QuantizedNetwork& network,
                                                const ir::Mapping& mapping) {
  std::vector<double> luts;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    luts.push_back(luts_of(population_size_terms(network, mapping, p)));
  }
  return luts;
}

}  // namespace hillock::hw_models
