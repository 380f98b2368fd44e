#include "compiler/driver/options.h"

#include <fmt/format.h>

#include <sstream>

namespace hillock::driver {

PerPopulationOption PerPopulationOption::parse(const std::string& option, const std::string& text) {
  PerPopulationOption out;
  std::istringstream parts(text);
  std::string part;
  while (std::getline(parts, part, ',')) {
    const std::size_t equals = part.rfind('=');
    const std::string name = equals == std::string::npos ? "" : part.substr(0, equals);
    const std::string value = equals == std::string::npos ? part : part.substr(equals + 1);
    if (value.empty() || (equals != std::string::npos && name.empty())) {
      throw UsageError(
          fmt::format("{} takes VALUE or NAME=VALUE,...; \"{}\" is neither", option, part));
    }
    if (equals == std::string::npos) {
      if (out.all)
        throw UsageError(fmt::format("{} gives a value for all populations twice", option));
      out.all = value;
    } else if (!out.by_name.emplace(name, value).second) {
      throw UsageError(fmt::format("{} names {} twice", option, name));
    }
  }
  if (out.empty()) throw UsageError(fmt::format("{} is empty", option));
  return out;
}

std::optional<std::string> PerPopulationOption::of(const std::string& population) const {
  const auto it = by_name.find(population);
  if (it != by_name.end()) return it->second;
  return all;
}

}  // namespace hillock::driver
