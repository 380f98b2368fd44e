// Fits the coefficients of the logic's energy to what energy_measure found, and says how far off
// they are on designs that were left out.
//
//   energy_fit FOLDER [--table FILE.json] [--report FILE.json] [--bootstrap N]
//
// Non-negative least squares of relative errors, the clock's energy and the rest apart. Designs are
// fitted on their first set of samples; every error is of a design that was left out, on its second
// set.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <numeric>
#include <string>
#include <vector>

#include "compiler/driver/activity_file.h"
#include "compiler/driver/build_folder.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "hw_models/energy/energy.h"
#include "hw_models/energy/logic_terms.h"
#include "tests/support/nonnegative.h"
#include "tests/support/random_network.h"

namespace {

using namespace hillock;
using nlohmann::json;
namespace fs = std::filesystem;
using Vector = std::vector<double>;

struct Measured {
  std::vector<double> terms;
  double clock_j = 0;
  double rest_j = 0;
  double leakage_w = 0;

  [[nodiscard]] double total() const { return clock_j + rest_j; }
};

struct Design {
  json about;
  Measured first;
  Measured second;
};

Measured read_set(const driver::Build& build, const json& energy, const fs::path& folder) {
  const auto activity = driver::read_activity(folder);
  if (!activity) throw std::runtime_error(folder.string() + " has no activity");
  Measured m;
  m.terms = hw_models::logic_terms(activity->mean, build.quantized, build.mapping);
  m.clock_j = energy.at("clock_j");
  m.leakage_w = energy.at("leakage_w");
  m.rest_j = energy.at("internal_j").get<double>() + energy.at("switching_j").get<double>();
  return m;
}

std::vector<Design> read_designs(const fs::path& folder) {
  std::vector<fs::path> homes;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (fs::exists(entry.path() / "measured.json")) homes.push_back(entry.path());
  }
  std::sort(homes.begin(), homes.end());
  std::vector<Design> designs;
  for (const fs::path& home : homes) {
    Design d;
    d.about = json::parse(support::read_file(home / "measured.json"));
    if (d.about.at("first").at("mismatches") != 0 || d.about.at("second").at("mismatches") != 0)
      throw std::runtime_error(home.string() + ": the netlist disagrees with the model");
    const driver::Build build = driver::load_build(home);
    d.first = read_set(build, d.about.at("first"), home / "first");
    d.second = read_set(build, d.about.at("second"), home / "second");
    designs.push_back(std::move(d));
  }
  return designs;
}

// Coefficients in joules, in the order of kLogicTerms.
Vector fit(const std::vector<const Design*>& designs) {
  Vector out(hw_models::kLogicTerms.size(), 0.0);
  for (const bool clock : {true, false}) {
    std::vector<std::size_t> used;
    for (std::size_t i = 0; i < out.size(); ++i) {
      if (hw_models::kLogicTerms[i].clock == clock) used.push_back(i);
    }
    std::vector<Vector> rows;
    Vector target;
    for (const Design* d : designs) {
      Vector row;
      for (const std::size_t i : used) row.push_back(d->first.terms[i]);
      rows.push_back(std::move(row));
      target.push_back(clock ? d->first.clock_j : d->first.rest_j);
    }
    const Vector x = tests::nonnegative_least_squares(rows, target);
    for (std::size_t i = 0; i < used.size(); ++i) out[used[i]] = x[i];
  }
  return out;
}

double predict(const Vector& coefficients, const Measured& m, int which) {
  double sum = 0;
  for (std::size_t i = 0; i < coefficients.size(); ++i) {
    if (which == 0 || hw_models::kLogicTerms[i].clock == (which == 1))
      sum += coefficients[i] * m.terms[i];
  }
  return sum;
}

double kendall_tau(const Vector& a, const Vector& b) {
  double score = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < i; ++k) {
      const double product = (a[i] - a[k]) * (b[i] - b[k]);
      score += product > 0 ? 1 : product < 0 ? -1 : 0;
      ++pairs;
    }
  }
  return pairs > 0 ? score / pairs : 0;
}

double quantile(Vector v, double q) {
  std::sort(v.begin(), v.end());
  const double at = q * static_cast<double>(v.size() - 1);
  const auto below = static_cast<std::size_t>(at);
  const std::size_t above = std::min(below + 1, v.size() - 1);
  return v[below] + (at - static_cast<double>(below)) * (v[above] - v[below]);
}

