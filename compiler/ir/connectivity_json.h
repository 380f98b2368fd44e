// The keys of a connectivity in JSON, the same in network.json and quantized.json:
//
//   dense    rows, cols, weight (row-major)
//   conv     geometry (an object), weight
//   sparse   sources, targets, and three lists of equal length: from, to, weight
//   maxpool  geometry (an object)
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <utility>

#include "compiler/ir/connectivity.h"

namespace hillock::ir {

template <typename G>
using GeometryField = std::pair<const char*, std::size_t G::*>;

// The members of a geometry and what they are called.
[[nodiscard]] std::span<const GeometryField<ConvGeometry>> geometry_fields(const ConvGeometry&);
[[nodiscard]] std::span<const GeometryField<MaxPool>> geometry_fields(const MaxPool&);

template <typename G>
[[nodiscard]] nlohmann::json geometry_json(const G& geometry) {
  nlohmann::json j = nlohmann::json::object();
  for (const auto& [key, member] : geometry_fields(geometry)) j[key] = geometry.*member;
  return j;
}

// Reads a geometry by size(key).
template <typename G, typename Size>
[[nodiscard]] G geometry_from(Size size) {
  G geometry;
  for (const auto& [key, member] : geometry_fields(geometry)) geometry.*member = size(key);
  return geometry;
}

// Adds the keys above to a projection's object.
template <typename W>
void put_connectivity(nlohmann::json& j, const ConnectivityOf<W>& connectivity) {
  if (const auto* dense = std::get_if<DenseOf<W>>(&connectivity)) {
    j["rows"] = dense->weight.rows;
    j["cols"] = dense->weight.cols;
    j["weight"] = dense->weight.data;
  } else if (const auto* conv = std::get_if<ConvOf<W>>(&connectivity)) {
    j["geometry"] = geometry_json(conv->geometry);
    j["weight"] = conv->weight;
  } else if (const auto* sparse = std::get_if<SparseOf<W>>(&connectivity)) {
    std::vector<std::uint32_t> from;
    std::vector<std::uint32_t> to;
    std::vector<W> weight;
    for (const auto& s : sparse->synapses) {
      from.push_back(s.source);
      to.push_back(s.target);
      weight.push_back(s.weight);
    }
    j["sources"] = sparse->sources;
    j["targets"] = sparse->targets;
    j["from"] = std::move(from);
    j["to"] = std::move(to);
    j["weight"] = std::move(weight);
  } else {
    j["geometry"] = geometry_json(std::get<MaxPool>(connectivity));
  }
}

}  // namespace hillock::ir
