// A boolean expression of Liberty ("(A1*A2)+!B"), over 64 cases at once.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace hillock::gates {

class BooleanExpression {
 public:
  // ! and a following ' negate; * & and juxtaposition are AND, ^ is XOR, + | are OR; ! binds
  // strongest, then ^, then AND, then OR. `variable` says which number a name has; a negative one
  // is an unknown name. Throws std::invalid_argument with what is wrong.
  BooleanExpression(std::string_view text,
                    const std::function<int(std::string_view name)>& variable);
  BooleanExpression() = default;  // constant 0

  // One bit a case: `value(v)` is the 64 values of variable v.
  template <typename Value>
  [[nodiscard]] std::uint64_t evaluate(Value&& value) const {
    std::uint64_t stack[kDeepest];
    int top = -1;
    for (const Step& s : steps_) {
      switch (s.op) {
        case Op::Variable:
          stack[++top] = value(s.variable);
          break;
        case Op::Zero:
          stack[++top] = 0;
          break;
        case Op::One:
          stack[++top] = ~std::uint64_t{0};
          break;
        case Op::Not:
          stack[top] = ~stack[top];
          break;
        case Op::And:
          --top;
          stack[top] &= stack[top + 1];
          break;
        case Op::Or:
          --top;
          stack[top] |= stack[top + 1];
          break;
        case Op::Xor:
          --top;
          stack[top] ^= stack[top + 1];
          break;
      }
    }
    return top < 0 ? 0 : stack[top];
  }

  // Variables in the order of their first appearance.
  [[nodiscard]] std::vector<int> variables() const;
  // The probability that it is 1 where variables are independent, `p(v)` that of v being 1: by
  // enumeration of its variables. At most 16 of them; throws std::invalid_argument beyond.
  [[nodiscard]] double probability(const std::function<double(int)>& p) const;

  static constexpr int kDeepest = 64;  // values on the stack

 private:
  enum class Op { Variable, Zero, One, Not, And, Or, Xor };
  struct Step {
    Op op;
    int variable = 0;
  };
  class Parser;
  std::vector<Step> steps_;
};

}  // namespace hillock::gates
