// Everything linear between two populations, composed into one dense matrix and one bias:
// affine maps, elementwise scales and reshapes. All products are taken in double precision; a
// chain of one matrix keeps its bits.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/ir/network.h"

namespace hillock::import {

class LinearChain {
 public:
  // Starts from a source of this shape.
  explicit LinearChain(ir::Shape source);

  // The shape of what the chain yields.
  [[nodiscard]] const ir::Shape& shape() const { return shape_; }

  // y = W x + b, W [out, in], b [out] or empty. x has one axis, axes of size 1 in front apart.
  // Throws InputError (shape-mismatch) at `where`.
  void affine(const support::Matrix<double>& weight, const std::vector<double>& bias,
              const std::string& name, const support::Location& where);
  // y = s x, one value per element.
  void scale(const std::vector<double>& factors, const std::string& name);
  // Joins the axes first..last (counted from 0, inclusive). first == rank does nothing.
  void flatten(std::size_t first, std::size_t last);

  // False where nothing but reshapes happened: then the chain is the identity.
  [[nodiscard]] bool weighted() const { return weight_.has_value() || !factors_.empty(); }
  // More than one weighted step: the product was rounded to double.
  [[nodiscard]] bool composed() const { return names_.size() > 1; }
  // "fc1", "scale+fc1"; empty where nothing is weighted.
  [[nodiscard]] std::string name() const;

  // The matrix [yields, source], rows multiplied by `gain` (per yielded element; empty: by 1).
  [[nodiscard]] ir::Dense dense(const std::vector<double>& gain) const;
  // The bias [yields], multiplied by `gain`.
  [[nodiscard]] std::vector<double> bias(const std::vector<double>& gain) const;

 private:
  std::size_t source_size_;
  ir::Shape shape_;
  std::optional<support::Matrix<double>> weight_;  // none: the identity
  std::vector<double> factors_;                    // of an identity; empty: ones
  std::vector<double> bias_;                       // empty: zeros
  std::vector<std::string> names_;
};

}  // namespace hillock::import
