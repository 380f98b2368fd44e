// A generated Verilog module as data: constants, ports, wires, instances. The printer decides
// nothing; whatever is not an instance or a wire belongs in the library.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace hillock::emit {

struct Constant {
  std::string name;
  std::string value;    // as printed: "100", "12'sd57", "\"file.mem\""
  std::string comment;  // may be empty
};

// Constants under a heading, for example a population's.
struct ConstantGroup {
  std::string heading;
  std::vector<Constant> constants;
};

struct Port {
  bool input = true;
  int width = 1;
  std::string name;
  std::string heading;        // starts a group of ports where not empty
  bool verification = false;  // exists only under SNN_TRACE
};

struct Wire {
  int width = 1;
  std::string name;
  std::string value;  // what it is assigned from: a name or a concatenation; may be empty
};

using Binding = std::pair<std::string, std::string>;  // parameter or port, and what it is bound to

struct Instance {
  std::string module;
  std::string name;
  std::string comment;
  std::vector<Binding> parameters;
  std::vector<Binding> ports;
};

struct Design {
  std::string top;
  std::vector<std::string> header;  // comment lines
  std::vector<ConstantGroup> constants;
  std::vector<Port> ports;
  std::vector<Wire> wires;
  std::vector<Instance> instances;
  std::vector<Binding> outputs;               // assignments to output ports
  std::vector<Binding> verification_outputs;  // the same, under SNN_TRACE
  std::vector<std::string> unused;            // nets that a product build does not read
  int stall_width = 0;                        // of stall_i, which is 0 without SNN_TRACE
};

[[nodiscard]] std::string print_constants(const Design& design);
[[nodiscard]] std::string print_top(const Design& design);

}  // namespace hillock::emit
