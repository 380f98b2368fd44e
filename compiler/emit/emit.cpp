#include "compiler/emit/emit.h"

#include <fmt/format.h>

#include "compiler/emit/library.h"
#include "compiler/emit/lower.h"

namespace hillock::emit {

EmittedDesign emit(const ir::QuantizedNetwork& network, const ir::Mapping& mapping) {
  Lowered lowered = lower(network, mapping);
  const std::string& top = lowered.design.top;
  EmittedDesign out;
  out.top = top;
  out.rows = std::move(lowered.rows);
  std::string file_list;
  const auto source = [&](const std::string& path, std::string content) {
    out.files.push_back("rtl/" + path);
    file_list += path + "\n";
    out.all.push_back({"rtl/" + path, std::move(content)});
  };
  for (const LibraryFile& f : rtl_library()) {
    source(fmt::format("lib/{}", f.name), std::string(f.content));
  }
  source(top + ".v", print_top(lowered.design));
  out.all.push_back({"rtl/" + top + "_config.vh", print_constants(lowered.design)});
  for (MemoryFile& m : lowered.memories) out.all.push_back({"rtl/" + m.name, std::move(m.content)});
  out.all.push_back({"rtl/files.f", std::move(file_list)});
  return out;
}

}  // namespace hillock::emit
