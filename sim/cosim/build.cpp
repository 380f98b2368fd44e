#include "sim/cosim/build.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <mutex>
#include <string_view>

#include "compiler/support/cache.h"
#include "compiler/support/diagnostics.h"
#include "compiler/support/file.h"
#include "compiler/support/process.h"

namespace hillock::sim {
namespace fs = std::filesystem;
namespace {

using namespace std::string_view_literals;
using support::DiagnosticKind;
using support::fingerprint;

struct HarnessFile {
  std::string_view name;
  std::string_view content;
};
const HarnessFile kHarness[] = {
#include "harness.inc"  // made from sim/cosim/harness/ by cmake/EmbedFiles.cmake
};

std::string verilator_root(const fs::path& scratch) {
  const fs::path log = scratch / "root.txt";
  if (support::run_process({"verilator", "--getenv", "VERILATOR_ROOT"}, scratch, log) != 0) {
    support::fail(DiagnosticKind::ToolFailed, {"verilator"}, "does not tell its root");
  }
  std::string root = support::read_file(log);
  while (!root.empty() && root.back() == '\n') root.pop_back();
  return root;
}

void run_or_fail(const std::vector<std::string>& argv, const fs::path& cwd, const fs::path& log,
                 const std::function<void()>& tick) {
  support::ProcessOptions options;
  options.tick = tick;
  const int status = support::run_process(argv, cwd, log, options);
  if (status == 0) return;
  std::string tail = support::read_file(log);
  if (tail.size() > 2000) tail = "..." + tail.substr(tail.size() - 2000);
  support::fail(DiagnosticKind::ToolFailed, {log.string()},
                fmt::format("{} ended with status {}:\n{}", argv[0], status, tail));
}

// Verilator's runtime, the same for every design: compiled once per flags.
fs::path runtime_object(const fs::path& cache, const std::string& root, const std::string& source,
                        const std::vector<std::string>& compiler, const std::string& key,
                        const std::function<void()>& tick) {
  fs::path object = cache / fmt::format("{}-{:016x}.o", fs::path(source).stem().string(),
                                        fingerprint(key + root));
  static std::mutex mutex;  // threads of one process would share the temporary name
  const std::lock_guard<std::mutex> lock(mutex);
  if (fs::exists(object)) return object;
  const fs::path temporary = object.string() + fmt::format(".tmp{}", ::getpid());
  std::vector<std::string> argv = compiler;
  argv.insert(argv.end(), {"-c", root + "/include/" + source, "-o", temporary.string()});
  run_or_fail(argv, cache, cache / (object.stem().string() + ".log"), tick);
  fs::rename(temporary, object);
  return object;
}

// A waveform shows the clock, and that of a netlist may pass cells on the way.
bool two_phases(const BuildRequest& r) { return r.waves || !r.netlist_bench.empty(); }

std::string verilog_of_bench(const BuildRequest& r) {
  return r.netlist_bench + clocked_bench(r.ports, r.top, {r.stalls, two_phases(r)});
}

// Everything that the shared object depends on, as one text.
std::string recipe(const BuildRequest& r, const std::vector<std::string>& verilate,
                   const std::vector<std::string>& compiler) {
  std::string text = fmt::format("{}\n{}\n", fmt::join(verilate, " "), fmt::join(compiler, " "));
  for (const HarnessFile& f : kHarness) text += f.content;
  for (const std::string& file : r.files) {
    text += "\n" + file + "\n" + support::read_file(r.folder / file);
  }
  if (r.netlist_bench.empty())
    text += support::read_file(r.folder / "rtl" / (r.top + "_config.vh"));
  return text + verilog_of_bench(r);
}

// What Verilator writes runs fastest where clang 16 compiled it; later ones are next, then the
// clang 14 of Debian 12 (docs/performance.md).
std::string compiler_name() {
  std::vector<std::string> names;
  for (int version = 16; version < 30; ++version)
    names.push_back(fmt::format("clang++-{}", version));
  names.insert(names.end(), {"clang++", "g++", "c++"});
  return support::find_program(names);
}

}  // namespace

fs::path build_simulation(const BuildRequest& r) {
  const std::string cxx = compiler_name();
  if (support::find_program({"verilator"}).empty() || cxx.empty()) {
    support::fail(DiagnosticKind::ToolMissing, {cxx.empty() ? "clang++" : "verilator"},
                  "is not installed, and co-simulation needs it",
                  "apt-get install verilator clang");
  }
  const fs::path cache = support::cache_root();
  support::create_folder(cache);

  // --inline-mult: a module that is not inlined is walked once more in every cycle, so only large
  // ones with many instances stay apart. --x-initial unique: memories and registers start with
  // random content where a seed asks for it.
  std::vector<std::string> verilate = {"verilator",
                                       "--cc",
                                       "--top-module",
                                       kBench,
                                       "--prefix",
                                       "Vtop",
                                       "-DSNN_TRACE",
                                       "-O3",
                                       "--inline-mult",
                                       "200",
                                       "--x-assign",
                                       "fast",
                                       "--x-initial",
                                       "unique",
                                       "--noassert",
                                       "-Wno-fatal",
                                       "--Mdir",
                                       "obj",
                                       "-I" + fs::absolute(r.folder / "rtl").string()};
  // Cell models of netlists: without default values of ports, which are not Verilog; their loops
  // are such only between bits of a net.
  if (!r.netlist_bench.empty())
    verilate.insert(verilate.end() - 1, {"-DNO_ICE40_DEFAULT_ASSIGNMENTS", "-Wno-lint"});
  if (r.waves) verilate.emplace_back("--trace");
  // A netlist is a lot of code that runs for a few samples.
  std::vector<std::string> compiler = {cxx,
                                       "-std=c++17",
                                       "-fPIC",
                                       "-fvisibility=hidden",
                                       !r.netlist_bench.empty() ? "-O0"
                                       : r.quick                ? "-O1"
                                                                : "-O3",
                                       "-w",
                                       r.waves ? "-DVM_TRACE=1" : "-DVM_TRACE=0"};
  if (!r.quick) compiler.emplace_back("-march=native");

  // The folder's own name must not be in the recipe: equal designs share a build.
  std::vector<std::string> named = verilate;
  named.pop_back();
  if (r.waves) named.back() = "--trace";
  const std::string text = recipe(r, named, compiler);
  const fs::path home = cache / fmt::format("{:016x}", fingerprint(text));
  fs::path library = home / "design.so";
  if (fs::exists(library) && fs::exists(home / "recipe.txt") &&
      support::read_file(home / "recipe.txt") == text) {
    return library;
  }

  const fs::path scratch = home.string() + fmt::format(".tmp{}", ::getpid());
  fs::remove_all(scratch);
  support::create_folder(scratch);
  const std::string root = verilator_root(scratch);
  compiler.insert(compiler.end(), {"-I" + root + "/include", "-I" + root + "/include/vltstd"});
  std::vector<std::string> sources = {"verilated.cpp", "verilated_threads.cpp"};
  if (r.waves) sources.emplace_back("verilated_vcd_c.cpp");
  // Meanwhile, where they are not there yet.
  std::future<std::vector<std::string>> runtime = std::async(std::launch::async, [&] {
    const std::string key = fmt::format("{}", fmt::join(compiler, " "));
    std::vector<std::string> objects;
    objects.reserve(sources.size());
    for (const std::string& source : sources) {
      objects.push_back(runtime_object(cache, root, source, compiler, key, {}).string());
    }
    return objects;
  });
  for (const std::string& file : r.files)
    verilate.push_back(fs::absolute(r.folder / file).string());
  support::write_file(scratch / "bench.v", verilog_of_bench(r));
  verilate.emplace_back("bench.v");
  run_or_fail(verilate, scratch, scratch / "verilator.log", r.tick);

  std::string unity;
  std::vector<fs::path> generated;
  for (const auto& entry : fs::directory_iterator(scratch / "obj")) {
    if (entry.path().extension() == ".cpp") generated.push_back(entry.path().filename());
  }
  std::sort(generated.begin(), generated.end());
  for (const fs::path& g : generated) unity += fmt::format("#include \"obj/{}\"\n", g.string());
  unity += "#include \"harness.cpp\"\n";
  support::write_file(scratch / "unity.cpp", unity);
  for (const HarnessFile& f : kHarness) support::write_file(scratch / f.name, f.content);

  std::vector<std::string> compile = compiler;
  const int value_bits = find_port(r.ports, "in_value_i")->width;
  const std::uint32_t mask = value_bits >= 32 ? 0xffffffffU : (1U << value_bits) - 1;
  const auto has = [&](const char* port) { return find_port(r.ports, port) != nullptr ? 1 : 0; };
  compile.insert(compile.end(), {"-DHILLOCK_TOP=Vtop", "-DHILLOCK_TOP_HEADER=\"obj/Vtop.h\"",
                                 fmt::format("-DHILLOCK_WAVES={}", r.waves ? 1 : 0),
                                 fmt::format("-DHILLOCK_TWO_PHASES={}", two_phases(r) ? 1 : 0),
                                 fmt::format("-DHILLOCK_STALLS={}", r.stalls ? 1 : 0),
                                 fmt::format("-DHILLOCK_LOAD={}", has("load_valid_i")),
                                 fmt::format("-DHILLOCK_SPIKES={}", has("spikes_valid_o")),
                                 fmt::format("-DHILLOCK_VALUE_MASK={}u", mask), "-I.", "-Iobj",
                                 "-c", "unity.cpp", "-o", "unity.o"});
  run_or_fail(compile, scratch, scratch / "compiler.log", r.tick);
  std::vector<std::string> link = {cxx, "-shared", "unity.o", "-o", "design.so", "-pthread"};
  for (const std::string& object : runtime.get()) link.push_back(object);
  link.emplace_back("-latomic");
  run_or_fail(link, scratch, scratch / "linker.log", r.tick);
  fs::remove(scratch / "unity.o");
  fs::remove_all(scratch / "obj");
  support::write_file(scratch / "recipe.txt", text);
  std::error_code ec;
  fs::remove_all(home, ec);
  fs::rename(scratch, home, ec);
  if (ec) {
    // Another process finished the same build first: its result is as good.
    fs::remove_all(scratch);
  }
  return library;
}

}  // namespace hillock::sim
