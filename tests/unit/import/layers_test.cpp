// Layers of a state_dict: what becomes of each, and what is refused, why.
#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numeric>

#include "tests/support/fixtures.h"
#include "tests/unit/import/state_dict_case.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using ir::Network;

std::vector<float> counting(int n) {
  std::vector<float> out(static_cast<std::size_t>(n));
  std::iota(out.begin(), out.end(), 1.0F);
  return out;
}
TestTensor weights(const std::string& name, std::vector<int> shape) {
  const int n = std::accumulate(shape.begin(), shape.end(), 1, std::multiplies<>());
  return {name, std::move(shape), counting(n)};
}
// The tensors of leaky neurons, and more where asked for.
std::vector<TestTensor> neuron(const std::string& name, std::vector<TestTensor> more = {},
                               float reset = 0) {
  std::vector<TestTensor> out{{name + ".threshold", {}, {1}},
                              {name + ".reset_mechanism_val", {}, {reset}},
                              {name + ".beta", {}, {0.5F}}};
  for (TestTensor& t : more) {
    t.name = name + "." + t.name;
    out.push_back(std::move(t));
  }
  return out;
}
Case of(const std::string& shape, const std::string& layers,
        std::vector<std::vector<TestTensor>> tensors) {
  Case c;
  c.architecture = R"({"input": {"shape": )" + shape + R"(}, "layers": [)" + layers + "]}";
  c.state.clear();
  for (auto& list : tensors) {
    for (TestTensor& t : list) c.state.push_back(std::move(t));
  }
  return c;
}
const ir::Conv& conv(const Network& n, std::size_t i) {
  return std::get<ir::Conv>(n.projections.at(i).connectivity);
}

const std::string kConv = R"({"name": "c", "type": "conv2d", "padding": 1})";
const std::string kAverage = R"({"name": "p", "type": "avgpool2d", "kernel_size": 2})";
const std::string kMax = R"({"name": "p", "type": "maxpool2d", "kernel_size": 2})";
const std::string kLif = R"({"name": "lif", "type": "leaky", "reset_delay": true})";
const std::string kLinear = R"({"name": "fc", "type": "linear"})";
const std::string kFlatten = R"({"name": "fl", "type": "flatten"})";
std::string join(const std::vector<std::string>& parts) {
  std::string out;
  for (const std::string& p : parts) out += (out.empty() ? "" : ", ") + p;
  return out;
}

TEST_CASE("a pooling in front of a convolution is its tile", "[import]") {
  Case c = of("[2, 5, 4]", join({kAverage, kConv, kLif}),
              {{weights("c.weight", {3, 2, 3, 3})}, neuron("lif")});
  const Network n = c.import();
  const ir::ConvGeometry& g = conv(n, 0).geometry;
  CHECK(g.pool_height == 2);
  CHECK(g.pool_width == 2);
  CHECK(g.in_height == 5);
  CHECK(g.kernel_height == 3);
  CHECK(g.out_height == 2);
  CHECK(conv(n, 0).weight[5] == 6.0 / 4);
  CHECK(n.projections[0].name == "p+c");
  CHECK(n.populations[0].shape == ir::Shape{3, 2, 2});
}

TEST_CASE("a pooling behind a convolution makes its kernel larger", "[import]") {
  Case c = of("[1, 6, 6]", join({kConv, kAverage, kLif}),
              {{weights("c.weight", {1, 1, 3, 3}), {"c.bias", {1}, {2}}}, neuron("lif")});
  const Network n = c.import();
  const ir::ConvGeometry& g = conv(n, 0).geometry;
  CHECK(g.kernel_height == 4);
  CHECK(g.stride_height == 2);
  CHECK(g.pad_top == 1);
  CHECK(g.pool_height == 1);
  CHECK(n.populations[0].bias == ir::PerNeuron<double>(2.0));
  CHECK_THAT(n.import.notes[0], Contains("c+p: composed into one convolution in double"));
}

