#include "compiler/driver/explore/slurm.h"

#include <fmt/format.h>

#include <filesystem>

#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/support/process.h"

namespace hillock::driver {
namespace {

namespace fs = std::filesystem;
using support::DiagnosticKind;

// Tasks of one array: Slurm's own default limit is 1001.
constexpr std::size_t kArray = 1000;
// The controller may be busy; so often in a row it is gone.
constexpr int kFailures = 20;

std::string quoted(const std::string& word) {
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// Runs a program of Slurm and gives what it printed.
class Slurm {
 public:
  explicit Slurm(fs::path folder) : folder_(std::move(folder)) {}

  int run(const std::vector<std::string>& argv, std::string& out, std::string& complaint) const {
    support::ProcessOptions options;
    options.output = folder_ / "out.txt";
    const fs::path log = folder_ / "log.txt";
    const int status = support::run_process(argv, fs::current_path(), log, options);
    out = support::read_file(options.output);
    complaint = fs::exists(log) ? support::read_file(log) : "";
    return status;
  }

  // Whether the queue still holds any of the jobs.
  bool busy(const std::string& jobs) {
    std::string out;
    std::string complaint;
    const int status =
        run({"squeue", "--noheader", "--jobs=" + jobs, "--format=%i"}, out, complaint);
    // Jobs that ended some time ago are forgotten.
    if (status != 0 && complaint.find("Invalid job id") != std::string::npos) return false;
    if (status == 0) {
      failures_ = 0;
      return out.find_first_not_of(" \n\t") != std::string::npos;
    }
    if (++failures_ >= kFailures) {
      support::fail(
          DiagnosticKind::ToolFailed, {"squeue"},
          fmt::format("fails again and again: {}", complaint),
          "the jobs may still run; start the same command again to collect what they find");
    }
    return true;
  }

 private:
  fs::path folder_;
  int failures_ = 0;
};

// Returns the number of the array.
std::string submit(const Slurm& slurm, const ExploreOptions& options, const fs::path& folder,
                   const std::vector<std::size_t>& choices) {
  std::string script = "#!/bin/sh\nexec " + quoted(fs::read_symlink("/proc/self/exe").string());
  for (const std::string& a : options.arguments) script += " " + quoted(a);
  script += " --worker \"$SLURM_ARRAY_TASK_ID\" --quiet\n";
  support::write_file(folder / "job.sh", script);
  std::string array;
  for (const std::size_t c : choices) array += (array.empty() ? "" : ",") + std::to_string(c);
  std::vector<std::string> argv = {"sbatch",
                                   "--parsable",
                                   "--job-name=hillock-explore",
                                   "--array=" + array,
                                   "--chdir=" + fs::current_path().string(),
                                   "--output=" + (folder / "task-%a.log").string()};
  argv.insert(argv.end(), options.slurm_options.sbatch.begin(), options.slurm_options.sbatch.end());
  argv.push_back((folder / "job.sh").string());
  std::string out;
  std::string complaint;
  if (slurm.run(argv, out, complaint) != 0) {
    support::fail(DiagnosticKind::ToolFailed, {"sbatch"},
                  fmt::format("refuses the job: {}", complaint.substr(0, complaint.find('\n'))),
                  "see --sbatch for further arguments");
  }
  return out.substr(0, out.find_first_of("; \n"));
}

}  // namespace

void run_on_slurm(const ExploreOptions& options, const std::vector<std::size_t>& choices,
                  const std::function<void()>& tick) {
  if (support::find_program({"sbatch"}).empty()) {
    support::fail(DiagnosticKind::ToolMissing, {"--executor"}, "there is no sbatch on the PATH",
                  "install Slurm (slurm-client), or leave --executor out");
  }
  const fs::path folder = fs::absolute(options.compile.output) / "slurm";
  support::create_folder(folder);
  Slurm slurm(folder);
  std::string jobs;
  try {
    for (std::size_t i = 0; i < choices.size(); i += kArray) {
      const std::vector<std::size_t> part(
          choices.begin() + static_cast<std::ptrdiff_t>(i),
          choices.begin() + static_cast<std::ptrdiff_t>(std::min(choices.size(), i + kArray)));
      jobs += (jobs.empty() ? "" : ",") + submit(slurm, options, folder, part);
    }
    while (slurm.busy(jobs)) {
      tick();
      // A child, so that a signal is noticed here and not after the nap.
      static_cast<void>(
          support::run_process({"sleep", fmt::format("{}", options.slurm_options.poll_seconds)},
                               fs::current_path(), folder / "nap.txt"));
    }
  } catch (const support::Interrupted&) {
    std::string out;
    std::string complaint;
    std::vector<std::string> cancel = {"scancel"};
    for (std::size_t at = 0; at < jobs.size();) {
      const std::size_t end = std::min(jobs.find(',', at), jobs.size());
      cancel.push_back(jobs.substr(at, end - at));
      at = end + 1;
    }
    if (cancel.size() > 1) static_cast<void>(slurm.run(cancel, out, complaint));
    throw;
  }
  tick();
}

}  // namespace hillock::driver
