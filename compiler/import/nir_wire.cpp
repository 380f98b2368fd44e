#include "compiler/import/nir_wire.h"

#include <stdexcept>
#include <utility>

#include "compiler/import/limits.h"
#include "compiler/support/bytes.h"

namespace hillock::import::nir {
namespace {

using support::ByteReader;
using support::ByteWriter;
using support::Location;

void put(ByteWriter& out, const Location& where) {
  out.text(where.path);
  out.number(where.index.has_value());
  out.number<std::uint64_t>(where.index.value_or(0));
}

Location get_location(ByteReader& in, const std::string& file) {
  Location where{file, in.text()};
  const bool has_index = in.number<bool>();
  const auto index = in.number<std::uint64_t>();
  if (has_index) where.index = index;
  return where;
}

void put(ByteWriter& out, const Parameter& parameter) {
  out.number<std::uint8_t>(static_cast<std::uint8_t>(parameter.index()));
  if (const auto* array = std::get_if<Array>(&parameter)) {
    out.numbers(array->shape);
    out.numbers(array->values);
    out.number(array->single_precision);
  } else if (const auto* text = std::get_if<std::string>(&parameter)) {
    out.text(*text);
  } else {
    out.text(std::get<Unreadable>(parameter).what);
  }
}

Parameter get_parameter(ByteReader& in) {
  switch (in.number<std::uint8_t>()) {
    case 0: {
      Array array;
      array.shape = in.numbers<std::size_t>();
      array.values = in.numbers<double>();
      array.single_precision = in.number<bool>();
      if (array.values.size() != ir::element_count(array.shape)) {
        throw std::out_of_range("an array that is not its shape");
      }
      return array;
    }
    case 1:
      return in.text();
    case 2:
      return Unreadable{in.text()};
    default:
      throw std::out_of_range("no such parameter");
  }
}

void put(ByteWriter& out, const Graph& graph) {
  put(out, graph.where);
  out.number<std::uint64_t>(graph.nodes.size());
  for (const Node& node : graph.nodes) {
    out.text(node.name);
    out.text(node.type);
    put(out, node.where);
    out.number<std::uint64_t>(node.parameters.size());
    for (const auto& [name, parameter] : node.parameters) {
      out.text(name);
      put(out, parameter);
    }
    out.number(!node.nested.empty());
    for (const Graph& nested : node.nested) put(out, nested);
  }
  out.number<std::uint64_t>(graph.edges.size());
  for (const Edge& edge : graph.edges) {
    out.text(edge.source);
    out.text(edge.target);
    put(out, edge.where);
  }
}

std::size_t limited(std::size_t n, std::size_t limit) {
  if (n > limit) throw std::out_of_range("too many");
  return n;
}

Graph get_graph(ByteReader& in, const std::string& file, std::size_t depth) {
  if (depth > kMaxNesting) throw std::out_of_range("too deep");
  Graph graph;
  graph.where = get_location(in, file);
  graph.nodes.resize(limited(in.count(1), kMaxNodes));
  for (Node& node : graph.nodes) {
    node.name = in.text();
    node.type = in.text();
    node.where = get_location(in, file);
    for (std::size_t left = in.count(1); left > 0; --left) {
      std::string name = in.text();
      node.parameters.emplace(std::move(name), get_parameter(in));
    }
    if (in.number<bool>()) node.nested.push_back(get_graph(in, file, depth + 1));
  }
  graph.edges.resize(limited(in.count(1), kMaxEdges));
  for (Edge& edge : graph.edges) {
    edge.source = in.text();
    edge.target = in.text();
    edge.where = get_location(in, file);
  }
  return graph;
}

}  // namespace

std::string to_bytes(const Graph& graph) {
  ByteWriter out;
  put(out, graph);
  return out.take();
}

Graph from_bytes(std::string_view bytes, const std::string& file) {
  ByteReader in(bytes);
  Graph graph = get_graph(in, file, 0);
  if (!in.at_end()) throw std::out_of_range("bytes left over");
  return graph;
}

}  // namespace hillock::import::nir
