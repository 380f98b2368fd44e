#include "compiler/import/torch_file.h"

#include <fmt/format.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include "compiler/import/element_types.h"
#include "compiler/import/limits.h"
#include "compiler/import/torch_pickle.h"
#include "compiler/support/zip.h"

namespace hillock::import::torch {
namespace {

namespace fs = std::filesystem;
using support::DiagnosticKind;
using support::fail;
using support::Location;

void check_is_zip(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) fail(DiagnosticKind::FileUnreadable, {file.string()}, "cannot be read");
  char head[4] = {};
  in.read(head, sizeof head);
  const std::string_view start(head, static_cast<std::size_t>(in.gcount()));
  if (start == std::string_view("PK\x03\x04", 4)) return;
  if (start.starts_with('\x80')) {
    fail(DiagnosticKind::UnknownFormat, {file.string()},
         "is a PyTorch file of the format before version 1.6",
         "write it again with a current PyTorch: torch.save(torch.load(FILE), FILE)");
  }
  fail(DiagnosticKind::FileDamaged, {file.string()}, "is not a PyTorch file: it is no zip archive",
       "write it with torch.save(net.state_dict(), FILE)");
}

ElementType element_type(std::string_view storage) {
  if (storage == "Float") return {4, element<float>};
  if (storage == "Double") return {8, element<double>};
  if (storage == "Half") return {2, half_element};
  if (storage == "BFloat16") return {2, bfloat_element};
  if (storage == "Long") return {8, element<std::int64_t>};
  if (storage == "Int") return {4, element<std::int32_t>};
  if (storage == "Short") return {2, element<std::int16_t>};
  if (storage == "Char") return {1, element<std::int8_t>};
  return {1, element<std::uint8_t>};  // Byte, Bool
}

class Reader {
 public:
  explicit Reader(const fs::path& file) : file_(file.string()), zip_(file) {
    for (const support::ZipEntry& entry : zip_.entries()) {
      if (entry.name == "data.pkl") prefix_ = "";
      if (entry.name.ends_with("/data.pkl")) {
        prefix_ = entry.name.substr(0, entry.name.size() - std::string_view("data.pkl").size());
      }
    }
    if (!prefix_) {
      fail(DiagnosticKind::FileDamaged, {file_}, "is a zip archive without a data.pkl",
           "write it with torch.save(net.state_dict(), FILE)");
    }
    check_byte_order();
  }

  StateDict read() {
    const Location where{file_, fmt::format("/{}data.pkl", *prefix_)};
    const std::string bytes = zip_.read(*prefix_ + "data.pkl", kMaxPickle);
    const Pickle pickle(bytes, where);
    const Dict& dict = state_dict_of(pickle.top(), where);
    std::set<std::string> names;
    for (const auto& [key, value] : dict.items) {
      const auto* name = key->as<std::string>();
      if (name == nullptr || name->size() > kMaxNameLength) {
        fail(DiagnosticKind::UnsupportedPickle, where, "a key of the state_dict is no name");
      }
      if (!names.insert(*name).second) {
        fail(DiagnosticKind::DuplicateName, {file_, "/" + *name}, "is in the state_dict twice");
      }
      if (value->as<TensorView>() == nullptr) {
        fail(DiagnosticKind::UnsupportedPickle, {file_, "/" + *name},
             fmt::format("is {}, not a tensor", kind_of(*value)));
      }
      out_.tensors.push_back(tensor(*name, *value->as<TensorView>()));
    }
    return std::move(out_);
  }

 private:
  void check_byte_order() {
    const std::string name = *prefix_ + "byteorder";
    if (zip_.find(name) == nullptr) return;
    const std::string order = zip_.read(name, 16);
    if (order == "little") return;
    fail(DiagnosticKind::UnknownFormat, {file_, "/" + name},
         fmt::format("the tensors are stored in the byte order '{}'",
                     order == "big" ? "big" : "unknown"),
         "write it again on a little-endian machine");
  }

