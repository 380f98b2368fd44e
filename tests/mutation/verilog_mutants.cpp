// See verilog_mutants.h. A recursive walk over modules, blocks and statements; each right-hand
// side, condition or connection is a site with variants of its text.
#include "tests/mutation/verilog_mutants.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <map>
#include <set>
#include <stdexcept>

namespace hillock::mutation {
namespace {

struct Token {
  enum class Kind { Word, Number, Symbol };
  Kind kind = Kind::Symbol;
  std::string_view text;
  std::size_t at = 0;
  int line = 0;
};

bool word_begins(char c) {
  return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}
bool word_goes_on(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '$';
}

std::size_t symbol_length(std::string_view rest) {
  constexpr std::array<std::string_view, 14> kLong{
      "<<<", ">>>", "===", "!==", "<<", ">>", "<=", ">=", "==", "!=", "&&", "||", "+:", "-:"};
  for (const std::string_view s : kLong) {
    if (rest.starts_with(s)) return s.size();
  }
  return 1;
}

std::vector<Token> tokens_of(std::string_view source) {
  std::vector<Token> tokens;
  int line = 1;
  std::size_t at = 0;
  const auto skip_to = [&](std::size_t end) {
    end = std::min(end, source.size());
    line += static_cast<int>(std::count(source.begin() + static_cast<std::ptrdiff_t>(at),
                                        source.begin() + static_cast<std::ptrdiff_t>(end), '\n'));
    at = end;
  };
  const auto line_end = [&] { return std::min(source.find('\n', at), source.size()); };
  while (at < source.size()) {
    const std::string_view rest = source.substr(at);
    if (rest.starts_with("//") || rest.front() == '`') {
      skip_to(line_end());
    } else if (rest.starts_with("(*") && !rest.starts_with("(*)")) {
      skip_to(source.find("*)", at) + 2);  // an attribute
    } else if (rest.starts_with("/*")) {
      skip_to(source.find("*/", at) + 2);
    } else if (rest.front() == '"') {
      skip_to(source.find('"', at + 1) + 1);
    } else if (std::isspace(static_cast<unsigned char>(rest.front())) != 0) {
      skip_to(at + 1);
    } else {
      Token t{Token::Kind::Symbol, {}, at, line};
      std::size_t n = 1;
      if (word_begins(rest.front())) {
        t.kind = Token::Kind::Word;
        while (n < rest.size() && word_goes_on(rest[n])) ++n;
      } else if (std::isdigit(static_cast<unsigned char>(rest.front())) != 0) {
        t.kind = Token::Kind::Number;
        while (n < rest.size() && (word_goes_on(rest[n]) || rest[n] == '\'')) ++n;
      } else {
        n = symbol_length(rest);
      }
      t.text = rest.substr(0, n);
      tokens.push_back(t);
      at += n;
    }
  }
  return tokens;
}

// The literal with its lowest bit turned; empty where there is none to turn.
std::string other_literal(std::string_view text) {
  const std::size_t quote = text.find('\'');
  if (quote == std::string_view::npos) {
    return text == "0" ? "1" : text == "1" ? "0" : std::to_string(std::stol(std::string(text)) + 1);
  }
  const char last = text.back();
  const std::string most(text.substr(0, text.size() - 1));
  const bool hexadecimal = text.find('h') != std::string_view::npos;
  if (std::isdigit(static_cast<unsigned char>(last)) != 0) {
    return most + static_cast<char>(last ^ 1);
  }
  return hexadecimal ? most + (last == 'f' ? 'e' : 'f') : std::string();
}

std::vector<std::string> other_operators(std::string_view op, bool binary) {
  static const std::map<std::string_view, std::vector<std::string>> kBinary = {
      {"&", {"|"}},       {"|", {"&"}},       {"^", {"|"}},       {"&&", {"||"}},
      {"||", {"&&"}},     {"==", {"!="}},     {"!=", {"=="}},     {"<", {"<=", ">="}},
      {"<=", {"<", ">"}}, {">", {">=", "<"}}, {">=", {">", "<"}}, {"+", {"-"}},
      {"-", {"+"}},       {"*", {"+"}},       {"<<", {">>"}},     {">>", {"<<"}},
      {">>>", {">>"}}};
  static const std::map<std::string_view, std::vector<std::string>> kUnary = {
      {"~", {""}}, {"!", {""}}, {"-", {""}}, {"|", {"&"}}, {"&", {"|"}}};
  const auto& table = binary ? kBinary : kUnary;
  const auto it = table.find(op);
  return it == table.end() ? std::vector<std::string>{} : it->second;
}

struct Variant {
  std::string what;  // "& -> | (2)"
  std::string text;
};

// A stretch of source that is replaced by a choice between itself and its variants.
struct Site {
  enum class Kind { Assign, Statement, Condition, Connection };
  Kind kind;
  std::size_t begin, end;        // in the source
  std::size_t right, right_end;  // the expression inside
  std::string statement;         // for the key
  int line;
  std::vector<Variant> variants;  // of the expression
  bool droppable = false;         // the statement may be left out
};

std::string squeezed(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("//")) {
      i = std::min(text.find('\n', i), text.size()) - 1;
      continue;
    }
    if (std::isspace(static_cast<unsigned char>(text[i])) == 0) {
      out += text[i];
    } else if (!out.empty() && out.back() != ' ') {
      out += ' ';
    }
  }
  while (!out.empty() && out.back() == ' ') out.pop_back();
  return out;
}

