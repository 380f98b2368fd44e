// Mutants that no module test found, in whole networks: random ones and their generated tops, RTL
// against the integer model. See run.sh.
//
//   mutation_networks LIB FOLDER EVERY < mutants
//
// LIB is the library with all mutants in it. Reads lines that begin with a mutant's number; prints
// each that a network finds, a tab, and by which. The mutants of the networks' own tops are tried
// as well: lines "top", tab, network, tab, what found it or "-", tab, key. Without a mutant all
// networks agree, or the exit status is 1.
#include <fmt/format.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include "compiler/support/file.h"
#include "tests/mutation/verilog_mutants.h"
#include "tests/support/random_network.h"
#include "tests/support/rtl_case.h"

namespace {

namespace fs = std::filesystem;
using namespace hillock;

constexpr unsigned kLimit = 120;  // seconds; a mutant may never come to an end

struct Network {
  std::string name;
  tests::RandomCase test;
  fs::path folder;
  std::vector<mutation::Mutant> top;
};

// Small networks of every kind, and some of one kind where that is seldom.
std::vector<Network> networks() {
  const std::vector<std::pair<std::uint64_t, unsigned>> seeds = {
      {3, tests::kDenseOnly},
      {5, tests::kAllKinds},
      {8, tests::kConv | tests::kConvPool | tests::kSkip | tests::kFanOut},
      {11, tests::kRecurrent | tests::kSparse | tests::kCurrent | tests::kAlpha},
      {14, tests::kConv | tests::kMaxPool},
      {17, tests::kInhibition | tests::kRecurrent}};
  std::vector<Network> all;
  for (const auto& [seed, kinds] : seeds) {
    all.push_back({fmt::format("random_networks {} 1 1 {}", seed, kinds),
                   tests::random_case(seed, kinds),
                   {},
                   {}});
  }
  return all;
}

// What stands between `ifndef SNN_TRACE and its `endif: no simulation sees it.
void leave_out_untraced(std::string& text) {
  const std::string end = "`endif\n";
  const std::size_t begin = text.find("`ifndef SNN_TRACE\n");
  if (begin == std::string::npos) return;
  text.erase(begin, text.find(end, begin) + end.size() - begin);
}

void write(Network& n, const fs::path& library, const fs::path& folder) {
  n.folder = folder;
  tests::write_design(folder, n.test.quantized, n.test.mapping,
                      [&](const std::string& path, std::string& content) {
                        if (!path.ends_with(".v") || path.starts_with("tb/")) return;
                        if (path.find("/lib/") == std::string::npos) {
                          leave_out_untraced(content);
                          mutation::Mutated top = mutation::mutate(content);
                          n.top = std::move(top.mutants);
                          content = std::move(top.all);
                          return;
                        }
                        for (const char* part : {"prim", "snn", "top"}) {
                          const fs::path file = library / part / fs::path(path).filename();
                          if (fs::exists(file)) content = support::read_file(file);
                        }
                      });
}

// What the network notices of the mutant; empty: nothing.
std::string noticed(const Network& n, unsigned mutant) {
  ::setenv("HILLOCK_MUTANT", std::to_string(mutant).c_str(), 1);
  for (const std::uint64_t stalls : {0, 1, 2}) {
    const auto r =
        tests::cosimulate_design(n.folder, n.test.quantized, n.test.mapping, n.test.data, stalls);
    if (r.mismatches != 0) return r.first ? r.first->what : "mismatch";
    if (stalls == 0 && r.predicted_equal != true) return "cycles";
  }
  return "";
}

// In a process of its own: a mutant may hang, or break the simulation.
bool found(const Network& n, unsigned mutant) {
  std::cout.flush();
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(kLimit);
    int status = 2;
    try {
      status = noticed(n, mutant).empty() ? 0 : 1;
    } catch (const std::exception&) {
    }
    ::_exit(status);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  return !WIFEXITED(status) || WEXITSTATUS(status) != 0;
}

int run(const fs::path& library, const fs::path& folder, unsigned every) {
  std::vector<unsigned> mutants;
  for (std::string line; std::getline(std::cin, line);) {
    mutants.push_back(static_cast<unsigned>(std::strtoul(line.c_str(), nullptr, 10)));
  }
  int k = 0;
  for (Network& n : networks()) {
    write(n, library, folder / std::to_string(k++));
    if (const std::string what = noticed(n, 0); !what.empty()) {
      std::cerr << n.name << ": without a mutant: " << what << '\n';
      return 1;
    }
    const auto last = std::remove_if(mutants.begin(), mutants.end(), [&](unsigned m) {
      const bool dead = found(n, m);
      if (dead) std::cout << m << '\t' << n.name << '\n';
      return dead;
    });
    mutants.erase(last, mutants.end());
    for (const mutation::Mutant& m : n.top) {
      if (m.number / 2 % every != 0) continue;
      std::cout << "top\t" << n.name << '\t' << (found(n, m.number) ? "found" : "-") << '\t'
                << m.key << '\n';
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: mutation_networks LIB FOLDER EVERY < mutants\n";
    return 2;
  }
  try {
    return run(argv[1], argv[2], static_cast<unsigned>(std::strtoul(argv[3], nullptr, 10)));
  } catch (const std::exception& e) {
    std::cerr << e.what() << '\n';
    return 1;
  }
}
