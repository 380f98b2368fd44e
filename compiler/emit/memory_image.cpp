#include "compiler/emit/memory_image.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <optional>

#include "compiler/ir/hardware_view.h"

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

std::string dense_image(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                        std::size_t projection) {
  const ir::QuantizedProjection& p = network.projections[projection];
  const auto& weight = std::get<ir::QuantizedDense>(p.connectivity).weight;
  const ir::Layout target = ir::layout_of(network, p.target, mapping.lanes[p.target]);
  const ir::SourceAddresses addresses(network, mapping, p.source);
  std::string image;
  for (std::size_t a = 0; a < addresses.count(); ++a) {
    const auto element = addresses.element_at(a);
    for (std::size_t first = 0; first < target.slots(); first += target.lanes) {
      WordBuilder word;
      for (std::size_t slot = first; slot < first + target.lanes; ++slot) {
        const auto neuron = target.neuron_at(slot);
        const std::int64_t w =
            element && neuron ? encode_weight(weight(*neuron, *element), p.weight_bits) : 0;
        word.append(w, p.weight_bits);
      }
      image += word.hex();
      image += '\n';
    }
  }
  return image;
}

std::string conv_image(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                       std::size_t projection) {
  const ir::QuantizedProjection& p = network.projections[projection];
  const auto& conv = std::get<ir::QuantizedConv>(p.connectivity);
  const ir::ConvGeometry& g = conv.geometry;
  const auto lanes = static_cast<std::size_t>(mapping.lanes[p.target]);
  std::string image;
  for (std::size_t channel = 0; channel < g.in_channels; ++channel) {
    const std::size_t in = channel % g.group_inputs();
    const std::size_t block = channel / g.group_inputs() * g.group_outputs();
    for (std::size_t k = 0; k < g.kernel_height * g.kernel_width; ++k) {
      for (std::size_t first = 0; first < g.group_outputs(); first += lanes) {
        WordBuilder word;
        for (std::size_t out = first; out < first + lanes; ++out) {
          const bool used = out < g.group_outputs();
          const std::size_t at =
              g.weight_index(block + out, in, k / g.kernel_width, k % g.kernel_width);
          word.append(used ? encode_weight(conv.weight[at], p.weight_bits) : 0, p.weight_bits);
        }
        image += word.hex();
        image += '\n';
      }
    }
  }
  return image;
}

SparseImage sparse_image(const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                         std::size_t projection) {
  const ir::QuantizedProjection& p = network.projections[projection];
  const ir::Layout target = ir::layout_of(network, mapping, p.target);
  const ir::SourceAddresses addresses(network, mapping, p.source);
  using Row = std::vector<std::int32_t>;                             // a weight per lane
  std::vector<std::map<std::size_t, Row>> lists(addresses.count());  // by group
  std::size_t longest = 0;
  SparseImage image;
  for (std::size_t a = 0; a < addresses.count(); ++a) {
    const auto element = addresses.element_at(a);
    if (!element) continue;
    ir::for_each_synapse(p.connectivity, *element, [&](std::size_t neuron, std::int32_t w) {
      const std::size_t slot = target.slot_of(neuron);
      const auto row = lists[a].try_emplace(slot / target.lanes, Row(target.lanes, 0)).first;
      row->second[slot % target.lanes] += w;
    });
    image.rows += lists[a].size();
    longest = std::max(longest, lists[a].size());
  }
  const auto stored = static_cast<std::int64_t>(std::max<std::size_t>(image.rows, 1));
  image.row_bits = ir::address_bits(stored);
  image.count_bits = numeric::unsigned_bits_for(std::max<std::size_t>(longest, 1));
  const int group_bits = ir::address_bits(static_cast<std::int64_t>(target.groups()));
  std::size_t next = 0;
  for (const auto& list : lists) {
    WordBuilder entry;
    entry.append(static_cast<std::int64_t>(list.empty() ? 0 : next), image.row_bits);
    entry.append(static_cast<std::int64_t>(list.size()), image.count_bits);
    image.lists += entry.hex() + '\n';
    next += list.size();
    for (const auto& [group, row] : list) {
      WordBuilder word;
      for (const std::int32_t w : row) word.append(w, p.weight_bits);
      word.append(static_cast<std::int64_t>(group), group_bits);
      image.weights += word.hex() + '\n';
    }
  }
  if (image.rows == 0) {
    image.rows = 1;
    image.weights = "0\n";
  }
  return image;
}

std::vector<std::pair<std::string, std::string>> rom_files(const std::string& name,
                                                           const std::string& image) {
  constexpr int kPartBits = 12;  // PartBits of snn_rom
  const auto words = static_cast<std::size_t>(std::count(image.begin(), image.end(), '\n'));
  if (words <= std::size_t{1} << kPartBits) return {{name, image}};
  std::vector<std::pair<std::string, std::string>> files;
  const std::size_t line = image.find('\n') + 1;  // all words have as many digits
  std::size_t at = 0;
  for (int b = static_cast<int>(std::bit_width(words)) - 1; b >= kPartBits; --b) {
    const std::size_t size = std::size_t{1} << b;
    if ((words & size) == 0) continue;
    files.emplace_back(fmt::format("{}.{:02}.mem", name, b), image.substr(at * line, size * line));
    at += size;
  }
  if (at < words) files.emplace_back(name, image.substr(at * line));
  return files;
}

std::string index_image(const ir::Layout& layout, int index_bits) {
  std::string image;
  for (std::size_t slot = 0; slot < layout.slots(); ++slot) {
    WordBuilder word;
    word.append(static_cast<std::int64_t>(layout.neuron_at(slot).value_or(0)), index_bits);
    image += word.hex();
    image += '\n';
  }
  return image;
}

std::string parameter_image(const ir::QuantizedPopulation& p, const ir::Layout& layout) {
  const ir::StoredParameters stored = ir::stored_parameters(p);
  std::string image;
  for (std::size_t first = 0; first < layout.slots(); first += layout.lanes) {
    WordBuilder word;
    for (std::size_t slot = first; slot < first + layout.lanes; ++slot) {
      const auto j = layout.neuron_at(slot);
      const auto put = [&](bool is_stored, const ir::PerNeuron<std::int64_t>& values, int bits) {
        if (is_stored) word.append(j ? values[*j] : 0, bits);
      };
      put(stored.threshold, p.threshold, p.membrane_bits);
      put(stored.decay, p.decay, p.decay_shift + 1);
      put(stored.bias, p.bias, p.accumulator_bits);
      put(stored.reset_value, p.reset_value, p.membrane_bits);
      put(stored.current_decay, p.current_decay, p.current_decay_shift + 1);
      put(stored.current_bias, p.current_bias, p.current_bits);
      put(stored.reset_decay, p.reset_decay, p.decay_shift + 2);
      put(stored.reset_current, p.reset_current, p.current_bits);
    }
    image += word.hex();
    image += '\n';
  }
  return image;
}

}  // namespace hillock::emit
