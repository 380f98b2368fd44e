// Models that are damaged, hostile or make no sense: one error with its place and a remedy, status
// 1, and nothing left behind.
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "compiler/support/zip.h"
#include "tests/cli/program.h"
#include "tests/support/fixtures.h"
#include "tests/support/graphs.h"
#include "tests/support/nir_file.h"

namespace hillock::tests {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// What `compile` says about the model: its first line. Checks that it is refused as it should be.
std::string refusal(const TemporaryFolder& folder, const std::string& model,
                    const std::vector<std::string>& more = {}) {
  std::vector<std::string> arguments = {"compile", model, "-o", "b"};
  arguments.insert(arguments.end(), more.begin(), more.end());
  const Run run = hillock(folder / "", arguments);
  CHECK(not_one_error(run) == "");
  for (const auto& entry : std::filesystem::directory_iterator(folder / "")) {
    const std::string name = entry.path().filename().string();
    CHECK_FALSE((name == "b" || name.rfind("b.", 0) == 0));
  }
  return error_line(run);
}

std::string refusal_of(const Graph& graph) {
  const TemporaryFolder folder;
  write_nir(folder / "model.nir", graph);
  return refusal(folder, "model.nir");
}

// The state_dict of the test data with the first bytes of one of its tensors replaced.
std::string with_tensor(const std::string& name, const std::string& bytes) {
  const support::ZipReader zip(data_file("mlp/state_dict.pt"));
  std::vector<support::ZipContent> contents;
  for (const support::ZipEntry& e : zip.entries()) {
    contents.push_back({e.name, zip.read(e.name, 1 << 20)});
    if (e.name == name) contents.back().bytes.replace(0, bytes.size(), bytes);
  }
  return support::zip_bytes(contents);
}

TEST_CASE("a .nir whose numbers make no sense") {
  Graph g = small_graph();
  SECTION("a weight that is not a number") {
    node_of(g, "fc") = affine("fc", 2, 2, {1, 2, kNan, 4}, {0.5, -0.5});
    CHECK(refusal_of(g) == "model.nir:/node/nodes/fc/weight[2]: error: weight is nan [not-finite]");
  }
  SECTION("a weight that is infinite") {
    node_of(g, "fc") = affine("fc", 2, 2, {1, -kInfinity, 3, 4}, {0.5, -0.5});
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/fc/weight[1]: error: weight is -inf [not-finite]");
  }
  SECTION("a bias that is not a number") {
    node_of(g, "fc") = affine("fc", 2, 2, {1, 2, 3, 4}, {0.5, kNan});
    CHECK(refusal_of(g) == "model.nir:/node/nodes/fc/bias[1]: error: bias is nan [not-finite]");
  }
  SECTION("a time constant below zero") {
    node_of(g, "lif").parameters["tau"] = vector({1e-3, -1e-3});
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/lif/tau[1]: error: tau is -0.001, and a time constant is above 0 "
          "[bad-parameter]");
  }
  SECTION("a time constant that is infinite") {
    node_of(g, "lif").parameters["tau"] = vector({kInfinity, 1e-3});
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/lif/tau[0]: error: tau is infinite: a neuron without leak "
          "[bad-parameter]");
  }
  SECTION("a time constant of zero") {
    node_of(g, "lif").parameters["tau"] = vector({1e-3, 0});
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/lif/tau[1]: error: tau is 0, and a time constant is above 0 "
          "[bad-parameter]");
  }
  SECTION("a threshold below zero") {
    node_of(g, "lif").parameters["v_threshold"] = vector({1, -1});
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/lif/v_threshold[1]: error: v_threshold is -1: such a neuron would "
          "fire without input [bad-parameter]");
  }
}

