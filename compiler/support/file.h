// Reading and writing whole files. Nothing is ever written half: content goes to a temporary name
// beside the target and is renamed when it is complete.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace hillock::support {

// The whole file. Throws InputError (file-not-found, file-unreadable).
[[nodiscard]] std::string read_file(const std::filesystem::path& path);

// Writes the file atomically; a link is followed, and a device or a pipe is written to, not
// replaced. Throws InputError (output-unwritable) on any failure, a full disk included.
void write_file(const std::filesystem::path& path, std::string_view content);

// Throws InputError (output-unwritable) where write_file() would certainly fail: for output that is
// written only after much work.
void check_writable(const std::filesystem::path& path);

// Creates the folder and its parents. Throws InputError (output-unwritable).
void create_folder(const std::filesystem::path& path);

}  // namespace hillock::support