struct Errors {
  double mean = 0;
  double worst = 0;
};

Errors errors_of(const Vector& relative) {
  Errors e;
  for (const double r : relative) {
    e.mean += std::abs(r) / static_cast<double>(relative.size());
    e.worst = std::max(e.worst, std::abs(r));
  }
  return e;
}

json leave_one_out(const std::vector<Design>& designs) {
  Vector total, clock, rest, predicted, actual;
  json each = json::array();
  for (std::size_t out = 0; out < designs.size(); ++out) {
    std::vector<const Design*> others;
    for (std::size_t i = 0; i < designs.size(); ++i) {
      if (i != out) others.push_back(&designs[i]);
    }
    const Vector x = fit(others);
    const Measured& m = designs[out].second;
    predicted.push_back(predict(x, m, 0));
    actual.push_back(m.total());
    total.push_back(predicted.back() / m.total() - 1);
    clock.push_back(predict(x, m, 1) / m.clock_j - 1);
    rest.push_back(predict(x, m, 2) / m.rest_j - 1);
    const json& a = designs[out].about;
    each.push_back({{"name", a.at("name")},
                    {"lanes", a.at("lanes")},
                    {"weight_bits", a.at("weight_bits")},
                    {"inputs", a.at("inputs")},
                    {"neurons", a.at("neurons")},
                    {"density", a.at("density")},
                    {"decay", a.at("decay")},
                    {"flip_flops", a.at("second").at("flip_flops")},
                    {"measured_j", m.total()},
                    {"predicted_j", predicted.back()},
                    {"error", total.back()},
                    {"clock_error", clock.back()},
                    {"activity_error", rest.back()}});
    fmt::print(
        "{:>4} {:>2} lanes {} bits {:<10} {:7.0f} pJ {:+6.1f} % (clock {:+6.1f}, rest {:+6.1f})\n",
        a.at("name").get<std::string>(), a.at("lanes").get<int>(), a.at("weight_bits").get<int>(),
        a.at("decay").get<std::string>(), 1e12 * m.total(), 100 * total.back(), 100 * clock.back(),
        100 * rest.back());
  }
  const Errors e = errors_of(total);
  const Errors c = errors_of(clock);
  const Errors r = errors_of(rest);
  return {{"designs", designs.size()},
          {"mean_error", e.mean},
          {"worst_error", e.worst},
          {"kendall_tau", kendall_tau(predicted, actual)},
          {"clock", {{"mean_error", c.mean}, {"worst_error", c.worst}}},
          {"activity", {{"mean_error", r.mean}, {"worst_error", r.worst}}},
          {"each", std::move(each)}};
}

// 95 % intervals of the coefficients: designs drawn with replacement.
std::vector<Vector> bootstrap(const std::vector<Design>& designs, int rounds) {
  tests::Random random(1);
  std::vector<Vector> draws(hw_models::kLogicTerms.size());
  for (int b = 0; b < rounds; ++b) {
    std::vector<const Design*> drawn;
    for (std::size_t i = 0; i < designs.size(); ++i) {
      drawn.push_back(&designs[static_cast<std::size_t>(
          random.whole(0, static_cast<std::int64_t>(designs.size()) - 1))]);
    }
    const Vector x = fit(drawn);
    for (std::size_t i = 0; i < x.size(); ++i) draws[i].push_back(x[i]);
  }
  return draws;
}

// What the literature of another node, scaled, says of the same logic: the error of such a scaling
// in hw_models/tables/node_scaling.json.
void compare_literature(const fs::path& folder, const std::vector<Design>& designs) {
  Vector ratios;
  for (const Design& d : designs) {
    const fs::path home = folder / d.about.at("name").get<std::string>();
    const driver::Build build = driver::load_build(home);
    const auto activity = driver::read_activity(home / "second");
    const hw_models::EnergyEstimate e =
        hw_models::estimate_energy(activity->mean, build.quantized, build.mapping, "sky130");
    double logic = 0;
    for (const hw_models::EnergyComponent& c : e.breakdown) {
      if (c.name == "accumulate" || c.name == "update" || c.name == "spike_bitmap" ||
          c.name == "clock")
        logic += c.energy_j.nominal;
    }
    ratios.push_back(logic / d.second.total());
  }
  fmt::print("literature scaled to this node (target sky130): {:.2f} to {:.2f} of the measured\n",
             quantile(ratios, 0), quantile(ratios, 1));
}

