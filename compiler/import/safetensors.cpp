#include "compiler/import/safetensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/import/element_types.h"
#include "compiler/import/limits.h"
#include "compiler/support/file.h"
#include "compiler/support/json_value.h"

namespace hillock::import {
namespace {

using support::DiagnosticKind;
using support::fail;
using support::JsonValue;
using support::Location;

constexpr std::size_t kLength = 8;  // bytes of the header's length
constexpr std::size_t kMaxHeader = std::size_t{16} << 20;

std::optional<ElementType> element_type(std::string_view type) {
  if (type == "F64") return ElementType{8, element<double>};
  if (type == "F32") return ElementType{4, element<float>};
  if (type == "F16") return ElementType{2, half_element};
  if (type == "BF16") return ElementType{2, bfloat_element};
  if (type == "I64") return ElementType{8, element<std::int64_t>};
  if (type == "I32") return ElementType{4, element<std::int32_t>};
  if (type == "I16") return ElementType{2, element<std::int16_t>};
  if (type == "I8") return ElementType{1, element<std::int8_t>};
  if (type == "U64") return ElementType{8, element<std::uint64_t>};
  if (type == "U32") return ElementType{4, element<std::uint32_t>};
  if (type == "U16") return ElementType{2, element<std::uint16_t>};
  if (type == "U8" || type == "BOOL") return ElementType{1, element<std::uint8_t>};
  return std::nullopt;
}

struct Entry {
  torch::Tensor tensor;  // without values
  ElementType type;
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Numbers of JSON that count bytes of the file.
std::size_t offset(const nlohmann::json& value, const Location& where) {
  if (!value.is_number_unsigned()) {
    fail(DiagnosticKind::FileDamaged, where, "data_offsets is not two numbers of bytes");
  }
  return value.get<std::size_t>();
}

Entry entry_from(const std::string& name, const JsonValue& v, const nlohmann::json& raw,
                 const Location& where, std::size_t data_size, std::size_t& budget) {
  v.only_keys({"dtype", "shape", "data_offsets"});
  const std::string dtype = v.at("dtype").text();
  const std::optional<ElementType> type = element_type(dtype);
  if (!type) {
    fail(DiagnosticKind::BadType, where,
         fmt::format("holds elements of the type '{}', which are no numbers known here", dtype),
         "save the tensors as F32");
  }
  Entry e{{name, v.at("shape").shape(), {}, where}, *type};
  if (e.tensor.shape.size() > kMaxRank) v.at("shape").fault("has too many axes");
  const std::size_t n = ir::element_count(e.tensor.shape);
  if (n > budget) {
    fail(DiagnosticKind::FileTooLarge, where,
         fmt::format("claims {} elements, and at most {} may be read",
                     ir::shape_text(e.tensor.shape), budget));
  }
  budget -= n;
  const auto offsets = raw.find("data_offsets");
  if (offsets == raw.end() || !offsets->is_array() || offsets->size() != 2) {
    fail(DiagnosticKind::FileDamaged, where, "data_offsets is not two numbers of bytes");
  }
  e.begin = offset((*offsets)[0], where);
  e.end = offset((*offsets)[1], where);
  if (e.begin > e.end || e.end > data_size) {
    fail(DiagnosticKind::FileDamaged, where,
         fmt::format("lies at the bytes {} to {} of {}", e.begin, e.end, data_size));
  }
  if (e.end - e.begin != n * type->size) {
    fail(DiagnosticKind::FileDamaged, where,
         fmt::format("has {} bytes, and the shape {} of {} needs {}", e.end - e.begin,
                     ir::shape_text(e.tensor.shape), dtype, n * type->size));
  }
  return e;
}

// Tensors fill the file: what overlaps or is left over is not what a writer meant.
void check_places(const std::vector<Entry>& entries, std::size_t data_size,
                  const std::string& file) {
  std::size_t at = 0;
  for (const Entry& e : entries) {
    if (e.begin != at) {
      fail(DiagnosticKind::FileDamaged, e.tensor.where,
           e.begin < at ? fmt::format("overlaps the tensor before it by {} bytes", at - e.begin)
                        : fmt::format("begins {} bytes behind the tensor before it", e.begin - at));
    }
    at = e.end;
  }
  if (at != data_size) {
    fail(DiagnosticKind::FileDamaged, {file},
         fmt::format("has {} bytes behind its last tensor", data_size - at));
  }
}

// Names that repeat are legal JSON, and would hide a tensor.
nlohmann::json parse_header(std::string_view text, const std::string& file) {
  std::set<std::string> names;
  std::string repeated;
  const auto watch = [&](int depth, nlohmann::json::parse_event_t event, nlohmann::json& value) {
    if (event == nlohmann::json::parse_event_t::key && depth == 1 &&
        !names.insert(value.get<std::string>()).second) {
      repeated = value.get<std::string>();
    }
    return depth <= 8;
  };
  nlohmann::json header;
  try {
    header = nlohmann::json::parse(text, watch);
  } catch (const nlohmann::json::exception&) {
    fail(DiagnosticKind::FileDamaged, {file}, "its header is not JSON");
  }
  if (!repeated.empty()) {
    fail(DiagnosticKind::DuplicateName, {file, "/" + repeated}, "is in the file twice");
  }
  if (!header.is_object()) fail(DiagnosticKind::FileDamaged, {file}, "its header lists no tensors");
  return header;
}

}  // namespace

torch::StateDict read_safetensors(const std::filesystem::path& path) {
  const std::string file = path.string();
  const std::string bytes = support::read_file(path);
  std::uint64_t length = 0;
  if (bytes.size() < kLength) {
    fail(DiagnosticKind::FileDamaged, {file}, "is too short for a header");
  }
  std::memcpy(&length, bytes.data(), kLength);
  if (length > kMaxHeader) {
    fail(DiagnosticKind::FileTooLarge, {file},
         fmt::format("claims a header of {} bytes, and at most {} are read", length, kMaxHeader),
         "write it with safetensors.torch.save_file(net.state_dict(), FILE)");
  }
  if (length > bytes.size() - kLength) {
    fail(DiagnosticKind::FileDamaged, {file},
         fmt::format("ends in its header of {} bytes", length));
  }
  const std::string_view text(bytes.data() + kLength, length);
  const std::string_view data = std::string_view(bytes).substr(kLength + length);
  const nlohmann::json header = parse_header(text, file);
  std::size_t budget = kMaxElements;
  std::vector<Entry> entries;
  for (const auto& [name, value] : header.items()) {
    if (name == "__metadata__") continue;
    const Location where{file, "/" + name};
    if (name.size() > kMaxNameLength) fail(DiagnosticKind::FileTooLarge, {file}, "has a long name");
    entries.push_back(entry_from(name, JsonValue(value, where, DiagnosticKind::FileDamaged), value,
                                 where, data.size(), budget));
  }
  std::stable_sort(entries.begin(), entries.end(), [](const Entry& a, const Entry& b) {
    return std::pair(a.begin, a.end) < std::pair(b.begin, b.end);
  });
  check_places(entries, data.size(), file);
  torch::StateDict out;
  for (Entry& e : entries) {
    const std::string_view part = data.substr(e.begin, e.end - e.begin);
    const std::size_t n = ir::element_count(e.tensor.shape);
    e.tensor.values.reserve(n);
    for (std::size_t i = 0; i < n; ++i) e.tensor.values.push_back(e.type.read(part, i));
    out.tensors.push_back(std::move(e.tensor));
  }
  return out;
}

}  // namespace hillock::import
