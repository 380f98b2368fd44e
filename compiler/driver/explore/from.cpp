#include "compiler/driver/explore/from.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "compiler/driver/build_folder.h"
#include "compiler/driver/explore/result_cache.h"
#include "compiler/driver/options.h"
#include "compiler/support/diagnostics.h"

namespace hillock::driver {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;
using support::DiagnosticKind;

// Takes --name VALUE or --name=VALUE out of the arguments.
std::optional<std::string> take(std::vector<std::string>& arguments, const std::string& name) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto at = arguments.begin() + static_cast<std::ptrdiff_t>(i);
    if (arguments[i].starts_with(name + "=")) {
      std::string value = arguments[i].substr(name.size() + 1);
      arguments.erase(at);
      return value;
    }
    if (arguments[i] != name) continue;
    if (i + 1 == arguments.size()) throw UsageError(name + " needs a value");
    std::string value = arguments[i + 1];
    arguments.erase(at, at + 2);
    return value;
  }
  return std::nullopt;
}

bool given(const std::vector<std::string>& arguments, const std::string& option) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& a) {
    return a == option || a.starts_with(option + "=");
  });
}

const json& point_of(const json& result, const std::string& word, const std::string& file) {
  json id;
  if (word == "pick") {
    id = result.at("pick");
    if (id.is_null()) {
      support::fail(DiagnosticKind::BadOption, {"--from"},
                    "no point of this search held what was asked for",
                    "name one: " + file + "#POINT");
    }
  } else {
    id = json::parse(word, nullptr, false);
  }
  for (const json& p : result.at("points")) {
    if (p.at("id") == id) return p;
  }
  support::fail(DiagnosticKind::BadOption, {"--from"},
                fmt::format("{} has no point \"{}\"", file, word),
                fmt::format("its points are 1 to {}", result.at("points").size()));
}

std::vector<std::string> expand(const json& result, const json& point, const fs::path& file,
                                std::vector<std::string> arguments) {
  const auto path_of = [&](const json& f) {
    const fs::path named(f.at("path").get<std::string>());
    const fs::path path = named.is_absolute() ? named : (file.parent_path() / named);
    if (file_fingerprint(path) != f.at("content")) {
      support::fail(DiagnosticKind::BadOption, {path.lexically_normal().string()},
                    "is not the file that was explored", "explore again");
    }
    return path.lexically_normal().string();
  };
  std::vector<std::string> added;
  const json& files = result.at("files");
  added.push_back(path_of(files.at("model")));
  const auto add = [&](const std::string& name, const std::string& value) {
    if (given(arguments, "--" + name)) return;
    added.push_back("--" + name + "=" + value);
  };
  for (const auto& [name, f] : files.items()) {
    if (name != "model") add(name, path_of(f));
  }
  for (const auto& [name, value] : result.at("stated").items()) {
    if (value == "true" && name == "static-input") {
      if (!given(arguments, "--" + name)) added.push_back("--" + name);
    } else {
      add(name, value.get<std::string>());
    }
  }
  for (const auto& [name, value] : point.at("options").items()) add(name, value.get<std::string>());
  arguments.insert(arguments.begin() + 1, added.begin(), added.end());
  return arguments;
}

}  // namespace

fs::path explore_file(const fs::path& path) {
  return fs::is_directory(path) ? path / "explore.json" : path;
}

std::vector<std::string> with_explored_point(
    std::vector<std::string> arguments, const std::function<bool(const std::string&)>& has_option) {
  if (!has_option("--from")) return arguments;
  const std::optional<std::string> from = take(arguments, "--from");
  std::optional<std::string> point = take(arguments, "--point");
  if (!from) {
    if (point) throw UsageError("--point goes with --from DIR");
    return arguments;
  }
  std::string place = *from;
  const std::size_t mark = place.rfind('#');
  if (mark != std::string::npos && !fs::exists(place)) {
    if (point) throw UsageError("--point is given twice: in --from, too");
    point = place.substr(mark + 1);
    place.resize(mark);
  }
  const fs::path file = explore_file(place);
  const json result = read_json(file);
  try {
    return expand(result, point_of(result, point.value_or("pick"), file.string()), file,
                  std::move(arguments));
  } catch (const json::exception& e) {
    support::fail(DiagnosticKind::BadJson, {file.string()},
                  fmt::format("is not what `hillock explore` writes: {}", e.what()),
                  "give the explore.json of a search");
  }
}

}  // namespace hillock::driver
