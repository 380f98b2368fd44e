// Fits the coefficients of hw_models/size to synthesis, and says how far off they are on designs
// that were left out.
//
//   size_calibration FOLDER COUNT [--table FILE.json]
//
// Leaves FOLDER/NAME for each design; those that are there are not synthesized again: remove FOLDER
// where the Verilog library changes. Chains of dense layers, and, one in three, networks of every
// kind that Hillock has.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/synth.h"
#include "compiler/support/file.h"
#include "hw_models/size/size_terms.h"
#include "tests/bench/energy/designs.h"
#include "tests/support/nonnegative.h"
#include "tests/support/random_network.h"

namespace {

using namespace hillock;
using nlohmann::json;
namespace fs = std::filesystem;
using Vector = std::vector<double>;

struct Design {
  std::string name;
  ir::Network network;
  std::vector<support::NpzOutput> data;
  int weight_bits = 4;
  int lanes = 1;
};

// Its factors are drawn, each by itself.
Design dense_design(std::size_t number) {
  tests::Random random(1000 + number);
  const auto one_of = [&](const std::vector<int>& levels) {
    return levels[static_cast<std::size_t>(
        random.whole(0, static_cast<std::int64_t>(levels.size()) - 1))];
  };
  tests::EnergyDesign d;
  d.name = fmt::format("dense{:02}", number);
  d.inputs = static_cast<std::size_t>(one_of({16, 32, 64, 128, 256, 784}));
  d.neurons = {static_cast<std::size_t>(one_of({16, 32, 48, 64, 96, 128}))};
  if (random.chance(0.3)) d.neurons.push_back(static_cast<std::size_t>(one_of({16, 32, 64})));
  d.neurons.push_back(static_cast<std::size_t>(one_of({2, 5, 10, 20})));
  d.density = 0.13;
  d.decay = static_cast<tests::DecayForm>(random.whole(0, 2));
  d.timesteps = static_cast<std::size_t>(one_of({8, 16, 25}));
  return {d.name, tests::energy_network(d), tests::energy_data(d, 8), one_of({2, 3, 4, 6, 8}),
          one_of({1, 2, 4, 8, 16, 32})};
}

Design any_design(std::size_t number) {
  tests::RandomCase c = tests::random_case(5000 + number);
  tests::Random random(2000 + number);
  return {fmt::format("any{:02}", number), c.network, tests::arrays_of(c),
          static_cast<int>(random.whole(2, 8)), 1 << random.whole(0, 3)};
}

struct Point {
  std::string name;
  hw_models::SizeTerms terms{};
  double luts = 0;
};

Point measure(const Design& d, const fs::path& folder) {
  const fs::path home = folder / d.name;
  const fs::path result = home / "synth-xilinx7.json";
  if (!fs::exists(result)) {
    tests::compile_design(d.network, d.data, d.weight_bits, d.lanes, home);
    driver::CommonOptions quiet;
    quiet.quiet = true;
    driver::SynthOptions synth;
    synth.folder = home;
    synth.target = "xilinx7";
    synth.no_dsps = true;
    (void)driver::synth(synth, quiet);
  }
  const driver::Build build = driver::load_build(home);
  Point p{d.name, hw_models::size_terms(build.quantized, build.mapping),
          json::parse(support::read_file(result)).at("luts")};
  fmt::print("{}: {} LUTs\n", p.name, p.luts);
  std::fflush(stdout);
  return p;
}

Vector fit(const std::vector<Point>& points, std::size_t left_out) {
  std::vector<Vector> rows;
  Vector target;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (i == left_out) continue;
    rows.emplace_back(points[i].terms.begin(), points[i].terms.end());
    target.push_back(points[i].luts);
  }
  return tests::nonnegative_least_squares(rows, target);
}

double predict(const Vector& x, const Point& p) {
  return std::inner_product(x.begin(), x.end(), p.terms.begin(), 0.0);
}

int run(const fs::path& folder, std::size_t count, const fs::path& table) {
  support::create_folder(folder);
  std::vector<Point> points;
  for (std::size_t n = 0; n < count; ++n) {
    points.push_back(measure(n % 3 == 2 ? any_design(n / 3) : dense_design(n), folder));
  }
  double mean = 0;
  double worst = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double estimate = predict(fit(points, i), points[i]);
    const double error = estimate / points[i].luts - 1;
    fmt::print("{:<8} {:6.0f} LUTs, left out {:6.0f} ({:+.1f} %)\n", points[i].name, points[i].luts,
               estimate, 100 * error);
    mean += std::abs(error) / static_cast<double>(points.size());
    worst = std::max(worst, std::abs(error));
  }
  const Vector x = fit(points, points.size());
  json luts;
  for (std::size_t i = 0; i < x.size(); ++i) {
    luts[std::string(hw_models::kSizeTerms[i])] = std::stod(fmt::format("{:.4g}", x[i]));
    fmt::print("{:<18} {:.4g}\n", hw_models::kSizeTerms[i], x[i]);
  }
  fmt::print("{} designs, each left out in turn: mean {:.1f} %, worst {:.1f} %\n", points.size(),
             100 * mean, 100 * worst);
  if (table.empty()) return 0;
  const json out = {
      {"target", "xilinx7 --no-dsps"}, {"source", "this repository, make calibrate-size"},
      {"designs", points.size()},      {"mean_error", mean},
      {"worst_error", worst},          {"luts", luts}};
  support::write_file(table, out.dump(2) + "\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3 && argc != 5) {
    fmt::print(stderr, "usage: size_calibration FOLDER COUNT [--table FILE.json]\n");
    return 2;
  }
  try {
    return run(argv[1], std::stoul(argv[2]), argc == 5 ? argv[4] : "");
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