class Walk {
 public:
  explicit Walk(std::string_view source) : source_(source), tokens_(tokens_of(source)) {
    while (next_ < tokens_.size() && !is("module")) ++next_;
    if (next_ >= tokens_.size()) throw std::runtime_error("no module");
    ++next_;
    module = std::string(tokens_.at(next_++).text);
    if (is("#")) {
      ++next_;
      skip_group();
    }
    if (is("(")) skip_group();
    expect(";");
    body = next_ < tokens_.size() ? tokens_[next_].at : source.size();
    while (!is("endmodule")) item();
  }

  std::string module;
  std::size_t body = 0;  // where the module's items begin
  std::vector<Site> sites;

 private:
  [[nodiscard]] bool is(std::string_view text, std::size_t ahead = 0) const {
    return next_ + ahead < tokens_.size() && tokens_[next_ + ahead].text == text;
  }
  void expect(std::string_view text) {
    if (!is(text)) {
      const std::string found(next_ < tokens_.size() ? tokens_[next_].text : "the end");
      throw std::runtime_error(module + ": expected '" + std::string(text) + "', found '" + found +
                               "' in line " + std::to_string(tokens_.at(next_).line));
    }
    ++next_;
  }
  // Past a bracket and its partner.
  void skip_group() {
    int depth = 0;
    do {
      const std::string_view t = tokens_.at(next_++).text;
      if (t == "(" || t == "[" || t == "{") ++depth;
      if (t == ")" || t == "]" || t == "}") --depth;
    } while (depth > 0);
  }
  // To the first of these outside of brackets.
  std::size_t find(std::initializer_list<std::string_view> what) const {
    int depth = 0;
    for (std::size_t i = next_; i < tokens_.size(); ++i) {
      const std::string_view t = tokens_[i].text;
      if (depth == 0 && std::find(what.begin(), what.end(), t) != what.end()) return i;
      if (t == "(" || t == "[" || t == "{") ++depth;
      if (t == ")" || t == "]" || t == "}") --depth;
    }
    throw std::runtime_error(module + ": a statement without an end");
  }
  std::size_t end_of(std::size_t token) const {
    return tokens_[token].at + tokens_[token].text.size();
  }

  void item() {
    if (is("assign")) {
      assignment(Site::Kind::Assign, next_, next_ + 1);
    } else if (is("always")) {
      next_ += 2;  // always @
      if (is("(")) {
        skip_group();
      } else {
        ++next_;
      }
      statement(false);
    } else if (is("function")) {
      while (!is("endfunction")) ++next_;
      ++next_;
    } else if (is("initial")) {
      ++next_;
      const std::size_t kept = sites.size();
      statement(false);
      sites.resize(kept);
    } else if (is("if") || is("for")) {
      ++next_;
      skip_group();
    } else if (is("begin")) {
      ++next_;
      if (is(":")) next_ += 2;
    } else if (is("generate") || is("endgenerate") || is("end") || is("else")) {
      ++next_;
    } else if (is("parameter") || is("localparam") || is("wire") || is("reg") || is("integer") ||
               is("genvar")) {
      next_ = find({";"}) + 1;
    } else {
      instance();
    }
  }

