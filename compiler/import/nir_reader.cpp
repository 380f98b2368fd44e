#include "compiler/import/nir_reader.h"

#include <fmt/format.h>

#include <fstream>
#include <system_error>
#include <utility>

#include "compiler/import/hdf5_dataset.h"
#include "compiler/import/hdf5_handle.h"
#include "compiler/import/limits.h"
#include "compiler/import/nir_wire.h"
#include "compiler/support/isolate.h"

namespace hillock::import::nir {
namespace {

namespace fs = std::filesystem;
using support::DiagnosticKind;
using support::fail;
using support::Location;

struct Member {
  std::string name;
  H5L_type_t link;
};

herr_t collect_member(hid_t, const char* name, const H5L_info_t* info, void* out) {
  auto& members = *static_cast<std::vector<Member>*>(out);
  if (members.size() >= kMaxNodes) return -1;
  members.push_back({name, info->type});
  return 0;
}

// Walks one file. Everything it touches is bounded: members, depth, elements.
class Reader {
 public:
  explicit Reader(std::size_t file_size) : budget_{kMaxElements, file_size} {}

  Graph read(hid_t file, const Location& root) {
    const Location where = root.child("node");
    const Hdf5Object top = open(file, "node", where, H5I_GROUP);
    const std::string type = text(top.get(), "type", where);
    if (type != "NIRGraph") {
      fail(DiagnosticKind::UnsupportedGraph, where,
           fmt::format("the file holds a single {} node, not a graph", type),
           "put the node into a NIRGraph with an Input and an Output");
    }
    return graph(top.get(), where, 0);
  }

 private:
  static std::vector<Member> members(hid_t group, const Location& where) {
    std::vector<Member> found;
    hsize_t position = 0;
    if (H5Literate(group, H5_INDEX_NAME, H5_ITER_INC, &position, collect_member, &found) < 0) {
      if (found.size() >= kMaxNodes) {
        fail(DiagnosticKind::FileTooLarge, where, fmt::format("has over {} members", kMaxNodes));
      }
      fail(DiagnosticKind::FileDamaged, where, "cannot be listed");
    }
    return found;
  }

  static bool has(hid_t group, const char* name) { return H5Lexists(group, name, H5P_DEFAULT) > 0; }

  static Hdf5Object open(hid_t parent, const char* name, const Location& where, H5I_type_t kind) {
    if (!has(parent, name)) {
      fail(DiagnosticKind::MissingField, where, "is missing from the file");
    }
    H5L_info_t link;
    if (H5Lget_info(parent, name, &link, H5P_DEFAULT) < 0) {
      fail(DiagnosticKind::FileDamaged, where, "cannot be opened");
    }
    if (link.type != H5L_TYPE_HARD) {
      fail(DiagnosticKind::BadType, where, "is a link to somewhere else",
           "store the data in the model itself");
    }
    Hdf5Object object(H5Oopen(parent, name, H5P_DEFAULT));
    if (!object) fail(DiagnosticKind::FileDamaged, where, "cannot be opened");
    if (H5Iget_type(object.get()) != kind) {
      fail(DiagnosticKind::BadType, where,
           kind == H5I_GROUP ? "is an array where a group is expected"
                             : "is a group where an array is expected");
    }
    return object;
  }

  std::string text(hid_t group, const char* name, const Location& parent) {
    const Location where = parent.child(name);
    const Hdf5Object dataset = open(group, name, where, H5I_DATASET);
    Parameter value = read_parameter(dataset.get(), where, budget_);
    auto* found = std::get_if<std::string>(&value);
    if (found == nullptr) fail(DiagnosticKind::BadType, where, "is not text");
    if (found->size() > kMaxNameLength) fail(DiagnosticKind::FileTooLarge, where, "is too long");
    return std::move(*found);
  }

