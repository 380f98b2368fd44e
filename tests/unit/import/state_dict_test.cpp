// State_dicts as the real PyTorch writes them, and their architecture files.
#include <catch2/catch.hpp>
#include <cmath>

#include "compiler/import/import.h"
#include "compiler/import/torch_file.h"
#include "compiler/support/zip.h"
#include "tests/support/fixtures.h"
#include "tests/unit/import/state_dict_case.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using import::import_model;
using import::ImportOptions;
using import::torch::read_state_dict;
using import::torch::StateDict;
using ir::ImportGrade;
using ir::Network;

const import::torch::Tensor& find(const StateDict& s, const std::string& name) {
  for (const auto& t : s.tensors) {
    if (t.name == name) return t;
  }
  throw std::logic_error("no tensor " + name);
}

TEST_CASE("PyTorch's own files are read", "[import]") {
  const StateDict good = read_state_dict(data_file("mlp/state_dict.pt"));
  CHECK(good.tensors.size() == 12);
  CHECK(find(good, "fc1.weight").shape == ir::Shape{5, 6});
  CHECK(find(good, "lif1.beta").values[3] == static_cast<double>(0.73421F));
  CHECK(find(good, "lif1.reset_mechanism_val").shape.empty());
  CHECK(find(good, "fc1.weight").where.path == "/fc1.weight");
  for (const char* same : {"wrapped", "double", "parameter", "strided", "protocol5"}) {
    CAPTURE(same);
    const StateDict other = read_state_dict(data_file(std::string("pt/") + same + ".pt"));
    REQUIRE(other.tensors.size() == good.tensors.size());
    for (const auto& t : good.tensors) {
      CHECK(find(other, t.name).shape == t.shape);
      CHECK(find(other, t.name).values == t.values);
    }
  }
  for (const auto& [name, error] : {std::pair{"half", 1e-3}, {"bfloat16", 1e-2}}) {
    CAPTURE(name);
    const StateDict other = read_state_dict(data_file(std::string("pt/") + name + ".pt"));
    for (const auto& t : good.tensors) {
      for (std::size_t i = 0; i < t.values.size(); ++i) {
        CHECK(find(other, t.name).values[i] == Approx(t.values[i]).epsilon(error));
      }
    }
  }
  CHECK(read_state_dict(data_file("pt/wrapped.pt")).notes ==
        std::vector<std::string>{
            "the tensors are those under 'state_dict'; left aside: epoch, optimizer"});
}

TEST_CASE("a state_dict and its NIR export are the same network, bit for bit", "[import]") {
  ImportOptions options;
  options.architecture = data_file("mlp/architecture.json");
  const Network a = import_model(data_file("mlp/state_dict.pt"), options);
  options = {};
  options.semantics = import::Semantics::SnnTorch;
  options.reset = ir::ResetMechanism::Subtract;
  const Network b = import_model(data_file("mlp/model.nir"), options);
  CHECK(a.import.grade == ImportGrade::Exact);
  CHECK(b.import.grade == ImportGrade::Exact);
  CHECK(b.import.assumptions.empty());
  CHECK(a.timesteps == 10);
  REQUIRE(a.populations.size() == 2);
  REQUIRE(b.populations.size() == 2);
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(a.populations[i].shape == b.populations[i].shape);
    CHECK(a.populations[i].decay == b.populations[i].decay);
    CHECK(a.populations[i].bias == b.populations[i].bias);
    CHECK(a.populations[i].threshold == b.populations[i].threshold);
    CHECK(a.populations[i].reset == b.populations[i].reset);
    CHECK(a.populations[i].reset_value == b.populations[i].reset_value);
    CHECK(a.projections[i].connectivity == b.projections[i].connectivity);
  }
  CHECK(a.populations[0].name == "lif1");
  CHECK(b.populations[0].name == "1");
  CHECK(a.populations[0].where.text() == "state_dict.pt:/lif1");
  CHECK_FALSE(a.populations[0].decay.uniform());
  CHECK(a.populations[1].decay == ir::PerNeuron<double>(0.8F));
}

