#include "compiler/synth/liberty.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/support/diagnostics.h"

namespace hillock::synth {
namespace {

// A word of a file that may be anything, for a message.
std::string shown(const std::string& word) {
  constexpr std::size_t kLongest = 40;
  std::string out = word.substr(0, kLongest);
  for (char& c : out) {
    if (std::isprint(static_cast<unsigned char>(c)) == 0) c = '?';
  }
  return word.size() > kLongest ? out + "..." : out;
}

// A Liberty file is groups "name (arguments) { ... }", attributes "name : value;" and
// "name (values);". The reader calls back for each, with the groups that are open.
class Reader {
 public:
  Reader(const std::string& text, const std::string& file) : text_(text), file_(file) {}

  Liberty read() {
    while (true) {
      std::string word = token();
      if (word.empty()) break;
      if (word == "}") {
        if (open_.empty()) fault("a } too many");
        close();
        continue;
      }
      if (word == ";") continue;
      statement(std::move(word));
    }
    if (!open_.empty()) fault("the file ends within a group");
    if (!seen_library_) fault("there is no library (...) { in it");
    if (out_.flip_flops.empty()) fault("the library has no flip-flop");
    if (out_.buffer.empty())
      fault("the library has no buffer, a cell with one input whose function is that input");
    return std::move(out_);
  }

 private:
  struct Group {
    std::string kind;
    std::string argument;
  };
  struct Pin {
    std::string name;
    bool input = false;
    bool output = false;
    std::string function;
    double capacitance = 0;
  };

  [[noreturn]] void fault(const std::string& what) const {
    const auto line =
        1 + std::count(text_.begin(),
                       text_.begin() + static_cast<std::ptrdiff_t>(std::min(at_, text_.size())),
                       '\n');
    support::fail(support::DiagnosticKind::BadLiberty, {file_},
                  fmt::format("line {}: {}", line, what));
  }

  // A word, a quoted text without its quotes, or one of ( ) { } : ; ,  Empty at the end.
  std::string token() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (std::isspace(static_cast<unsigned char>(c)) != 0 || c == '\\') {
        ++at_;
      } else if (text_.compare(at_, 2, "/*") == 0) {
        const std::size_t end = text_.find("*/", at_ + 2);
        if (end == std::string::npos) fault("a comment that does not end");
        at_ = end + 2;
      } else if (text_.compare(at_, 2, "//") == 0) {
        at_ = std::min(text_.find('\n', at_), text_.size());
      } else {
        break;
      }
    }
    if (at_ >= text_.size()) return "";
    const char c = text_[at_];
    if (c == '"') {
      const std::size_t end = text_.find('"', at_ + 1);
      if (end == std::string::npos) fault("a text that does not end");
      std::string word = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
      return word.empty() ? " " : word;
    }
    if (std::string_view("(){}:;,").find(c) != std::string_view::npos) {
      ++at_;
      return std::string(1, c);
    }
    const std::size_t begin = at_;
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) == 0 &&
           std::string_view("(){}:;,\"").find(text_[at_]) == std::string_view::npos) {
      ++at_;
    }
    return text_.substr(begin, at_ - begin);
  }

  void statement(std::string name) {
    const std::string next = token();
    if (next == ":") {
      const std::string value = token();
      attribute(name, value);
      // The rest of an expression; some writers leave the ; out at the end of a line.
      const std::size_t end = text_.find_first_of(";\n}", at_);
      at_ = end == std::string::npos ? text_.size() : end + (text_[end] == '}' ? 0 : 1);
      return;
    }
    if (next != "(") fault(fmt::format("\"{}\" is followed by \"{}\"", shown(name), shown(next)));
    std::vector<std::string> arguments;
    for (std::string word = token(); word != ")"; word = token()) {
      if (word.empty()) fault("the file ends within ( )");
      if (word != ",") arguments.push_back(std::move(word));
    }
    const std::size_t before = at_;
    if (token() == "{") {
      open(std::move(name), arguments.empty() ? "" : arguments[0]);
    } else {
      at_ = before;
      if (name == "capacitive_load_unit" && arguments.size() == 2) {
        std::string unit = arguments[1];
        std::transform(unit.begin(), unit.end(), unit.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        unit_ff_ = std::atof(arguments[0].c_str()) * (unit == "pf" ? 1000 : 1);
      }
    }
  }

  void open(std::string kind, std::string argument) {
    if (open_.empty() && kind != "library") fault("a Liberty file begins with library (...) {");
    if (kind == "library") {
      seen_library_ = true;
      out_.name = argument;
    }
    if (kind == "cell") {
      cell_ = argument;
      pins_.clear();
      area_ = 0;
      dont_use_ = false;
    }
    if (kind == "pin") pins_.push_back({argument, false, false, "", 0});
    if (kind == "ff" && !cell_.empty()) out_.flip_flops.insert(cell_);
    open_.push_back({std::move(kind), std::move(argument)});
  }

  void attribute(const std::string& name, const std::string& value) {
    if (open_.empty()) return;
    const std::string& in = open_.back().kind;
    if (in == "cell" && name == "area") area_ = std::atof(value.c_str());
    if (in == "cell" && name == "dont_use") dont_use_ = value == "true";
    if (in != "pin" || pins_.empty()) return;
    Pin& pin = pins_.back();
    if (name == "direction") {
      pin.input = value == "input";
      pin.output = value == "output";
    }
    if (name == "function") pin.function = value;
    if (name == "capacitance") pin.capacitance = std::atof(value.c_str());
  }

  void close() {
    if (open_.back().kind == "cell") {
      out_.area[cell_] = area_;
      consider_buffer();
      cell_.clear();
    }
    open_.pop_back();
  }

  // A buffer has one input and one output, which is that input.
  void consider_buffer() {
    if (dont_use_) return;
    const Pin* in = nullptr;
    const Pin* out = nullptr;
    for (const Pin& p : pins_) {
      if (p.input && in == nullptr) {
        in = &p;
      } else if (p.output && out == nullptr) {
        out = &p;
      } else if (p.input || p.output) {
        return;
      }
    }
    if (in == nullptr || out == nullptr) return;
    std::string f = out->function;
    f.erase(
        std::remove_if(f.begin(), f.end(), [](char c) { return c == '(' || c == ')' || c == ' '; }),
        f.end());
    if (f != in->name) return;
    if (out_.buffer.empty() || area_ < out_.area.at(out_.buffer)) {
      out_.buffer = cell_;
      out_.buffer_input_ff = in->capacitance * unit_ff_;
    }
  }

  const std::string& text_;
  const std::string& file_;
  std::size_t at_ = 0;
  std::vector<Group> open_;
  bool seen_library_ = false;
  std::string cell_;
  std::vector<Pin> pins_;
  double area_ = 0;
  bool dont_use_ = false;
  double unit_ff_ = 1000;
  Liberty out_;
};

}  // namespace

Liberty read_liberty(const std::string& text, const std::string& file) {
  return Reader(text, file).read();
}

}  // namespace hillock::synth
