#include "compiler/import/torch_pickle.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <map>

#include "compiler/import/limits.h"

namespace hillock::import::torch {
namespace {

using support::DiagnosticKind;
using support::fail;
using support::Location;

constexpr std::size_t kMaxValues = 2'000'000;

constexpr std::string_view kOrderedDict = "collections.OrderedDict";
constexpr std::string_view kRebuildTensor = "torch._utils._rebuild_tensor_v2";
constexpr std::string_view kRebuildParameter = "torch._utils._rebuild_parameter";
constexpr std::array<std::string_view, 10> kStorages{"Float", "Double", "Half", "BFloat16", "Long",
                                                     "Int",   "Short",  "Char", "Byte",     "Bool"};

// "torch.FloatStorage" -> "Float"; empty where it is none.
std::string_view storage_type(std::string_view name) {
  constexpr std::string_view kPrefix = "torch.";
  constexpr std::string_view kSuffix = "Storage";
  if (!name.starts_with(kPrefix) || !name.ends_with(kSuffix)) return {};
  if (name.size() < kPrefix.size() + kSuffix.size()) return {};
  name = name.substr(kPrefix.size(), name.size() - kPrefix.size() - kSuffix.size());
  return std::find(kStorages.begin(), kStorages.end(), name) == kStorages.end() ? std::string_view{}
                                                                                : name;
}

class Interpreter {
 public:
  Interpreter(std::string_view bytes, const Location& where, std::deque<Value>& values)
      : bytes_(bytes), where_(where), values_(values) {}

  Ref run() {
    if (bytes_.empty() || bytes_[0] != '\x80') damaged("is not a pickle");
    while (!stopped_) step(byte());
    return pop();
  }

 private:
  [[noreturn]] void damaged(std::string_view what) const {
    fail(DiagnosticKind::FileDamaged, where_, fmt::format("{} (byte {})", what, at_));
  }
  [[noreturn]] void unsupported(std::string message) const {
    fail(DiagnosticKind::UnsupportedPickle, where_, std::move(message));
  }

  // Input.
  std::string_view take(std::size_t n) {
    if (n > bytes_.size() - at_) damaged("the pickle ends early");
    at_ += n;
    return bytes_.substr(at_ - n, n);
  }
  std::uint8_t byte() { return static_cast<std::uint8_t>(take(1)[0]); }
  template <typename T>
  T little_endian() {
    T value;
    std::memcpy(&value, take(sizeof value).data(), sizeof value);
    return value;
  }
  std::string_view line() {
    const std::size_t end = bytes_.find('\n', at_);
    if (end == std::string_view::npos) damaged("the pickle ends early");
    const std::string_view text = take(end - at_);
    ++at_;
    return text;
  }

  // The stack.
  Ref make(Value value) {
    if (values_.size() >= kMaxValues) {
      fail(DiagnosticKind::FileTooLarge, where_, fmt::format("holds over {} values", kMaxValues));
    }
    values_.push_back(std::move(value));
    return &values_.back();
  }
  template <typename T>
  void push(T value) {
    stack_.push_back(make({std::move(value)}));
  }
  Ref pop() {
    if (stack_.empty()) damaged("the pickle's stack is empty");
    const Ref value = stack_.back();
    stack_.pop_back();
    return value;
  }
  // Everything above the last mark.
  std::vector<Ref> pop_to_mark() {
    std::size_t mark = stack_.size();
    while (mark > 0 && stack_[mark - 1]->as<Mark>() == nullptr) --mark;
    if (mark == 0) damaged("the pickle lacks a mark");
    std::vector<Ref> items(stack_.begin() + static_cast<std::ptrdiff_t>(mark), stack_.end());
    stack_.resize(mark - 1);
    return items;
  }
  template <typename T>
  T& top_as(const char* what) {
    if (stack_.empty() || stack_.back()->as<T>() == nullptr) damaged(what);
    // The interpreter made the value; only what others see of it is constant.
    return std::get<T>(const_cast<Value*>(stack_.back())->is);
  }
  void push_tuple(std::size_t n) {
    Tuple tuple;
    for (std::size_t i = 0; i < n; ++i) tuple.items.push_back(pop());
    std::reverse(tuple.items.begin(), tuple.items.end());
    push(std::move(tuple));
  }

  // The memo.
  void remember(std::size_t index) {
    if (stack_.empty()) damaged("the pickle's stack is empty");
    memo_[index] = stack_.back();
  }
  void recall(std::size_t index) {
    const auto it = memo_.find(index);
    if (it == memo_.end()) damaged("the pickle refers to nothing");
    stack_.push_back(it->second);
  }

