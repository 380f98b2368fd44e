// The RTL library, built into the program: every file of rtl_templates/ that a design may need.
#pragma once

#include <string_view>
#include <vector>

namespace hillock::emit {

struct LibraryFile {
  std::string_view name;  // "snn_engine.v"
  std::string_view content;
};

// In compilation order: prim before snn before top, by name within each.
[[nodiscard]] const std::vector<LibraryFile>& rtl_library();

}  // namespace hillock::emit
