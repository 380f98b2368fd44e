// Memory images for $readmemh: one hexadecimal word per line, lowest address first.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/quantized_network.h"

namespace hillock::emit {

// A word of any width, filled from its lowest bit up.
class WordBuilder {
 public:
  // Appends the low `bits` bits of `value` (two's complement), 0..64.
  void append(std::int64_t value, int bits);
  // Hexadecimal, highest digit first, ceil(width / 4) digits (at least one).
  [[nodiscard]] std::string hex() const;

 private:
  std::vector<bool> bits_;
};

// A bit for bit encoding of a weight: two's complement, or, with one bit, the sign.
[[nodiscard]] std::int64_t encode_weight(std::int32_t weight, int bits);

// Row `source * groups + group`: `lanes` weights, lane 0 lowest; lanes beyond the last neuron are
// 0.
[[nodiscard]] std::string weight_image(const ir::QuantizedProjection& projection, int lanes);

// Which of a population's parameters differ between neurons and so are stored.
struct StoredParameters {
  bool threshold = false;
  bool decay = false;
  bool bias = false;
  bool reset_value = false;

  [[nodiscard]] bool any() const { return threshold || decay || bias || reset_value; }
  // Bits per neuron of the parameter memory.
  [[nodiscard]] int bits(const ir::QuantizedPopulation& p) const;
};
[[nodiscard]] StoredParameters stored_parameters(const ir::QuantizedPopulation& p);

// Row `group`: per lane the stored parameters in the order threshold, decay, bias, reset value.
[[nodiscard]] std::string parameter_image(const ir::QuantizedPopulation& p, int lanes);

}  // namespace hillock::emit
