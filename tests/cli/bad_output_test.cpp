// Places that cannot be written, and disks without space: one error, status 1, nothing left behind.
#include <sys/mount.h>

#include <catch2/catch.hpp>
#include <random>

#include "tests/cli/program.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

const std::string kModel = source("tests/data/mlp/model.nir");
const std::string kData = source("tests/data/mlp/test.npz");

std::size_t entries(const std::filesystem::path& folder) {
  std::size_t n = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
    (void)entry;
    ++n;
  }
  return n;
}

TEST_CASE("output folders that cannot be") {
  const TemporaryFolder folder;
  (void)folder.file("file", "A file in the way.\n");
  std::filesystem::create_directory(folder / "full");
  (void)folder.file("full/thing", "Somebody's.\n");
  const std::size_t before = entries(folder / "");
  const auto refusal = [&](const std::string& output) {
    const Run run = hillock(folder / "", {"compile", kModel, "-o", output});
    CHECK(not_one_error(run) == "");
    CHECK(entries(folder / "") == before);
    return folder.without(error_line(run));
  };
  CHECK(refusal("file") == "file: error: is a file, not a folder [output-unwritable]");
  CHECK(refusal("file/b") == "file/b: error: file is not a folder [output-unwritable]");
  CHECK(refusal("full") ==
        "full: error: is a folder with something else in it [output-unwritable]");
  CHECK(refusal("/proc/b") ==
        "/proc/b: error: folder cannot be created: No such file or directory [output-unwritable]");
  CHECK(refusal("/dev/null/b") ==
        "/dev/null/b: error: /dev/null is not a folder [output-unwritable]");
  CHECK(support::read_file(folder / "file") == "A file in the way.\n");
}

TEST_CASE("--json where nothing can be written is refused before the work") {
  const TemporaryFolder folder;
  const auto refusal = [&](const std::string& json) {
    const Run run = hillock(folder / "", {"compile", kModel, "-o", "b", "--json", json});
    CHECK(not_one_error(run) == "");
    CHECK(entries(folder / "") == 0);
    return folder.without(error_line(run));
  };
  CHECK(refusal("absent/c.json") ==
        "absent/c.json: error: cannot be created: No such file or directory [output-unwritable]");
  CHECK(refusal("/proc/c.json") ==
        "/proc/c.json: error: cannot be created: No such file or directory [output-unwritable]");
  CHECK(refusal("/") == "/: error: is a folder, not a file [output-unwritable]");
}

TEST_CASE("a device is written to, never replaced") {
  const TemporaryFolder folder;
  const Run full = hillock(folder / "", {"inspect", kModel, "--quiet", "--json", "/dev/full"});
  CHECK(not_one_error(full) == "");
  CHECK(error_line(full) ==
        "/dev/full: error: cannot be written: No space left on device [output-unwritable]");
  CHECK(std::filesystem::is_character_file("/dev/full"));
  const Run out = hillock(folder / "", {"inspect", kModel, "--quiet", "--json", "/dev/null"});
  CHECK(out.status == 0);
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("a link is followed, never replaced") {
  const TemporaryFolder folder;
  (void)folder.file("real.json", "old");
  std::filesystem::create_symlink("real.json", folder / "link.json");
  CHECK(hillock(folder / "", {"inspect", kModel, "--quiet", "--json", "link.json"}).status == 0);
  CHECK(std::filesystem::is_symlink(folder / "link.json"));
  CHECK(support::read_file(folder / "real.json").front() == '{');
}

// A file system of 64 KB, where one may be mounted.
class SmallDisk {
 public:
  explicit SmallDisk(std::filesystem::path folder) : folder_(std::move(folder)) {
    std::filesystem::create_directory(folder_);
    mounted_ = ::mount("hillock-test", folder_.c_str(), "tmpfs", 0, "size=64k") == 0;
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  ~SmallDisk() {
    if (mounted_) ::umount(folder_.c_str());
  }
  [[nodiscard]] bool mounted() const { return mounted_; }

 private:
  std::filesystem::path folder_;
  bool mounted_ = false;
};

TEST_CASE("a disk without space") {
  const TemporaryFolder folder;
  const SmallDisk disk(folder / "disk");
  if (!disk.mounted()) {
    WARN("not checked: no file system can be mounted here");
    return;
  }
  for (const std::string output : {"disk/b", "disk/in/there/b"}) {
    for (const std::string verb : {"compile", "flow"}) {
      const Run run = hillock(folder / "", {verb, kModel, "--data", kData, "-o", output});
      CHECK(not_one_error(run) == "");
      CHECK(run.err.rfind(output + "/rtl/", 0) == 0);
      CHECK(run.err.find("No space left on device [output-unwritable]") != std::string::npos);
      CHECK(entries(folder / "disk") == 0);
    }
  }
}

TEST_CASE("a target that does not exist is refused before the work") {
  const TemporaryFolder folder;
  const Run run =
      hillock(folder / "", {"flow", kModel, "--data", kData, "-o", "b", "--target", "abacus"});
  CHECK(not_one_error(run) == "");
  CHECK(error_line(run) ==
        "--target: error: there are no energy coefficients for abacus [bad-option]");
  CHECK(entries(folder / "") == 0);
}

TEST_CASE("folders that are no build") {
  const TemporaryFolder folder;
  for (const std::string verb : {"run", "cosim"}) {
    const Run run = hillock(folder / "", {verb, "absent", "--data", kData});
    CHECK(not_one_error(run) == "");
    CHECK(run.err ==
          "absent: error: is not a build folder [bad-build]\n"
          "  help: make one with `hillock compile MODEL -o DIR`\n");
  }
  REQUIRE(hillock(folder / "", {"compile", kModel, "-o", "b"}).status == 0);
  const auto quantized = folder / "b/quantized.json";
  const std::string good = support::read_file(quantized);
  const auto refusal = [&](const std::string& content) {
    support::write_file(quantized, content);
    const Run run = hillock(folder / "", {"run", "b", "--data", kData});
    CHECK(not_one_error(run) == "");
    return error_line(run);
  };
  CHECK(refusal(good.substr(0, good.size() / 2))
            .rfind("b/quantized.json: error: is not JSON: line 1, column ", 0) == 0);
  CHECK(refusal("{}") == "b/quantized.json: error: key 'format' not found [bad-build]");
  std::filesystem::remove(quantized);
  const Run run = hillock(folder / "", {"run", "b", "--data", kData});
  CHECK(error_line(run) == "b/quantized.json: error: no such file [file-not-found]");
}

TEST_CASE("flipped bits of a build: done, or refused cleanly") {
  const TemporaryFolder folder;
  REQUIRE(hillock(folder / "", {"compile", kModel, "-o", "b"}).status == 0);
  for (const char* name : {"b/quantized.json", "b/network.json", "b/compile.json"}) {
    const std::string good = support::read_file(folder / name);
    for (unsigned seed = 1; seed <= 40; ++seed) {
      std::mt19937 random(seed);
      std::string bad = good;
      const std::size_t at = random() % bad.size();
      bad[at] = static_cast<char>(bad[at] ^ (1U << random() % 8));
      support::write_file(folder / name, bad);
      CAPTURE(name, seed, at, bad.substr(at < 20 ? 0 : at - 20, 40));
      CHECK(not_clean(hillock(folder / "", {"run", "b", "--data", kData, "--quiet"})) == "");
    }
    support::write_file(folder / name, good);
  }
}

}  // namespace
}  // namespace hillock::tests