  void instance() {
    const std::size_t first = next_++;
    if (is("#")) {
      ++next_;
      skip_group();
    }
    const std::string name(tokens_.at(next_++).text);
    expect("(");
    while (!is(")")) {
      expect(".");
      const std::string port(tokens_.at(next_++).text);
      const std::size_t open = next_;
      skip_group();
      const std::size_t close = next_ - 1;
      if (is(",")) ++next_;
      if (!port.ends_with("_i") || port == "clk_i" || close == open + 1) continue;
      Site site{Site::Kind::Connection,
                tokens_[open + 1].at,
                end_of(close - 1),
                tokens_[open + 1].at,
                end_of(close - 1),
                std::string(tokens_[first].text) + " " + name + " ." + port + "(" +
                    squeezed(source_.substr(tokens_[open + 1].at,
                                            end_of(close - 1) - tokens_[open + 1].at)) +
                    ")",
                tokens_[open].line,
                {}};
      site.variants = variants_of(open + 1, close);
      const bool constant = close == open + 2 && tokens_[open + 1].kind == Token::Kind::Number;
      if (!constant) {
        site.variants.push_back({"tied to 0", "0"});
        site.variants.push_back(
            {"inverted",
             "~(" + std::string(source_.substr(site.right, site.right_end - site.right)) + ")"});
      }
      sites.push_back(std::move(site));
    }
    expect(")");
    expect(";");
  }

  // `alone`: the body of an if, whose condition decides about it already.
  void statement(bool alone) {
    if (is(";")) {
      ++next_;
    } else if (is("begin")) {
      ++next_;
      if (is(":")) next_ += 2;
      const std::size_t before = sites.size();
      std::size_t count = 0;
      while (!is("end")) {
        statement(false);
        ++count;
      }
      if (alone && count == 1 && sites.size() > before) sites[before].droppable = false;
      ++next_;
    } else if (is("if")) {
      ++next_;
      const std::size_t open = next_;
      skip_group();
      const std::size_t close = next_ - 1;
      Site site{
          Site::Kind::Condition,
          tokens_[open + 1].at,
          end_of(close - 1),
          tokens_[open + 1].at,
          end_of(close - 1),
          squeezed(source_.substr(tokens_[open - 1].at, end_of(close) - tokens_[open - 1].at)) +
              " " + opening(),
          tokens_[open].line,
          {}};
      site.variants = variants_of(open + 1, close);
      site.variants.push_back({"always", "1'b1"});
      site.variants.push_back({"never", "1'b0"});
      sites.push_back(std::move(site));
      statement(true);
      if (is("else")) {
        ++next_;
        statement(false);
      }
    } else if (is("case")) {
      ++next_;
      skip_group();
      while (!is("endcase")) {
        next_ = is("default") && !is(":", 1) ? next_ + 1 : find({":"}) + 1;
        statement(false);
      }
      ++next_;
    } else if (is("for")) {
      ++next_;
      skip_group();
      statement(false);
    } else if (tokens_.at(next_).text.starts_with("$")) {
      next_ = find({";"}) + 1;
    } else {
      assignment(Site::Kind::Statement, next_, next_);
      sites.back().droppable = !alone;
    }
  }

  // The beginning of the statement that follows, for keys: an `if` alone says little.
  std::string opening() const {
    const std::size_t from = is("begin") ? next_ + 1 : next_;
    if (from >= tokens_.size()) return {};
    std::size_t to = from;
    while (to + 1 < tokens_.size() && to < from + 3 && tokens_[to + 1].text != ";") ++to;
    return squeezed(source_.substr(tokens_[from].at, end_of(to) - tokens_[from].at)) + " ..";
  }

  void assignment(Site::Kind kind, std::size_t first, std::size_t left) {
    next_ = left;
    const std::size_t equals = find({"=", "<="});
    next_ = equals + 1;
    const std::size_t semicolon = find({";"});
    next_ = semicolon + 1;
    const std::string target(
        source_.substr(tokens_[left].at, tokens_[equals].at - tokens_[left].at));
    Site site{kind,
              tokens_[first].at,
              end_of(semicolon),
              tokens_[equals + 1].at,
              end_of(semicolon - 1),
              squeezed(source_.substr(tokens_[first].at, end_of(semicolon) - tokens_[first].at)),
              tokens_[first].line,
              {}};
    if (!target.starts_with("unused")) site.variants = variants_of(equals + 1, semicolon);
    sites.push_back(std::move(site));
  }

