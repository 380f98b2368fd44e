// Memory images for $readmemh: one hexadecimal word per line, lowest address first.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "compiler/ir/layout.h"
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

// Dense: row `address of the source * groups + group of the target`: `lanes` weights, lane 0
// lowest. Slots without a neuron, of source or target, are 0.
[[nodiscard]] std::string dense_image(const ir::QuantizedNetwork& network,
                                      const ir::Mapping& mapping, std::size_t projection);

// Conv: row `((channel * kernel_height + ky) * kernel_width + kx) * block groups + group of the
// block`.
[[nodiscard]] std::string conv_image(const ir::QuantizedNetwork& network,
                                     const ir::Mapping& mapping, std::size_t projection);

// Single synapses, of any connectivity: a list of rows for every address of the source.
struct SparseImage {
  std::size_t rows = 0;  // of all lists, at least 1
  int row_bits = 1;      // of the address of a row
  int count_bits = 1;    // of the length of a list
  std::string lists;     // word per address: first row, above it the number of rows
  std::string weights;   // word per row: `lanes` weights, lane 0 lowest, above them the group
};
[[nodiscard]] SparseImage sparse_image(const ir::QuantizedNetwork& network,
                                       const ir::Mapping& mapping, std::size_t projection);

// A word per slot: the index of its neuron, 0 where there is none.
[[nodiscard]] std::string index_image(const ir::Layout& layout, int index_bits);

// The files, name and content, of which snn_rom takes the image of that name: one, or, of more than
// 4096 words, one for each part, the largest first.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> rom_files(const std::string& name,
                                                                         const std::string& image);

// Row `group`: per lane the stored parameters in the order threshold, decay, bias, reset value,
// current decay, current bias, reset decay, reset current.
[[nodiscard]] std::string parameter_image(const ir::QuantizedPopulation& p,
                                          const ir::Layout& layout);

}  // namespace hillock::emit
