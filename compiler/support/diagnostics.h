// Diagnostics: one table of kinds, one format, one way to stop.
//
// A mistake in the user's input becomes a Diagnostic with the place it was found, what was found,
// and what to do. A stage collects them in a DiagnosticList and stops at its end by throwing
// InputError, which the driver prints and turns into exit status 1. Broken invariants of ours are
// not diagnostics: they throw std::logic_error (exit status 70).
#pragma once

#include <cstddef>
#include <exception>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hillock::support {

// Where in the user's input something is: a file, a path inside it, an element of an array.
struct Location {
  std::string file;
  std::string path = {};
  std::optional<std::size_t> index = std::nullopt;

  // "model.nir:/node/nodes/lif1/v_threshold[17]"
  [[nodiscard]] std::string text() const;
  [[nodiscard]] Location at(std::size_t element) const;
  // Appends "/name" to the path.
  [[nodiscard]] Location child(std::string_view name) const;

  friend bool operator==(const Location&, const Location&) = default;
};

// clang-format off
enum class DiagnosticKind {
#define HILLOCK_DIAGNOSTIC(kind, id, help) kind,
#include "compiler/support/diagnostic_kinds.def"
#undef HILLOCK_DIAGNOSTIC
};
// clang-format on

// The stable name in brackets at the end of a message, for example "shape-mismatch".
[[nodiscard]] std::string_view diagnostic_id(DiagnosticKind kind);
// What to do about it, when the place of the error knows nothing better.
[[nodiscard]] std::string_view diagnostic_help(DiagnosticKind kind);
// Every kind there is, for the test that asks for a test of each.
[[nodiscard]] std::vector<DiagnosticKind> all_diagnostic_kinds();

struct Diagnostic {
  DiagnosticKind kind;
  Location where;
  std::string message;
  std::string help;  // empty: the kind's own help

  // "file:path[i]: error: message [id]\n  help: ..."
  [[nodiscard]] std::string text() const;
};

// Thrown when a stage stops because of the user's input.
class InputError : public std::exception {
 public:
  explicit InputError(std::vector<Diagnostic> diagnostics);
  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  [[nodiscard]] const char* what() const noexcept override { return text_.c_str(); }

 private:
  std::vector<Diagnostic> diagnostics_;
  std::string text_;
};

// Reports one diagnostic and stops at once.
[[noreturn]] void fail(DiagnosticKind kind, Location where, std::string message,
                       std::string help = {});

// Collects the diagnostics of one stage; stops by itself at the twentieth.
class DiagnosticList {
 public:
  void error(DiagnosticKind kind, Location where, std::string message, std::string help = {});
  [[nodiscard]] bool empty() const { return diagnostics_.empty(); }
  // Throws InputError where anything was reported.
  void stop_if_any();

 private:
  static constexpr std::size_t kLimit = 20;
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace hillock::support