TEST_CASE("a pooling in front of a linear layer is a kernel of the whole plane", "[import]") {
  Case c = of("[2, 4, 6]", join({kAverage, kFlatten, kLinear, kLif}),
              {{weights("fc.weight", {3, 12})}, neuron("lif")});
  const Network n = c.import();
  const ir::ConvGeometry& g = conv(n, 0).geometry;
  CHECK(g.kernel_height == 2);
  CHECK(g.kernel_width == 3);
  CHECK(g.out_channels == 3);
  CHECK(g.targets() == 3);
  CHECK(conv(n, 0).weight[13] == 14.0 / 4);
  CHECK(n.populations[0].shape == ir::Shape{3});
  // Among neurons that inhibit each other positions have no meaning.
  c.architecture.insert(c.architecture.rfind("\"reset_delay\""), R"("inhibition": true, )");
  const Network inhibited = c.import();
  const auto& dense = std::get<ir::Dense>(inhibited.projections[0].connectivity).weight;
  CHECK(dense(1, 0) == 13.0 / 4);
  CHECK(dense(1, 1) == 13.0 / 4);
}

TEST_CASE("a pooling alone is depthwise, neurons alone read one to one", "[import]") {
  Network n =
      of("[2, 4, 4]", join({R"({"name": "p", "type": "sumpool2d", "kernel_size": 2})", kLif}),
         {neuron("lif")})
          .import();
  CHECK(conv(n, 0).geometry.groups == 2);
  CHECK(conv(n, 0).weight == std::vector<double>{1, 1});
  n = of("[2]", kLif, {neuron("lif")}).import();
  CHECK(std::get<ir::Sparse>(n.projections[0].connectivity).synapses.size() == 2);
}

TEST_CASE("a maximum of spikes is a relay, one of currents is kept", "[import]") {
  Case c = of("[1, 4, 4]", join({kMax, kConv, kLif}),
              {{weights("c.weight", {1, 1, 3, 3})}, neuron("lif")});
  Network n = c.import();
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].name == "p");
  CHECK(n.populations[0].threshold == ir::PerNeuron<double>(0.5));
  CHECK(n.populations[0].reset.mechanism == ir::ResetMechanism::None);
  CHECK(n.import.grade == ir::ImportGrade::Approximate);
  CHECK_THAT(n.import.assumptions[0], Contains("p: the input was taken to hold zeros and ones"));
  c.architecture.replace(c.architecture.find("4, 4]") + 5, 0, R"(, "binary": true)");
  CHECK(c.import().import.grade == ir::ImportGrade::Exact);
  // A graded input is no spike: its maximum is sent on as it is.
  c.architecture.replace(c.architecture.find("true"), 4, "false");
  n = c.import();
  REQUIRE(n.populations.size() == 3);
  CHECK(n.populations[0].name == "p.currents");
  CHECK(conv(n, 0).weight == std::vector<double>{1});
  CHECK(std::holds_alternative<ir::MaxPool>(n.projections[1].connectivity));
  CHECK(ir::sends_membranes(n, 1));

  // The same where neurons follow at once.
  c = of("[1, 4, 4]", join({kMax, kLif}), {neuron("lif")});
  n = c.import();
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].name == "p");

  c = of("[1, 4, 4]", join({kConv, kMax, kLif}),
         {{weights("c.weight", {1, 1, 3, 3}), {"c.bias", {1}, {2}}}, neuron("lif")});
  n = c.import();
  REQUIRE(n.populations.size() == 2);
  CHECK(n.populations[0].name == "c");
  CHECK_FALSE(n.populations[0].spiking);
  CHECK(n.populations[0].bias == ir::PerNeuron<double>(2.0));
  CHECK(std::get<ir::MaxPool>(n.projections[1].connectivity).kernel_height == 2);
  CHECK(n.populations[1].bias == ir::PerNeuron<double>(0.0));
}

