// What `explore` prints.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/driver/explore/explore.h"
#include "compiler/driver/summary.h"
#include "compiler/driver/terminal.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

std::string joined(const json& numbers) {
  std::string out;
  for (const json& n : numbers) out += (out.empty() ? "" : "/") + n.dump();
  return out;
}

std::string bits_of(const json& point) {
  json bits = json::array();
  bool same = true;
  for (const json& p : point.at("populations")) {
    bits.push_back(p.at("weight_bits"));
    same = same && bits.back() == bits[0];
  }
  return same && !bits.empty() ? bits[0].dump() : joined(bits);
}

std::string decay_of(const json& point) {
  const std::string form = point.at("options").value("decay-form", "multiplier");
  return form == "multiplier" ? "any" : form;
}

}  // namespace

std::string explore_text(const json& r, const std::filesystem::path& folder) {
  const json& axes = r.at("axes");
  const bool steps = axes.contains("timesteps") && axes.at("timesteps").size() > 1;
  const bool clocks = r.at("clocks_hz").size() > 1;
  std::vector<std::string> head = {"point", "bits", "decay", "lanes"};
  if (steps) head.emplace_back("steps");
  if (clocks) head.emplace_back("clock");
  const bool held_out = !r.at("float").at("held_out").is_null();
  head.emplace_back("accuracy");
  if (held_out) head.emplace_back("held out");
  for (const char* h : {"latency", "energy", "LUTs", "RTL"}) head.emplace_back(h);
  std::vector<std::vector<std::string>> rows = {head};
  std::vector<json> shown;
  for (const json& id : r.at("shown")) {
    shown.push_back(r.at("points")[id.get<std::size_t>() - 1]);
  }
  std::stable_sort(shown.begin(), shown.end(), [](const json& a, const json& b) {
    return a.at("luts").get<double>() < b.at("luts").get<double>();
  });
  for (const json& p : shown) {
    const bool picked = p.at("id") == r.at("pick");
    std::vector<std::string> row = {p.at("id").dump() + (picked ? " *" : ""), bits_of(p),
                                    decay_of(p), joined(p.at("lanes"))};
    if (steps) row.push_back(p.at("timesteps").dump());
    if (clocks) row.push_back(quantity(p.at("clock_hz").get<double>(), "Hz"));
    row.push_back(fmt::format("{:.2f} %", 100 * p.at("accuracy").get<double>()));
    if (held_out) {
      row.push_back(fmt::format("{:.2f} %", 100 * p.at("held_out").at("accuracy").get<double>()));
    }
    row.push_back(quantity(p.at("latency_s").at("mean").get<double>(), "s"));
    row.push_back(quantity(p.at("energy_j").at("nominal").get<double>(), "J"));
    row.push_back(fmt::format("{:.0f}", p.at("luts").get<double>()));
    row.emplace_back(p.at("verification").is_null() ? "-"
                     : p.at("verified").get<bool>() ? "verified"
                                                    : "DIFFERS");
    rows.push_back(std::move(row));
  }
  std::string out = table(rows, TableHead::FirstRow);
  const std::size_t front = r.at("front").size();
  out +=
      fmt::format("{} networks, {} points evaluated, {} given up as worse.\n{} on the front{}.\n",
                  r.at("networks").dump(), r.at("points").size(), r.at("pruned").dump(), front,
                  front > shown.size() ? fmt::format(", {} of them above", shown.size()) : "");
  if (r.at("float").at("labels").get<bool>()) {
    const json& real = r.at("float");
    out += fmt::format("Float network: {:.2f} %", 100 * real.at("accuracy").get<double>());
    if (held_out) {
      out += fmt::format(", held out {:.2f} %",
                         100 * real.at("held_out").at("accuracy").get<double>());
    }
    out += ". ";
  } else {
    out += "No labels: accuracy is agreement with the float network. ";
  }
  out += "LUTs are estimated, cycles exact.\n";
  for (const json& refused : r.at("refused")) {
    std::string why = refused.at("why").get<std::string>();
    out += fmt::format("  refused: {}: {}\n", refused.at("options").dump(),
                       why.substr(0, why.find('\n')));
  }
  if (r.at("pick").is_null()) {
    out += "No point of the front holds all that was asked for.\n";
  } else {
    out += fmt::format("The pick (*) is built by:\n  hillock compile --from {}#{} -o BUILD\n",
                       (folder / "explore.json").string(), r.at("pick").dump());
  }
  return out;
}

}  // namespace hillock::driver
