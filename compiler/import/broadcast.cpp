#include "compiler/import/broadcast.h"

#include <fmt/format.h>

#include <cstddef>

namespace hillock::import {

using support::DiagnosticKind;
using support::fail;

std::vector<double> broadcast(ir::Shape from, const std::vector<double>& values,
                              const ir::Shape& shape, const support::Location& where) {
  const ir::Shape stated = from;
  while (from.size() > shape.size() && from.front() == 1) from.erase(from.begin());
  bool fits = from.size() <= shape.size() && !values.empty();
  const std::size_t missing = fits ? shape.size() - from.size() : 0;
  for (std::size_t a = 0; fits && a < from.size(); ++a) {
    fits = from[a] == 1 || from[a] == shape[missing + a];
  }
  if (!fits) {
    fail(DiagnosticKind::ShapeMismatch, where,
         fmt::format("has the shape {}, and the neurons have the shape {}", ir::shape_text(stated),
                     ir::shape_text(shape)));
  }
  const std::size_t n = ir::element_count(shape);
  std::vector<double> out(n);
  for (std::size_t i = 0; i < n; ++i) {
    std::size_t rest = i;
    std::size_t source = 0;
    std::size_t stride = 1;
    for (std::size_t a = from.size(); a-- > 0;) {
      const std::size_t size = shape[missing + a];
      if (from[a] != 1) source += (rest % size) * stride;
      stride *= from[a];
      rest /= size;
    }
    out[i] = values[source];
  }
  return out;
}

}  // namespace hillock::import
