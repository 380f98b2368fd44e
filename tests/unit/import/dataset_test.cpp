// Data sets: layouts of x and y, and what neither of them may be.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "compiler/import/import.h"
#include "compiler/support/npz.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using import::load_dataset;
using ir::Dataset;
using Steps = std::optional<int>;
using support::NpzOutput;

class Data {
 public:
  explicit Data(std::vector<std::size_t> shape) : shape_(std::move(shape)) {
    std::size_t n = 1;
    for (const std::size_t d : shape_) n *= d;
    x.resize(n);
    std::iota(x.begin(), x.end(), 0.0F);
  }
  std::vector<float> x;
  std::vector<NpzOutput> others;

  [[nodiscard]] Dataset load(const ir::Shape& features, Steps steps = {}) const {
    std::vector<NpzOutput> arrays = others;
    arrays.push_back({"x", shape_, x});
    support::write_npz(folder_ / "d.npz", arrays);
    return load_dataset(folder_ / "d.npz", features, steps);
  }
  [[nodiscard]] std::string error(const ir::Shape& features, Steps steps = {}) const {
    return folder_.without(error_of([&] { return load(features, steps); }));
  }

 private:
  std::vector<std::size_t> shape_;
  TemporaryFolder folder_;
};

TEST_CASE("samples, steps and features are where they belong", "[import]") {
  const Dataset d = Data({4, 3, 2}).load({2});
  CHECK(d.samples == 4);
  CHECK(d.timesteps == 3);
  CHECK_FALSE(d.static_input);
  CHECK(d.features == ir::Shape{2});
  CHECK(d.step(2, 1)[0] == 14.0F);
  CHECK(d.y.empty());
  CHECK(d.file == "d.npz");
}

TEST_CASE("whole numbers up to 255 are kept in bytes, others as they are", "[import]") {
  Dataset d;
  d.samples = 1;
  d.timesteps = 2;
  d.features = {2};
  d.x = {0, 255, 1, 7};
  d.pack();
  CHECK(d.x.empty());
  CHECK(d.step(0, 0)[1] == 255.0F);
  CHECK(d.step(0, 1).part(1, 1)[0] == 7.0F);
  for (const float other : {-1.0F, 256.0F, 0.5F, std::nanf("")}) {
    d.bytes.clear();
    d.x = {0, 255, 1, other};
    d.pack();
    CHECK(d.bytes.empty());
    CHECK(d.step(0, 0)[1] == 255.0F);
  }
}

TEST_CASE("a static input is the same at every step", "[import]") {
  const Dataset d = Data({4, 2}).load({2}, 7);
  CHECK(d.static_input);
  CHECK(d.timesteps == 7);
  CHECK(d.bytes.size() == 8);
  CHECK(d.step(3, 0)[1] == 7.0F);
  CHECK(d.step(3, 6)[1] == 7.0F);
  CHECK_THAT(Data({4, 2}).error({2}), Contains("has the shape 4x2, without time steps [bad-data]"));
  CHECK_THAT(Data({4, 2}).error({2}, 0), Contains("timesteps is 0, and must be 1 or more"));
}

TEST_CASE("features fit flattened or not; the very shape decides first", "[import]") {
  CHECK(Data({5, 3, 1, 2, 2}).load({1, 2, 2}).timesteps == 3);
  CHECK(Data({5, 3, 4}).load({1, 2, 2}).timesteps == 3);
  CHECK(Data({5, 3, 2, 2}).load({4}).timesteps == 3);
  CHECK(Data({5, 1, 2, 2}).load({1, 2, 2}, 9).static_input);
  CHECK(Data({5, 4}).load({1, 2, 2}, 9).static_input);
  CHECK_FALSE(Data({5, 1, 4}).load({4}).static_input);
  CHECK(Data({5, 1, 4}).load({1, 4}, 9).static_input);
  CHECK(Data({5, 2, 2}).load({1, 2, 2}, 9).static_input);
  CHECK_FALSE(Data({5, 7}).load({1}).static_input);
  CHECK_THAT(Data({5, 3, 5}).error({4}),
             Contains("d.npz:/x: error: has the shape 5x3x5, and the network's input has the shape "
                      "4 [shape-mismatch]\n  help: x is [N, T, features] or [N, features] with 4"));
}

TEST_CASE("steps that are asked for must be those of the data", "[import]") {
  CHECK(Data({2, 3, 4}).load({4}, 3).timesteps == 3);
  CHECK_THAT(Data({2, 3, 4}).error({4}, 5),
             Contains("holds 3 time steps, and 5 are asked for [bad-data]"));
}

TEST_CASE("the steps of static data give way to a time axis", "[import]") {
  const TemporaryFolder folder;
  const auto steps = [&](const std::vector<std::size_t>& shape, Steps stated) {
    support::write_npz(folder / "d.npz", {{"x", shape, std::vector<float>(12, 1.0F)}});
    return load_dataset(folder / "d.npz", {2}, stated, 9).timesteps;
  };
  CHECK(steps({2, 3, 2}, {}) == 3);
  CHECK(steps({6, 2}, {}) == 9);
  CHECK(steps({6, 2}, 4) == 4);
}

TEST_CASE("labels are integers, one per sample", "[import]") {
  const auto with_labels = [](NpzOutput y) {
    Data d({3, 2, 1});
    d.others.push_back(std::move(y));
    return d.error({1});
  };
  Data d({3, 2, 1});
  d.others.push_back({"y", {3}, std::vector<std::uint8_t>{2, 0, 1}});
  CHECK(d.load({1}).y == std::vector<std::int64_t>{2, 0, 1});
  CHECK_THAT(with_labels({"y", {2}, std::vector<std::int64_t>{0, 1}}),
             Contains("d.npz:/y: error: has the shape 2, and x holds 3 samples [shape-mismatch]"));
  CHECK_THAT(with_labels({"y", {3}, std::vector<float>{0, 1, 2}}),
             Contains("labels are float32, and must be integers [bad-data]"));
  CHECK_THAT(with_labels({"y", {3}, std::vector<std::int64_t>{0, -1, 2}}),
             Contains("d.npz:/y[1]: error: label is -1, and classes count from 0"));
}

TEST_CASE("values are finite, and there are some", "[import]") {
  Data d({2, 2, 2});
  d.x[5] = std::nanf("");
  CHECK_THAT(d.error({2}), Contains("d.npz:/x[5]: error: x is nan [not-finite]"));
  CHECK_THAT(Data({0, 3, 2}).error({2}), Contains("is empty: its shape is 0x3x2 [bad-data]"));
  CHECK_THAT(Data({2, 0, 2}).error({2}), Contains("is empty"));
}

TEST_CASE("a file without x says what it holds", "[import]") {
  const TemporaryFolder folder;
  support::write_npz(folder / "d.npz", {{"images", {1}, std::vector<float>{1}},
                                        {"labels", {1}, std::vector<float>{1}}});
  CHECK_THAT(error_of([&] { return load_dataset(folder / "d.npz", {1}, 1); }),
             Contains(":/x: error: is missing; the file holds images, labels [missing-field]"));
}

TEST_CASE("NumPy's own file is read", "[import]") {
  const Dataset d = load_dataset(data_file("mlp/test.npz"), {6}, {});
  CHECK(d.samples == 4);
  CHECK(d.timesteps == 10);
  CHECK(d.y == std::vector<std::int64_t>{0, 2, 1, 2});
}

}  // namespace
}  // namespace hillock::tests
