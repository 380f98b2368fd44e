// The table of quantization: how much accuracy integers lose against the float network, on samples
// that the quantizer has not seen, with our quantizer and with rounding to nearest.
//
//   quantization_bench [--bits 8,4,3] [--methods rebuilt,searched] [--limit SAMPLES] [--auto
//   POINTS]
//                      [--json FILE] FOLDER...
//
// --limit: calibrate on so many samples at most, still testing on all of the other half.
// A FOLDER holds a network (state_dict.pt and architecture.json, or model.nir of snnTorch with
// reset by subtraction) and test.npz. The data are cut into two halves, every second sample; each
// half in turn calibrates and the other tests, so that every sample is tested once.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compiler/driver/accuracy.h"
#include "compiler/driver/auto_bits.h"
#include "compiler/driver/calibration.h"
#include "compiler/driver/quantizer.h"
#include "compiler/import/import.h"
#include "compiler/passes/align_convolutions.h"
#include "compiler/passes/reconstruct.h"
#include "compiler/passes/recordings.h"
#include "compiler/support/file.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

namespace {

using namespace hillock;
using driver::QuantizerMethod;
using nlohmann::json;

struct Case {
  std::string name;
  ir::Network network;
  ir::Dataset half[2];
};

Case load(const std::filesystem::path& folder) {
  import::ImportOptions options;
  std::filesystem::path model = folder / "state_dict.pt";
  if (std::filesystem::exists(folder / "architecture.json")) {
    options.architecture = folder / "architecture.json";
  } else {
    model = folder / "model.nir";
    options.semantics = import::Semantics::SnnTorch;
    options.reset = ir::ResetMechanism::Subtract;
  }
  Case c;
  c.name = folder.filename().string();
  c.network = passes::align_convolutions(import::import_model(model, options));
  const ir::Dataset data = import::load_dataset(folder / "test.npz", c.network.inputs[0].shape,
                                                std::nullopt, c.network.timesteps);
  c.half[0] = driver::calibration_half(data);
  c.half[1] = driver::pick_samples(data, driver::is_held_out);
  return c;
}

using Predictions = std::vector<std::size_t>;

Predictions predictions_of(const ir::Network& network, const ir::Dataset& data) {
  const sim::FloatModel model(network);
  sim::FloatResult result;
  Predictions out;
  for (std::size_t i = 0; i < data.samples; ++i) {
    model.run(data, i, result);
    out.push_back(result.predicted);
  }
  return out;
}

Predictions predictions_of(const ir::QuantizedNetwork& network, const ir::Dataset& data) {
  const ir::QuantizedNetwork wide = passes::with_trial_widths(network);
  const sim::IntegerModel model(wide);
  sim::IntegerResult result;
  Predictions out;
  for (std::size_t i = 0; i < data.samples; ++i) {
    model.run(data, i, result);
    out.push_back(result.predicted);
  }
  return out;
}

std::size_t right_of(const Predictions& predictions, const ir::Dataset& data) {
  std::size_t right = 0;
  for (std::size_t i = 0; i < data.samples; ++i) {
    right += static_cast<std::int64_t>(predictions[i]) == data.y[i] ? 1 : 0;
  }
  return right;
}

// How many samples are not classified as before, rightly or wrongly.
std::size_t changed(const Predictions& a, const Predictions& b) {
  std::size_t n = 0;
  for (std::size_t i = 0; i < a.size(); ++i) n += a[i] != b[i] ? 1 : 0;
  return n;
}

passes::QuantizeOptions options_for(const Case& c, int bits) {
  passes::QuantizeOptions o;
  const std::size_t n = c.network.populations.size();
  o.weight_bits.assign(n, bits);
  o.fraction_bits.resize(n);
  o.decay_bits.resize(n);
  o.current_decay_bits.resize(n);
  o.membrane_bits.resize(n);
  o.timesteps = static_cast<int>(c.half[0].timesteps);
  return o;
}

std::string percent_of(std::size_t right, std::size_t samples) {
  const auto [lower, upper] = driver::wilson(right, samples);
  return fmt::format("{:.2f} ({:.1f} to {:.1f})",
                     100 * static_cast<double>(right) / static_cast<double>(samples), 100 * lower,
                     100 * upper);
}

using Method = std::pair<std::string, QuantizerMethod>;
const std::vector<Method> kMethods = {{"per tensor", QuantizerMethod::NearestTensor},
                                      {"per neuron", QuantizerMethod::Nearest},
                                      {"searched", QuantizerMethod::Searched},
                                      {"rebuilt", QuantizerMethod::Rebuilt}};

struct Plan {
  std::vector<int> widths = {8, 6, 5, 4, 3, 2};
  std::vector<Method> methods = kMethods;
  std::size_t limit = std::numeric_limits<std::size_t>::max();
};

struct Tally {
  double sum = 0;
  double changed = 0;
  double distance = 0;
  double worst = -100;
  int count = 0;
};

std::vector<int> numbers(const std::string& text) {
  std::vector<int> out;
  for (const char* at = text.c_str(); *at != 0;) {
    int value = 0;
    const char* end = text.c_str() + text.size();
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc{}) break;
    out.push_back(value);
    at = *next == ',' ? next + 1 : next;
  }
  return out;
}

