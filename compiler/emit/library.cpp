#include "compiler/emit/library.h"

namespace hillock::emit {

using namespace std::string_view_literals;

const std::vector<LibraryFile>& rtl_library() {
  static const std::vector<LibraryFile> files = {
#include "rtl_library.inc"  // made from rtl_templates/ by cmake/EmbedFiles.cmake
  };
  return files;
}

}  // namespace hillock::emit
