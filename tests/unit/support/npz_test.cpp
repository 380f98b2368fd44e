// NumPy's arrays and archives, as NumPy writes them and as nobody should.
#include "compiler/support/npz.h"

#include <catch2/catch.hpp>
#include <cmath>

#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using support::NpzArray;
using support::NpzOutput;
using support::NpzReader;

std::vector<double> counted(double (*f)(int)) {
  std::vector<double> out;
  for (int i = 0; i < 24; ++i) out.push_back(f(i));
  return out;
}

TEST_CASE("NumPy's own arrays of every kind are read", "[support]") {
  for (const char* name : {"npz/stored.npz", "npz/deflated.npz"}) {
    CAPTURE(name);
    const NpzReader npz(data_file(name));
    const auto check = [&](const char* array, double (*f)(int)) {
      CAPTURE(array);
      const NpzArray a = npz.read(array);
      CHECK(a.shape() == std::vector<std::size_t>{2, 3, 4});
      CHECK(a.values<double>() == counted(f));
    };
    check("u1", [](int i) { return i * 1.0; });
    check("i1", [](int i) { return i - 12.0; });
    check("u2", [](int i) { return i * 2000.0; });
    check("i2", [](int i) { return i * -1000.0; });
    check("u4", [](int i) { return i * 1.0; });
    check("i4", [](int i) { return i * -1.0; });
    check("u8", [](int i) { return i * 1.0; });
    check("i8", [](int i) { return i * -1.0; });
    check("b1", [](int i) { return i % 3 == 0 ? 1.0 : 0.0; });
    check("f2", [](int i) { return i / 8.0 - 1; });
    check("f4", [](int i) { return i / 8.0 - 1; });
    check("f8", [](int i) { return i / 8.0 - 1; });
    check("big_i2", [](int i) { return i * -1000.0; });
    check("big_f4", [](int i) { return i / 8.0 - 1; });
    check("big_f8", [](int i) { return i / 8.0 - 1; });
    check("fortran", [](int i) { return i * 1.0; });
    CHECK(npz.read("scalar").shape().empty());
    CHECK(npz.read("scalar").values<float>() == std::vector<float>{2.5F});
    CHECK_THAT(error_of([&] { return npz.read("text"); }),
               Contains(":/text: error: holds elements of type '<U1' [bad-type]"));
    CHECK_THAT(error_of([&] { return npz.read("absent"); }), Contains("the file holds u1, i1, u2"));
  }
  const NpzReader versions(data_file("npz/versions.npz"));
  for (const char* v : {"v1", "v2", "v3"}) {
    CHECK(versions.read(v).values<std::int64_t>()[23] == 23);
  }
}

TEST_CASE("what is written reads back, and is the same at every run", "[support]") {
  const TemporaryFolder folder;
  const std::vector<NpzOutput> arrays{
      {"spikes", {2, 3}, std::vector<std::uint8_t>{0, 1, 0, 1, 1, 255}},
      {"labels", {2}, std::vector<std::int64_t>{-1, INT64_MAX}},
      {"f", {1, 1, 2}, std::vector<float>{0.1F, -2.5F}},
      {"d", {}, std::vector<double>{0.1}},
      {"none", {0, 4}, std::vector<float>{}}};
  support::write_npz(folder / "a.npz", arrays);
  support::write_npz(folder / "b.npz", arrays);
  CHECK(support::read_file(folder / "a.npz") == support::read_file(folder / "b.npz"));
  const NpzReader npz(folder / "a.npz");
  CHECK(npz.names() == std::vector<std::string>{"spikes", "labels", "f", "d", "none"});
  CHECK(npz.read("spikes").shape() == std::vector<std::size_t>{2, 3});
  CHECK(npz.read("spikes").values<double>() == std::vector<double>{0, 1, 0, 1, 1, 255});
  CHECK(npz.read("labels").values<std::int64_t>() == std::vector<std::int64_t>{-1, INT64_MAX});
  CHECK(npz.read("f").values<float>() == std::vector<float>{0.1F, -2.5F});
  CHECK(npz.read("d").values<double>() == std::vector<double>{0.1});
  CHECK(npz.read("none").values<float>().empty());
  CHECK_THROWS_AS(support::write_npz(folder / "c.npz", {{"x", {3}, std::vector<float>{1}}}),
                  std::logic_error);
  CHECK_THAT(error_of([&] {
               support::write_npz(folder / "no/such/folder.npz", arrays);
               return 0;
             }),
             Contains("[output-unwritable]"));
}

