#include "compiler/support/json_value.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <utility>

namespace hillock::support {
namespace {

constexpr std::size_t kMaxSize = std::size_t{1} << 28;

}  // namespace

nlohmann::json JsonValue::parse(std::string_view text, const std::string& file) {
  try {
    return nlohmann::json::parse(text);
  } catch (const nlohmann::json::parse_error& e) {
    const std::size_t at = std::min(e.byte == 0 ? 0 : e.byte - 1, text.size());
    const std::string_view before = text.substr(0, at);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const std::size_t start = before.rfind('\n');
    const std::size_t column = start == std::string_view::npos ? at + 1 : at - start;
    fail(DiagnosticKind::BadJson, {file},
         fmt::format("is not JSON: line {}, column {}", line, column));
  } catch (const nlohmann::json::exception&) {
    fail(DiagnosticKind::BadJson, {file}, "is not JSON: a number is out of range");
  }
}

void JsonValue::fault(std::string message, std::string help) const {
  fail(kind_, where_, std::move(message), std::move(help));
}

Location JsonValue::where() const {
  if (!where_.index) return where_;
  return {where_.file, fmt::format("{}[{}]", where_.path, *where_.index)};
}

std::string JsonValue::complaint(const std::exception& e) {
  const std::string_view what = e.what();
  const std::size_t end = what.find("] ");
  return std::string(end == std::string_view::npos ? what : what.substr(end + 2));
}

JsonValue JsonValue::at(const char* key) const {
  if (!json_.is_object()) fault("is not an object");
  const Location there = where().child(key);
  const auto it = json_.find(key);
  if (it == json_.end()) fail(kind_, there, "is missing");
  return {*it, there, kind_};
}

std::vector<JsonValue> JsonValue::elements() const {
  if (!json_.is_array()) fault("is not a list");
  const Location here = where();
  std::vector<JsonValue> out;
  out.reserve(json_.size());
  for (std::size_t i = 0; i < json_.size(); ++i) out.emplace_back(json_[i], here.at(i), kind_);
  return out;
}

std::vector<std::string> JsonValue::keys() const {
  if (!json_.is_object()) fault("is not an object");
  std::vector<std::string> out;
  for (const auto& [key, value] : json_.items()) out.push_back(key);
  return out;
}

void JsonValue::only_keys(const std::vector<std::string_view>& known) const {
  for (const std::string& key : keys()) {
    if (std::find(known.begin(), known.end(), key) != known.end()) continue;
    fault(fmt::format("has the key '{}', which is not known here", key),
          fmt::format("known are {}", fmt::join(known, ", ")));
  }
}

std::string JsonValue::text() const {
  if (!json_.is_string()) fault("is not text");
  return json_.get<std::string>();
}

bool JsonValue::truth() const {
  if (!json_.is_boolean()) fault("is not true or false");
  return json_.get<bool>();
}

double JsonValue::number() const {
  if (!json_.is_number()) fault("is not a number");
  return json_.get<double>();
}

std::size_t JsonValue::size() const {
  const bool negative =
      json_.is_number_integer() && !json_.is_number_unsigned() && json_.get<std::int64_t>() < 0;
  if (!json_.is_number_integer() || negative || json_.get<std::uint64_t>() > kMaxSize) {
    fault(fmt::format("is not a whole number from 0 to {}", kMaxSize));
  }
  return json_.get<std::size_t>();
}

int JsonValue::whole() const {
  const auto in_range = [](auto n) { return n >= -1'000'000'000 && n <= 1'000'000'000; };
  if (!json_.is_number_integer() ||
      (json_.is_number_unsigned() && json_.get<std::uint64_t>() > 1'000'000'000) ||
      !in_range(json_.get<std::int64_t>())) {
    fault("is not a whole number");
  }
  return json_.get<int>();
}

std::vector<std::size_t> JsonValue::shape() const {
  std::vector<std::size_t> sizes;
  std::size_t total = 1;
  for (const JsonValue& v : elements()) {
    sizes.push_back(v.size());
    if (sizes.back() != 0 && total > kMaxSize / sizes.back()) fault("has too many elements");
    total *= sizes.back();
  }
  return sizes;
}

}  // namespace hillock::support
