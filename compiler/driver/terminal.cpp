#include "compiler/driver/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <utility>

namespace hillock::driver {
namespace {

constexpr std::size_t kColumns = 80;
constexpr std::size_t kGap = 2;        // between the columns of a table
constexpr std::size_t kNarrowest = 8;  // a column is wrapped no narrower than this
constexpr std::size_t kBar = 20;
constexpr auto kRedraw = std::chrono::milliseconds(100);

bool stderr_is_terminal() {
  const char* term = std::getenv("TERM");
  return isatty(STDERR_FILENO) == 1 && (term == nullptr || std::string_view(term) != "dumb");
}

bool colour_wanted() {
  const char* no_color = std::getenv("NO_COLOR");
  return no_color == nullptr || *no_color == '\0';
}

std::size_t terminal_width() {
  winsize size{};
  if (ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kColumns;
  return size.ws_col;
}

// Columns that UTF-8 text takes: its characters.
std::size_t columns(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

// The longest beginning of the text that takes at most `width` columns, in bytes.
std::size_t bytes_of(std::string_view text, std::size_t width) {
  std::size_t i = 0;
  for (std::size_t taken = 0; i < text.size(); ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) == 0x80U) continue;
    if (taken++ == width) break;
  }
  return i;
}

std::string duration(double seconds) {
  const long s = std::lround(seconds);
  if (s >= 3600) return fmt::format("{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
  return fmt::format("{}:{:02}", s / 60, s % 60);
}

// Lines of at most `width` columns, broken at spaces where there are any.
std::vector<std::string> wrap(std::string_view text, std::size_t width) {
  std::vector<std::string> lines;
  while (columns(text) > width) {
    std::size_t end = text.rfind(' ', bytes_of(text, width));
    const bool at_space = end != std::string_view::npos && end > 0;
    if (!at_space) end = bytes_of(text, width);
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(at_space ? end + 1 : end);
  }
  lines.emplace_back(text);
  return lines;
}

// Numbers, with or without a unit, and "-" for none.
bool is_number(std::string_view cell) {
  if (cell.empty() || cell == "-") return true;
  if (cell.size() > 1 && (cell.front() == '-' || cell.front() == '+')) cell.remove_prefix(1);
  return std::isdigit(static_cast<unsigned char>(cell.front())) != 0;
}

std::string pad(std::string_view text, std::size_t width, bool right) {
  const std::string space(width - std::min(width, columns(text)), ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

std::vector<std::size_t> column_widths(const std::vector<std::vector<std::string>>& rows) {
  std::vector<std::size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], columns(row[c]));
  }
  const auto total = [&widths] {
    std::size_t sum = widths.empty() ? 0 : kGap * (widths.size() - 1);
    for (const std::size_t w : widths) sum += w;
    return sum;
  };
  while (total() > kColumns) {
    auto widest = std::max_element(widths.begin(), widths.end());
    if (*widest <= kNarrowest) break;
    --*widest;
  }
  return widths;
}

}  // namespace

Progress::Progress(std::string label, std::size_t total, bool quiet)
    : label_(std::move(label)),
      total_(total),
      start_(Clock::now()),
      shown_(!quiet && total > 0 && stderr_is_terminal()),
      colour_(shown_ && colour_wanted()),
      last_draw_(start_) {}

Progress::~Progress() { finish(); }

void Progress::update(std::size_t done) {
  const std::lock_guard lock(mutex_);
  if (!shown_ || (drawn_ && done <= done_) || done < done_) return;
  done_ = std::min(done, total_);
  const Clock::time_point now = Clock::now();
  if (drawn_ && now - last_draw_ < kRedraw) return;
  draw(now);
}

void Progress::draw(Clock::time_point now) {
  const double seconds = std::chrono::duration<double>(now - start_).count();
  const std::string line =
      progress_line(label_, done_, total_, seconds, std::min(terminal_width() - 1, kColumns));
  fmt::print(stderr, "\r{}{}{}\x1b[K", colour_ ? "\x1b[36m" : "", line, colour_ ? "\x1b[0m" : "");
  std::fflush(stderr);
  drawn_ = true;
  last_draw_ = now;
}

void Progress::finish() {
  const std::lock_guard lock(mutex_);
  if (drawn_) {
    fmt::print(stderr, "\r\x1b[K");
    std::fflush(stderr);
  }
  drawn_ = false;
  shown_ = false;
}

StageLine::StageLine(std::string label, bool quiet)
    : label_(std::move(label)), shown_(!quiet && stderr_is_terminal()) {}

StageLine::~StageLine() { finish(); }

void StageLine::stage(const std::string& name) {
  stage_ = name;
  since_ = std::chrono::steady_clock::now();
  tick();
}

void StageLine::tick() {
  if (!shown_ || stage_.empty()) return;
  const std::chrono::duration<double> s = std::chrono::steady_clock::now() - since_;
  std::string line = fmt::format("{}: {}  {}", label_, stage_, duration(s.count()));
  line.resize(std::min(line.size(), terminal_width() - 1));
  fmt::print(stderr, "\r\x1b[K{}", line);
  std::fflush(stderr);
}

void StageLine::finish() {
  if (!shown_ || stage_.empty()) return;
  stage_.clear();
  fmt::print(stderr, "\r\x1b[K");
  std::fflush(stderr);
}

std::string progress_line(const std::string& label, std::size_t done, std::size_t total,
                          double seconds, std::size_t width) {
  const double share = total == 0 ? 1 : static_cast<double>(done) / static_cast<double>(total);
  const auto filled = static_cast<std::size_t>(share * static_cast<double>(kBar));
  std::string line = fmt::format("{}  [{}{}]  {}/{}", label, std::string(filled, '#'),
                                 std::string(kBar - filled, '.'), done, total);
  if (done > 0 && seconds > 0) {
    const double rate = static_cast<double>(done) / seconds;
    line += rate >= 10 ? fmt::format("  {:.0f}/s", rate) : fmt::format("  {:.2g}/s", rate);
    line += fmt::format("  {} left", duration(static_cast<double>(total - done) / rate));
  }
  return line.substr(0, bytes_of(line, width));
}

std::string paragraph(std::size_t indent, const std::string& text) {
  const std::size_t hanging = indent + 4;
  std::string out;
  for (const std::string& line :
       wrap(text, kColumns - (columns(text) + indent <= kColumns ? indent : hanging))) {
    out += std::string(out.empty() ? indent : hanging, ' ') + line + '\n';
  }
  return out;
}

std::string table(const std::vector<std::vector<std::string>>& rows, TableHead head) {
  const std::vector<std::size_t> widths = column_widths(rows);
  std::vector<bool> right(widths.size(), head == TableHead::FirstRow && rows.size() > 1);
  for (std::size_t r = 1; r < rows.size(); ++r) {
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      if (!is_number(rows[r][c])) right[c] = false;
    }
  }
  std::string out;
  const auto put_line = [&out](std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + '\n';
  };
  for (std::size_t r = 0; r < rows.size(); ++r) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 1;
    for (std::size_t c = 0; c < rows[r].size(); ++c) {
      cells.push_back(wrap(rows[r][c], std::max<std::size_t>(widths[c], 1)));
      height = std::max(height, cells.back().size());
    }
    for (std::size_t l = 0; l < height; ++l) {
      std::string line;
      for (std::size_t c = 0; c < cells.size(); ++c) {
        const std::string_view text = l < cells[c].size() ? cells[c][l] : std::string_view{};
        line += (c > 0 ? std::string(kGap, ' ') : "") + pad(text, widths[c], right[c]);
      }
      put_line(std::move(line));
    }
    if (r == 0 && head == TableHead::FirstRow) {
      std::string rule;
      for (std::size_t c = 0; c < widths.size(); ++c) {
        rule += (c > 0 ? std::string(kGap, ' ') : "") + std::string(widths[c], '-');
      }
      put_line(std::move(rule));
    }
  }
  return out;
}

}  // namespace hillock::driver
