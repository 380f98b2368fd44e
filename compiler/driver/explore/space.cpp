#include "compiler/driver/explore/space.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <sstream>

namespace hillock::driver {
namespace {

int parse_timesteps(const std::string& word) {
  int value = 0;
  const auto [end, ec] = std::from_chars(word.data(), word.data() + word.size(), value);
  if (ec != std::errc{} || end != word.data() + word.size() || value < 1 || value > 1 << 20) {
    throw UsageError(fmt::format("--timesteps takes numbers of steps, not \"{}\"", word));
  }
  return value;
}

}  // namespace

const std::vector<std::string>& axis_options() {
  static const std::vector<std::string> kOptions = {"weight-bits",   "decay-form",    "decay-bits",
                                                    "membrane-bits", "fraction-bits", "timesteps"};
  return kOptions;
}

std::vector<std::string> parse_words(const std::string& option, const std::string& text) {
  std::vector<std::string> words;
  std::set<std::string> seen;
  std::istringstream parts(text);
  std::string part;
  while (std::getline(parts, part, ',')) {
    std::replace(part.begin(), part.end(), '+', ',');
    if (part.empty()) throw UsageError(fmt::format("{} has an empty word in its list", option));
    if (!seen.insert(part).second) {
      throw UsageError(fmt::format("{} lists {} twice", option, part));
    }
    words.push_back(part);
  }
  if (words.empty()) throw UsageError(fmt::format("{} is empty", option));
  return words;
}

std::vector<Choice> all_choices(const std::vector<Axis>& axes) {
  struct Ranked {
    std::vector<std::size_t> index;
    std::size_t unusual = 0;
  };
  std::vector<Ranked> all{{}};
  for (const Axis& axis : axes) {
    std::vector<Ranked> more;
    for (const Ranked& r : all) {
      for (std::size_t i = 0; i < axis.words.size(); ++i) {
        Ranked next = r;
        next.index.push_back(i);
        // Weight bits are what one explores for: none of them is unusual.
        if (axis.option != "weight-bits") next.unusual += i;
        more.push_back(std::move(next));
      }
    }
    all = std::move(more);
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Ranked& a, const Ranked& b) { return a.unusual < b.unusual; });
  std::vector<Choice> choices;
  for (const Ranked& r : all) {
    Choice c;
    for (std::size_t a = 0; a < axes.size(); ++a) {
      const std::string& word = axes[a].words[r.index[a]];
      if (word != kChosen) c[axes[a].option] = word;
    }
    choices.push_back(std::move(c));
  }
  return choices;
}

void apply_choice(const Choice& choice, CompileOptions& options) {
  const std::map<std::string, PerPopulationOption*> per_population = {
      {"weight-bits", &options.weight_bits},
      {"decay-form", &options.decay_form},
      {"decay-bits", &options.decay_bits},
      {"membrane-bits", &options.membrane_bits},
      {"fraction-bits", &options.fraction_bits}};
  for (const auto& [option, word] : choice) {
    if (option == "timesteps") {
      options.import.timesteps = parse_timesteps(word);
    } else {
      *per_population.at(option) = PerPopulationOption::parse("--" + option, word);
    }
  }
}

}  // namespace hillock::driver