// What reads a maximum of currents otherwise than by membranes reads it from a population of its
// own.
TEST_CASE("a maximum of currents is sent on where it does not end in a membrane", "[import]") {
  const std::vector<TestTensor> c{weights("c.weight", {1, 1, 3, 3})};
  const auto import = [&](const std::string& last, const std::vector<TestTensor>& tensors) {
    Network n = of("[1, 4, 4]", join({kConv, kMax, last}), {c, tensors}).import();
    CHECK(n.populations[0].name == "c");
    CHECK(n.populations[1].name == "p");
    CHECK_FALSE(n.populations[1].spiking);
    CHECK(n.populations[1].shape == ir::Shape{1, 2, 2});
    CHECK(std::holds_alternative<ir::MaxPool>(n.projections[1].connectivity));
    CHECK(ir::sends_membranes(n, 1));
    CHECK(n.projections[2].source == ir::Source{ir::Source::Kind::Population, 1});
    CHECK_THAT(n.import.notes.back(), Contains("its membrane is sent on"));
    return n;
  };
  Network n = import(join({kFlatten, kLinear, kLif}),
                     {weights("fc.weight", {1, 4}), neuron("lif").front(), neuron("lif").back()});
  CHECK(n.populations.size() == 3);
  // A normalization that turns the sign, and does not commute therefore.
  n = import(join({R"({"name": "n", "type": "batchnorm2d"})", kLif}), {{"n.running_mean", {1}, {0}},
                                                                       {"n.running_var", {1}, {1}},
                                                                       {"n.weight", {1}, {-2}},
                                                                       {"n.bias", {1}, {3}},
                                                                       neuron("lif").front(),
                                                                       neuron("lif").back()});
  CHECK(n.populations[2].bias == ir::PerNeuron<double>(3.0));
  n = import(R"({"name": "lif", "type": "synaptic", "reset_delay": true})",
             neuron("lif", {{"alpha", {}, {0.5F}}}));
  CHECK(n.populations[2].synapse == ir::Synapse::Current);
  n = import(R"({"name": "lif", "type": "rleaky", "reset_delay": true})",
             neuron("lif", {{"V", {}, {0.5F}}}));
  CHECK(n.projections[3].delay == 1);
  // A maximum that is read out is a population already.
  n = of("[1, 4, 4]", join({kConv, kMax}), {c}).import();
  CHECK(n.populations.size() == 2);
  CHECK_FALSE(ir::sends_membranes(n, 1));
}

TEST_CASE("recurrence reads the step before, its bias counts in every step", "[import]") {
  const std::string layer = R"({"name": "lif", "type": "rsynaptic", "reset_delay": true})";
  Case c = of("[2]", join({kLinear, layer}),
              {{weights("fc.weight", {2, 2}), {"fc.bias", {2}, {1, 2}}},
               neuron("lif",
                      {{"alpha", {}, {0.25F}},
                       {"recurrent.weight", {2, 2}, {1, 2, 3, 4}},
                       {"recurrent.bias", {2}, {10, 20}}},
                      1)});
  Network n = c.import();
  REQUIRE(n.projections.size() == 2);
  CHECK(n.projections[1].name == "lif.recurrent");
  CHECK(n.projections[1].delay == 1);
  CHECK(n.populations[0].synapse == ir::Synapse::Current);
  CHECK(n.populations[0].current_decay == ir::PerNeuron<double>(0.25));
  CHECK(n.populations[0].current_bias.stored() == std::vector<double>{11, 22});
  CHECK(n.populations[0].bias == ir::PerNeuron<double>(0.0));
  CHECK(n.populations[0].reset.zero_input == ir::ZeroInput::Lost);
  c = of("[2]", join({kLinear, R"({"name": "lif", "type": "rleaky"})"}),
         {{weights("fc.weight", {2, 2})},
          neuron("lif", {{"V", {2}, {3, 4}}, {"recurrent.V", {2}, {3, 4}}})});
  n = c.import();
  CHECK(std::get<ir::Sparse>(n.projections[1].connectivity) ==
        ir::Sparse{2, 2, {{0, 0, 3}, {1, 1, 4}}});
  c.tensor("lif.recurrent.V").values = {3, 5};
  CHECK_THAT(c.error(), Contains("m.pt:/lif.recurrent.V: error: differs from 'lif.V'"));
  c.drop("lif.recurrent.V");
  c.drop("lif.V");
  CHECK_THAT(c.error(), Contains("has neither 'lif.recurrent.weight' nor 'lif.V' [missing-field]"));
  c.state.push_back({"lif.recurrent.weight", {2, 2, 1}, {1, 2, 3, 4}});
  CHECK_THAT(c.error(), Contains("recurrent weights are those of a Linear or a Conv2d"));
  c.tensor("lif.recurrent.weight").shape = {4};
  c.tensor("lif.recurrent.weight") = {"lif.recurrent.weight", {3, 2}, {1, 2, 3, 4, 5, 6}};
  CHECK_THAT(c.error(), Contains("the recurrent weights of 'lif' yield the shape 3, and it has"));
  c.state.push_back({"lif.V", {}, {1}});
  CHECK_THAT(c.error(), Contains("has both 'lif.recurrent.weight' and 'lif.V'"));
}