TEST_CASE("a layer is what its tensors and its architecture say", "[import]") {
  Case c;
  Network n = c.import();
  CHECK(n.populations[0].decay == ir::PerNeuron<double>(0.75));
  CHECK(n.populations[0].reset.mechanism == ir::ResetMechanism::Subtract);
  CHECK(n.populations[0].reset.timing == ir::ResetTiming::Delayed);
  CHECK(n.import.grade == ImportGrade::Exact);
  CHECK(n.import.assumptions.empty());
  CHECK(n.import.notes ==
        std::vector<std::string>{"lif: the architecture does not say reset_delay: on, snnTorch's "
                                 "default (--reset-delay states another)"});
  c.tensor("lif.reset_mechanism_val").values = {1};
  c.architecture = R"({"input": {"shape": [1, 2, 1]}, "readout": "membrane_max", "layers": [
    {"name": "fl", "type": "flatten"}, {"name": "d", "type": "dropout", "p": 0.5},
    {"name": "fc", "type": "linear", "from": "d"},
    {"name": "lif", "type": "leaky", "reset_delay": false, "reset_mechanism": "zero", "from": ["fc"],
     "inhibition": false, "state_quant": false, "sends": "spikes"}]})";
  n = c.import();
  CHECK(n.populations[0].reset.mechanism == ir::ResetMechanism::Zero);
  CHECK(n.populations[0].reset.timing == ir::ResetTiming::SameStepQuirk);
  CHECK(n.readout == ir::Readout::MembraneMax);
  CHECK(n.import.assumptions.empty());
  CHECK(n.import.notes ==
        std::vector<std::string>{"d: dropout does nothing in inference, and was removed"});
  c.options.reset = ir::ResetMechanism::None;
  c.options.reset_delay = true;
  n = c.import();
  CHECK(n.populations[0].reset.mechanism == ir::ResetMechanism::None);
  CHECK(n.populations[0].reset.timing == ir::ResetTiming::Delayed);
}

TEST_CASE("beta outside [0, 1] is clamped as snnTorch does, and said", "[import]") {
  Case c;
  c.tensor("lif.beta") = {"lif.beta", {3}, {-0.5F, 0.5F, 1.5F}};
  c.options.reset_delay = true;
  const Network n = c.import();
  CHECK(n.populations[0].decay.stored() == std::vector<double>{0, 0.5, 1});
  CHECK(n.import.notes == std::vector<std::string>{"lif: beta of 2 of 3 neurons is outside [0, 1], "
                                                   "and was clamped as snnTorch does"});
}

TEST_CASE("the defaults of an architecture are what it states, and are noted", "[import]") {
  Case c;
  c.drop("lif.reset_mechanism_val");
  c.options.reset_delay = true;
  const Network n = c.import();
  CHECK(n.populations[0].reset.mechanism == ir::ResetMechanism::Subtract);
  CHECK(n.import.grade == ImportGrade::Exact);
  CHECK(n.import.assumptions.empty());
  CHECK(n.import.notes ==
        std::vector<std::string>{"lif: neither the file nor the architecture says the reset "
                                 "mechanism: subtract, snnTorch's default (--reset states "
                                 "another)"});
  c.options.reset = ir::ResetMechanism::Subtract;
  CHECK(c.import().import.notes.empty());
}

TEST_CASE("weights that come last are read by their sum", "[import]") {
  Case c;
  c.state = {{"fc.weight", {3, 2}, {1, 2, 3, 4, 5, 6}}};
  c.architecture = R"({"input": {"shape": [2]}, "layers": [{"name": "fc", "type": "linear"}]})";
  const Network n = c.import();
  CHECK_FALSE(n.populations[0].spiking);
  CHECK(n.populations[0].name == "fc");
  CHECK(n.readout == ir::Readout::MembraneSum);
  REQUIRE(n.import.assumptions.size() == 1);
  CHECK_THAT(n.import.assumptions[0], Catch::StartsWith("readout: 'fc' does not spike"));
  CHECK(n.import.grade == ImportGrade::Exact);
}

