// Verilog names: legal, and different even where the nets and constants made from them could meet.
#include "compiler/emit/names.h"

#include <catch2/catch.hpp>

using hillock::emit::camel_case;
using hillock::emit::NameTable;

TEST_CASE("names become identifiers", "[emit]") {
  NameTable names;
  CHECK(names.unique("1.lif") == "n1_lif");
  CHECK(names.unique("Layer 2") == "layer_2");
  CHECK(names.unique("layer.2") == "layer_2_2");
  CHECK(names.unique("module") == "module_net");
  CHECK(names.unique("") == "n");
}

TEST_CASE("no prefix is the beginning of another", "[emit]") {
  NameTable names;
  names.reserve({"in"});
  CHECK(names.unique_prefix("x") == "x");
  CHECK(names.unique_prefix("x_gated") == "p1_x_gated");  // x's own net is x_gated_valid
  CHECK(names.unique_prefix("in") == "p1_in");
  CHECK(names.unique_prefix("x2") == "x2");
}

TEST_CASE("constants differ although underscores vanish", "[emit]") {
  NameTable names;
  CHECK(camel_case(names.unique_camel("lif1")) == "Lif1");
  CHECK(camel_case(names.unique_camel("lif_1")) != "Lif1");
}
