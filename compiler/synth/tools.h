// The programs that synthesis runs: whether they are there, which version, and running them with a
// log.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "compiler/support/process.h"

namespace hillock::synth {

// Throws InputError (tool-missing) that names the Debian package where the program is not on PATH.
void need_tool(const std::string& program);
[[nodiscard]] bool has_tool(const std::string& program);

// The version of a tool: "0.23"; "unknown" where it does not say. `scratch` is a folder to write
// in.
[[nodiscard]] std::string tool_version(const std::string& program,
                                       const std::filesystem::path& scratch);

// Runs programs in a scratch folder, each with a log of its own, under common options.
class ToolRunner {
 public:
  ToolRunner(std::filesystem::path folder, support::ProcessOptions options)
      : folder_(std::move(folder)), options_(std::move(options)) {}

  // The exit status. Throws InputError (tool-failed) on a timeout. The log is folder/<name>.log.
  [[nodiscard]] int status(const std::string& name, const std::vector<std::string>& argv,
                           const std::filesystem::path& cwd) const;
  // The same, and throws InputError (tool-failed) with the end of the log where it fails.
  void run(const std::string& name, const std::vector<std::string>& argv,
           const std::filesystem::path& cwd) const;
  [[noreturn]] void failed(const std::string& name, const std::string& what) const;
  [[nodiscard]] std::string log(const std::string& name) const;
  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }

 private:
  std::filesystem::path folder_;
  support::ProcessOptions options_;
};

}  // namespace hillock::synth