TEST_CASE("tensors with no meaning are errors with their element", "[import]") {
  const auto error = [](const std::string& name, TestTensor value) {
    Case c;
    value.name = name;
    c.tensor(name) = std::move(value);
    return c.error();
  };
  const float nan = std::nanf("");
  CHECK_THAT(error("fc.weight", {"", {3, 2}, {1, 2, 3, nan, 5, 6}}),
             Contains("m.pt:/fc.weight[3]: error: weight is nan [not-finite]"));
  CHECK_THAT(
      error("fc.weight", {"", {3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}),
      Contains("the weight of 'fc' is 3x3, and its source has the shape 2 [shape-mismatch]"));
  CHECK_THAT(error("fc.weight", {"", {3, 2, 1}, {1, 2, 3, 4, 5, 6}}), Contains("3x2x1"));
  CHECK_THAT(error("fc.bias", {"", {2}, {1, 2}}), Contains("the bias of 'fc' has 2 elements"));
  CHECK_THAT(error("lif.beta", {"", {2}, {0.5F, 0.5F}}),
             Contains("m.pt:/lif.beta: error: has the shape 2, and the neurons have the shape 3"));
  CHECK_THAT(error("lif.threshold", {"", {3}, {1, 0, 1}}),
             Contains("m.pt:/lif.threshold[1]: error: threshold is 0: such a neuron"));
  CHECK_THAT(error("lif.reset_mechanism_val", {"", {}, {3}}), Contains("reset_mechanism_val is 3"));
  CHECK_THAT(error("lif.graded_spikes_factor", {"", {3}, {2, 1, 2}}),
             Contains("the spikes of the output 'lif' have different factors, or one below 0"));
}

TEST_CASE("tensors and layers have to match", "[import]") {
  Case c;
  c.drop("lif.beta");
  CHECK_THAT(c.error(), Contains("arch.json:/layers[1]: error: the state_dict has no 'lif.beta'"));
}

TEST_CASE("nothing in a state_dict is dropped", "[import]") {
  Case c;
  c.state.push_back({"fc2.weight", {1, 3}, {1, 2, 3}});
  c.state.push_back({"fc.weight_mask", {1}, {1}});
  CHECK_THAT(c.error(),
             Contains("no layer of the architecture uses fc2.weight, fc.weight_mask [bad-arch"));
}

TEST_CASE("an architecture that is wrong is one error", "[import]") {
  const auto error = [](const std::string& layers) {
    Case c;
    c.architecture = R"({"input": {"shape": [2]}, "layers": )" + layers + "}";
    return c.error();
  };
  CHECK_THAT(error(R"([{"name": "fc", "type": "lstm"}])"),
             Contains("arch.json:/layers[0]/type: error: a layer of the type 'lstm' is not supp"));
  CHECK_THAT(
      error(R"([{"name": "fc", "type": "linear", "bias": true}])"),
      Contains("has the key 'bias', which is not known here [bad-architecture]\n  help: known "
               "are name, type, from"));
  CHECK_THAT(error(R"([{"type": "linear"}])"), Contains("/layers[0]/name: error: is missing"));
  CHECK_THAT(error(R"([{"name": "fc", "type": "linear", "from": "x"}])"),
             Contains("the layer reads 'x', which is neither 'input' nor a layer before it"));
  CHECK_THAT(error(R"([{"name": "fc", "type": "linear"}, {"name": "fc", "type": "linear"}])"),
             Contains("the name 'fc' is taken by"));
  CHECK_THAT(error(R"([{"name": "fc", "type": "linear"},
                       {"name": "lif", "type": "leaky", "reset_mechanism": "zero"}])"),
             Contains("/layers[1]/reset_mechanism: error: says zero, and "));
  CHECK_THAT(error(R"([{"name": "fc", "type": "linear"},
                       {"name": "lif", "type": "leaky", "reset_mechanism": "half"}])"),
             Contains("'half' is not known here"));
  CHECK_THAT(error(R"([{"name": "fl", "type": "flatten", "start_dim": 0}])"),
             Contains("start_dim is 0, and its source has 1 axes besides the batch"));
  CHECK_THAT(error("[]"), Contains("/layers: error: is empty"));
  CHECK_THAT(error("{}"), Contains("/layers: error: is not a list"));
  CHECK_THAT(error("[}"), Contains("arch.json: error: is not JSON: line 1, column"));
}

