// What the program shows people on a terminal: progress while it works, a table at the end. Neither
// is for scripts: those read --json.
#pragma once

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <vector>

namespace hillock::driver {

// One line on stderr that says how far a long task is, how fast, and how long it will take. Shown
// only on a terminal and without --quiet; without colour where NO_COLOR is set. Erases itself.
class Progress {
 public:
  // `total` steps; `label` is short: "cosim".
  Progress(std::string label, std::size_t total, bool quiet);
  // Calls finish().
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `done` steps of the total are done. Thread-safe and cheap; a smaller number than before is
  // ignored. Redraws ten times a second at most.
  void update(std::size_t done);
  // Erases the line. Later updates show nothing.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;

  void draw(Clock::time_point now);

  const std::string label_;
  const std::size_t total_;
  const Clock::time_point start_;
  std::mutex mutex_;
  bool shown_;
  bool colour_ = false;
  bool drawn_ = false;
  std::size_t done_ = 0;
  Clock::time_point last_draw_;
};

// The same for a task of a few long stages of unknown length: which one it is at, and since when.
class StageLine {
 public:
  StageLine(std::string label, bool quiet);
  ~StageLine();
  StageLine(const StageLine&) = delete;
  StageLine& operator=(const StageLine&) = delete;

  void stage(const std::string& name);
  // Redraws; call it some times a second.
  void tick();
  // Erases the line.
  void finish();

 private:
  const std::string label_;
  const bool shown_;
  std::string stage_;
  std::chrono::steady_clock::time_point since_;
};

// The line that Progress shows, at most `width` columns: label, bar, done/total, rate, time left.
// `seconds` since the start.
[[nodiscard]] std::string progress_line(const std::string& label, std::size_t done,
                                        std::size_t total, double seconds, std::size_t width);

// A paragraph of text as lines of at most 80 columns, each ended: broken at spaces, the first
// behind `indent` spaces, the others behind four more.
[[nodiscard]] std::string paragraph(std::size_t indent, const std::string& text);

enum class TableHead { None, FirstRow };

// Rows of cells as text of at most 80 columns, each line ended: columns are padded, the widest are
// wrapped at spaces where the table would not fit. A head is underlined, and columns that hold only
// numbers are set flush right. Rows may be short.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows,
                                TableHead head = TableHead::None);

}  // namespace hillock::driver
