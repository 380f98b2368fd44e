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

std::string percent(const json& accuracy) {
  return fmt::format("{:.2f}", 100 * accuracy.get<double>());
}

// What could not be had together, and why: some of it.
std::string refused_text(const json& refused) {
  constexpr std::size_t kShown = 3;
  std::vector<std::vector<std::string>> rows;
  for (const json& r : refused) {
    if (rows.size() == kShown) {
      rows.push_back({"", fmt::format("and {} more: see explore.json", refused.size() - kShown)});
      break;
    }
    std::string options;
    for (const auto& [name, word] : r.at("options").items()) {
      options += (options.empty() ? "" : ", ") + name + " " + word.get<std::string>();
    }
    const std::string why = r.at("why").get<std::string>();
    rows.push_back({"refused", options + ": " + why.substr(0, why.find('\n'))});
  }
  return rows.empty() ? "" : table(rows);
}

// What synthesis found of the verified points.
std::string synthesis_text(const json& points) {
  std::vector<std::vector<std::string>> rows;
  std::string library;
  for (const json& p : points) {
    if (p.at("verification").is_null() || p["verification"].at("synthesis").is_null()) continue;
    const json& s = p["verification"]["synthesis"];
    library = s.at("library").get<std::string>();
    const std::string by =
        s.at("timing").is_null() ? "" : fmt::format(" ({})", s["timing"].get<std::string>());
    const std::string clock = quantity(p.at("clock_hz").get<double>(), "Hz");
    rows.push_back(
        {p.at("id").dump(), fmt::format("{:.0f}", s.at("area_um2").get<double>()),
         s.at("fmax_hz").is_null() ? "-" : quantity(s["fmax_hz"].get<double>(), "Hz") + by,
         clock + (s.at("clock_met") == true ? "" : ", not met")});
  }
  if (rows.empty()) return "";
  rows.insert(rows.begin(), {"point", "logic um2", "fmax", "clock"});
  return table(rows, TableHead::FirstRow) +
         fmt::format("Synthesized to {}, memories left out.\n", library);
}

}  // namespace

std::string explore_text(const json& r, const std::filesystem::path& folder) {
  const json& axes = r.at("axes");
  const json& real = r.at("float");
  const bool steps = axes.contains("timesteps") && axes.at("timesteps").size() > 1;
  const bool clocks = r.at("clocks_hz").size() > 1;
  const bool decays = !(steps && clocks);  // all of them are more than 80 columns
  const bool held_out = !real.at("held_out").is_null();
  std::vector<std::vector<std::string>> rows(1);
  const auto column = [&](bool wanted, const char* head) {
    if (wanted) rows[0].emplace_back(head);
  };
  column(true, "point");
  column(true, "bits");
  column(decays, "decay");
  column(true, "lanes");
  column(steps, "steps");
  column(clocks, "clock");
  column(true, "acc. %");
  column(held_out, "held %");
  for (const char* h : {"latency", "energy", "LUTs"}) column(true, h);
  std::vector<json> shown;
  for (const json& id : r.at("shown")) {
    shown.push_back(r.at("points")[id.get<std::size_t>() - 1]);
  }
  std::stable_sort(shown.begin(), shown.end(), [](const json& a, const json& b) {
    return a.at("luts").get<double>() < b.at("luts").get<double>();
  });
  for (const json& p : shown) {
    std::string point = p.at("id").dump();
    if (p.at("id") == r.at("pick")) point += "*";
    if (!p.at("verification").is_null()) point += p.at("verified").get<bool>() ? "v" : "!";
    std::vector<std::string> row = {point, bits_of(p)};
    if (decays) row.push_back(decay_of(p));
    row.push_back(joined(p.at("lanes")));
    if (steps) row.push_back(p.at("timesteps").dump());
    if (clocks) row.push_back(quantity(p.at("clock_hz").get<double>(), "Hz"));
    row.push_back(percent(p.at("accuracy")));
    if (held_out) row.push_back(percent(p.at("held_out").at("accuracy")));
    row.push_back(quantity(p.at("latency_s").at("mean").get<double>(), "s"));
    row.push_back(quantity(p.at("energy_j").at("nominal").get<double>(), "J"));
    row.push_back(fmt::format("{:.0f}", p.at("luts").get<double>()));
    rows.push_back(std::move(row));
  }
  std::string out = table(rows, TableHead::FirstRow);
  out += "*: the pick; v: verified, built again and co-simulated; !: not what was found.\n";
  out += synthesis_text(r.at("points"));
  const std::size_t front = r.at("front").size();
  out +=
      fmt::format("{} networks, {} points evaluated, {} given up as worse.\n{} on the front{}.\n",
                  r.at("networks").dump(), r.at("points").size(), r.at("pruned").dump(), front,
                  front > shown.size() ? fmt::format(", {} of them above", shown.size()) : "");
  if (real.at("labels").get<bool>()) {
    out += fmt::format("Float network: {} %", percent(real.at("accuracy")));
    if (held_out)
      out += fmt::format(", held out {} %", percent(real.at("held_out").at("accuracy")));
    out += ". ";
  } else {
    out += "No labels: accuracy is agreement with the float network.\n";
  }
  out += "LUTs are estimated, cycles exact.\n" + refused_text(r.at("refused"));
  if (r.at("pick").is_null()) {
    out += "No point of the front holds all that was asked for.\n";
  } else {
    out += fmt::format("The pick is built by:\n  hillock compile --from {}#{} -o BUILD\n",
                       (folder / "explore.json").string(), r.at("pick").dump());
  }
  return out;
}

}  // namespace hillock::driver