TEST_CASE("neurons that have no rule in integers, or none at all, are refused", "[import]") {
  const std::vector<TestTensor> fc{weights("fc.weight", {2, 2})};
  const auto error = [&](const std::string& layer, std::vector<TestTensor> tensors) {
    return of("[2]", join({kLinear, layer}), {fc, std::move(tensors)}).error();
  };
  const auto lif = [](const std::string& type, const std::string& options = "") {
    return R"({"name": "lif", "type": ")" + type + "\"" + options + "}";
  };
  const std::vector<TestTensor> alpha{{"alpha", {}, {0.75F}}};
  CHECK_THAT(error(lif("alpha"), neuron("lif", {{"alpha", {2}, {0.75F, 0.25F}}}, 1)),
             Contains("m.pt:/lif/alpha[1]: error: alpha is 0.25 and beta is 0.5: the synapse"));
  CHECK_THAT(error(lif("alpha", R"(, "reset_delay": false)"), neuron("lif", alpha, 1)),
             Contains("'lif' is of the type alpha, whose reset is always delayed in snnTorch"));
  CHECK_THAT(error(lif("lapicque"),
                   neuron("lif", {{"R", {}, {1}}, {"C", {}, {0.5F}}, {"time_step", {}, {1}}})),
             Contains("the membrane would be multiplied by 1 - time_step/(R C) = -1 in each step"));
  CHECK_THAT(error(lif("leaky", R"(, "state_quant": true)"), neuron("lif")),
             Contains("a membrane that snnTorch rounds to levels of its own"));
  CHECK_THAT(error(lif("leaky", R"(, "inhibition": true, "reset_delay": false)"), neuron("lif")),
             Contains("'lif' has inhibition with reset_delay=False"));
  // Where nothing is reset it does not matter when.
  const std::string same_step = R"(, "inhibition": true, "reset_delay": false)";
  CHECK(of("[2]", lif("leaky", same_step), {neuron("lif", {}, 2)})
            .import()
            .populations[0]
            .inhibition);
  CHECK_THAT(of("[1, 2, 2]", lif("leaky", R"(, "inhibition": true)"), {neuron("lif")}).error(),
             Contains("'lif' has the shape 1x2x2: of planes, which channels snnTorch lets spike "
                      "depends on the size of the batch, and most sizes raise an error"));
  CHECK_THAT(error(lif("leaky", R"(, "reset_delay": false)"),
                   neuron("lif", {{"graded_spikes_factor", {}, {0}}})),
             Contains("graded_spikes_factor is 0, and with reset_delay=False snnTorch divides"));
}

TEST_CASE("RSynaptic with reset_delay=False is read as it is computed, and Alpha by subtraction",
          "[import]") {
  const std::vector<TestTensor> fc{weights("fc.weight", {2, 2})};
  const std::string options = R"(", "reset_delay": false})";
  const Network r = of("[2]", join({kLinear, R"({"name": "lif", "type": "rsynaptic)" + options}),
                       {fc, neuron("lif", {{"alpha", {}, {0.5F}}, {"V", {}, {1}}})})
                        .import();
  CHECK(r.populations[0].reset.timing == ir::ResetTiming::Delayed);
  CHECK_THAT(r.import.notes[0], Contains("reset_delay=False of an RSynaptic layer has no effect"));
  CHECK(r.import.grade == ir::ImportGrade::Exact);
  const Network a = of("[2]", join({kLinear, R"({"name": "lif", "type": "alpha"})"}),
                       {fc, neuron("lif", {{"alpha", {}, {0.75F}}}, 0)})
                        .import();
  CHECK(a.populations[0].reset.mechanism == ir::ResetMechanism::Subtract);
  const double gain = std::log(0.75) / (std::log(0.5) - std::log(0.75)) + 1;
  CHECK(a.populations[0].alpha_gain[0] == Approx(gain));
  CHECK(a.populations[0].alpha_gain[0] > 1);
}