  // Names.
  void push_global(std::string_view module, std::string_view symbol) {
    const std::string name = fmt::format("{}.{}", module, symbol);
    const bool known = name == kOrderedDict || name == kRebuildTensor ||
                       name == kRebuildParameter || !storage_type(name).empty();
    if (!known) {
      unsupported(fmt::format("wants to use '{}', which a state_dict has no need for", name));
    }
    push(Global{name});
  }
  void push_stack_global() {
    const Ref symbol = pop();
    const Ref module = pop();
    if (symbol->as<std::string>() == nullptr || module->as<std::string>() == nullptr) {
      damaged("a name is not text");
    }
    push_global(*module->as<std::string>(), *symbol->as<std::string>());
  }

  // Calls, none of which calls anything.
  const Tuple& tuple(Ref value) const {
    const auto* t = value->as<Tuple>();
    if (t == nullptr) damaged("a tuple is expected");
    return *t;
  }
  std::size_t count(Ref value) const {
    const auto* n = value->as<std::int64_t>();
    if (n == nullptr || *n < 0) damaged("a whole number is expected");
    return static_cast<std::size_t>(*n);
  }
  std::vector<std::size_t> counts(Ref value) const {
    std::vector<std::size_t> out;
    for (const Ref item : tuple(value).items) out.push_back(count(item));
    if (out.size() > kMaxRank) damaged("a tensor has too many axes");
    return out;
  }
  void reduce() {
    const Tuple& arguments = tuple(pop());
    const auto* callee = pop()->as<Global>();
    if (callee == nullptr) damaged("what is called has no name");
    if (callee->name == kOrderedDict) {
      if (!arguments.items.empty()) unsupported("an OrderedDict is made from arguments");
      push(Dict{});
    } else if (callee->name == kRebuildTensor) {
      push(rebuild_tensor(arguments));
    } else if (callee->name == kRebuildParameter) {
      if (arguments.items.empty() || arguments.items[0]->as<TensorView>() == nullptr) {
        damaged("a parameter is not a tensor");
      }
      stack_.push_back(arguments.items[0]);
    } else {
      unsupported(fmt::format("'{}' is called", callee->name));
    }
  }
  // (storage, offset, shape, strides, requires_grad, hooks)
  TensorView rebuild_tensor(const Tuple& a) const {
    if (a.items.size() < 4 || a.items[0]->as<Storage>() == nullptr)
      damaged("a tensor is malformed");
    TensorView view{a.items[0], count(a.items[1]), counts(a.items[2]), counts(a.items[3])};
    if (view.shape.size() != view.strides.size()) damaged("a tensor is malformed");
    return view;
  }
  // ("storage", torch.FloatStorage, key, device, elements)
  void push_storage() {
    const Tuple& id = tuple(pop());
    if (id.items.size() != 5) damaged("a storage is malformed");
    const auto* tag = id.items[0]->as<std::string>();
    const auto* type = id.items[1]->as<Global>();
    const auto* key = id.items[2]->as<std::string>();
    if (tag == nullptr || *tag != "storage" || type == nullptr || key == nullptr ||
        storage_type(type->name).empty()) {
      damaged("a storage is malformed");
    }
    push(Storage{std::string(storage_type(type->name)), *key, count(id.items[4])});
  }
  // Attributes of a dictionary (a state_dict's _metadata): versions of modules, no numbers.
  void build() {
    pop();
    if (stack_.empty() || stack_.back()->as<Dict>() == nullptr) {
      unsupported("gives attributes to something that is not a dictionary");
    }
  }
  void set_items(const std::vector<Ref>& items) {
    auto& dict = top_as<Dict>("items are put into something that is not a dictionary");
    if (items.size() % 2 != 0) damaged("a dictionary is malformed");
    for (std::size_t i = 0; i < items.size(); i += 2) {
      dict.items.emplace_back(items[i], items[i + 1]);
    }
  }
  void append(const std::vector<Ref>& items) {
    auto& list = top_as<List>("items are put into something that is not a list");
    list.items.insert(list.items.end(), items.begin(), items.end());
  }
  void push_long() {
    const std::string_view digits = take(byte());
    if (digits.size() > 8) unsupported("holds a number of more than 64 bits");
    std::uint64_t bits = !digits.empty() && (digits.back() & '\x80') != 0 ? ~std::uint64_t{0} : 0;
    for (std::size_t i = digits.size(); i-- > 0;) {
      bits = (bits << 8) | static_cast<std::uint8_t>(digits[i]);
    }
    push(static_cast<std::int64_t>(bits));
  }
  void push_double() {
    std::uint64_t bits = 0;
    for (const char c : take(8)) bits = (bits << 8) | static_cast<std::uint8_t>(c);
    push(std::bit_cast<double>(bits));
  }
  void push_text(std::size_t n) { push(std::string(take(n))); }

