#include "tests/support/nir_file.h"

#include <hdf5.h>

#include <algorithm>
#include <stdexcept>
#include <string>
#include <vector>

#include "compiler/import/hdf5_handle.h"

namespace hillock::tests {
namespace {

using import::Hdf5File;
using import::Hdf5List;
using import::Hdf5Object;
using import::Hdf5Space;
using import::Hdf5Type;
using import::nir::Array;
using import::nir::Graph;
using import::nir::Node;

hid_t good(hid_t id) {
  if (id < 0) throw std::runtime_error("HDF5 cannot write the test's file");
  return id;
}
void done(herr_t status) {
  if (status < 0) throw std::runtime_error("HDF5 cannot write the test's file");
}

class Writer {
 public:
  explicit Writer(const NirLayout& layout) : layout_(layout) {}

  void texts(hid_t parent, const char* name, const std::vector<hsize_t>& shape,
             const std::vector<std::string>& values) const {
    const Hdf5Type type(H5Tcopy(H5T_C_S1));
    const Hdf5Space space = space_of(shape);
    std::vector<const char*> pointers;
    std::size_t longest = 1;
    for (const std::string& v : values) {
      pointers.push_back(v.c_str());
      longest = std::max(longest, v.size());
    }
    done(H5Tset_size(type.get(), layout_.fixed_strings ? longest : H5T_VARIABLE));
    if (layout_.fixed_strings) done(H5Tset_strpad(type.get(), H5T_STR_NULLPAD));
    const Hdf5Object set(good(
        H5Dcreate2(parent, name, type.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    if (values.empty()) return;
    std::string flat;
    for (const std::string& v : values) flat += v + std::string(longest - v.size(), '\0');
    const void* data = layout_.fixed_strings ? static_cast<const void*>(flat.data())
                                             : static_cast<const void*>(pointers.data());
    done(H5Dwrite(set.get(), type.get(), H5S_ALL, H5S_ALL, H5P_DEFAULT, data));
  }

  void numbers(hid_t parent, const char* name, const Array& array) const {
    const Hdf5Space space = space_of({array.shape.begin(), array.shape.end()});
    const hid_t stored = layout_.integers           ? H5T_STD_I32LE
                         : layout_.single_precision ? H5T_IEEE_F32LE
                                                    : H5T_IEEE_F64LE;
    const Hdf5Object set(
        good(H5Dcreate2(parent, name, stored, space.get(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    if (array.values.empty()) return;
    done(
        H5Dwrite(set.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, array.values.data()));
  }

  void graph(hid_t group, const Graph& g) const {
    texts(group, "type", {}, {"NIRGraph"});
    const Hdf5Object nodes(good(H5Gcreate2(group, "nodes", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
    for (const Node& n : g.nodes) {
      const Hdf5Object here(
          good(H5Gcreate2(nodes.get(), n.name.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
      if (!n.nested.empty()) {
        graph(here.get(), n.nested.front());
        continue;
      }
      texts(here.get(), "type", {}, {n.type});
      for (const auto& [name, parameter] : n.parameters) {
        if (const auto* array = std::get_if<Array>(&parameter)) {
          numbers(here.get(), name.c_str(), *array);
        } else if (const auto* text = std::get_if<std::string>(&parameter)) {
          texts(here.get(), name.c_str(), {}, {*text});
        }
      }
    }
    std::vector<std::string> ends;
    for (const auto& edge : g.edges) {
      ends.push_back(edge.source);
      ends.push_back(edge.target);
    }
    texts(group, "edges", {g.edges.size(), 2}, ends);
  }

 private:
  static Hdf5Space space_of(const std::vector<hsize_t>& shape) {
    return Hdf5Space(good(
        shape.empty() ? H5Screate(H5S_SCALAR)
                      : H5Screate_simple(static_cast<int>(shape.size()), shape.data(), nullptr)));
  }
  const NirLayout& layout_;
};

}  // namespace

void write_nir(const std::filesystem::path& file, const Graph& graph, const NirLayout& layout) {
  const Hdf5File f(good(H5Fcreate(file.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)));
  const Hdf5Object top(good(H5Gcreate2(f.get(), "node", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
  Writer(layout).graph(top.get(), graph);
}

void make_odd(const std::filesystem::path& file, const std::string& path, NirOddity oddity) {
  const Hdf5File f(good(H5Fopen(file.c_str(), H5F_ACC_RDWR, H5P_DEFAULT)));
  done(H5Ldelete(f.get(), path.c_str(), H5P_DEFAULT));
  switch (oddity) {
    case NirOddity::Remove:
      return;
    case NirOddity::SoftLink:
      done(H5Lcreate_soft("/node/edges", f.get(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT));
      return;
    case NirOddity::ExternalLink:
      done(H5Lcreate_external("/etc/passwd", "/", f.get(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT));
      return;
    case NirOddity::Group: {
      const Hdf5Object g(
          good(H5Gcreate2(f.get(), path.c_str(), H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
      return;
    }
    case NirOddity::Records: {
      const Hdf5Type type(good(H5Tcreate(H5T_COMPOUND, 8)));
      done(H5Tinsert(type.get(), "re", 0, H5T_IEEE_F32LE));
      done(H5Tinsert(type.get(), "im", 4, H5T_IEEE_F32LE));
      const Hdf5Space space(good(H5Screate(H5S_SCALAR)));
      const Hdf5Object set(good(H5Dcreate2(f.get(), path.c_str(), type.get(), space.get(),
                                           H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)));
      return;
    }
    case NirOddity::HugeArray: {
      const hsize_t sizes[2] = {4096, 4096};
      const hsize_t chunk[2] = {64, 64};
      const Hdf5Space space(good(H5Screate_simple(2, sizes, nullptr)));
      const Hdf5List list(good(H5Pcreate(H5P_DATASET_CREATE)));
      done(H5Pset_chunk(list.get(), 2, chunk));
      const Hdf5Object set(good(H5Dcreate2(f.get(), path.c_str(), H5T_IEEE_F64LE, space.get(),
                                           H5P_DEFAULT, list.get(), H5P_DEFAULT)));
      return;
    }
  }
}

}  // namespace hillock::tests
