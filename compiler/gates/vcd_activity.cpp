#include "compiler/gates/vcd_activity.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "compiler/support/diagnostics.h"

namespace hillock::gates {
namespace {

[[noreturn]] void fault(const std::string& what) {
  support::fail(support::DiagnosticKind::ToolFailed, {"value change dump"}, what);
}

std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  std::size_t at = 0;
  while ((at = text.find_first_not_of(" \t\r", at)) != std::string_view::npos) {
    const std::size_t end = std::min(text.find_first_of(" \t\r", at), text.size());
    words.push_back(text.substr(at, end - at));
    at = end;
  }
  return words;
}

std::size_t number(std::string_view text) {
  std::size_t v = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), v);
  if (error != std::errc() || end != text.data() + text.size())
    fault(fmt::format("\"{}\" is not a number", text));
  return v;
}

}  // namespace

VcdReader::VcdReader(std::string scope, std::string clock, std::vector<VcdNet> nets)
    : scope_(std::move(scope)),
      clock_(std::move(clock)),
      nets_(std::move(nets)),
      found_(nets_.size(), 0),
      value_(nets_.size(), 0),
      settled_(nets_.size(), 0),
      touched_(nets_.size(), 0) {
  std::size_t groups = 0;
  for (std::size_t n = 0; n < nets_.size(); ++n) {
    wanted_.emplace(nets_[n].name, n);
    if (nets_[n].group != VcdNet::kNoGroup) groups = std::max(groups, nets_[n].group + 1);
  }
  activity_.transitions.assign(nets_.size(), 0);
  activity_.changes.assign(nets_.size(), 0);
  activity_.active.assign(groups, 0);
  seen_in_.assign(groups, 0);
}

void VcdReader::feed(std::string_view text) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) {
      rest_ += text;
      return;
    }
    if (rest_.empty()) {
      line(text.substr(0, end));
    } else {
      rest_ += text.substr(0, end);
      line(rest_);
      rest_.clear();
    }
    text.remove_prefix(end + 1);
  }
}

VcdActivity VcdReader::finish() {
  if (!rest_.empty()) line(rest_);
  rest_.clear();
  if (!declared_) fault("ends before its declarations do");
  end_of_time();
  return std::move(activity_);
}

void VcdReader::line(std::string_view text) {
  if (text.empty()) return;
  if (!declared_) return declare(text);
  switch (text[0]) {
    case '#':
      return end_of_time();
    case 'b':
    case 'B': {
      const std::size_t space = text.find(' ');
      if (space == std::string_view::npos) fault(fmt::format("\"{}\" is no change", text));
      return change(text.substr(1, space - 1), text.substr(space + 1));
    }
    case '0':
    case '1':
    case 'x':
    case 'z':
    case 'X':
    case 'Z':
      return change(text.substr(0, 1), text.substr(1));
    default:
      return;  // $dumpvars, $end, a comment, a real number
  }
}

void VcdReader::declare(std::string_view text) {
  const std::vector<std::string_view> words = words_of(text);
  if (words.empty()) return;
  if (words[0] == "$scope" && words.size() >= 3) {
    scopes_.emplace_back(words[2]);
  } else if (words[0] == "$upscope") {
    if (scopes_.empty()) fault("closes a scope that is not open");
    scopes_.pop_back();
  } else if (words[0] == "$enddefinitions") {
    end_of_declarations();
  } else if (words[0] == "$var" && words.size() >= 6 && !scopes_.empty() &&
             scopes_.back() == scope_) {
    // $var KIND WIDTH CODE NAME [HIGH:LOW] $end
    std::size_t low = 0;
    const std::string_view range = words[5];
    if (range.front() == '[') {
      const std::size_t colon = range.find(':');
      const std::size_t from = colon == std::string_view::npos ? 1 : colon + 1;
      low = number(range.substr(from, range.size() - from - 1));
    }
    const std::size_t width = number(words[2]);
    const std::string name(words[4]);
    const auto [begin, end] = wanted_.equal_range(name);
    if (begin == end && name != clock_) return;
    const auto [at, fresh] = variable_of_.emplace(std::string(words[3]), variables_.size());
    if (fresh) variables_.emplace_back();
    Variable& variable = variables_[at->second];
    if (name == clock_) variable.clock = true;
    for (auto it = begin; it != end; ++it) {
      const VcdNet& net = nets_[it->second];
      if (net.bit < low || net.bit >= low + width || found_[it->second] > 0) continue;
      ++found_[it->second];
      variable.nets.push_back({it->second, net.bit - low});
    }
  }
}

void VcdReader::end_of_declarations() {
  declared_ = true;
  const auto missing = std::find(found_.begin(), found_.end(), 0U);
  if (missing != found_.end()) {
    const VcdNet& net = nets_[static_cast<std::size_t>(missing - found_.begin())];
    fault(fmt::format("{} has no {}[{}]", scope_, net.name, net.bit));
  }
  const auto is_clock = [](const Variable& v) { return v.clock; };
  if (std::none_of(variables_.begin(), variables_.end(), is_clock))
    fault(fmt::format("{} has no clock {}", scope_, clock_));
}

// `value`: from the highest bit on, zeros in front left out. What is not known counts as 0.
void VcdReader::change(std::string_view value, std::string_view code) {
  thread_local std::string key;
  key.assign(code);
  const auto at = variable_of_.find(key);
  if (at == variable_of_.end()) return;
  const Variable& variable = variables_[at->second];
  if (variable.clock) {
    const bool now = value.back() == '1';
    rises_ = rises_ || (now && !clock_value_);
    clock_value_ = now;
  }
  for (const Watched& w : variable.nets) {
    const bool now = w.bit < value.size() && value[value.size() - 1 - w.bit] == '1';
    changes_.push_back({w.net, now});
  }
}

void VcdReader::end_of_time() {
  if (rises_) settle();
  rises_ = false;
  for (const Change& c : changes_) {
    const char now = c.value ? 1 : 0;
    if (begun_ && value_[c.net] != now) ++activity_.changes[c.net];
    value_[c.net] = now;
    if (touched_[c.net] == 0) touched_list_.push_back(c.net);
    touched_[c.net] = 1;
  }
  changes_.clear();
}

// The end of a cycle.
void VcdReader::settle() {
  if (begun_) ++activity_.cycles;
  for (const std::size_t n : touched_list_) {
    touched_[n] = 0;
    if (value_[n] == settled_[n]) continue;
    settled_[n] = value_[n];
    if (!begun_) continue;
    ++activity_.transitions[n];
    const std::size_t group = nets_[n].group;
    if (group == VcdNet::kNoGroup || seen_in_[group] == activity_.cycles) continue;
    seen_in_[group] = activity_.cycles;
    ++activity_.active[group];
  }
  touched_list_.clear();
  begun_ = true;
}

}  // namespace hillock::gates
