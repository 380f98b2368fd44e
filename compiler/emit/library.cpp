#include "compiler/emit/library.h"

namespace hillock::emit {

using namespace std::string_view_literals;

// The .inc files are made from rtl_templates/ by cmake/EmbedFiles.cmake.
const std::vector<LibraryFile>& rtl_library() {
  static const std::vector<LibraryFile> kFiles = {
#include "rtl_library.inc"
  };
  return kFiles;
}

const std::vector<LibraryFile>& axi_library() {
  static const std::vector<LibraryFile> kFiles = {
#include "axi_library.inc"
  };
  return kFiles;
}

const std::vector<LibraryFile>& board_library() {
  static const std::vector<LibraryFile> kFiles = {
#include "board_library.inc"
  };
  return kFiles;
}

std::string_view host_program() {
  static const std::vector<LibraryFile> kFiles = {
#include "host_program.inc"
  };
  return kFiles[0].content;
}

}  // namespace hillock::emit
