// Data sets that are damaged, hostile or do not fit: one error with its place and a remedy, status
// 1, and nothing left behind. `compile` looks at them as `run` does.
#include <catch2/catch.hpp>
#include <limits>
#include <random>

#include "compiler/support/npz.h"
#include "compiler/support/zip.h"
#include "tests/cli/program.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using support::NpzOutput;

constexpr std::size_t kFeatures = 6;
const std::string kModel = source("tests/data/mlp/model.nir");

// A data set that fits tests/data/mlp, two samples of three steps, with `first` as its first value.
NpzOutput inputs(float first = 1) {
  std::vector<float> x(2 * 3 * kFeatures, 1);
  x[0] = first;
  return {"x", {2, 3, kFeatures}, x};
}
NpzOutput labels(std::vector<std::int64_t> y) {
  const std::size_t n = y.size();
  return {"y", {n}, std::move(y)};
}

// The one error that compile, run and flow all answer the data set with.
std::string refusal(const TemporaryFolder& folder, const std::string& data) {
  const Run compile = hillock(folder / "", {"compile", kModel, "--data", data, "-o", "b"});
  CHECK(not_one_error(compile) == "");
  const Run flow = hillock(folder / "", {"flow", kModel, "--data", data, "-o", "b"});
  CHECK(flow.status == 1);
  CHECK(flow.err == compile.err);
  CHECK_FALSE(std::filesystem::exists(folder / "b"));

  REQUIRE(hillock(folder / "", {"compile", kModel, "-o", "built"}).status == 0);
  const Run run = hillock(folder / "", {"run", "built", "--data", data, "--jobs", "1"});
  CHECK(not_one_error(run) == "");
  CHECK_FALSE(std::filesystem::exists(folder / "built/run.json"));
  for (const auto& entry : std::filesystem::directory_iterator(folder / "")) {
    CHECK(entry.path().filename().string().find(".tmp") == std::string::npos);
  }
  return error_line(compile);
}

std::string refusal_of(const std::vector<NpzOutput>& arrays) {
  const TemporaryFolder folder;
  support::write_npz(folder / "d.npz", arrays);
  return refusal(folder, "d.npz");
}

TEST_CASE("data that fit are taken") {
  const TemporaryFolder folder;
  support::write_npz(folder / "d.npz", {inputs(), labels({0, 2})});
  const Run run = hillock(folder / "", {"compile", kModel, "--data", "d.npz", "-o", "b"});
  CHECK(run.status == 0);
}

TEST_CASE("data that do not fit the network") {
  std::vector<float> x(2 * 3 * 5, 1);
  CHECK(refusal_of({{"x", {2, 3, 5}, x}}) ==
        "d.npz:/x: error: has the shape 2x3x5, and the network's input has the shape 1x6 "
        "[shape-mismatch]");
  CHECK(refusal_of({inputs(std::numeric_limits<float>::quiet_NaN())}) ==
        "d.npz:/x[0]: error: x is nan [not-finite]");
  CHECK(refusal_of({inputs(std::numeric_limits<float>::infinity())}) ==
        "d.npz:/x[0]: error: x is inf [not-finite]");
  CHECK(refusal_of({inputs(), labels({0, 3})}) ==
        "d.npz:/y[1]: error: label 3 of a network with 3 outputs [bad-data]");
  CHECK(refusal_of({inputs(), labels({-1, 0})}) ==
        "d.npz:/y[0]: error: label is -1, and classes count from 0 [bad-data]");
  CHECK(refusal_of({inputs(), labels({0})}) ==
        "d.npz:/y: error: has the shape 1, and x holds 2 samples [shape-mismatch]");
  CHECK(refusal_of({inputs(), {"y", {2}, std::vector<float>{0, 1}}}) ==
        "d.npz:/y: error: labels are float32, and must be integers [bad-data]");
  CHECK(refusal_of({labels({0, 1})}) ==
        "d.npz:/x: error: is missing; the file holds y [missing-field]");
  CHECK(refusal_of({{"x", {0, 3, kFeatures}, std::vector<float>{}}}) ==
        "d.npz:/x: error: is empty: its shape is 0x3x6 [bad-data]");
}

TEST_CASE("data that a build was not compiled for") {
  const TemporaryFolder folder;
  REQUIRE(hillock(folder / "", {"compile", kModel, "--timesteps", "3", "-o", "b"}).status == 0);
  support::write_npz(folder / "counts.npz", {inputs(7)});
  const Run counts = hillock(folder / "", {"run", "b", "--data", "counts.npz", "--jobs", "1"});
  CHECK(not_one_error(counts) == "");
  CHECK(error_line(counts) ==
        "counts.npz:/x[0][0][0]: error: 7 is not an integer in 0..1, which input input was "
        "compiled for [data-out-of-range]");
  support::write_npz(folder / "long.npz",
                     {{"x", {1, 9, kFeatures}, std::vector<float>(9 * kFeatures, 1)}});
  const Run longer = hillock(folder / "", {"run", "b", "--data", "long.npz"});
  CHECK(not_one_error(longer) == "");
  CHECK(error_line(longer) ==
        "long.npz:/x: error: 9 steps, and the build's widths are proved for 3 [data-out-of-range]");
}