json measure(const Case& c, const Plan& plan, std::map<std::string, Tally>& tallies) {
  const std::size_t samples = c.half[0].samples + c.half[1].samples;
  Predictions real[2];
  std::size_t real_right = 0;
  for (int k = 0; k < 2; ++k) {
    real[k] = predictions_of(c.network, c.half[k]);
    real_right += right_of(real[k], c.half[k]);
  }
  const passes::CalibrationRun tested[2] = {driver::record(c.network, c.half[0]),
                                            driver::record(c.network, c.half[1])};
  json rows = json::array();
  fmt::print(
      "\n{}: float {} % of {} samples\n\n| bits | method | accuracy % (95 %) | points lost | "
      "changed % | distance | s |\n|---|---|---|---|---|---|---|\n",
      c.name, percent_of(real_right, samples), samples);
  for (const int bits : plan.widths) {
    for (const auto& [name, method] : plan.methods) {
      std::size_t right = 0;
      std::size_t differ = 0;
      double distance = 0;  // of the scores from the float network's, on samples not seen
      double seconds = 0;
      for (int k = 0; k < 2; ++k) {
        const ir::Dataset seen =
            driver::pick_samples(c.half[k], [&](std::size_t i) { return i < plan.limit; });
        const auto begin = std::chrono::steady_clock::now();
        const ir::QuantizedNetwork q = driver::run_quantizer(c.network, options_for(c, bits),
                                                             method, {&seen, &c.half[1 - k], 8});
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        const Predictions integer = predictions_of(q, c.half[1 - k]);
        right += right_of(integer, c.half[1 - k]);
        differ += changed(integer, real[1 - k]);
        distance += passes::score_distance(tested[1 - k].real, tested[1 - k].run(q)) / 2;
      }
      const auto percent = [&](double n) { return 100 * n / static_cast<double>(samples); };
      const double lost = percent(static_cast<double>(real_right) - static_cast<double>(right));
      Tally& t = tallies[fmt::format("{} {}", bits, name)];
      t.sum += lost;
      t.distance += distance;
      t.changed += percent(static_cast<double>(differ));
      t.worst = std::max(t.worst, lost);
      ++t.count;
      fmt::print("| {} | {} | {} | {:.2f} | {:.2f} | {:.4f} | {:.1f} |\n", bits, name,
                 percent_of(right, samples), lost, percent(static_cast<double>(differ)), distance,
                 seconds / 2);
      std::fflush(stdout);
      rows.push_back({{"bits", bits},
                      {"method", name},
                      {"right", right},
                      {"points_lost", lost},
                      {"changed", differ},
                      {"distance", distance}});
    }
  }
  return {{"network", c.name}, {"samples", samples}, {"float_right", real_right}, {"rows", rows}};
}

// The bits that are found for a drop, and what the best uniform width would take by the same
// decision.
json measure_auto(const Case& c, double max_drop) {
  const std::vector<std::optional<int>> free(c.network.populations.size());
  const passes::QuantizeOptions options = options_for(c, 0);
  const driver::AutoBits found = driver::find_bits(
      c.network, options, free, QuantizerMethod::Rebuilt, {&c.half[0], &c.half[1], 8}, max_drop);
  const std::size_t samples = c.half[1].samples;
  const std::size_t real = right_of(predictions_of(c.network, c.half[1]), c.half[1]);
  const std::size_t right = right_of(predictions_of(found.network, c.half[1]), c.half[1]);
  json row = found.summary;
  row["network"] = c.name;
  row["weight_bits"] = found.weight_bits;
  row["points_lost"] =
      100 * (static_cast<double>(real) - static_cast<double>(right)) / static_cast<double>(samples);
  fmt::print("| {} | {} | {} | {} | {} | {:.2f} |\n", c.name, fmt::join(found.weight_bits, " "),
             row["weight_bits_total"].dump(), row["uniform_bits"].dump(),
             row["weight_bits_total_uniform"].dump(), row["points_lost"].get<double>());
  std::fflush(stdout);
  return row;
}

int bench(const std::vector<std::string>& arguments) {
  Plan plan;
  std::optional<double> max_drop;
  std::string file;
  std::vector<Case> cases;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto value = [&] { return arguments.at(++i); };
    if (arguments[i] == "--bits") {
      plan.widths = numbers(value());
    } else if (arguments[i] == "--methods") {
      const std::string names = "," + value() + ",";
      std::erase_if(plan.methods, [&](const Method& m) {
        return names.find("," + m.first + ",") == std::string::npos;
      });
    } else if (arguments[i] == "--limit") {
      plan.limit = std::stoul(value());
    } else if (arguments[i] == "--auto") {
      max_drop = std::stod(value());
    } else if (arguments[i] == "--json") {
      file = value();
    } else {
      cases.push_back(load(arguments[i]));
    }
  }
  std::map<std::string, Tally> tallies;
  json result = {{"networks", json::array()}};
  for (const Case& c : cases) result["networks"].push_back(measure(c, plan, tallies));
  fmt::print(
      "\nPoints lost over {} networks\n\n| bits | method | mean | most | changed % | distance "
      "|\n|---|---|---|---|---|---|\n",
      cases.size());
  for (const int bits : plan.widths) {
    for (const auto& [name, method] : plan.methods) {
      const Tally& t = tallies[fmt::format("{} {}", bits, name)];
      const double n = std::max(1, t.count);
      fmt::print("| {} | {} | {:.2f} | {:.2f} | {:.2f} | {:.4f} |\n", bits, name, t.sum / n,
                 t.worst, t.changed / n, t.distance / n);
    }
  }
  if (max_drop) {
    fmt::print(
        "\n| network | bits found | weight bits | best uniform | its weight bits | points "
        "lost, held out |\n|---|---|---|---|---|---|\n");
    for (const Case& c : cases) result["auto"].push_back(measure_auto(c, *max_drop));
  }
  if (!file.empty()) support::write_file(file, result.dump(2) + "\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return bench({argv + 1, argv + argc});
  } catch (const std::exception& e) {
    fmt::print(stderr, "{}\n", e.what());
    return 1;
  }
}
