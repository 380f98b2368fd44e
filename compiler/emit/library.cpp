#include "compiler/emit/library.h"

namespace hillock::emit {

using namespace std::string_view_literals;

const std::vector<LibraryFile>& rtl_library() {
  static const std::vector<LibraryFile> kFiles = {
#include "rtl_library.inc"  // made from rtl_templates/ by cmake/EmbedFiles.cmake
  };
  return kFiles;
}

}  // namespace hillock::emit