  const Dict& state_dict_of(const Value& top, const Location& where) {
    const auto* dict = top.as<Dict>();
    if (dict == nullptr) {
      fail(DiagnosticKind::UnsupportedPickle, where,
           fmt::format("holds {}, not a state_dict", kind_of(top)));
    }
    for (const std::string_view wrapper : {"state_dict", "model_state_dict"}) {
      const Dict* found = nullptr;
      std::vector<std::string> others;
      for (const auto& [key, value] : dict->items) {
        const auto* name = key->as<std::string>();
        if (name != nullptr && *name == wrapper && value->as<Dict>() != nullptr) {
          found = value->as<Dict>();
        } else if (name != nullptr) {
          others.push_back(*name);
        }
      }
      if (found == nullptr) continue;
      out_.notes.push_back(others.empty()
                               ? fmt::format("the tensors are those under '{}'", wrapper)
                               : fmt::format("the tensors are those under '{}'; left aside: {}",
                                             wrapper, fmt::join(others, ", ")));
      return *found;
    }
    return *dict;
  }

  const std::string& storage(const Storage& s, std::size_t item_size, const Location& where) {
    const auto it = storages_.find(s.key);
    if (it != storages_.end()) return check_size(it->second, s, item_size, where);
    const std::string entry = fmt::format("{}data/{}", *prefix_, s.key);
    std::string bytes = zip_.read(entry, kMaxElements * sizeof(double) - loaded_);
    loaded_ += bytes.size();
    return check_size(storages_.emplace(s.key, std::move(bytes)).first->second, s, item_size,
                      where);
  }

  static const std::string& check_size(const std::string& bytes, const Storage& s,
                                       std::size_t item_size, const Location& where) {
    if (s.elements > bytes.size() / item_size || s.elements * item_size != bytes.size()) {
      fail(DiagnosticKind::FileDamaged, where,
           fmt::format("the storage '{}' has {} bytes, and {} elements of {} bytes are stated",
                       s.key, bytes.size(), s.elements, item_size));
    }
    return bytes;
  }

  Tensor tensor(const std::string& name, const TensorView& view) {
    const Location where{file_, "/" + name};
    const auto& s = *view.storage->as<Storage>();
    const ElementType type = element_type(s.type);
    const std::size_t n = checked_count(view, s, where);
    const std::string& bytes = storage(s, type.size, where);
    Tensor t{name, view.shape, std::vector<double>(n), where};
    std::vector<std::size_t> index(view.shape.size(), 0);
    for (std::size_t i = 0; i < n; ++i) {
      std::size_t from = view.offset;
      for (std::size_t a = 0; a < index.size(); ++a) from += index[a] * view.strides[a];
      t.values[i] = type.read(bytes, from);
      for (std::size_t a = index.size(); a-- > 0;) {
        if (++index[a] < view.shape[a]) break;
        index[a] = 0;
      }
    }
    return t;
  }

  // The number of elements, all of which lie inside the storage.
  std::size_t checked_count(const TensorView& view, const Storage& s, const Location& where) {
    std::size_t n = 1;
    for (const std::size_t size : view.shape) {
      if (size != 0 && n > budget_ / size) {
        fail(DiagnosticKind::FileTooLarge, where,
             fmt::format("claims {} elements, and at most {} may be read",
                         fmt::join(view.shape, "x"), budget_));
      }
      n *= size;
    }
    budget_ -= n;
    if (n == 0) return 0;
    const auto outside = [&] {
      fail(DiagnosticKind::FileDamaged, where, "reaches beyond its storage");
    };
    if (view.offset >= s.elements) outside();
    std::size_t room = s.elements - 1 - view.offset;
    for (std::size_t a = 0; a < view.shape.size(); ++a) {
      const std::size_t steps = view.shape[a] - 1;
      if (steps == 0) continue;
      if (view.strides[a] > room / steps) outside();
      room -= view.strides[a] * steps;
    }
    return n;
  }

  std::string file_;
  support::ZipReader zip_;
  std::optional<std::string> prefix_;
  std::map<std::string, std::string> storages_;
  std::size_t loaded_ = 0;
  std::size_t budget_ = kMaxElements;
  StateDict out_;
};

}  // namespace

StateDict read_state_dict(const fs::path& file) {
  check_is_zip(file);
  return Reader(file).read();
}

}  // namespace hillock::import::torch
