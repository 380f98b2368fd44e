#include "compiler/gates/boolean_expression.h"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace hillock::gates {

// Recursive descent to postfix, counting what the stack will hold.
class BooleanExpression::Parser {
 public:
  Parser(std::string_view text, const std::function<int(std::string_view)>& variable,
         std::vector<Step>& out)
      : text_(text), variable_(variable), out_(out) {}

  void parse() {
    either();
    if (peek() != '\0') throw std::invalid_argument("\"" + std::string(1, peek()) + "\" too many");
  }

 private:
  static bool is_name(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '[' || c == ']' ||
           c == '.' || c == '$' || c == '\\';
  }

  char peek() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_])) != 0) ++at_;
    return at_ < text_.size() ? text_[at_] : '\0';
  }

  void push(Op op, int variable = 0) {
    if (++held_ > kDeepest) throw std::invalid_argument("too deep");
    out_.push_back({op, variable});
  }
  void combine(Op op) {
    --held_;
    out_.push_back({op, 0});
  }

  void either() {
    both();
    while (peek() == '+' || peek() == '|') {
      ++at_;
      both();
      combine(Op::Or);
    }
  }

  void both() {
    differs();
    while (true) {
      const char c = peek();
      if (c == '*' || c == '&') {
        ++at_;
      } else if (c != '(' && c != '!' && !is_name(c)) {
        return;
      }
      differs();
      combine(Op::And);
    }
  }

  void differs() {
    single();
    while (peek() == '^') {
      ++at_;
      single();
      combine(Op::Xor);
    }
  }

  void single() {
    if (++depth_ > kDeepest) throw std::invalid_argument("too deep");
    const char c = peek();
    if (c == '!') {
      ++at_;
      single();
      out_.push_back({Op::Not, 0});
    } else if (c == '(') {
      ++at_;
      either();
      if (peek() != ')') throw std::invalid_argument("a ( without its )");
      ++at_;
    } else if (is_name(c)) {
      const std::size_t begin = at_;
      while (at_ < text_.size() && is_name(text_[at_])) ++at_;
      const std::string_view name = text_.substr(begin, at_ - begin);
      if (name == "0" || name == "1") {
        push(name == "1" ? Op::One : Op::Zero);
      } else {
        const int v = variable_(name);
        if (v < 0) throw std::invalid_argument("there is no pin " + std::string(name));
        push(Op::Variable, v);
      }
    } else {
      throw std::invalid_argument(c == '\0' ? "it ends too early"
                                            : "\"" + std::string(1, c) + "\" is out of place");
    }
    while (peek() == '\'') {
      ++at_;
      out_.push_back({Op::Not, 0});
    }
    --depth_;
  }

  std::string_view text_;
  const std::function<int(std::string_view)>& variable_;
  std::vector<Step>& out_;
  std::size_t at_ = 0;
  int held_ = 0;
  int depth_ = 0;
};

BooleanExpression::BooleanExpression(std::string_view text,
                                     const std::function<int(std::string_view)>& variable) {
  Parser(text, variable, steps_).parse();
}

std::vector<int> BooleanExpression::variables() const {
  std::vector<int> out;
  for (const Step& s : steps_) {
    if (s.op == Op::Variable && std::find(out.begin(), out.end(), s.variable) == out.end())
      out.push_back(s.variable);
  }
  return out;
}

double BooleanExpression::probability(const std::function<double(int)>& p) const {
  const std::vector<int> v = variables();
  if (v.size() > 16) throw std::invalid_argument("more than 16 variables");
  double sum = 0;
  for (std::uint32_t c = 0; c < (1U << v.size()); ++c) {
    const auto bit = [&](int variable) {
      const auto at = std::find(v.begin(), v.end(), variable) - v.begin();
      return ((c >> at) & 1U) != 0;
    };
    if ((evaluate([&](int x) { return bit(x) ? ~std::uint64_t{0} : 0; }) & 1U) == 0) continue;
    double weight = 1;
    for (const int x : v) weight *= bit(x) ? p(x) : 1 - p(x);
    sum += weight;
  }
  return sum;
}

}  // namespace hillock::gates
