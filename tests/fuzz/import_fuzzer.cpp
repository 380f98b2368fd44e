// A libFuzzer target for what reads files: any bytes give a network, an array, or one InputError.
// HILLOCK_FUZZ_EXTENSION says as what the bytes are read.
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "compiler/import/import.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string extension = HILLOCK_FUZZ_EXTENSION;
  static const std::filesystem::path kFile =
      std::filesystem::temp_directory_path() /
      ("hillock-fuzz-" + std::to_string(::getpid()) + extension);
  const std::string bytes(reinterpret_cast<const char*>(data), size);
  hillock::support::write_file(kFile, bytes);
  try {
    if (extension == ".npz") {
      (void)hillock::import::load_dataset(kFile, {2, 2}, 4);
    } else {
      (void)hillock::import::import_model(kFile, {});
    }
  } catch (const hillock::support::InputError&) {
  }
  return 0;
}
