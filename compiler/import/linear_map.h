// A linear map from the elements of a source to the elements that a layer sees, kept in the
// smallest form that holds it: the identity, factors of single elements, a convolution, a matrix,
// or single synapses. Composition stays a convolution wherever the product of two is one, and is
// exact in every form (products are taken in double precision; a map of one step keeps its bits).
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "compiler/ir/network.h"

namespace hillock::import {

class LinearMap {
 public:
  // The identity on so many elements.
  explicit LinearMap(std::size_t elements) : sources_(elements), form_(Factors{elements, {}}) {}

  [[nodiscard]] std::size_t sources() const { return sources_; }
  [[nodiscard]] std::size_t yields() const;
  [[nodiscard]] bool identity() const;
  // The identity, or factors of single elements.
  [[nodiscard]] bool elementwise() const { return std::holds_alternative<Factors>(form_); }

  // Appends a step behind this map. The sizes must agree. Throw InputError (file-too-large) at
  // `where`.
  void then(const ir::Dense& step, const support::Location& where);
  void then(const ir::Conv& step, const support::Location& where);
  void then(const ir::Sparse& step, const support::Location& where);
  // One factor per yielded element.
  void scale(const std::vector<double>& factors, const support::Location& where);

  // The map in the form a projection has; the identity as single synapses.
  [[nodiscard]] ir::Connectivity connectivity() const;
  // The same without convolutions: a matrix, or single synapses. Throws InputError
  // (file-too-large) at `where`.
  [[nodiscard]] ir::Connectivity unrolled(const support::Location& where) const;

 private:
  struct Factors {
    std::size_t elements = 0;
    std::vector<double> values;  // empty: ones
  };

  void then_synapses(const ir::Connectivity& step, const support::Location& where);

  std::size_t sources_;
  std::variant<Factors, ir::Conv, ir::Dense, ir::Sparse> form_;
};

// The step applied to one value per source element.
[[nodiscard]] std::vector<double> applied(const ir::Dense& step, const std::vector<double>& values);
[[nodiscard]] std::vector<double> applied(const ir::Conv& step, const std::vector<double>& values);

}  // namespace hillock::import
