#include "compiler/emit/memory_image.h"

#include <algorithm>

namespace hillock::emit {

void WordBuilder::append(std::int64_t value, int bits) {
  for (int i = 0; i < bits; ++i) bits_.push_back(((value >> i) & 1) != 0);
}

std::string WordBuilder::hex() const {
  const std::size_t digits = std::max<std::size_t>(1, (bits_.size() + 3) / 4);
  std::string out(digits, '0');
  for (std::size_t d = 0; d < digits; ++d) {
    int nibble = 0;
    for (std::size_t b = 0; b < 4; ++b) {
      const std::size_t i = 4 * d + b;
      if (i < bits_.size() && bits_[i]) nibble |= 1 << b;
    }
    out[digits - 1 - d] = "0123456789abcdef"[nibble];
  }
  return out;
}

std::int64_t encode_weight(std::int32_t weight, int bits) {
  return bits == 1 ? (weight < 0 ? 1 : 0) : weight;
}

std::string weight_image(const ir::QuantizedProjection& projection, int lanes) {
  const auto& weight = std::get<ir::QuantizedDense>(projection.connectivity).weight;
  const auto step = static_cast<std::size_t>(lanes);
  std::string image;
  for (std::size_t i = 0; i < weight.cols; ++i) {
    for (std::size_t first = 0; first < weight.rows; first += step) {
      WordBuilder word;
      for (std::size_t j = first; j < first + step; ++j) {
        const std::int64_t w =
            j < weight.rows ? encode_weight(weight(j, i), projection.weight_bits) : 0;
        word.append(w, projection.weight_bits);
      }
      image += word.hex();
      image += '\n';
    }
  }
  return image;
}

int StoredParameters::bits(const ir::QuantizedPopulation& p) const {
  return (threshold ? p.membrane_bits : 0) + (decay ? p.decay_shift + 1 : 0) +
         (bias ? p.accumulator_bits : 0) + (reset_value ? p.membrane_bits : 0);
}

StoredParameters stored_parameters(const ir::QuantizedPopulation& p) {
  return {p.spiking && !p.threshold.uniform(), !p.decay.uniform(), !p.bias.uniform(),
          p.spiking && !p.reset_value.uniform()};
}

std::string parameter_image(const ir::QuantizedPopulation& p, int lanes) {
  const StoredParameters stored = stored_parameters(p);
  const std::size_t n = p.neurons();
  const auto step = static_cast<std::size_t>(lanes);
  std::string image;
  for (std::size_t first = 0; first < n; first += step) {
    WordBuilder word;
    for (std::size_t j = first; j < first + step; ++j) {
      const bool used = j < n;
      if (stored.threshold) word.append(used ? p.threshold[j] : 0, p.membrane_bits);
      if (stored.decay) word.append(used ? p.decay[j] : 0, p.decay_shift + 1);
      if (stored.bias) word.append(used ? p.bias[j] : 0, p.accumulator_bits);
      if (stored.reset_value) word.append(used ? p.reset_value[j] : 0, p.membrane_bits);
    }
    image += word.hex();
    image += '\n';
  }
  return image;
}

}  // namespace hillock::emit