TEST_CASE("a .nir whose parts do not fit") {
  SECTION("an edge to no node") {
    Graph g = small_graph();
    g.edges[2].target = "nowhere";
    CHECK(refusal_of(g) ==
          "model.nir:/node/edges[2]: error: the edge 'lif' -> 'nowhere' names no node: there is no "
          "'nowhere' [bad-edge]");
  }
  SECTION("an edge from no node") {
    Graph g = small_graph();
    g.edges[0].source = "nowhere";
    CHECK(refusal_of(g) ==
          "model.nir:/node/edges[0]: error: the edge 'nowhere' -> 'fc' names no node: there is no "
          "'nowhere' [bad-edge]");
  }
  SECTION("weights of another width than their input") {
    Graph g = small_graph();
    node_of(g, "fc") = affine("fc", 2, 3, {1, 2, 3, 4, 5, 6}, {0, 0});
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/fc/weight: error: the weight of 'fc' is 2x3, and its source has "
          "the shape 2 [shape-mismatch]");
  }
  SECTION("more neurons than weights feed") {
    Graph g = small_graph();
    node_of(g, "lif") = lif("lif", 3);
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/lif/tau: error: has the shape 3, and the neurons have the shape 2 "
          "[shape-mismatch]");
  }
  SECTION("parameters of one layer that disagree") {
    Graph g = small_graph();
    node_of(g, "lif").parameters["tau"] = filled(3, 1e-3);
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/lif/tau: error: has the shape 3, and the neurons have the shape 2 "
          "[shape-mismatch]");
  }
  SECTION("a parameter that is missing") {
    Graph g = small_graph();
    node_of(g, "lif").parameters.erase("tau");
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/lif/tau: error: the LIF node 'lif' has no tau [missing-field]");
  }
  SECTION("a node that nothing here computes") {
    Graph g = small_graph();
    node_of(g, "lif").type = "HodgkinHuxley";
    CHECK(refusal_of(g) ==
          "model.nir:/node/nodes/lif: error: 'lif' is of type HodgkinHuxley, which is not "
          "supported [unsupported-node]");
  }
}

TEST_CASE("files that are not what their name says") {
  const TemporaryFolder folder;
  const auto file = [&](const std::string& name, const std::string& content) {
    (void)folder.file(name, content);
    return refusal(folder, name);
  };
  CHECK(refusal(folder, "absent.nir") == "absent.nir: error: no such file [file-not-found]");
  CHECK(refusal(folder, source("tests/data")) ==
        source("tests/data") + ": error: is not a file [file-unreadable]");
  CHECK(file("empty.nir", "") ==
        "empty.nir: error: is not a NIR file: it is not HDF5 [file-damaged]");
  CHECK(file("text.nir", "This is no model.\n") ==
        "text.nir: error: is not a NIR file: it is not HDF5 [file-damaged]");
  CHECK(file("text.pt", "This is no model.\n") ==
        "text.pt: error: is not a PyTorch file: it is no zip archive [file-damaged]");
  CHECK(file("text.onnx", "This is no model.\n") ==
        "text.onnx: error: '.onnx' files are not models [unknown-format]");
  CHECK(file("list.json", "[1, 2]") == "list.json: error: is not an object [bad-json]");
  CHECK(file("cut.json", "{\"name\": ") ==
        "cut.json: error: is not JSON: line 1, column 10 [bad-json]");
  const std::string nir = support::read_file(data_file("mlp/model.nir"));
  CHECK(file("cut.nir", nir.substr(0, nir.size() / 2)) ==
        "cut.nir: error: HDF5 cannot open it: truncated or damaged [file-damaged]");
}