  // What a token must not be changed for: an index, a width, how often something is repeated.
  std::vector<bool> fixed_tokens(std::size_t begin, std::size_t end) const {
    std::vector<bool> fixed(end - begin, false);
    int indices = 0;
    for (std::size_t i = begin; i < end; ++i) {
      if (tokens_[i].text == "]") --indices;
      if (indices > 0) fixed[i - begin] = true;
      if (tokens_[i].text == "[") ++indices;
      if (tokens_[i].text != "{") continue;
      int depth = 0;
      for (std::size_t j = i + 1; j < end; ++j) {
        const std::string_view t = tokens_[j].text;
        if (depth == 0 && t == "{" && j > i + 1) {
          for (std::size_t k = i + 1; k < j; ++k) fixed[k - begin] = true;
        }
        if (depth == 0 && (t == "," || t == "{" || t == "}")) break;
        if (t == "(" || t == "[") ++depth;
        if (t == ")" || t == "]") --depth;
      }
    }
    return fixed;
  }

  std::vector<Variant> variants_of(std::size_t begin, std::size_t end) const {
    std::vector<Variant> variants;
    const std::size_t from = tokens_[begin].at;
    const std::size_t to = end_of(end - 1);
    std::map<std::string, int> seen;
    const auto add = [&](std::string what, std::size_t at, std::size_t size,
                         const std::string& by) {
      const int nth = ++seen[what];
      if (nth > 1) what += " (" + std::to_string(nth) + ")";
      variants.push_back(
          {std::move(what), std::string(source_.substr(from, at - from)) + by +
                                std::string(source_.substr(at + size, to - at - size))});
    };
    const std::vector<bool> fixed = fixed_tokens(begin, end);
    for (std::size_t i = begin; i < end; ++i) {
      if (fixed[i - begin]) continue;
      const Token& t = tokens_[i];
      const std::string text(t.text);
      if (t.kind == Token::Kind::Number) {
        const std::string other = other_literal(t.text);
        if (!other.empty()) add(text + " -> " + other, t.at, text.size(), other);
      } else if (text == "?") {
        const std::size_t c = condition_begin(begin, i);
        const std::size_t size = end_of(i - 1) - tokens_[c].at;
        const std::string condition = squeezed(source_.substr(tokens_[c].at, size));
        add(condition + " -> 1'b1", tokens_[c].at, size, "1'b1");
        add(condition + " -> 1'b0", tokens_[c].at, size, "1'b0");
      } else if (t.kind == Token::Kind::Symbol) {
        for (const std::string& other : other_operators(t.text, i > begin && ends_operand(i - 1))) {
          add(text + " -> " + (other.empty() ? "nothing" : other), t.at, text.size(), other);
        }
      }
    }
    return variants;
  }

  [[nodiscard]] bool ends_operand(std::size_t token) const {
    const Token& t = tokens_[token];
    return t.kind != Token::Kind::Symbol || t.text == ")" || t.text == "]" || t.text == "}";
  }

  // The first token of the condition in front of the `?`.
  std::size_t condition_begin(std::size_t begin, std::size_t question) const {
    int depth = 0;
    for (std::size_t i = question; i > begin; --i) {
      const std::string_view t = tokens_[i - 1].text;
      if (t == ")" || t == "]" || t == "}") ++depth;
      if (depth == 0 && (t == "(" || t == "[" || t == "{" || t == "," || t == "?" || t == ":")) {
        return i;
      }
      if (t == "(" || t == "[" || t == "{") --depth;
    }
    return begin;
  }

  std::string_view source_;
  std::vector<Token> tokens_;
  std::size_t next_ = 0;
};

