// Mutants of Verilog files, for run.sh.
//
//   mutate schema OUT FILE...     writes OUT/FOLDER/FILE with all mutants in it for each
//   FOLDER/FILE
//                                 and prints a line for each mutant: number, module, line, key
//   mutate one KEY FILE           prints FILE with the one mutant
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "tests/mutation/verilog_mutants.h"

namespace {

std::string content(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + file);
  return {std::istreambuf_iterator<char>(in), {}};
}

int run(int argc, char** argv) {
  const std::string verb = argc > 1 ? argv[1] : "";
  if (verb == "one" && argc == 4) {
    std::cout << hillock::mutation::with_mutant(content(argv[3]), argv[2]);
    return 0;
  }
  if (verb != "schema" || argc < 4) {
    std::cerr << "mutate schema OUT FILE... | mutate one KEY FILE\n";
    return 2;
  }
  for (int i = 3; i < argc; ++i) {
    const std::filesystem::path file = argv[i];
    const auto mutated = hillock::mutation::mutate(content(file));
    const std::filesystem::path out =
        std::filesystem::path(argv[2]) / file.parent_path().filename() / file.filename();
    std::filesystem::create_directories(out.parent_path());
    std::ofstream(out, std::ios::binary) << mutated.all;
    for (const auto& m : mutated.mutants) {
      std::cout << m.number << '\t' << file.stem().string() << '\t' << m.line << '\t' << m.key
                << '\n';
    }
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    return run(argc, argv);
  } catch (const std::exception& e) {
    std::cerr << "mutate: " << e.what() << '\n';
    return 1;
  }
}
