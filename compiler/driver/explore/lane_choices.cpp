#include "compiler/driver/explore/lane_choices.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "compiler/ir/layout.h"
#include "compiler/numeric/fixed_point.h"

namespace hillock::driver {
namespace {

constexpr std::size_t kMostCombinations = 256;

// Rising.
std::vector<int> candidates(const ir::QuantizedNetwork& network, std::size_t population) {
  const int most = ir::max_lanes(network, population);
  std::set<int> lanes{most};
  for (int l = 1; l < most; l *= 2) {
    lanes.insert(l);
    const std::int64_t rows = numeric::ceil_div(most, l);
    lanes.insert(static_cast<int>(numeric::ceil_div(most, rows)));
  }
  return {lanes.begin(), lanes.end()};
}

std::string word_of(const ir::QuantizedNetwork& network, const std::vector<int>& lanes) {
  std::string word;
  for (std::size_t p = 0; p < lanes.size(); ++p) {
    if (p > 0) word += ",";
    word += fmt::format("{}={}", network.populations[p].name, lanes[p]);
  }
  return word;
}

}  // namespace

LaneChoices lane_choices(const std::vector<std::string>& given,
                         const ir::QuantizedNetwork& network) {
  if (!given.empty()) return {given, given.size()};
  LaneChoices out;
  std::set<std::string> seen;
  const auto add = [&](const std::vector<int>& lanes) {
    std::string word = word_of(network, lanes);
    if (seen.insert(word).second) out.words.push_back(std::move(word));
  };
  std::vector<std::vector<int>> each;
  std::vector<int> most;
  std::set<int> all;
  std::size_t combinations = 1;
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    each.push_back(candidates(network, p));
    most.push_back(ir::max_lanes(network, p));
    all.insert(each.back().begin(), each.back().end());
    combinations = std::min(kMostCombinations + 1, combinations * each.back().size());
  }
  std::vector<std::vector<int>> uniform;
  for (const int l : all) {
    std::vector<int> lanes = most;
    for (int& n : lanes) n = std::min(n, l);
    add(lanes);
    uniform.push_back(std::move(lanes));
  }
  out.uniform = out.words.size();
  if (combinations <= kMostCombinations) {
    std::vector<std::size_t> at(each.size(), 0);
    for (bool more = true; more;) {
      std::vector<int> lanes;
      for (std::size_t p = 0; p < each.size(); ++p) lanes.push_back(each[p][at[p]]);
      add(lanes);
      more = false;
      for (std::size_t p = 0; p < each.size() && !more; ++p) {
        more = ++at[p] < each[p].size();
        if (!more) at[p] = 0;
      }
    }
    return out;
  }
  for (const std::vector<int>& base : uniform) {
    for (std::size_t p = 0; p < each.size(); ++p) {
      for (const int l : each[p]) {
        std::vector<int> lanes = base;
        lanes[p] = l;
        add(lanes);
      }
    }
  }
  return out;
}

}  // namespace hillock::driver
