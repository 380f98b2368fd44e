// The pickle inside a PyTorch state_dict, read by an interpreter that knows how to make
// dictionaries, tuples, lists, numbers, texts and tensors, and nothing else: it calls nothing, it
// imports nothing, and any name that is not on its short list is an error.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/support/diagnostics.h"

namespace hillock::import::torch {

struct Value;
// Values live in a Pickle and are referred to by address: nothing is nested, nothing recurses.
using Ref = const Value*;

struct None {};
struct Mark {};
struct Tuple {
  std::vector<Ref> items;
};
struct List {
  std::vector<Ref> items;
};
struct Dict {
  std::vector<std::pair<Ref, Ref>> items;  // in order of insertion
};
// A class or function by name; only names on the list become values.
struct Global {
  std::string name;
};
// A piece of memory in the archive, of `elements` elements of a torch type ("Float", "Half", ...).
struct Storage {
  std::string type;
  std::string key;
  std::size_t elements = 0;
};
// A view of a storage.
struct TensorView {
  Ref storage = nullptr;
  std::size_t offset = 0;            // elements
  std::vector<std::size_t> shape;    // elements
  std::vector<std::size_t> strides;  // elements
};

struct Value {
  std::variant<None, Mark, bool, std::int64_t, double, std::string, Tuple, List, Dict, Global,
               Storage, TensorView>
      is;
  template <typename T>
  [[nodiscard]] const T* as() const {
    return std::get_if<T>(&is);
  }
};

// What `value` is, for messages: "an integer", "a dictionary", ...
[[nodiscard]] std::string_view kind_of(const Value& value);

class Pickle {
 public:
  // Throws InputError at `where`: unsupported-pickle (a name or an instruction outside the list),
  // file-damaged (not a pickle, cut off), file-too-large.
  Pickle(std::string_view bytes, const support::Location& where);
  Pickle(const Pickle&) = delete;
  Pickle& operator=(const Pickle&) = delete;

  [[nodiscard]] const Value& top() const { return *top_; }

 private:
  std::deque<Value> values_;
  Ref top_ = nullptr;
};

}  // namespace hillock::import::torch
