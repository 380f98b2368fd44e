#include "compiler/support/diagnostics.h"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace hillock::support {
namespace {

struct KindRow {
  DiagnosticKind kind;
  std::string_view id;
  std::string_view help;
};

constexpr KindRow kKinds[] = {
#define HILLOCK_DIAGNOSTIC(kind, id, help) {DiagnosticKind::kind, id, help},
#include "compiler/support/diagnostic_kinds.def"
#undef HILLOCK_DIAGNOSTIC
};

const KindRow& row(DiagnosticKind kind) { return kKinds[static_cast<std::size_t>(kind)]; }

}  // namespace

std::string Location::text() const {
  std::string out = file;
  if (!path.empty()) out += (out.empty() ? "" : ":") + path;
  if (index) out += fmt::format("[{}]", *index);
  return out;
}

Location Location::at(std::size_t element) const { return {file, path, element}; }

Location Location::child(std::string_view name) const {
  return {file, fmt::format("{}/{}", path, name), std::nullopt};
}

std::string_view diagnostic_id(DiagnosticKind kind) { return row(kind).id; }
std::string_view diagnostic_help(DiagnosticKind kind) { return row(kind).help; }

std::vector<DiagnosticKind> all_diagnostic_kinds() {
  std::vector<DiagnosticKind> kinds;
  for (const KindRow& r : kKinds) kinds.push_back(r.kind);
  return kinds;
}

std::string Diagnostic::text() const {
  const std::string place = where.text();
  return fmt::format("{}{}error: {} [{}]\n  help: {}", place, place.empty() ? "" : ": ", message,
                     diagnostic_id(kind), help.empty() ? diagnostic_help(kind) : help);
}

InputError::InputError(std::vector<Diagnostic> diagnostics) : diagnostics_(std::move(diagnostics)) {
  for (const Diagnostic& d : diagnostics_) {
    if (!text_.empty()) text_ += '\n';
    text_ += d.text();
  }
}

void fail(DiagnosticKind kind, Location where, std::string message, std::string help) {
  throw InputError({{kind, std::move(where), std::move(message), std::move(help)}});
}

void DiagnosticList::error(DiagnosticKind kind, Location where, std::string message,
                           std::string help) {
  diagnostics_.push_back({kind, std::move(where), std::move(message), std::move(help)});
  if (diagnostics_.size() >= kLimit) stop_if_any();
}

void DiagnosticList::stop_if_any() {
  if (!diagnostics_.empty()) throw InputError(std::exchange(diagnostics_, {}));
}

}  // namespace hillock::support
