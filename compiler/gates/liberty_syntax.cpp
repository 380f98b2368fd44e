#include "compiler/gates/liberty_syntax.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>

#include "compiler/support/diagnostics.h"

namespace hillock::gates {
namespace {

constexpr std::size_t kDeepest = 64;  // groups within groups; real files have six

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

struct Token {
  std::string_view text;
  bool quoted = false;
  bool end = false;

  [[nodiscard]] bool is(char c) const {
    return !quoted && !end && text.size() == 1 && text[0] == c;
  }
};

class Parser {
 public:
  Parser(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  LibertyGroup parse() {
    std::optional<LibertyGroup> library;
    for (Token t = next(); !t.end; t = next()) {
      if (t.is(';')) continue;
      if (t.is('}')) fault("a } too many");
      const int line = line_;
      if (const Token after = next(); !after.is('(')) followed_by(t, after);
      if (t.quoted || t.text != "library") fault("a Liberty file begins with library (...) {");
      if (library) fault("a second library in one file");
      library.emplace();
      library->kind = "library";
      library->line = line;
      library->arguments = arguments();
      if (!next().is('{')) fault("a Liberty file begins with library (...) {");
      body(*library, 1);
    }
    if (!library) fault("there is no library (...) { in it");
    return std::move(*library);
  }

 private:
  [[noreturn]] void fault(const std::string& what) const { liberty_fault(file_, line_, what); }

  [[noreturn]] void followed_by(const Token& name, const Token& after) const {
    fault(fmt::format("\"{}\" is followed by \"{}\"", printable(name.text),
                      after.end ? "" : printable(after.text)));
  }

  void skip_blanks() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\n') {
        ++line_;
        ++at_;
      } else if (is_space(c) || c == '\\') {
        ++at_;
      } else if (text_.compare(at_, 2, "/*") == 0) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string_view::npos) fault("a comment that does not end");
        line_ +=
            static_cast<int>(std::count(text_.begin() + static_cast<std::ptrdiff_t>(at_),
                                        text_.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
        at_ = end + 2;
      } else if (text_.compare(at_, 2, "//") == 0) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        break;
      }
    }
  }

  // A word, a quoted text without its quotes, or one of ( ) { } : ; ,
  Token next() {
    skip_blanks();
    if (at_ >= text_.size()) return {{}, false, true};
    const std::size_t begin = at_;
    const char c = text_[at_];
    if (c == '"') {
      const std::size_t end = text_.find('"', at_ + 1);
      if (end == std::string_view::npos) fault("a text that does not end");
      const std::string_view inside = text_.substr(begin + 1, end - begin - 1);
      line_ += static_cast<int>(std::count(inside.begin(), inside.end(), '\n'));
      at_ = end + 1;
      return {inside, true, false};
    }
    constexpr std::string_view kSingle = "(){}:;,";
    if (kSingle.find(c) != std::string_view::npos) {
      ++at_;
      return {text_.substr(begin, 1), false, false};
    }
    while (at_ < text_.size() && !is_space(text_[at_]) && text_[at_] != '"' &&
           kSingle.find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    return {text_.substr(begin, at_ - begin), false, false};
  }

  // What stands between ( and ), the ( being read.
  std::vector<std::string> arguments() {
    std::vector<std::string> out;
    for (Token t = next(); !t.is(')'); t = next()) {
      if (t.end) fault("the file ends within ( )");
      if (t.is('{') || t.is('}') || t.is(';')) fault(fmt::format("\"{}\" within ( )", t.text));
      if (!t.is(',')) out.emplace_back(t.text);
    }
    return out;
  }

  // The value of a simple attribute, to its ; or, since some writers leave that out, the end of
  // the line. An expression of several words is one text.
  std::string value() {
    std::string out;
    const int line = line_;
    while (true) {
      skip_blanks();
      if (line_ != line && !out.empty()) return out;
      const std::size_t before = at_;
      const Token t = next();
      if (t.end || t.is(';')) return out;
      if (t.is('}')) {
        at_ = before;
        return out;
      }
      if (!out.empty()) out += ' ';
      out += t.text;
    }
  }

  // The statements of a group, its { being read.
  void body(LibertyGroup& group, std::size_t depth) {
    if (depth > kDeepest) fault(fmt::format("more than {} groups within each other", kDeepest));
    while (true) {
      const Token name = next();
      if (name.end) fault("the file ends within a group");
      if (name.is('}')) return;
      if (name.is(';')) continue;
      const int line = line_;
      const Token after = next();
      if (after.is(':')) {
        group.attributes.push_back({std::string(name.text), {value()}, line});
        continue;
      }
      if (!after.is('(')) followed_by(name, after);
      std::vector<std::string> values = arguments();
      const std::size_t before = at_;
      const int before_line = line_;
      if (next().is('{')) {
        LibertyGroup inner;
        inner.kind = name.text;
        inner.arguments = std::move(values);
        inner.line = line;
        body(inner, depth + 1);
        group.groups.push_back(std::move(inner));
      } else {
        at_ = before;
        line_ = before_line;
        group.attributes.push_back({std::string(name.text), std::move(values), line});
      }
    }
  }

  std::string_view text_;
  const std::string& file_;
  std::size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

void liberty_fault(const std::string& file, int line, const std::string& what) {
  support::fail(support::DiagnosticKind::BadLiberty, {file},
                fmt::format("line {}: {}", line, what));
}

std::string printable(std::string_view word) {
  constexpr std::size_t kLongest = 40;
  std::string out(word.substr(0, kLongest));
  for (char& c : out) {
    if (std::isprint(static_cast<unsigned char>(c)) == 0) c = '?';
  }
  return word.size() > kLongest ? out + "..." : out;
}

const LibertyAttribute* LibertyGroup::find(std::string_view name) const {
  for (const LibertyAttribute& a : attributes) {
    if (a.name == name) return &a;
  }
  return nullptr;
}

std::string LibertyGroup::text(std::string_view name) const {
  const LibertyAttribute* a = find(name);
  return a == nullptr || a->values.empty() ? "" : a->values[0];
}

const LibertyGroup* LibertyGroup::find_group(std::string_view of) const {
  for (const LibertyGroup& g : groups) {
    if (g.kind == of) return &g;
  }
  return nullptr;
}

const std::string& LibertyGroup::name() const {
  static const std::string kNone;
  return arguments.empty() ? kNone : arguments[0];
}

LibertyGroup parse_liberty(std::string_view text, const std::string& file) {
  return Parser(text, file).parse();
}

}  // namespace hillock::gates
