#include "compiler/emit/emit.h"

#include <fmt/format.h>

#include <algorithm>

#include "compiler/emit/library.h"
#include "compiler/emit/lower.h"
#include "compiler/emit/memory_image.h"
#include "compiler/emit/shells.h"

namespace hillock::emit {
namespace {

// The text without what is for people: comments, and with them where things come from.
std::string without_comments(const std::string& text) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    std::string line = text.substr(at, end - at);
    line.erase(std::min(line.find("//"), line.size()));
    line.erase(line.find_last_not_of(' ') + 1);
    if (!line.empty()) out += line + "\n";
    at = end + 1;
  }
  return out;
}

// FNV-1a of what makes the hardware what it is.
std::uint32_t structure_of(const Lowered& lowered) {
  std::string text = without_comments(print_top(lowered.design)) +
                     without_comments(print_constants(lowered.design));
  for (const MemoryFile& m : lowered.memories) text += m.name + "\n" + m.content;
  std::uint32_t h = 0x811c9dc5U;
  for (const char c : text) h = (h ^ static_cast<unsigned char>(c)) * 0x01000193U;
  return h;
}

}  // namespace

EmittedDesign emit(const ir::QuantizedNetwork& network, const ir::Mapping& mapping) {
  Lowered lowered = lower(network, mapping);
  const std::string& top = lowered.design.top;
  EmittedDesign out;
  out.top = top;
  out.rows = std::move(lowered.rows);
  std::string file_list;
  std::vector<std::string> core_files;
  const auto source = [&](const std::string& path, std::string content) {
    out.files.push_back("rtl/" + path);
    file_list += path + "\n";
    core_files.push_back(path);
    out.all.push_back({"rtl/" + path, std::move(content)});
  };
  for (const LibraryFile& f : rtl_library()) {
    source(fmt::format("lib/{}", f.name), std::string(f.content));
  }
  source(top + ".v", print_top(lowered.design));
  out.all.push_back({"rtl/" + top + "_config.vh", print_constants(lowered.design)});
  for (const MemoryFile& m : lowered.memories) {
    for (auto& [name, content] : rom_files(m.name, m.content)) {
      out.all.push_back({"rtl/" + name, std::move(content)});
    }
  }
  out.all.push_back({"rtl/files.f", std::move(file_list)});
  out.structure = structure_of(lowered);
  if (!lowered.load.empty()) {
    out.all.push_back({"rtl/weights.bin", lowered.load.file(out.structure)});
    out.all.push_back({"tb/" + top + "_load.hex", lowered.load.hex()});
  }
  out.load = std::move(lowered.load);
  add_shells(out, core_files, network, mapping);
  return out;
}

}  // namespace hillock::emit