TEST_CASE("an input is static where the architecture or the command says so", "[import]") {
  Case c;
  CHECK_FALSE(c.import().inputs[0].is_static);
  c.options.static_input = true;
  CHECK(c.import().inputs[0].is_static);
  c.options.static_input = false;
  c.architecture.replace(c.architecture.find("[2]") + 3, 0, R"(, "static": true)");
  CHECK(c.import().inputs[0].is_static);
  c.architecture.replace(c.architecture.find("true"), 4, "\"yes\"");
  CHECK_THAT(c.error(), Contains("arch.json:/input/static: error: "));
}

TEST_CASE("factors of spikes go into the weights that read them", "[import]") {
  const std::string last = R"({"name": "out", "type": "leaky", "reset_delay": true})";
  Case c = of("[2]", join({kLinear, kLif, R"({"name": "fc2", "type": "linear"})", last}),
              {{weights("fc.weight", {2, 2})},
               neuron("lif", {{"graded_spikes_factor", {2}, {2, -1}}}),
               {weights("fc2.weight", {2, 2})},
               neuron("out", {{"graded_spikes_factor", {}, {3}}})});
  const Network n = c.import();
  CHECK(std::get<ir::Dense>(n.projections[1].connectivity).weight.data ==
        std::vector<double>{2, -2, 6, -4});
  CHECK(n.import.notes.back() ==
        "out: its spikes count 3 each in snnTorch; here they count 1, which scales all scores "
        "alike");
  c.architecture.insert(c.architecture.rfind("\"reset_delay\""), R"("inhibition": true, )");
  CHECK_THAT(c.import().import.notes.back(), Contains("has no effect in snnTorch together with"));
}

TEST_CASE("windows that do not fit are errors", "[import]") {
  const auto error = [](const std::string& shape, const std::string& layer,
                        std::vector<int> weight = {2, 1, 3, 3}) {
    return of(shape, join({layer, kLif}), {{weights("c.weight", std::move(weight))}, neuron("lif")})
        .error();
  };
  CHECK_THAT(error("[9]", kConv),
             Contains("'c' reads channels x height x width, and its source has "
                      "the shape 9 [shape-mismatch]"));
  CHECK_THAT(error("[2, 4, 4]", kConv),
             Contains("the weight of 'c' is 2x1x3x3 with 1 group, and its source has 2 channels"));
  CHECK_THAT(error("[1, 4, 4]", kConv, {2, 3, 3}), Contains("has the shape 2x3x3, and 4 axes are"));
  CHECK_THAT(error("[1, 2, 2]", R"({"name": "c", "type": "conv2d"})"),
             Contains("'c' has a window of 3, and its source, padded, has 2"));
  CHECK_THAT(
      error("[1, 4, 4]", R"({"name": "c", "type": "conv2d", "padding": "same", "stride": 2})"),
      Contains("'c' has the padding 'same' and a stride of 2"));
  CHECK_THAT(error("[1, 4, 4]", R"({"name": "c", "type": "conv2d", "padding": "full"})"),
             Contains("is 'full', neither 'same' nor 'valid' nor a number [bad-architecture]"));
  CHECK_THAT(error("[1, 4, 4]", R"({"name": "c", "type": "conv2d", "stride": [1, 1, 1]})"),
             Contains("/layers[0]/stride: error: has 3 numbers, not 2"));
  CHECK_THAT(error("[1, 4, 4]", R"({"name": "c", "type": "conv2d", "stride": 0})"),
             Contains("'c' has a kernel of 3, a stride of 0 and a dilation of 1 [bad-parameter]"));
  CHECK_THAT(error("[1, 4, 4]", R"({"name": "c", "type": "conv2d", "padding_mode": "reflect"})"),
             Contains("the padding mode 'reflect' is not supported [unsupported-node]"));
  CHECK_THAT(
      error("[1, 4, 4]", R"({"name": "p", "type": "maxpool2d", "kernel_size": 2, "padding": 2})"),
      Contains("'p' has a padding of 2, and a kernel of 2"));
  CHECK_THAT(error("[1, 4, 4]", R"({"name": "p", "type": "avgpool2d"})"),
             Contains("/layers[0]/kernel_size: error: is missing"));
}

