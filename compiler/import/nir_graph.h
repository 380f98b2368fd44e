// nir::Graph: what a NIR file says, before anything is made of it. Every node knows its place.
#pragma once

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "compiler/ir/shape.h"
#include "compiler/support/diagnostics.h"

namespace hillock::import::nir {

struct Array {
  ir::Shape shape;             // empty: a scalar
  std::vector<double> values;  // row-major
  bool single_precision = false;
};

// Something in the file that is neither numbers nor text; an error where it is needed.
struct Unreadable {
  std::string what;
};

using Parameter = std::variant<Array, std::string, Unreadable>;

struct Graph;

struct Node {
  std::string name;
  std::string type;
  support::Location where;
  std::map<std::string, Parameter> parameters;  // without type, nodes, edges and metadata
  std::vector<Graph> nested;                    // one where type is NIRGraph, else none
};

struct Edge {
  std::string source;
  std::string target;
  support::Location where;
};

struct Graph {
  support::Location where;
  std::vector<Node> nodes;
  std::vector<Edge> edges;
};

}  // namespace hillock::import::nir
