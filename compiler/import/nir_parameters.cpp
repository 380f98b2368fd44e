#include "compiler/import/nir_parameters.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "compiler/import/broadcast.h"

namespace hillock::import::nir {

using support::DiagnosticKind;
using support::fail;
using support::Location;

void only_parameters(const Node& node, std::initializer_list<std::string_view> known) {
  for (const auto& [name, parameter] : node.parameters) {
    if (name == "input_type" || name == "output_type") continue;  // the shapes are worked out here
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    fail(DiagnosticKind::UnsupportedNode, node.where.child(name),
         fmt::format("the parameter '{}' of the {} node '{}' is not known here", name, node.type,
                     node.name),
         fmt::format("known are {}", fmt::join(known, ", ")));
  }
}

bool has(const Node& node, std::string_view name) {
  return node.parameters.contains(std::string(name));
}

const Array& array(const Node& node, std::string_view name) {
  const Location where = node.where.child(name);
  const auto it = node.parameters.find(std::string(name));
  if (it == node.parameters.end()) {
    fail(DiagnosticKind::MissingField, where,
         fmt::format("the {} node '{}' has no {}", node.type, node.name, name));
  }
  if (const auto* text = std::get_if<std::string>(&it->second)) {
    fail(DiagnosticKind::BadType, where, fmt::format("is the text '{}', not numbers", *text));
  }
  if (const auto* other = std::get_if<Unreadable>(&it->second)) {
    fail(DiagnosticKind::BadType, where, fmt::format("is {}, not numbers", other->what));
  }
  return std::get<Array>(it->second);
}

const Array& finite_array(const Node& node, std::string_view name) {
  const Array& a = array(node, name);
  for (std::size_t i = 0; i < a.values.size(); ++i) {
    if (!std::isfinite(a.values[i])) {
      fail(DiagnosticKind::NotFinite, node.where.child(name).at(i),
           fmt::format("{} is {}", name, a.values[i]));
    }
  }
  return a;
}

std::vector<long> whole_numbers(const Node& node, std::string_view name) {
  std::vector<long> whole;
  for (const double v : finite_array(node, name).values) {
    if (v != std::floor(v) || std::abs(v) > 2147483648.0) {
      fail(DiagnosticKind::BadParameter, node.where.child(name),
           fmt::format("{} is {}, and must be a whole number", name, v));
    }
    whole.push_back(static_cast<long>(v));
  }
  return whole;
}

std::vector<double> broadcast(const Array& array, const ir::Shape& shape, const Location& where) {
  return import::broadcast(array.shape, array.values, shape, where);
}

}  // namespace hillock::import::nir