TEST_CASE("a batch normalization needs its statistics", "[import]") {
  const std::string norm = R"({"name": "n", "type": "batchnorm1d"})";
  Case c =
      of("[2]", join({norm, kLif}),
         {{{"n.running_mean", {2}, {1, 2}}, {"n.running_var", {2}, {3, 0.25F}}}, neuron("lif")});
  CHECK(c.import().populations[0].bias[0] == -1.0 / std::sqrt(3.0 + 1e-5));
  c.tensor("n.running_var").values[1] = -1;
  CHECK_THAT(c.error(), Contains("n.running_var[1]: error: running_var is -1, and eps 1e-05"));
  c.tensor("n.running_var") = {"n.running_var", {3}, {1, 1, 1}};
  CHECK_THAT(c.error(), Contains("has 3 elements, and 'n' reads the shape 2 [shape-mismatch]"));
  c.drop("n.running_mean");
  CHECK_THAT(c.error(), Contains("'n' has no running statistics"));
}

TEST_CASE("layers may read several others", "[import]") {
  const std::string sum = R"({"name": "lif", "type": "leaky", "from": ["a", "b"]})";
  const std::string a = R"({"name": "a", "type": "linear", "from": "input"})";
  const std::string b = R"({"name": "b", "type": "linear", "from": "input"})";
  const auto tensors = [](int rows) {
    return std::vector<std::vector<TestTensor>>{
        {weights("a.weight", {2, 2}), {"a.bias", {2}, {1, 2}}},
        {weights("b.weight", {rows, 2}), {"b.bias", {rows}, counting(rows)}},
        neuron("lif")};
  };
  const Network n = of("[2]", join({a, b, sum}), tensors(2)).import();
  CHECK(n.projections.size() == 2);
  CHECK(n.populations[0].bias.stored() == std::vector<double>{2, 4});
  CHECK_THAT(of("[2]", join({a, b, sum}), tensors(3)).error(),
             Contains("'lif' adds up sources of the shapes 2 and 3"));
  CHECK_THAT(of("[2]", join({a, b, R"({"name": "lif", "type": "leaky", "from": "b"})"}), tensors(2))
                 .error(),
             Contains("nothing reads 'a', and it is not the last layer [unsupported-graph]"));
  CHECK_THAT(
      of("[2]", join({a, b, R"({"name": "lif", "type": "leaky", "from": ["b", "b"]})"}), tensors(2))
          .error(),
      Contains("names 'b' twice"));
}

TEST_CASE("a chain of linear layers and neurons needs no architecture", "[import]") {
  Case c;
  c.architecture.clear();
  Network n = c.import();
  CHECK(n.inputs[0].shape == ir::Shape{2});
  CHECK(n.populations[0].name == "lif");
  CHECK(n.import.grade == ir::ImportGrade::Approximate);
  CHECK(n.import.assumptions[0] ==
        "architecture: no --arch is given; the names and shapes were taken for the chain "
        "fc (linear) -> lif (leaky) with nothing else in between");
  // A Sequential's numbers are its order.
  c = of("[]", "",
         {neuron("10", {{"alpha", {}, {0.5F}}}),
          {weights("9.weight", {1, 3})},
          {weights("2.weight", {3, 2})},
          neuron("3")});
  c.architecture.clear();
  n = c.import();
  CHECK(n.populations[0].name == "3");
  CHECK(n.populations[1].synapse == ir::Synapse::Current);
  CHECK_THAT(n.import.assumptions[1], Contains("Synaptic and Alpha neurons have the same tensors"));
  // Layers listed before neurons do not say who reads whom.
  c = of("[]", "", {{weights("a.weight", {2, 2}), weights("b.weight", {2, 2})}, neuron("lif")});
  c.architecture.clear();
  CHECK_THAT(c.error(), Contains("a state_dict does not say how its layers are joined "
                                 "[architecture-needed]"));
  c = of("[]", "", {{weights("c.weight", {2, 1, 3, 3})}, neuron("lif")});
  c.architecture.clear();
  CHECK_THAT(c.error(), Contains(R"({"name": "c", "type": "conv2d"})") &&
                            Contains(R"("input": {"shape": [1,0,0]})"));
}

}  // namespace
}  // namespace hillock::tests