TEST_CASE("half precision is exact at its edges", "[support]") {
  const auto value = [](std::uint16_t bits) {
    const std::string data{static_cast<char>(bits & 0xff), static_cast<char>(bits >> 8)};
    return NpzArray(support::npy_bytes("<f2", {1}, data), {"f"}).values<double>()[0];
  };
  CHECK(value(0x0001) == std::ldexp(1.0, -24));
  CHECK(value(0x03ff) == std::ldexp(1023.0, -24));
  CHECK(value(0x0400) == std::ldexp(1.0, -14));
  CHECK(value(0x7bff) == 65504.0);
  CHECK(value(0xc000) == -2.0);
  CHECK(std::isinf(value(0x7c00)));
  CHECK(std::isnan(value(0x7e00)));
}

TEST_CASE("headers that make no sense are errors", "[support]") {
  const auto error = [](const std::string& header, const std::string& data = "") {
    std::string npy = "\x93NUMPY\x01";
    npy += '\0';
    npy += static_cast<char>(header.size());
    npy += '\0';
    npy += header + data;
    return error_of([&] { return NpzArray(npy, {"f"}).values<float>().size(); });
  };
  const std::string eight(8, '\0');
  CHECK(error("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", eight) == "no error");
  CHECK(error("{'shape': (2L, 1), 'fortran_order': True, 'descr': '<f4'}\n", eight) == "no error");
  CHECK_THAT(error("{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }", eight),
             Contains("holds 8 bytes of data, and 3 elements of float32 need 12 [file-damaged]"));
  CHECK_THAT(error("{'descr': '<c8', 'fortran_order': False, 'shape': (1,), }", eight),
             Contains("elements of type '<c8' [bad-type]"));
  CHECK_THAT(error("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", eight),
             Contains("elements of type '|O' [bad-type]"));
  CHECK_THAT(error("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", eight),
             Contains("holds records"));
  CHECK_THAT(error("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}"),
             Contains("claims 4294967296x4294967296 elements [file-too-large]"));
  for (const char* bad :
       {"", "{", "{}", "{'descr': '<f4'}", "{'descr': '<f4', 'fortran_order': 0, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, }", "{'what': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)}"}) {
    CAPTURE(bad);
    CHECK_THAT(error(bad), Contains("has no .npy header that can be read [file-damaged]"));
  }
}

TEST_CASE("an entry larger than its archive is refused before it is read", "[support]") {
  const TemporaryFolder folder;
  std::string bytes = support::zip_bytes({{"x.npy", std::string(100'000, 'a')}});
  // Of the central directory alone: the compressed size, then the size, 20 bytes into the entry.
  const std::size_t at = bytes.find(std::string("PK\x01\x02", 4)) + 20;
  bytes.replace(at, 8, std::string("\x00\x00\x00\x40\x00\x00\x00\x70", 8));
  const auto file = folder.file("large.npz", bytes);
  CHECK_THAT(error_of([&] { return NpzReader(file).read("x"); }),
             Contains("/x.npy: error: claims 1073741824 compressed bytes in a file of ") &&
                 Contains("[file-damaged]"));
}

TEST_CASE("an archive that claims more than it can hold is refused", "[support]") {
  const TemporaryFolder folder;
  std::string bytes = support::zip_bytes({{"x.npy", std::string(100'000, 'a')}});
  // The size is in the central directory and in the local header: 4 bytes, little-endian.
  const std::string size{'\xa0', '\x86', '\x01', '\0'};
  for (std::size_t at = 0; (at = bytes.find(size, at)) != std::string::npos;) {
    bytes.replace(at, 4, std::string("\x00\x00\x00\x70", 4));
  }
  const NpzReader npz(folder.file("bomb.npz", bytes));
  CHECK_THAT(error_of([&] { return npz.read("x"); }), Contains("compressed bytes cannot hold"));
  const std::string wrong_crc = [] {
    std::string b = support::zip_bytes({{"x.npy", "abcdefgh"}});
    b[b.find("x.npy") - 16] ^= 1;
    return b;
  }();
  CHECK_THAT(error_of([&] { return NpzReader(folder.file("c.npz", wrong_crc)).read("x"); }),
             Contains("error:"));
  CHECK_THAT(error_of([&] { return NpzReader(folder.file("t.npz", "text")); }),
             Contains("is not a whole zip archive [file-damaged]"));
  CHECK_THAT(error_of([&] { return NpzReader(folder / "absent.npz"); }),
             Contains("no such file [file-not-found]"));
  CHECK_THAT(error_of([&] {
               return NpzReader(
                   folder.file("d.npz", support::zip_bytes({{"x.npy", "a"}, {"y.npy", "b"}})));
             }),
             Catch::Equals("no error"));
}

}  // namespace
}  // namespace hillock::tests