TEST_CASE("state_dicts that are damaged or hostile") {
  const TemporaryFolder folder;
  const std::vector<std::string> arch = {"--arch", source("tests/data/mlp/architecture.json")};
  const auto file = [&](const std::string& name, const std::string& content) {
    (void)folder.file(name, content);
    return refusal(folder, name, arch);
  };
  const std::string good = support::read_file(data_file("mlp/state_dict.pt"));
  CHECK(file("cut.pt", good.substr(0, good.size() / 2)) ==
        "cut.pt: error: is not a whole zip archive [file-damaged]");
  CHECK(file("nan.pt", with_tensor("state_dict/data/0", std::string("\0\0\xc0\x7f", 4))) ==
        "nan.pt:/fc1.weight[0]: error: weight is nan [not-finite]");
  CHECK(file("infinite.pt", with_tensor("state_dict/data/0", std::string("\0\0\x80\x7f", 4))) ==
        "infinite.pt:/fc1.weight[0]: error: weight is inf [not-finite]");
  // A claim of 1.9 GB where 1 KB is: the sizes are in the directory and before the entry.
  std::string bomb = support::zip_bytes({{"a/data.pkl", std::string(100'000, 'a')}});
  for (std::size_t at = 0; (at = bomb.find("\xa0\x86\x01", at)) != std::string::npos;) {
    bomb.replace(at, 4, std::string("\x00\x00\x00\x70", 4));
  }
  CHECK(file("bomb.pt", bomb) ==
        "bomb.pt:/a/data.pkl: error: claims 1879048192 bytes, and at most 16777216 are read "
        "[file-too-large]");

  // A pickle that would run a command when it is loaded. It must not.
  CHECK(file("evil.pt", support::read_file(data_file("pt/os_system.pt"))) ==
        "evil.pt:/os_system/data.pkl: error: wants to use 'posix.system', which a state_dict has "
        "no need for [unsupported-pickle]");
}

TEST_CASE("architecture files at fault") {
  const TemporaryFolder folder;
  const std::string model = source("tests/data/mlp/state_dict.pt");
  const auto arch = [&](const std::string& content) {
    (void)folder.file("arch.json", content);
    return folder.without(refusal(folder, model, {"--arch", "arch.json"}));
  };
  CHECK(arch("{") == "arch.json: error: is not JSON: line 1, column 2 [bad-json]");
  CHECK(arch(R"({"input": {"shape": [6]}, "layers": [{"name": "fc1", "type": "liner"}]})") ==
        "arch.json:/layers[0]/type: error: a layer of the type 'liner' is not supported "
        "[unsupported-node]");
  CHECK(arch(R"({"input": {"shape": [7]}, "layers": [{"name": "fc1", "type": "linear"},
                 {"name": "lif1", "type": "leaky"}, {"name": "fc2", "type": "linear"},
                 {"name": "lif2", "type": "leaky"}]})") ==
        source("tests/data/mlp/state_dict.pt") +
            ":/fc1.weight: error: the weight of 'fc1' is 5x6, and its source has the shape 7 "
            "[shape-mismatch]");
}

TEST_CASE("flipped bits of a model: done, or refused cleanly") {
  struct Case {
    const char* file;
    std::vector<std::string> more;
  };
  const std::vector<Case> cases = {
      {"mlp/model.nir", {}},
      {"mlp/state_dict.pt", {"--arch", source("tests/data/mlp/architecture.json")}}};
  for (const Case& c : cases) {
    const std::string good = support::read_file(data_file(c.file));
    for (unsigned seed = 1; seed <= 40; ++seed) {
      std::mt19937 random(seed);
      std::string bad = good;
      const std::size_t at = random() % bad.size();
      bad[at] = static_cast<char>(bad[at] ^ (1U << random() % 8));
      const TemporaryFolder folder;
      const std::string name = "flipped" + std::filesystem::path(c.file).extension().string();
      (void)folder.file(name, bad);
      std::vector<std::string> arguments = {"compile", name, "-o", "b", "--quiet"};
      arguments.insert(arguments.end(), c.more.begin(), c.more.end());
      CAPTURE(c.file, seed, at);
      const Run run = hillock(folder / "", arguments);
      CHECK(not_clean(run) == "");
      CHECK(std::filesystem::exists(folder / "b") == (run.status == 0));
    }
  }
}

}  // namespace
}  // namespace hillock::tests