// The registers that logic_terms() sees.
double register_bits(const Measured& m) {
  double cycles = 0;
  double registers = 0;
  for (std::size_t i = 0; i < m.terms.size(); ++i) {
    if (hw_models::kLogicTerms[i].role == "clock_design") cycles = m.terms[i];
    if (hw_models::kLogicTerms[i].role == "logic_register") registers = m.terms[i];
  }
  return registers / cycles;
}

// Puts the coefficients and their errors into a table of hw_models/tables, whose other entries
// stay.
void write_table(const fs::path& file, const Vector& x, const std::vector<Vector>& draws,
                 const json& errors, const std::vector<Design>& designs) {
  // Leakage a bit of register, of each design.
  Vector leakage;
  for (const Design& d : designs) leakage.push_back(d.first.leakage_w / register_bits(d.first));
  const double leak =
      std::accumulate(leakage.begin(), leakage.end(), 0.0) / static_cast<double>(leakage.size());
  json table = json::parse(support::read_file(file));
  table["calibration"] = {{"designs", errors.at("designs")},
                          {"mean_error", errors.at("mean_error")},
                          {"worst_error", errors.at("worst_error")},
                          {"kendall_tau", errors.at("kendall_tau")}};
  const auto digits = [](double v) { return std::stod(fmt::format("{:.5g}", v)); };
  for (json& entry : table.at("entries")) {
    if (entry.at("role") == "leak_logic") {
      entry["value"] = digits(leak * 1e6);
      entry["low"] = digits(quantile(leakage, 0) / leak);
      entry["high"] = digits(quantile(leakage, 1) / leak);
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (entry.at("role") != hw_models::kLogicTerms[i].role) continue;
      entry["value"] = digits(x[i] * 1e12);
      const double low = quantile(draws[i], 0.025);
      const double high = quantile(draws[i], 0.975);
      entry["low"] = x[i] > 0 ? digits(std::min(1.0, low / x[i])) : 1;
      entry["high"] = x[i] > 0 ? digits(std::max(1.0, high / x[i])) : 1;
    }
  }
  support::write_file(file, table.dump(2) + "\n");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const fs::path folder = argc > 1 ? argv[1] : "";
    fs::path table;
    fs::path report;
    int rounds = 500;
    for (int i = 2; i + 1 < argc; i += 2) {
      const std::string option = argv[i];
      if (option == "--table") table = argv[i + 1];
      if (option == "--report") report = argv[i + 1];
      if (option == "--bootstrap") rounds = std::stoi(argv[i + 1]);
    }
    if (folder.empty()) {
      fmt::print(stderr,
                 "usage: energy_fit FOLDER [--table FILE] [--report FILE] [--bootstrap N]\n");
      return 2;
    }
    const std::vector<Design> designs = read_designs(folder);
    compare_literature(folder, designs);
    std::vector<const Design*> all;
    for (const Design& d : designs) all.push_back(&d);
    json errors = leave_one_out(designs);
    const Vector x = fit(all);
    const std::vector<Vector> draws = bootstrap(designs, rounds);
    fmt::print(
        "{} designs, each left out in turn, on unseen samples: mean {:.1f} %, worst {:.1f} %, "
        "tau {:.3f}\n",
        designs.size(), 100 * errors.at("mean_error").get<double>(),
        100 * errors.at("worst_error").get<double>(), errors.at("kendall_tau").get<double>());
    json coefficients = json::array();
    for (std::size_t i = 0; i < x.size(); ++i) {
      const double low = quantile(draws[i], 0.025);
      const double high = quantile(draws[i], 0.975);
      fmt::print("{:<24} {:.5g} pJ ({:.5g} to {:.5g})\n", hw_models::kLogicTerms[i].role,
                 x[i] * 1e12, low * 1e12, high * 1e12);
      coefficients.push_back({{"role", hw_models::kLogicTerms[i].role},
                              {"pj", x[i] * 1e12},
                              {"low_pj", low * 1e12},
                              {"high_pj", high * 1e12}});
    }
    errors["coefficients"] = std::move(coefficients);
    if (!report.empty()) support::write_file(report, errors.dump(2) + "\n");
    if (!table.empty()) write_table(table, x, draws, errors, designs);
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
  return 0;
}
