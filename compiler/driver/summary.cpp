#include "compiler/driver/summary.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/driver/terminal.h"

namespace hillock::driver {
namespace {

using nlohmann::json;
using Rows = std::vector<std::vector<std::string>>;

std::string percent(const json& share) {
  return share.is_null() ? "no labels" : fmt::format("{:.2f} %", 100 * share.get<double>());
}

// The accuracy of every further output, in a row of its own.
void add_accuracies(Rows& rows, const json& result, const std::string& what) {
  if (!result.contains("outputs")) return;
  for (std::size_t o = 1; o < result.at("outputs").size(); ++o) {
    const json& output = result.at("outputs")[o];
    rows.push_back({fmt::format("{} of {}", what, output.at("population").get<std::string>()),
                    percent(output.at("accuracy"))});
  }
}

std::string cycles_of(const json& c) {
  if (c.is_null()) return "-";
  return fmt::format("{} / {:.0f} / {}", c.at("min").dump(), c.at("mean").get<double>(),
                     c.at("max").dump());
}

std::string energy_of(const json& e) {
  return fmt::format("{} ({} to {})", quantity(e.at("nominal").get<double>(), "J"),
                     quantity(e.at("low").get<double>(), "J"),
                     quantity(e.at("high").get<double>(), "J"));
}

std::string latency_of(const json& estimate) {
  return fmt::format("{} at {}", quantity(estimate.at("latency_s").at("mean").get<double>(), "s"),
                     quantity(estimate.at("clock_hz").get<double>(), "Hz"));
}

std::string predicted(const json& cosim) {
  const json& equal = cosim.at("predicted_cycles_equal");
  return equal.is_null() ? "not compared under stalls" : equal.get<bool>() ? "equal" : "DIFFERENT";
}

std::string calibration_text(const json& c) {
  if (c.is_null()) return "not calibrated: no data were given";
  const std::string file = c.at("file").get<std::string>();
  const std::string samples = c.at("samples").dump();
  if (c.at("half").get<bool>()) {
    return fmt::format("calibrated on {} samples of {}, every second one; others held out", samples,
                       file);
  }
  return fmt::format("calibrated on {} samples of {}{}", samples, file,
                     c.at("shared_with_test").get<bool>() ? ", which is also the test set" : "");
}

// "97.50 % (95.47 to 98.64)", the 95 % interval in brackets.
std::string with_interval(const json& accuracy, const json& interval) {
  if (accuracy.is_null() || interval.is_null()) return percent(accuracy);
  return fmt::format("{} ({:.2f} to {:.2f})", percent(accuracy), 100 * interval[0].get<double>(),
                     100 * interval[1].get<double>());
}

std::string held_out_text(const json& run) {
  const json& h = run.at("held_out");
  if (h.is_null()) return "none: the quantizer has seen them all";
  return fmt::format("{} on {} samples", with_interval(h.at("accuracy"), h.at("interval")),
                     h.at("samples").dump());
}

}  // namespace

std::string quantity(double value, const char* unit) {
  static constexpr const char* kPrefixes[] = {"f", "p", "n", "u", "m", "", "k", "M", "G"};
  if (value == 0) return fmt::format("0 {}", unit);
  const int power =
      std::clamp(static_cast<int>(std::floor(std::log10(std::abs(value)) / 3)), -5, 3);
  return fmt::format("{:.3g} {}{}", value / std::pow(10, 3 * power), kPrefixes[power + 5], unit);
}

std::string compile_text(const json& r, const std::filesystem::path& folder) {
  std::string out = fmt::format("{}: import {}\n", r.at("import").at("source").get<std::string>(),
                                r.at("import").at("grade").get<std::string>());
  for (const json& a : r.at("import").at("assumptions")) {
    out += paragraph(2, "assumed: " + a.get<std::string>());
  }
  for (const json& n : r.at("import").at("notes")) {
    out += paragraph(2, "note: " + n.get<std::string>());
  }
  for (const json& n : r.at("notes")) out += paragraph(2, "note: " + n.get<std::string>());
  for (const json& w : r.at("warnings")) {
    out += paragraph(
        2, fmt::format("warning: {}: {} [{}]", w.at("population").get<std::string>(),
                       w.at("message").get<std::string>(), w.at("id").get<std::string>()));
    out += paragraph(4, "help: " + w.at("help").get<std::string>());
  }
  out += paragraph(2, calibration_text(r.at("calibration")));
  Rows rows = {{"population", "neurons", "lanes", "weight bits", "membrane bits", "overflow"}};
  for (const json& p : r.at("populations")) {
    rows.push_back({p.at("name"), p.at("neurons").dump(), p.at("lanes").dump(),
                    p.at("weight_bits").dump(), p.at("membrane_bits").dump(), p.at("overflow")});
  }
  out += table(rows, TableHead::FirstRow);
  out += fmt::format("weights {} bits, state {} bits; Verilog in {}\n",
                     r.at("weight_memory_bits").dump(), r.at("state_memory_bits").dump(),
                     (folder / "rtl").string());
  return out;
}

std::string run_text(const json& r) {
  Rows rows = {
      {"model", r.at("model")},
      {"samples", r.at("samples").dump()},
      {"accuracy", with_interval(r.at("accuracy"), r.at("accuracy_interval"))},
      {"held out", held_out_text(r)},
      {"spikes per inference", fmt::format("{:.1f}", r.at("spikes_per_inference").get<double>())},
      {"synaptic operations",
       fmt::format("{:.0f}", r.at("synaptic_operations_per_inference").get<double>())},
      {"saturations", r.at("saturations").dump()},
      {"inferences per second",
       fmt::format("{:.0f}", r.at("inferences_per_second").get<double>())}};
  add_accuracies(rows, r, "accuracy");
  if (r.contains("fidelity") && !r["fidelity"].is_null()) {
    const json& f = r["fidelity"];
    rows.push_back(
        {"spikes exactly as in float",
         fmt::format("{:.1f} % of {} samples", 100 * f.at("identical_samples").get<double>(),
                     f.at("samples").dump())});
  }
  if (r.contains("ties")) rows.push_back({"ties within 1e-6", r.at("ties").dump()});
  return table(rows);
}

std::string cosim_text(const json& r) {
  Rows rows = {{"samples", r.at("samples").dump()},
               {"spikes compared", r.at("spikes_compared").dump()},
               {"membranes compared", r.at("membranes_compared").dump()},
               {"mismatches", r.at("mismatches").dump()},
               {"cycles min / mean / max", cycles_of(r.at("cycles_per_inference"))},
               {"predicted cycles", predicted(r)},
               {"accuracy", percent(r.at("accuracy"))},
               {"inferences per second",
                fmt::format("{:.0f}", r.at("inferences_per_second").get<double>())}};
  add_accuracies(rows, r, "accuracy");
  return table(rows);
}

// "1.2 uJ; events a source and step 0.13, as much at 0.05"
static std::string ann_text(const json& ann) {
  const json& even = ann.at("break_even_spike_rate");
  return fmt::format("{}; {:.3g} events a source and step, {}",
                     quantity(ann.at("energy_j").at("nominal").get<double>(), "J"),
                     ann.at("spike_rate").get<double>(),
                     even.is_null() ? "more than that even with none"
                                    : fmt::format("as much at {:.3g}", even.get<double>()));
}

std::string estimate_text(const json& r) {
  return table({{"target", r.at("target")},
                {"cycles min / mean / max", cycles_of(r.at("cycles_per_inference"))},
                {"latency", latency_of(r)},
                {"energy per inference", energy_of(r.at("energy_j"))},
                {"naive SOPs x 0.9 pJ",
                 quantity(r.at("naive_sop_energy_j").get<double>(), "J") + " (misleads)"},
                {"as a network of activations", ann_text(r.at("ann"))}});
}

std::string synth_text(const json& r) {
  Rows rows = {
      {"target", fmt::format("{} ({})", r.at("target").get<std::string>(),
                             r.at("library").is_null() ? r.at("device").get<std::string>()
                                                       : r.at("library").get<std::string>())}};
  const json& use = r.at("utilisation");
  const std::pair<const char*, const char*> counts[] = {{"LUTs", "luts"},
                                                        {"flip-flops", "ffs"},
                                                        {"block RAMs", "brams"},
                                                        {"DSPs", "dsps"},
                                                        {"large RAMs", "spram"}};
  for (const auto& [label, key] : counts) {
    if (r.at(key).is_null()) continue;
    const bool share = !use.is_null() && use.contains(key) && !use.at(key).is_null();
    if (!share && r.at(key) == 0) continue;
    rows.push_back(
        {label, share ? fmt::format("{} ({:.0f} %)", r.at(key).dump(), use.at(key).get<double>())
                      : r.at(key).dump()});
  }
  if (!r.at("area_um2").is_null()) {
    rows.push_back({"area", fmt::format("{:.0f} um2", r.at("area_um2").get<double>())});
  }
  if (!r.at("fmax_hz").is_null()) {
    const json& clock = r.at("clock");
    std::string fmax = quantity(r.at("fmax_hz").get<double>(), "Hz");
    if (clock.at("stated").get<bool>()) {
      fmax += fmt::format("; {} {}", quantity(clock.at("goal_hz").get<double>(), "Hz"),
                          clock.at("met").get<bool>() ? "is met" : "is NOT met");
    }
    rows.push_back({"fmax", fmax});
  }
  if (r.contains("wrapper") && !r.at("wrapper").is_null()) {
    rows.push_back({"scan chain, beside",
                    fmt::format("{} LUTs, {} flip-flops", r.at("wrapper").at("luts").dump(),
                                r.at("wrapper").at("ffs").dump())});
  }
  for (const char* file : {"netlist", "bitstream"}) {
    if (!r.at(file).is_null()) rows.push_back({file, r.at(file)});
  }
  std::string out = table(rows);
  for (const json& n : r.at("notes")) out += paragraph(0, "note: " + n.get<std::string>());
  return out;
}

std::string power_text(const json& r) {
  const json& e = r.at("energy_j");
  const auto part = [&](const char* key) { return quantity(e.at(key).get<double>(), "J"); };
  return table(
      {{"library", r.at("library")},
       {"samples", fmt::format("{} from {}", r.at("samples").dump(), r.at("first_sample").dump())},
       {"mismatches", r.at("mismatches").dump()},
       {"cycles per inference", fmt::format("{:.1f}", r.at("cycles_per_inference").get<double>())},
       {"cells / flip-flops / memories left whole",
        fmt::format("{} / {} / {}", r.at("cells").dump(), r.at("flip_flops").dump(),
                    r.at("memory_macros").size())},
       {"energy per inference", part("total")},
       {"  internal", part("internal")},
       {"  switching", part("switching")},
       {"  clock", part("clock")},
       {"  leakage", part("leakage")},
       {"power", quantity(r.at("power_w").get<double>(), "W")}});
}

std::string fpga_power_text(const json& r) {
  const json& e = r.at("breakdown_j");
  const auto part = [&](const char* key) { return quantity(e.at(key).get<double>(), "J"); };
  return table(
      {{"target", r.at("target")},
       {"samples", fmt::format("{} from {}", r.at("samples").dump(), r.at("first_sample").dump())},
       {"mismatches", r.at("mismatches").dump()},
       {"cycles per inference", fmt::format("{:.1f}", r.at("cycles_per_inference").get<double>())},
       {"logic cells / flip-flops / block RAMs / multipliers",
        fmt::format("{} / {} / {} / {}", r.at("logic_cells").dump(), r.at("flip_flops").dump(),
                    r.at("block_rams").dump(), r.at("multipliers").dump())},
       {"transitions per logic cell and cycle",
        fmt::format("{:.3f}", r.at("transitions_per_cell_and_cycle").get<double>())},
       {"energy per inference", energy_of(r.at("energy_j"))},
       {"  logic", part("logic")},
       {"  flip-flops", part("flip_flops")},
       {"  multipliers", part("multipliers")},
       {"  memories",
        quantity(e.at("weight_memory").get<double>() + e.at("state_memory").get<double>() +
                     e.at("parameter_memory").get<double>(),
                 "J")},
       {"  clock tree", part("clock")},
       {"  static", part("leakage")},
       {"estimated without activity", energy_of(r.at("estimate_j"))},
       {"power", quantity(r.at("power_w").get<double>(), "W")}});
}

std::string flow_text(const json& r, const std::filesystem::path& folder) {
  const json& cosim = r.at("cosim");
  std::string out = compile_text(r.at("compile"), folder) + "\n";
  out += table(
      {{"accuracy float",
        with_interval(r.at("float").at("accuracy"), r.at("float").at("accuracy_interval"))},
       {"accuracy integer",
        with_interval(r.at("integer").at("accuracy"), r.at("integer").at("accuracy_interval"))},
       {"held out, float", held_out_text(r.at("float"))},
       {"held out, integer", held_out_text(r.at("integer"))},
       {"accuracy RTL", percent(cosim.at("accuracy"))},
       {"RTL mismatches",
        fmt::format("{} in {} samples ({} spikes, {} membranes)", cosim.at("mismatches").dump(),
                    cosim.at("samples").dump(), cosim.at("spikes_compared").dump(),
                    cosim.at("membranes_compared").dump())},
       {"cycles min / mean / max", cycles_of(cosim.at("cycles_per_inference"))},
       {"predicted cycles", predicted(cosim)},
       {"latency", latency_of(r.at("estimate"))},
       {"energy per inference", energy_of(r.at("estimate").at("energy_j"))},
       {"report", r.at("report")}});
  return out;
}

}  // namespace hillock::driver