  Graph graph(hid_t group, const Location& where, std::size_t depth) {
    if (depth >= kMaxNesting) {
      fail(DiagnosticKind::UnsupportedGraph, where,
           fmt::format("graphs are nested more than {} deep", kMaxNesting));
    }
    Graph g{where, {}, {}};
    const Location inside = where.child("nodes");
    const Hdf5Object nodes = open(group, "nodes", inside, H5I_GROUP);
    for (const Member& member : members(nodes.get(), inside)) {
      const Location here = inside.child(member.name);
      const Hdf5Object node_group = open(nodes.get(), member.name.c_str(), here, H5I_GROUP);
      g.nodes.push_back(node(node_group.get(), member.name, here, depth));
    }
    g.edges = edges(group, where.child("edges"));
    return g;
  }

  Node node(hid_t group, const std::string& name, const Location& where, std::size_t depth) {
    if (++nodes_ > kMaxNodes) {
      fail(DiagnosticKind::FileTooLarge, where, fmt::format("has over {} nodes", kMaxNodes));
    }
    Node n{name, text(group, "type", where), where, {}, {}};
    if (n.type == "NIRGraph") {
      n.nested.push_back(graph(group, where, depth + 1));
      return n;
    }
    for (const Member& member : members(group, where)) {
      if (member.name == "type" || member.name == "metadata") continue;
      n.parameters.emplace(member.name, parameter(group, member, where.child(member.name)));
    }
    return n;
  }

  Parameter parameter(hid_t group, const Member& member, const Location& where) {
    if (member.link != H5L_TYPE_HARD) return Unreadable{"a link to somewhere else"};
    const Hdf5Object object(H5Oopen(group, member.name.c_str(), H5P_DEFAULT));
    if (!object) fail(DiagnosticKind::FileDamaged, where, "cannot be opened");
    if (H5Iget_type(object.get()) != H5I_DATASET) return Unreadable{"a group"};
    return read_parameter(object.get(), where, budget_);
  }

  std::vector<Edge> edges(hid_t group, const Location& where) {
    const Hdf5Object dataset = open(group, "edges", where, H5I_DATASET);
    Texts texts = read_texts(dataset.get(), where, budget_);
    if (texts.values.empty()) return {};
    if (texts.shape.size() != 2 || texts.shape[1] != 2) {
      fail(DiagnosticKind::BadEdge, where,
           fmt::format("has the shape {}, and edges are pairs (Nx2)", ir::shape_text(texts.shape)));
    }
    std::vector<Edge> found;
    for (std::size_t i = 0; i < texts.shape[0]; ++i) {
      found.push_back(
          {std::move(texts.values[2 * i]), std::move(texts.values[2 * i + 1]), where.at(i)});
    }
    return found;
  }

  ReadBudget budget_;
  std::size_t nodes_ = 0;
};

// In the child: everything of HDF5.
std::string read_in_child(const std::string& file, std::size_t file_size) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  H5PLset_loading_state(0);  // a file must not choose code to load
  const Hdf5File handle(H5Fopen(file.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT));
  if (!handle) {
    fail(DiagnosticKind::FileDamaged, {file}, "HDF5 cannot open it: truncated or damaged");
  }
  return to_bytes(Reader(file_size).read(handle.get(), {file}));
}

void check_signature(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  char head[8] = {};
  if (!in) support::fail(DiagnosticKind::FileUnreadable, {file.string()}, "cannot be read");
  in.read(head, sizeof head);
  if (std::string_view(head, sizeof head) != "\x89HDF\r\n\x1a\n") {
    fail(DiagnosticKind::FileDamaged, {file.string()}, "is not a NIR file: it is not HDF5",
         "write it with nir.write(FILE, graph)");
  }
}

}  // namespace

Graph read_nir(const fs::path& file) {
  check_signature(file);
  std::error_code ec;
  const std::size_t size = fs::file_size(file, ec);
  // A whole file is read at tens of megabytes a second; a damaged one can keep the library for
  // ever.
  support::IsolateLimits limits;
  limits.cpu_seconds = static_cast<unsigned>(3 + (size >> 22));
  limits.wall_seconds = 4 * limits.cpu_seconds + 10;
  const std::string bytes = support::run_isolated(
      [&] { return read_in_child(file.string(), size); }, {file.string()}, limits);
  try {
    return from_bytes(bytes, file.string());
  } catch (const std::exception&) {
    fail(DiagnosticKind::FileDamaged, {file.string()}, "the library that reads it gives up on it");
  }
}

}  // namespace hillock::import::nir
