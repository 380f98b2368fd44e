#include "compiler/driver/config_file.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/driver/build_folder.h"
#include "compiler/support/diagnostics.h"

namespace hillock::driver {
namespace {

using nlohmann::json;

bool given(const std::vector<std::string>& arguments, const std::string& option) {
  return std::any_of(arguments.begin(), arguments.end(), [&](const std::string& a) {
    const bool by_short_name = option == "--output" && a.rfind("-o", 0) == 0;
    return a == option || a.rfind(option + "=", 0) == 0 || by_short_name;
  });
}

std::string word(const json& value) {
  if (value.is_boolean()) return value.get<bool>() ? "on" : "off";
  return value.is_string() ? value.get<std::string>() : value.dump();
}

}  // namespace

std::vector<std::string> with_config_file(
    std::vector<std::string> arguments,
    const std::function<OptionKind(const std::string& option)>& kind_of) {
  std::string file;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    if (arguments[i] == "--config" && i + 1 < arguments.size()) file = arguments[i + 1];
    if (arguments[i].rfind("--config=", 0) == 0) file = arguments[i].substr(9);
  }
  if (file.empty() || kind_of("--config") == OptionKind::Unknown) return arguments;
  const json config = read_json(file);
  if (!config.is_object()) {
    support::fail(support::DiagnosticKind::BadJson, {file}, "is not an object of options");
  }
  for (const auto& [key, value] : config.items()) {
    std::string option = "--" + key;
    std::replace(option.begin() + 2, option.end(), '_', '-');
    const OptionKind kind = key == "config" ? OptionKind::Unknown : kind_of(option);
    if (kind == OptionKind::Unknown) {
      support::fail(support::DiagnosticKind::BadJson, {file, "/" + key},
                    fmt::format("is not an option of {}", arguments[0]),
                    fmt::format("see hillock {} --help", arguments[0]));
    }
    if (given(arguments, option)) continue;
    if (value.is_boolean() && kind == OptionKind::Flag) {
      if (value.get<bool>()) arguments.push_back(option);
      continue;
    }
    std::string text;
    if (value.is_object()) {
      for (const auto& [name, v] : value.items()) {
        text += fmt::format("{}{}={}", text.empty() ? "" : ",", name, word(v));
      }
    } else if (value.is_primitive() && !value.is_null()) {
      text = word(value);
    } else {
      support::fail(support::DiagnosticKind::BadJson, {file, "/" + key},
                    "is neither a value nor an object of values by name");
    }
    arguments.push_back(fmt::format("{}={}", option, text));
  }
  return arguments;
}

}  // namespace hillock::driver