TEST_CASE("data with time steps where the input is static, and the other way round") {
  const TemporaryFolder folder;
  const std::vector<float> ones(3 * kFeatures, 1);
  support::write_npz(folder / "static.npz", {{"x", {3, kFeatures}, ones}});
  support::write_npz(folder / "steps.npz", {{"x", {1, 3, kFeatures}, ones}});
  const auto verb = [&](std::vector<std::string> arguments) {
    return hillock(folder / "", arguments);
  };
  const std::string steps =
      "steps.npz:/x: error: holds time steps, and the build is for a static input, x of [N, "
      "features], which is added up once a sample [bad-data]";
  REQUIRE(verb({"compile", kModel, "--data", "static.npz", "--timesteps", "4", "-o", "s"}).status ==
          0);
  CHECK(verb({"run", "s", "--data", "static.npz", "--timesteps", "4"}).status == 0);
  for (const char* name : {"run", "cosim"}) {
    const Run run = verb({name, "s", "--data", "steps.npz"});
    CHECK(not_one_error(run) == "");
    CHECK(error_line(run) == steps);
  }
  REQUIRE(verb({"compile", kModel, "--data", "steps.npz", "-o", "t"}).status == 0);
  // The other way round static data are shown in every step.
  CHECK(verb({"cosim", "t", "--data", "static.npz", "--timesteps", "3"}).status == 0);
  const Run both = verb({"compile", kModel, "--data", "static.npz", "--calibration", "steps.npz",
                         "--timesteps", "3", "-o", "u"});
  CHECK(not_one_error(both) == "");
  CHECK(
      error_line(both) ==
      "static.npz:/x: error: holds no time steps, and --calibration holds an input in steps, x of "
      "[N, T, features] [bad-data]");
  CHECK_FALSE(std::filesystem::exists(folder / "u"));
  // Without data the command says it.
  REQUIRE(verb({"compile", kModel, "--static-input", "--timesteps", "4", "-o", "w"}).status == 0);
  CHECK(verb({"run", "w", "--data", "static.npz", "--timesteps", "4"}).status == 0);
  const Run stated = verb({"compile", kModel, "--static-input", "--data", "steps.npz", "-o", "v"});
  CHECK(not_one_error(stated) == "");
  CHECK(error_line(stated) ==
        "steps.npz:/x: error: holds time steps, and --static-input states a static input, x of [N, "
        "features], which is added up once a sample [bad-data]");
}

TEST_CASE("archives that are damaged or hostile") {
  const TemporaryFolder folder;
  const std::string good = support::read_file(data_file("mlp/test.npz"));
  const auto file = [&](const std::string& name, const std::string& content) {
    (void)folder.file(name, content);
    return refusal(folder, name);
  };
  CHECK(refusal(folder, "absent.npz") == "absent.npz: error: no such file [file-not-found]");
  CHECK(file("cut.npz", good.substr(0, good.size() / 2)) ==
        "cut.npz: error: is not a whole zip archive [file-damaged]");
  CHECK(file("text.npz", "These are no arrays.\n") ==
        "text.npz: error: is not a whole zip archive [file-damaged]");
  CHECK(file("header.npz", support::zip_bytes({{"x.npy", "no header"}})) ==
        "header.npz:/x: error: has no .npy header that can be read [file-damaged]");
  // An array of Python objects, which NumPy would unpickle.
  std::string objects = support::npy_bytes("|O", {2, 3, kFeatures}, std::string(288, 'a'));
  CHECK(file("objects.npz", support::zip_bytes({{"x.npy", objects}})) ==
        "objects.npz:/x: error: holds elements of type '|O' [bad-type]");
  // Headers and directories that promise what is not there.
  const std::string vast = support::npy_bytes("|u1", {std::size_t{1} << 40, 3, kFeatures}, "");
  CHECK(file("vast.npz", support::zip_bytes({{"x.npy", vast}})) ==
        "vast.npz:/x: error: claims 1099511627776x3x6 elements [file-too-large]");
  std::string bomb = support::zip_bytes({{"x.npy", std::string(100'000, 'a')}});
  for (std::size_t at = 0; (at = bomb.find("\xa0\x86\x01", at)) != std::string::npos;) {
    bomb.replace(at, 4, std::string("\x00\x00\x00\x70", 4));
  }
  CHECK(file("bomb.npz", bomb) ==
        "bomb.npz:/x.npy: error: claims 1879048192 bytes, which 115 compressed bytes cannot hold "
        "[file-too-large]");
}

TEST_CASE("flipped bits of a data set: done, or refused cleanly") {
  const std::string good = support::read_file(data_file("mlp/test.npz"));
  for (unsigned seed = 1; seed <= 40; ++seed) {
    std::mt19937 random(seed);
    std::string bad = good;
    const std::size_t at = random() % bad.size();
    bad[at] = static_cast<char>(bad[at] ^ (1U << random() % 8));
    const TemporaryFolder folder;
    (void)folder.file("flipped.npz", bad);
    CAPTURE(seed, at);
    const Run run =
        hillock(folder / "", {"compile", kModel, "--data", "flipped.npz", "-o", "b", "--quiet"});
    CHECK(not_clean(run) == "");
    CHECK(std::filesystem::exists(folder / "b") == (run.status == 0));
  }
}

}  // namespace
}  // namespace hillock::tests
