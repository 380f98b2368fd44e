// The table of quantization: how much accuracy integers lose against the float network, on samples
// that the quantizer has not seen, with our quantizer and with rounding to nearest.
//
//   quantization_bench [--bits 8,4,3] [--auto POINTS] [--json FILE] FOLDER...
//
// A FOLDER holds a network (state_dict.pt and architecture.json, or model.nir of snnTorch with
// reset by subtraction) and test.npz. The data are cut into two halves, every second sample; each
// half in turn calibrates and the other tests, so that every sample is tested once.
#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "compiler/driver/accuracy.h"
#include "compiler/driver/auto_bits.h"
#include "compiler/driver/quantizer.h"
#include "compiler/import/import.h"
#include "compiler/passes/align_convolutions.h"
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

std::size_t right_of(const ir::Network& network, const ir::Dataset& data) {
  const sim::FloatModel model(network);
  sim::FloatResult result;
  std::size_t right = 0;
  for (std::size_t i = 0; i < data.samples; ++i) {
    model.run(data, i, result);
    right += static_cast<std::int64_t>(result.predicted) == data.y[i] ? 1 : 0;
  }
  return right;
}

std::size_t right_of(ir::QuantizedNetwork network, const ir::Dataset& data) {
  for (auto& p : network.populations) p.membrane_bits = 62;  // as wide as could be proved
  const sim::IntegerModel model(network);
  sim::IntegerResult result;
  std::size_t right = 0;
  for (std::size_t i = 0; i < data.samples; ++i) {
    model.run(data, i, result);
    right += static_cast<std::int64_t>(result.predicted) == data.y[i] ? 1 : 0;
  }
  return right;
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

constexpr std::pair<const char*, QuantizerMethod> kMethods[] = {
    {"per tensor", QuantizerMethod::NearestTensor},
    {"per neuron", QuantizerMethod::Nearest},
    {"searched", QuantizerMethod::Searched},
    {"rebuilt", QuantizerMethod::Rebuilt}};

struct Tally {
  double sum = 0;
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

json measure(const Case& c, const std::vector<int>& widths, std::map<std::string, Tally>& tallies) {
  const std::size_t samples = c.half[0].samples + c.half[1].samples;
  const std::size_t real = right_of(c.network, c.half[0]) + right_of(c.network, c.half[1]);
  json rows = json::array();
  fmt::print(
      "\n{}: float {} % of {} samples\n\n| bits | method | accuracy % (95 %) | points lost | s |\n"
      "|---|---|---|---|---|\n",
      c.name, percent_of(real, samples), samples);
  for (const int bits : widths) {
    for (const auto& [name, method] : kMethods) {
      std::size_t right = 0;
      double seconds = 0;
      for (int k = 0; k < 2; ++k) {
        const auto begin = std::chrono::steady_clock::now();
        const ir::QuantizedNetwork q = driver::run_quantizer(
            c.network, options_for(c, bits), method, {&c.half[k], &c.half[1 - k], 8});
        seconds += std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
        right += right_of(q, c.half[1 - k]);
      }
      const double lost = 100 * (static_cast<double>(real) - static_cast<double>(right)) /
                          static_cast<double>(samples);
      Tally& t = tallies[fmt::format("{} {}", bits, name)];
      t.sum += lost;
      t.worst = std::max(t.worst, lost);
      ++t.count;
      fmt::print("| {} | {} | {} | {:.2f} | {:.1f} |\n", bits, name, percent_of(right, samples),
                 lost, seconds / 2);
      std::fflush(stdout);
      rows.push_back({{"bits", bits}, {"method", name}, {"right", right}, {"points_lost", lost}});
    }
  }
  return {{"network", c.name}, {"samples", samples}, {"float_right", real}, {"rows", rows}};
}

// The bits that are found for a drop, and what the best uniform width would take by the same
// decision.
json measure_auto(const Case& c, double max_drop) {
  const std::vector<std::optional<int>> free(c.network.populations.size());
  const passes::QuantizeOptions options = options_for(c, 0);
  const driver::AutoBits found = driver::find_bits(
      c.network, options, free, QuantizerMethod::Rebuilt, {&c.half[0], &c.half[1], 8}, max_drop);
  const std::size_t samples = c.half[1].samples;
  const std::size_t real = right_of(c.network, c.half[1]);
  const std::size_t right = right_of(found.network, c.half[1]);
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
  std::vector<int> widths = {8, 6, 5, 4, 3, 2};
  std::optional<double> max_drop;
  std::string file;
  std::vector<Case> cases;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto value = [&] { return arguments.at(++i); };
    if (arguments[i] == "--bits") {
      widths = numbers(value());
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
  for (const Case& c : cases) result["networks"].push_back(measure(c, widths, tallies));
  fmt::print(
      "\nPoints lost over {} networks\n\n| bits | method | mean | most |\n|---|---|---|---|\n",
      cases.size());
  for (const int bits : widths) {
    for (const auto& [name, method] : kMethods) {
      const Tally& t = tallies[fmt::format("{} {}", bits, name)];
      fmt::print("| {} | {} | {:.2f} | {:.2f} |\n", bits, name, t.sum / std::max(1, t.count),
                 t.worst);
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
