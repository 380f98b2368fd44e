#include "compiler/import/hdf5_dataset.h"

#include <fmt/format.h>

#include <utility>

#include "compiler/import/hdf5_handle.h"
#include "compiler/import/limits.h"

namespace hillock::import::nir {
namespace {

using support::DiagnosticKind;
using support::fail;
using support::Location;

[[noreturn]] void damaged(const Location& where) {
  fail(DiagnosticKind::FileDamaged, where, "cannot be read");
}

// The shape, once it is known to be affordable.
ir::Shape affordable_shape(hid_t dataset, std::size_t item_size, const Location& where,
                           ReadBudget& budget) {
  const Hdf5Space space(H5Dget_space(dataset));
  if (!space) damaged(where);
  const H5S_class_t kind = H5Sget_simple_extent_type(space.get());
  if (kind == H5S_NULL) return {0};
  if (kind != H5S_SCALAR && kind != H5S_SIMPLE) damaged(where);
  const int rank = H5Sget_simple_extent_ndims(space.get());
  if (rank < 0 || static_cast<std::size_t>(rank) > kMaxRank) damaged(where);
  std::vector<hsize_t> sizes(static_cast<std::size_t>(rank));
  if (rank > 0 && H5Sget_simple_extent_dims(space.get(), sizes.data(), nullptr) < 0) damaged(where);
  std::size_t elements = 1;
  for (const hsize_t size : sizes) {
    if (size != 0 && elements > budget.elements / size) {
      fail(DiagnosticKind::FileTooLarge, where,
           fmt::format("claims {} elements, and at most {} may be read", fmt::join(sizes, "x"),
                       budget.elements));
    }
    elements *= size;
  }
  const std::size_t slack = 1u << 16;
  if (elements * item_size / kMaxInflation > budget.file_size + slack) {
    fail(DiagnosticKind::FileTooLarge, where,
         fmt::format("claims {} elements, which a file of {} bytes cannot hold",
                     fmt::join(sizes, "x"), budget.file_size));
  }
  budget.elements -= elements;
  return {sizes.begin(), sizes.end()};
}

// Data in other files, or put together from other datasets, is not this file's to state.
void refuse_foreign_storage(hid_t dataset, const Location& where) {
  const Hdf5List list(H5Dget_create_plist(dataset));
  if (!list) damaged(where);
  if (H5Pget_layout(list.get()) == H5D_VIRTUAL || H5Pget_external_count(list.get()) > 0) {
    fail(DiagnosticKind::BadType, where, "takes its data from another file",
         "store the data in the model itself");
  }
}

std::string trimmed(const char* text, std::size_t n, H5T_str_t padding) {
  std::size_t end = 0;
  while (end < n && text[end] != '\0') ++end;
  if (padding == H5T_STR_SPACEPAD) {
    while (end > 0 && text[end - 1] == ' ') --end;
  }
  return std::string(text, end);
}

std::vector<std::string> read_variable_texts(hid_t dataset, hid_t type, std::size_t elements,
                                             const Location& where) {
  std::vector<char*> pointers(elements, nullptr);
  const Hdf5Type memory(H5Tcopy(type));
  if (!memory || H5Dread(dataset, memory.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, pointers.data()) < 0)
    damaged(where);
  std::vector<std::string> texts;
  texts.reserve(pointers.size());
  for (const char* p : pointers) texts.emplace_back(p == nullptr ? "" : p);
  const Hdf5Space space(H5Dget_space(dataset));
  if (space) H5Dvlen_reclaim(memory.get(), space.get(), H5P_DEFAULT, pointers.data());
  return texts;
}

std::vector<std::string> read_fixed_texts(hid_t dataset, hid_t type, std::size_t elements,
                                          const Location& where) {
  const std::size_t size = H5Tget_size(type);
  if (size == 0 || size > kMaxNameLength) damaged(where);
  std::vector<char> bytes(size * elements);
  if (H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, bytes.data()) < 0) damaged(where);
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < elements; ++i) {
    texts.push_back(trimmed(bytes.data() + i * size, size, H5Tget_strpad(type)));
  }
  return texts;
}

Texts read_texts_of_type(hid_t dataset, hid_t type, const Location& where, ReadBudget& budget) {
  refuse_foreign_storage(dataset, where);
  Texts texts;
  texts.shape = affordable_shape(dataset, 1, where, budget);
  const std::size_t elements = ir::element_count(texts.shape);
  if (elements == 0) return texts;
  if (elements > 2 * kMaxEdges) {
    fail(DiagnosticKind::FileTooLarge, where, fmt::format("claims {} texts", elements));
  }
  texts.values = H5Tis_variable_str(type) > 0 ? read_variable_texts(dataset, type, elements, where)
                                              : read_fixed_texts(dataset, type, elements, where);
  return texts;
}

Array read_numbers(hid_t dataset, hid_t type, const Location& where, ReadBudget& budget) {
  refuse_foreign_storage(dataset, where);
  Array array;
  array.single_precision = H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) <= sizeof(float);
  array.shape = affordable_shape(dataset, H5Tget_size(type), where, budget);
  array.values.resize(ir::element_count(array.shape));
  if (array.values.empty()) return array;
  if (H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()) < 0) {
    damaged(where);
  }
  return array;
}

}  // namespace

Parameter read_parameter(hid_t dataset, const Location& where, ReadBudget& budget) {
  const Hdf5Type type(H5Dget_type(dataset));
  if (!type) damaged(where);
  switch (H5Tget_class(type.get())) {
    case H5T_FLOAT:
    case H5T_INTEGER:
      return read_numbers(dataset, type.get(), where, budget);
    case H5T_STRING: {
      Texts texts = read_texts_of_type(dataset, type.get(), where, budget);
      if (texts.values.size() == 1) return std::move(texts.values.front());
      return Unreadable{fmt::format("{} texts", texts.values.size())};
    }
    case H5T_ENUM:
      return Unreadable{"an enumeration or truth values"};
    case H5T_COMPOUND:
      return Unreadable{"records or complex numbers"};
    case H5T_NO_CLASS:
      damaged(where);
    default:
      return Unreadable{"neither numbers nor text"};
  }
}

Texts read_texts(hid_t dataset, const Location& where, ReadBudget& budget) {
  const Hdf5Type type(H5Dget_type(dataset));
  if (!type) damaged(where);
  if (H5Tget_class(type.get()) == H5T_STRING) {
    return read_texts_of_type(dataset, type.get(), where, budget);
  }
  // An empty list of texts is written as an empty list of numbers.
  Texts texts;
  texts.shape = affordable_shape(dataset, 1, where, budget);
  if (ir::element_count(texts.shape) != 0) fail(DiagnosticKind::BadType, where, "is not text");
  return texts;
}

}  // namespace hillock::import::nir
