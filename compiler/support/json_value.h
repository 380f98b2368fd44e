// A JSON value together with its place in its file, so that every complaint names that place.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/support/diagnostics.h"

namespace hillock::support {

// Refers to a json that must outlive it. All functions throw InputError of the kind given at the
// start where the value is not what is asked for.
class JsonValue {
 public:
  JsonValue(const nlohmann::json& value, Location where, DiagnosticKind kind)
      : json_(value), where_(std::move(where)), kind_(kind) {}

  // Parses a whole file (bad-json where it is not JSON).
  [[nodiscard]] static nlohmann::json parse(std::string_view text, const std::string& file);

  // What an exception complains about, without the numbering of the JSON library.
  [[nodiscard]] static std::string complaint(const std::exception& e);

  [[nodiscard]] bool has(const char* key) const { return json_.is_object() && json_.contains(key); }
  [[nodiscard]] JsonValue at(const char* key) const;
  [[nodiscard]] bool is_list() const { return json_.is_array(); }
  [[nodiscard]] bool is_text() const { return json_.is_string(); }
  [[nodiscard]] bool is_null() const { return json_.is_null(); }
  // Every element of a list, in order.
  [[nodiscard]] std::vector<JsonValue> elements() const;
  // The keys of an object, sorted.
  [[nodiscard]] std::vector<std::string> keys() const;
  // Every key of the object must be one of these.
  void only_keys(const std::vector<std::string_view>& known) const;

  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool truth() const;
  [[nodiscard]] double number() const;
  // A whole number, 0 or more, up to 2^28.
  [[nodiscard]] std::size_t size() const;
  // A whole number.
  [[nodiscard]] int whole() const;
  // Sizes of axes, at most 2^28 elements together.
  [[nodiscard]] std::vector<std::size_t> shape() const;

  // One of the words that `parse` knows.
  template <typename T>
  [[nodiscard]] T choice(std::optional<T> (*parse)(std::string_view)) const {
    const std::string word = text();
    const std::optional<T> value = parse(word);
    if (!value) fault("'" + word + "' is not known here");
    return *value;
  }

  // The place, an element's index as part of its path: children of it can be named.
  [[nodiscard]] Location where() const;
  [[noreturn]] void fault(std::string message, std::string help = {}) const;

 private:
  const nlohmann::json& json_;
  Location where_;
  DiagnosticKind kind_;
};

}  // namespace hillock::support
