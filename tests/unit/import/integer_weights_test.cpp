// State_dicts whose weights are integers with a scale beside them.
#include "compiler/import/integer_weights.h"

#include <catch2/catch.hpp>

#include "compiler/ir/network_json.h"
#include "compiler/passes/quantize.h"
#include "tests/unit/import/state_dict_case.h"

namespace hillock::tests {
namespace {

using Catch::Contains;

// fc (2 -> 3) of 4 bits, lif.
Case integer_case(const std::string& scale_name, std::vector<float> scale) {
  Case c;
  c.tensor("fc.weight").values = {6, -4, 3, 7, -2, 0};
  const int n = static_cast<int>(scale.size());
  c.state.push_back({scale_name, n == 1 ? std::vector<int>{} : std::vector<int>{n}, scale});
  return c;
}

std::vector<std::int32_t> quantized_weights(const ir::Network& n) {
  passes::QuantizeOptions o;
  o.weight_bits = {4};
  o.fraction_bits.resize(1);
  o.decay_bits.resize(1);
  o.membrane_bits.resize(1);
  o.timesteps = 10;
  const ir::QuantizedNetwork q = passes::quantize(n, o, {});
  return std::get<ir::QuantizedDense>(q.projections[0].connectivity).weight.data;
}

TEST_CASE("integers and their scale come through bit for bit", "[import]") {
  for (const char* name : {"fc.weight_scale", "fc.weight.scale", "fc.scale"}) {
    for (const std::vector<float>& scale :
         {std::vector<float>{0.1F}, std::vector<float>{0.1F, 0.07F, 0.3F}}) {
      const ir::Network n = integer_case(name, scale).import();
      const auto& w = std::get<ir::Dense>(n.projections[0].connectivity).weight;
      CHECK(w(0, 0) == 6 * static_cast<double>(scale[0]));
      CHECK(w(2, 0) == -2 * static_cast<double>(scale.back()));
      // The first row's integers are even, and stay so.
      CHECK(quantized_weights(n) == std::vector<std::int32_t>{6, -4, 3, 7, -2, 0});
      CHECK(n.import.notes.front() == "fc: integers with a scale, which are kept");
      const ir::Network again = ir::network_from_json(ir::to_json(n), "n.json");
      CHECK(again.projections[0].weight_step == n.projections[0].weight_step);
    }
  }
}

TEST_CASE("a gain in front of the neurons does not touch the integers", "[import]") {
  Case c = integer_case("fc.scale", {0.1F, 0.07F, 0.3F});
  c.architecture = R"({"input": {"shape": [2]}, "layers": [{"name": "fc", "type": "linear"},
    {"name": "bn", "type": "batchnorm1d"}, {"name": "lif", "type": "leaky"}]})";
  c.state.push_back({"bn.running_mean", {3}, {0, 0.5F, -1}});
  c.state.push_back({"bn.running_var", {3}, {0.3F, 2, 5}});
  CHECK(quantized_weights(c.import()) == std::vector<std::int32_t>{6, -4, 3, 7, -2, 0});
}

TEST_CASE("a bias has a scale of its own", "[import]") {
  Case c = integer_case("fc.scale", {0.5F});
  c.tensor("fc.bias").values = {10, -20, 3};
  c.state.push_back({"fc.bias_scale", {1}, {0.25F}});
  CHECK(c.import().populations[0].bias[1] == -5);
}

TEST_CASE("what is said beside integers has to agree with them", "[import]") {
  Case c = integer_case("fc.scale", {0.5F});
  c.state.push_back({"fc.zero_point", {}, {0}});
  c.state.push_back({"fc.bit_width", {}, {4}});
  CHECK_NOTHROW(c.import());
  c.tensor("fc.bit_width").values = {3};
  CHECK_THAT(c.error(), Contains("6 does not fit the 3 bits that 'fc.bit_width' says "
                                 "[bad-parameter]"));
  c.tensor("fc.bit_width").values = {4};
  c.tensor("fc.zero_point").values = {2};
  CHECK_THAT(c.error(), Contains("the zero point is 2") && Contains("[unsupported-node]"));
  c = integer_case("fc.scale", {0.5F});
  c.tensor("fc.weight").values[3] = 0.5F;
  CHECK_THAT(c.error(), Contains("0.5 is no integer, and 'fc.scale' is the scale of integers"));
  CHECK_THAT(integer_case("fc.scale", {0.5F, 1}).error(),
             Contains("has 2 elements, and 'fc.weight' has 3 output channels [shape-mismatch]"));
  CHECK_THAT(integer_case("fc.scale", {-1}).error(), Contains("is -1, and a scale is above 0"));
}

}  // namespace
}  // namespace hillock::tests