  void step(std::uint8_t opcode) {
    switch (opcode) {
      case 0x80: {  // PROTO
        const int version = byte();
        if (version < 2 || version > 5) damaged("is a pickle of an unknown protocol");
        return;
      }
      case 0x95:
        take(8);
        return;  // FRAME
      case '.':
        stopped_ = true;
        return;  // STOP
      case '(':
        push(Mark{});
        return;  // MARK
      case '0':
        pop();
        return;  // POP
      case '1':
        pop_to_mark();
        return;  // POP_MARK
      case 'N':
        push(None{});
        return;  // NONE
      case 0x88:
        push(true);
        return;  // NEWTRUE
      case 0x89:
        push(false);
        return;  // NEWFALSE
      case 'J':
        push(std::int64_t{little_endian<std::int32_t>()});
        return;  // BININT
      case 'K':
        push(std::int64_t{byte()});
        return;  // BININT1
      case 'M':
        push(std::int64_t{little_endian<std::uint16_t>()});
        return;  // BININT2
      case 0x8a:
        push_long();
        return;  // LONG1
      case 'G':
        push_double();
        return;  // BINFLOAT
      case 'X':
        push_text(little_endian<std::uint32_t>());
        return;  // BINUNICODE
      case 0x8c:
        push_text(byte());
        return;  // SHORT_BINUNICODE
      case 0x8d:
        push_text(little_endian<std::uint64_t>());
        return;  // BINUNICODE8
      case ')':
        push(Tuple{});
        return;  // EMPTY_TUPLE
      case 't':
        push(Tuple{pop_to_mark()});
        return;  // TUPLE
      case 0x85:
        push_tuple(1);
        return;  // TUPLE1
      case 0x86:
        push_tuple(2);
        return;  // TUPLE2
      case 0x87:
        push_tuple(3);
        return;  // TUPLE3
      case ']':
        push(List{});
        return;  // EMPTY_LIST
      case 'a':
        append({pop()});
        return;  // APPEND
      case 'e':
        append(pop_to_mark());
        return;  // APPENDS
      case '}':
        push(Dict{});
        return;    // EMPTY_DICT
      case 's': {  // SETITEM
        const Ref value = pop();
        const Ref key = pop();
        set_items({key, value});
        return;
      }
      case 'u':
        set_items(pop_to_mark());
        return;  // SETITEMS
      case 'q':
        remember(byte());
        return;  // BINPUT
      case 'r':
        remember(little_endian<std::uint32_t>());
        return;  // LONG_BINPUT
      case 0x94:
        remember(memo_.size());
        return;  // MEMOIZE
      case 'h':
        recall(byte());
        return;  // BINGET
      case 'j':
        recall(little_endian<std::uint32_t>());
        return;    // LONG_BINGET
      case 'c': {  // GLOBAL
        const std::string_view module = line();
        push_global(module, line());
        return;
      }
      case 0x93:
        push_stack_global();
        return;  // STACK_GLOBAL
      case 'R':
        reduce();
        return;  // REDUCE
      case 'Q':
        push_storage();
        return;  // BINPERSID
      case 'b':
        build();
        return;  // BUILD
      default:
        unsupported(
            fmt::format("uses the pickle instruction 0x{:02x} (byte {}), which a state_dict "
                        "has no need for",
                        opcode, at_ - 1));
    }
  }

  std::string_view bytes_;
  const Location& where_;
  std::deque<Value>& values_;
  std::vector<Ref> stack_;
  std::map<std::size_t, Ref> memo_;
  std::size_t at_ = 0;
  bool stopped_ = false;
};

}  // namespace

std::string_view kind_of(const Value& value) {
  constexpr std::array<std::string_view, 12> kKinds{
      "nothing", "a mark", "a truth value", "an integer", "a number",  "text",
      "a tuple", "a list", "a dictionary",  "a class",    "a storage", "a tensor"};
  return kKinds[value.is.index()];
}

Pickle::Pickle(std::string_view bytes, const Location& where) {
  if (bytes.size() > kMaxPickle) {
    fail(DiagnosticKind::FileTooLarge, where,
         fmt::format("has {} bytes, and at most {} are read", bytes.size(), kMaxPickle));
  }
  top_ = Interpreter(bytes, where, values_).run();
}

}  // namespace hillock::import::torch