// FNV-1a, 31 bits of it, never 0.
unsigned number_of(const std::string& key) {
  std::uint64_t h = 0xcbf29ce484222325ULL;
  for (const char c : key) h = (h ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return static_cast<unsigned>((h ^ (h >> 32U)) & 0x7fffffffU) | 1U;
}

std::string chosen(const Mutant& m) { return "hillock_mutant == " + std::to_string(m.number); }

// A site as a choice; `mutants` begins with that of its first variant.
std::string choice(std::string_view source, const Site& site, const Mutant* mutant) {
  const std::string right(source.substr(site.right, site.right_end - site.right));
  std::string out;
  if (site.kind == Site::Kind::Condition || site.kind == Site::Kind::Connection) {
    for (const Variant& v : site.variants) out += chosen(*mutant++) + " ? (" + v.text + ") : ";
    return out + "(" + right + ")";
  }
  std::string left(source.substr(site.begin, site.right - site.begin));
  if (site.kind == Site::Kind::Assign) {
    left = left.substr(std::string_view("assign").size());
    out = "always @* ";
  }
  out += "begin if (hillock_mutant == 0) " + left + right + ";";
  for (const Variant& v : site.variants) {
    out += " else if (" + chosen(*mutant++) + ") " + left + v.text + ";";
  }
  if (site.droppable) out += " else if (" + chosen(*mutant) + ") begin end";
  return out + " else " + left + right + "; end";
}

std::vector<Variant> all_variants(const Site& site) {
  std::vector<Variant> variants = site.variants;
  if (site.droppable) variants.push_back({"left out", ""});
  return variants;
}

// The same statement may be there twice, in two branches.
std::vector<std::string> keys_of(const Walk& walk) {
  std::vector<std::string> keys;
  std::map<std::string, int> seen;
  for (const Site& site : walk.sites) {
    const int nth = ++seen[site.statement];
    std::string statement = site.statement;
    if (nth > 1) statement += " [" + std::to_string(nth) + "]";
    for (const Variant& v : all_variants(site)) {
      keys.push_back(walk.module + " | " + statement + " | " + v.what);
    }
  }
  return keys;
}

}  // namespace

Mutated mutate(std::string_view source) {
  const Walk walk(source);
  Mutated out;
  std::string text(source);
  const std::vector<std::string> keys = keys_of(walk);
  std::set<unsigned> numbers;
  std::vector<std::pair<const Site*, std::size_t>> sites;
  for (const Site& site : walk.sites) {
    sites.emplace_back(&site, out.mutants.size());
    for (std::size_t n = all_variants(site).size(); n > 0; --n) {
      const std::string& key = keys[out.mutants.size()];
      out.mutants.push_back({key, number_of(key), site.line});
      if (!numbers.insert(out.mutants.back().number).second) {
        throw std::runtime_error("two mutants of one number: " + key);
      }
    }
  }
  // From the back, so that places in front stay where they are. A condition's site ends before the
  // statements that it guards, so no two sites overlap.
  std::sort(sites.begin(), sites.end(),
            [](const auto& a, const auto& b) { return a.first->begin > b.first->begin; });
  for (const auto& [site, first] : sites) {
    if (all_variants(*site).empty()) continue;
    text.replace(site->begin, site->end - site->begin,
                 choice(source, *site, out.mutants.data() + first));
  }
  text.insert(
      walk.body,
      "reg [31:0] hillock_mutant;\n  initial hillock_mutant = $c32(\"(std::getenv("
      "\\\"HILLOCK_MUTANT\\\") ? std::atoi(std::getenv(\\\"HILLOCK_MUTANT\\\")) : 0)\");\n  ");
  out.all = "/* verilator lint_off PROCASSWIRE */\n";
  for (const char* warning : {"WIDTH", "UNUSED", "CMPCONST", "UNSIGNED", "UNOPTFLAT", "LATCH",
                              "BLKSEQ", "MULTIDRIVEN", "ALWCOMBORDER", "VARHIDDEN", "SELRANGE"}) {
    out.all += "/* verilator lint_off " + std::string(warning) + " */\n";
  }
  out.all += text;
  return out;
}

std::string with_mutant(std::string_view source, const std::string& key) {
  const Walk walk(source);
  const std::vector<std::string> keys = keys_of(walk);
  std::size_t at = 0;
  for (const Site& site : walk.sites) {
    for (const Variant& v : all_variants(site)) {
      if (keys[at++] != key) continue;
      std::string text(source);
      if (v.what == "left out") return text.replace(site.begin, site.end - site.begin, "begin end");
      return text.replace(site.right, site.right_end - site.right, v.text);
    }
  }
  throw std::runtime_error("no mutant " + key);
}

}  // namespace hillock::mutation
