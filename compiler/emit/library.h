// The RTL library, built into the program: every file of rtl_templates/ that a design may need.
#pragma once

#include <string_view>
#include <vector>

namespace hillock::emit {

struct LibraryFile {
  std::string_view name;  // "snn_engine.v"
  std::string_view content;
};

// Of the core, in compilation order: prim before snn before top, by name within each.
[[nodiscard]] const std::vector<LibraryFile>& rtl_library();

// Of what is around the core: AXI, and the board, which needs the AXI files too.
[[nodiscard]] const std::vector<LibraryFile>& axi_library();
[[nodiscard]] const std::vector<LibraryFile>& board_library();

// The host's end of the board's serial line, in Python.
[[nodiscard]] std::string_view host_program();

}  // namespace hillock::emit