TEST_CASE("files that PyTorch did not write so are one error", "[import]") {
  CHECK_THAT(error_of([] { return read_state_dict(data_file("pt/before_1_6.pt")); }),
             Contains("is a PyTorch file of the format before version 1.6 [unknown-format]"));
  CHECK_THAT(error_of([] { return read_state_dict(data_file("pt/whole_module.pt")); }),
             Contains("wants to use 'torch.nn.modules.linear.Linear'"));
  CHECK_THAT(error_of([] { return read_state_dict(data_file("pt/os_system.pt")); }),
             Contains("wants to use 'posix.system'"));
  const TemporaryFolder folder;
  const auto error = [&](const std::vector<support::ZipContent>& contents) {
    const auto file = folder.file("m.pt", support::zip_bytes(contents));
    return folder.without(error_of([&] { return read_state_dict(file); }));
  };
  CHECK_THAT(error({{"a", "b"}}), Contains("m.pt: error: is a zip archive without a data.pkl"));
  CHECK_THAT(error({{"m/data.pkl", "\x80\x02}."}, {"m/byteorder", "big"}}),
             Contains("m.pt:/m/byteorder: error: the tensors are stored in the byte order 'big'"));
  CHECK_THAT(error({{"m/data.pkl", "\x80\x02]."}}), Contains("holds a list, not a state_dict"));
  CHECK_THAT(error({{"m/data.pkl",
                     "\x80\x02}X\x01\x00\x00\x00"
                     "aK\x01s."}}),
             Contains("error:"));
  CHECK_THAT(error({{"m/data.pkl", std::string("\x80\x02}\x8c\x01"
                                               "aK\x01s.")}}),
             Contains("m.pt:/a: error: is an integer, not a tensor [unsupported-pickle]"));
  CHECK_THAT(error_of([&] { return read_state_dict(folder.file("t.pt", "text")); }),
             Contains("is not a PyTorch file: it is no zip archive"));
}

TEST_CASE("a tensor stays inside its storage", "[import]") {
  const TemporaryFolder folder;
  const std::string good = pt_bytes({{"a", {3}, {1, 2, 3}}});
  const support::ZipReader zip(folder.file("m.pt", good));
  const std::string pickle = zip.read("m/data.pkl", 1u << 16);
  const std::string data = zip.read("m/data/0", 1u << 16);
  const auto error_with = [&](std::size_t from_end, char value, const std::string& bytes) {
    std::string changed = pickle;
    changed[changed.size() - from_end] = value;
    const auto file =
        folder.file("c.pt", support::zip_bytes({{"m/data.pkl", changed}, {"m/data/0", bytes}}));
    return error_of([&] { return read_state_dict(file); });
  };
  // ... J<offset> (J<3>t (J<1>t NEWFALSE } t R u .
  const std::string tail = pickle.substr(pickle.size() - 25);
  REQUIRE(tail[0] == 'J');
  CHECK(error_with(24, 0, data) == "no error");
  CHECK_THAT(error_with(24, 1, data), Contains("reaches beyond its storage [file-damaged]"));
  CHECK_THAT(error_with(18, 4, data), Contains("reaches beyond its storage [file-damaged]"));
  CHECK_THAT(error_with(11, 2, data), Contains("reaches beyond its storage [file-damaged]"));
  CHECK_THAT(error_with(24, 0, data.substr(4)),
             Contains("the storage '0' has 8 bytes, and 3 elements of 4 bytes are stated"));
}

TEST_CASE("options that a state_dict has no use for are errors", "[import]") {
  Case c;
  c.options.dt = 1e-3;
  CHECK_THAT(c.error(), Contains("a state_dict knows no time step [bad-option]"));
  c.options = {};
  c.options.semantics = import::Semantics::Nir;
  CHECK_THAT(c.error(), Contains("a state_dict is read by the rules of snnTorch"));
}

TEST_CASE("neurons without reset may send their membrane", "[import]") {
  const auto with = [](const std::string& keys, const char* type = "leaky") {
    Case c;
    c.tensor("lif.reset_mechanism_val").values = {2};
    c.architecture = R"({"input": {"shape": [2]}, "layers": [{"name": "fc", "type": "linear"},
      {"name": "lif", "type": ")" +
                     std::string(type) + "\"" + keys + "}]}";
    return c;
  };
  const ir::Network n = with(R"(, "sends": "membrane")").import();
  CHECK_FALSE(n.populations[0].spiking);
  CHECK(n.readout == ir::Readout::MembraneSum);
  CHECK_THAT(with(R"(, "sends": "all")").error(),
             Contains("is 'all', neither 'spikes' nor 'membrane'"));
  CHECK_THAT(with(R"(, "sends": "membrane", "inhibition": true)").error(),
             Contains("'lif' sends its membrane, and inhibition reads its spikes besides"));
  Case c = with(R"(, "sends": "membrane")");
  c.tensor("lif.reset_mechanism_val").values = {0};
  CHECK_THAT(c.error(), Contains("'lif' sends its membrane, and its spikes reset it by subtract"));
}

}  // namespace
}  // namespace hillock::tests
