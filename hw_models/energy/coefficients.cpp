#include "hw_models/energy/coefficients.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <utility>

#include "compiler/support/diagnostics.h"
#include "hw_models/energy/energy.h"

namespace hillock::hw_models {
namespace {

using namespace std::string_view_literals;
using nlohmann::json;

struct TableFile {
  std::string_view name;
  std::string_view content;
};

constexpr TableFile kFiles[] = {
#include "energy_tables.inc"  // made from hw_models/tables/ by cmake/EmbedFiles.cmake
};

[[noreturn]] void broken(const std::string& where, const std::string& what) {
  throw std::logic_error(fmt::format("coefficient table: {}: {}", where, what));
}

void require(bool ok, const std::string& where, const std::string& what) {
  if (!ok) broken(where, what);
}

double number(const json& j, const std::string& key, const std::string& where) {
  require(j.contains(key) && j[key].is_number(), where, key + " is not a number");
  const double v = j[key].get<double>();
  require(std::isfinite(v) && v >= 0, where, key + " is negative or not finite");
  return v;
}

std::string text_of(const json& j, const std::string& key, const std::string& where) {
  require(j.contains(key) && j[key].is_string() && !j[key].get<std::string>().empty(), where,
          key + " is missing");
  return j[key].get<std::string>();
}

Stated stated(const json& j, const std::string& key, const std::string& where) {
  if (j.contains(key) && j[key] == "not stated") return std::nullopt;
  const double v = number(j, key, where);
  require(v > 0, where, key + " is zero");
  return v;
}

// What entries of all tables have.
Coefficient parse_common(const json& j) {
  Coefficient c;
  c.id = text_of(j, "id", "an entry");
  c.value = number(j, "value", c.id);
  c.unit = text_of(j, "unit", c.id);
  require(c.unit == "pJ" || c.unit == "uW", c.id, "unit is neither pJ nor uW");
  c.node_nm = stated(j, "node_nm", c.id);
  c.voltage = stated(j, "voltage", c.id);
  c.width = stated(j, "width", c.id);
  c.citation = text_of(j, "citation", c.id);
  c.note = text_of(j, "note", c.id);
  c.low = number(j, "low", c.id);
  c.high = number(j, "high", c.id);
  return c;
}

json parse(std::string_view text) {
  try {
    return json::parse(text);
  } catch (const json::exception& e) {
    broken("JSON", e.what());
  }
}

std::string stated_text(const Stated& v, std::string_view unit, std::string_view what) {
  return v ? fmt::format("{:.6g} {}", *v, unit) : fmt::format("{} not stated", what);
}

}  // namespace

Interval Coefficient::base() const {
  const double v = value * scale * (unit == "pJ" ? 1e-12 : 1e-6);
  return {v * low, v, v * high};
}

Interval Coefficient::per_bit() const {
  if (!width) broken(id, "no width to scale from");
  return base() * (1 / *width);
}

Interval Coefficient::per_bit_product() const {
  if (!width) broken(id, "no width to scale from");
  return base() * (1 / (*width * *width));
}

std::string Coefficient::text() const {
  const double v = value * scale;
  return fmt::format("{}: {:.4g} {} ({:.4g} to {:.4g}), given for {}, {}, {}. {}. {}", id, v, unit,
                     v * low, v * high, stated_text(width, "bits", "width"),
                     stated_text(node_nm, "nm", "node"), stated_text(voltage, "V", "voltage"),
                     citation, note);
}

const Coefficient* CoefficientTable::find(std::string_view role) const {
  const auto it = std::find_if(entries.begin(), entries.end(),
                               [role](const Coefficient& c) { return c.role == role; });
  return it == entries.end() ? nullptr : &*it;
}

const Coefficient& CoefficientTable::at(std::string_view role) const {
  const Coefficient* c = find(role);
  if (c == nullptr) broken(target, fmt::format("no entry for {}", role));
  return *c;
}

CoefficientTable parse_table(std::string_view text) {
  const json j = parse(text);
  CoefficientTable table;
  table.target = text_of(j, "target", "a table");
  table.title = text_of(j, "title", table.target);
  table.clock_hz = number(j, "clock_hz", table.target);
  table.node_nm = number(j, "node_nm", table.target);
  table.voltage = number(j, "voltage", table.target);
  table.memory_blocks = j.value("memory_blocks", 0);
  if (j.contains("calibration")) {
    const json& k = j["calibration"];
    table.calibration = {
        static_cast<int>(number(k, "designs", table.target)), number(k, "mean_error", table.target),
        number(k, "worst_error", table.target), number(k, "kendall_tau", table.target)};
    require(table.calibration->worst_error < 1, table.target, "an error that says nothing");
  }
  table.missing = j.at("missing").get<std::vector<std::string>>();
  for (const json& entry : j.at("entries")) {
    Coefficient c = parse_common(entry);
    c.role = text_of(entry, "role", c.id);
    if (entry.contains("scale")) c.scale = number(entry, "scale", c.id);
    require(c.id == table.target + "." + c.role, c.id, "id is not target.role");
    require(c.low <= 1 && c.high >= 1, c.id, "low <= nominal <= high does not hold");
    require(table.find(c.role) == nullptr, c.id, "appears twice");
    table.entries.push_back(std::move(c));
  }
  return table;
}

std::vector<PublishedFigure> parse_published(std::string_view text) {
  const json j = parse(text);
  std::vector<PublishedFigure> figures;
  for (const json& entry : j.at("rows")) {
    PublishedFigure f{parse_common(entry), text_of(entry, "name", "a row")};
    Coefficient& c = f.figure;
    require(c.low <= c.value && c.value <= c.high, c.id, "low <= nominal <= high does not hold");
    require(c.value > 0, c.id, "value is zero");
    c.low /= c.value;
    c.high /= c.value;
    figures.push_back(std::move(f));
  }
  return figures;
}

std::string_view table_text(std::string_view file) {
  for (const TableFile& f : kFiles) {
    if (f.name == file) return f.content;
  }
  broken(std::string(file), "is not built in");
}

const std::vector<CoefficientTable>& coefficient_tables() {
  static const std::vector<CoefficientTable> kTables = [] {
    std::vector<CoefficientTable> all;
    for (const TableFile& f : kFiles) {
      if (f.name != "published.json" && f.name != "node_scaling.json")
        all.push_back(parse_table(f.content));
    }
    std::sort(all.begin(), all.end(), [](const CoefficientTable& a, const CoefficientTable& b) {
      return a.target < b.target;
    });
    return all;
  }();
  return kTables;
}

const CoefficientTable& coefficients_of(std::string_view target) {
  for (const CoefficientTable& t : coefficient_tables()) {
    if (t.target == target) return t;
  }
  support::fail(support::DiagnosticKind::BadOption, {"--target"},
                fmt::format("there are no energy coefficients for {}", target),
                fmt::format("choose one of: {}", fmt::join(energy_targets(), ", ")));
}

const std::vector<PublishedFigure>& published_figures() {
  static const std::vector<PublishedFigure> kFigures = [] {
    return parse_published(table_text("published.json"));
  }();
  return kFigures;
}

}  // namespace hillock::hw_models
