#include "compiler/driver/build_folder.h"

#include <fmt/format.h>
#include <unistd.h>

#include <set>
#include <string_view>

#include "compiler/ir/network_json.h"
#include "compiler/ir/quantized_json.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/support/json_value.h"

namespace hillock::driver {
namespace fs = std::filesystem;
using nlohmann::json;
using support::DiagnosticKind;

namespace {

constexpr std::string_view kMarker = "compile.json";

[[noreturn]] void unwritable(const fs::path& path, const std::string& why) {
  support::fail(DiagnosticKind::OutputUnwritable, {path.string()}, why);
}

}  // namespace

json read_json(const fs::path& file) {
  return support::JsonValue::parse(support::read_file(file), file.string());
}

int load_address_bits(const Build& build) {
  const nlohmann::json load = build.summary.value("load", nlohmann::json());
  return load.is_null() ? 0 : load.at("address_bits").get<int>();
}

bool is_build(const fs::path& folder) {
  std::error_code ec;
  return fs::is_directory(folder, ec) && fs::exists(folder / kMarker, ec);
}

Build load_build(const fs::path& folder) {
  if (!is_build(folder)) {
    support::fail(DiagnosticKind::BadBuild, {folder.string()}, "is not a build folder",
                  "make one with `hillock compile MODEL -o DIR`");
  }
  Build build;
  build.folder = folder;
  build.network =
      ir::network_from_json(read_json(folder / "network.json"), (folder / "network.json").string());
  ir::verify(build.network);
  ir::from_json(read_json(folder / "quantized.json"), (folder / "quantized.json").string(),
                build.quantized, build.mapping);
  build.summary = read_json(folder / kMarker);
  const json* rtl = build.summary.contains("rtl") ? &build.summary["rtl"] : nullptr;
  if (build.network.populations.size() != build.quantized.populations.size() || rtl == nullptr ||
      !rtl->contains("top") || !rtl->contains("files")) {
    support::fail(DiagnosticKind::BadBuild, {folder.string()}, "its files do not belong together");
  }
  return build;
}

void check_output_folder(const fs::path& folder) {
  std::error_code ec;
  if (fs::exists(folder, ec)) {
    if (!fs::is_directory(folder, ec)) unwritable(folder, "is a file, not a folder");
    if (!is_build(folder) && !fs::is_empty(folder, ec)) {
      support::fail(DiagnosticKind::OutputUnwritable, {folder.string()},
                    "is a folder with something else in it", "choose a new or an empty folder");
    }
  }
  fs::path existing = fs::absolute(folder);
  while (!fs::exists(existing, ec) && existing.has_parent_path()) existing = existing.parent_path();
  if (!fs::is_directory(existing, ec)) unwritable(folder, existing.string() + " is not a folder");
  if (::access(existing.c_str(), W_OK | X_OK) != 0) {
    unwritable(folder, existing.string() + " cannot be written");
  }
}

void write_build(const fs::path& folder,
                 const std::vector<std::pair<std::string, std::string>>& files) {
  const fs::path target = fs::absolute(folder).lexically_normal();
  fs::path base = target;
  if (!base.has_filename()) base = base.parent_path();
  const fs::path temporary = base.string() + fmt::format(".tmp{}", ::getpid());
  std::error_code ec;
  std::vector<fs::path> parents;  // those that are made here, innermost first
  for (fs::path p = base.parent_path(); !p.empty() && !fs::exists(p, ec); p = p.parent_path()) {
    parents.push_back(p);
  }
  fs::remove_all(temporary, ec);
  const auto clean_up = [&] {
    fs::remove_all(temporary, ec);
    for (const fs::path& p : parents) fs::remove(p, ec);
  };
  try {
    support::create_folder(temporary);
    std::set<std::string> folders;
    for (const auto& [path, content] : files) {
      const fs::path parent = fs::path(path).parent_path();
      if (!parent.empty() && folders.insert(parent.string()).second) {
        support::create_folder(temporary / parent);
      }
      support::write_file(temporary / path, content);
    }
    // An earlier build (or an empty folder) makes way only now, when the new one is whole.
    const fs::path old = base.string() + fmt::format(".old{}", ::getpid());
    if (fs::exists(base, ec)) {
      fs::rename(base, old, ec);
      if (ec) unwritable(folder, "the old build cannot be moved: " + ec.message());
    }
    fs::rename(temporary, base, ec);
    if (ec) {
      const std::string why = ec.message();
      fs::rename(old, base, ec);
      unwritable(folder, "cannot be put in place: " + why);
    }
    fs::remove_all(old, ec);
  } catch (const support::InputError& e) {
    clean_up();
    // The folder that was asked for is the place, not the temporary one beside it.
    std::vector<support::Diagnostic> diagnostics = e.diagnostics();
    for (support::Diagnostic& d : diagnostics) {
      const std::string& inside = temporary.string();
      if (d.where.file.rfind(inside, 0) != 0) continue;
      d.where.file = folder.string() + d.where.file.substr(inside.size());
    }
    throw support::InputError(std::move(diagnostics));
  } catch (...) {
    clean_up();
    throw;
  }
}

void write_result(const fs::path& folder, const std::string& name, const json& result,
                  const fs::path& also) {
  const std::string text = result.dump(2) + "\n";
  support::write_file(folder / (name + ".json"), text);
  if (!also.empty()) support::write_file(also, text);
}

}  // namespace hillock::driver
