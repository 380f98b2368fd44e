// A .nir file as a graph, with the place of everything that it says.
#include "compiler/import/nir_reader.h"

#include <catch2/catch.hpp>

#include "compiler/import/nir_wire.h"
#include "tests/support/fixtures.h"
#include "tests/support/graphs.h"
#include "tests/support/nir_file.h"

namespace hillock::tests {
namespace {

using import::nir::read_nir;

const Node& find(const Graph& g, const std::string& name) {
  for (const Node& n : g.nodes) {
    if (n.name == name) return n;
  }
  throw std::logic_error("no node " + name);
}

const Array& numbers(const Node& n, const std::string& name) {
  return std::get<Array>(n.parameters.at(name));
}

TEST_CASE("a file of snnTorch's exporter is read with every place in it", "[import]") {
  const std::string file = data_file("mlp/model.nir").string();
  const Graph g = read_nir(file);
  REQUIRE(g.nodes.size() == 6);
  REQUIRE(g.edges.size() == 5);
  const Node& fc = find(g, "0");
  CHECK(fc.type == "Affine");
  CHECK(fc.where.text() == file + ":/node/nodes/0");
  CHECK(numbers(fc, "weight").shape == ir::Shape{5, 6});
  CHECK(numbers(fc, "weight").values.size() == 30);
  CHECK(numbers(fc, "weight").single_precision);
  CHECK_FALSE(numbers(find(g, "input"), "shape").single_precision);
  CHECK(g.edges[2].where.text() == file + ":/node/edges[2]");
}

TEST_CASE("strings of fixed length and every width of number are read alike", "[import]") {
  const TemporaryFolder folder;
  const Graph wanted = small_graph();
  for (const bool fixed : {false, true}) {
    for (const bool single : {false, true}) {
      const auto file = folder / "m.nir";
      write_nir(file, wanted, {fixed, single, false});
      const Graph g = read_nir(file);
      REQUIRE(g.nodes.size() == wanted.nodes.size());
      CHECK(numbers(find(g, "fc"), "bias").values == std::vector<double>{0.5, -0.5});
      CHECK(numbers(find(g, "fc"), "bias").single_precision == single);
      CHECK(find(g, "lif").type == "LIF");
      CHECK(g.edges[1].source == "fc");
      CHECK(g.edges[1].target == "lif");
    }
  }
  write_nir(folder / "i.nir", wanted, {false, false, true});
  CHECK(numbers(find(read_nir(folder / "i.nir"), "fc"), "weight").values ==
        std::vector<double>{1, 2, 3, 4});
}

TEST_CASE("graphs inside graphs keep their places", "[import]") {
  const Graph g = read_nir(data_file("nir/nested.nir"));
  const Node& block = find(g, "block");
  REQUIRE(block.nested.size() == 1);
  const Node& lif = find(block.nested.front(), "lif.a");
  CHECK(lif.where.path == "/node/nodes/block/nodes/lif.a");
}

TEST_CASE("a graph survives the way from process to process", "[import]") {
  Graph g = small_graph();
  g.nodes.push_back(node("pad", "Conv2d", {{"padding", std::string("same")}}));
  g.nodes.back().nested.push_back(small_graph());
  const std::string bytes = import::nir::to_bytes(g);
  const Graph back = import::nir::from_bytes(bytes, "model.nir");
  CHECK(import::nir::to_bytes(back) == bytes);
  CHECK(back.edges[1].where.text() == "model.nir:/node/edges[1]");
  for (std::size_t n = 0; n < bytes.size(); n += 7) {
    CHECK_THROWS(import::nir::from_bytes(std::string_view(bytes).substr(0, n), "model.nir"));
  }
}

TEST_CASE("what a NIR file may not be is one error", "[import]") {
  const TemporaryFolder folder;
  const auto file = folder / "m.nir";
  const auto odd = [&](const std::string& path, NirOddity oddity) {
    write_nir(file, small_graph());
    make_odd(file, path, oddity);
    return folder.without(error_of([&] { return read_nir(file); }));
  };
  using Catch::StartsWith;
  CHECK_THAT(odd("/node", NirOddity::Remove), StartsWith("m.nir:/node: error: is missing"));
  CHECK_THAT(odd("/node/edges", NirOddity::Remove),
             StartsWith("m.nir:/node/edges: error: is miss"));
  CHECK_THAT(odd("/node/edges", NirOddity::Group), StartsWith("m.nir:/node/edges: error: is a gr"));
  CHECK_THAT(odd("/node/edges", NirOddity::Records),
             StartsWith("m.nir:/node/edges: error: is not text [bad-type]"));
  CHECK_THAT(odd("/node/nodes/lif/type", NirOddity::Remove),
             StartsWith("m.nir:/node/nodes/lif/type: error: is missing"));
  CHECK_THAT(odd("/node/nodes/lif", NirOddity::ExternalLink),
             StartsWith("m.nir:/node/nodes/lif: error: is a link to somewhere else [bad-type]"));
  CHECK_THAT(odd("/node/nodes/lif/type", NirOddity::SoftLink),
             StartsWith("m.nir:/node/nodes/lif/type: error: is a link to somewhere else"));
  CHECK_THAT(odd("/node/nodes/fc/weight", NirOddity::HugeArray),
             StartsWith("m.nir:/node/nodes/fc/weight: error: claims 4096x4096 elements, which"));
}

TEST_CASE("a parameter that is no number is kept as what it is", "[import]") {
  const TemporaryFolder folder;
  const auto file = folder / "m.nir";
  for (const auto& [oddity, what] : {std::pair{NirOddity::ExternalLink, "a link to somewhere else"},
                                     {NirOddity::Records, "records or complex numbers"},
                                     {NirOddity::Group, "a group"}}) {
    write_nir(file, small_graph());
    make_odd(file, "/node/nodes/fc/weight", oddity);
    const Graph g = read_nir(file);
    CHECK(std::get<import::nir::Unreadable>(find(g, "fc").parameters.at("weight")).what == what);
  }
}

TEST_CASE("graphs nested without end are refused", "[import]") {
  const TemporaryFolder folder;
  Graph g = small_graph();
  for (int i = 0; i < 20; ++i) {
    Graph outer = small_graph();
    Node block = node("block", "NIRGraph");
    block.nested.push_back(std::move(g));
    outer.nodes.push_back(std::move(block));
    g = std::move(outer);
  }
  write_nir(folder / "deep.nir", g);
  CHECK_THAT(error_of([&] { return read_nir(folder / "deep.nir"); }),
             Catch::Contains("graphs are nested more than 16 deep [unsupported-graph]"));
}

}  // namespace
}  // namespace hillock::tests
