// .safetensors files, whole and damaged.
#include "compiler/import/safetensors.h"

#include <catch2/catch.hpp>
#include <cstring>

#include "compiler/import/import.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using import::read_safetensors;

std::string with_length(const std::string& header, const std::string& data) {
  const std::uint64_t n = header.size();
  return std::string(reinterpret_cast<const char*>(&n), sizeof n) + header + data;
}
template <typename T>
std::string bytes_of(std::vector<T> values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T)};
}

TEST_CASE("tensors of every type are read in order of their place", "[import]") {
  const TemporaryFolder folder;
  const std::string data = bytes_of<double>({1.5, -2}) + bytes_of<float>({0.25F}) +
                           bytes_of<std::uint16_t>({0x3c00, 0xc000}) +
                           bytes_of<std::uint16_t>({0x3f80}) + bytes_of<std::int64_t>({-7});
  const auto file = folder.file("m.safetensors", with_length(R"({"__metadata__": {"format": "pt"},
    "z": {"dtype": "F64", "shape": [2, 1], "data_offsets": [0, 16]},
    "b": {"dtype": "F16", "shape": [2], "data_offsets": [20, 24]},
    "c": {"dtype": "F32", "shape": [], "data_offsets": [16, 20]},
    "a": {"dtype": "BF16", "shape": [1], "data_offsets": [24, 26]},
    "n": {"dtype": "I64", "shape": [1], "data_offsets": [26, 34]},
    "e": {"dtype": "BOOL", "shape": [0], "data_offsets": [34, 34]}}   )",
                                                             data));
  const auto state = read_safetensors(file);
  REQUIRE(state.tensors.size() == 6);
  CHECK(state.tensors[0].name == "z");
  CHECK(state.tensors[0].shape == ir::Shape{2, 1});
  CHECK(state.tensors[0].values == std::vector<double>{1.5, -2});
  CHECK(state.tensors[1].name == "c");
  CHECK(state.tensors[1].values == std::vector<double>{0.25});
  CHECK(state.tensors[2].values == std::vector<double>{1, -2});
  CHECK(state.tensors[3].values == std::vector<double>{1});
  CHECK(state.tensors[4].values == std::vector<double>{-7});
  CHECK(state.tensors[0].where.path == "/z");
}

TEST_CASE("a damaged .safetensors is one error", "[import]") {
  const TemporaryFolder folder;
  const auto raw = [&](const std::string& bytes) {
    const auto file = folder.file("m.safetensors", bytes);
    return folder.without(error_of([&] { return read_safetensors(file); }));
  };
  const auto error = [&](const std::string& tensors, std::size_t data = 8) {
    return raw(with_length("{" + tensors + "}", std::string(data, '\0')));
  };
  const auto tensor = [](const std::string& name, const std::string& shape, const std::string& at,
                         const std::string& type = "F32") {
    return "\"" + name + R"(": {"dtype": ")" + type + R"(", "shape": )" + shape +
           R"(, "data_offsets": )" + at + "}";
  };
  CHECK(error(tensor("a", "[2]", "[0, 8]")) == "no error");
  CHECK_THAT(raw("short"), Contains("m.safetensors: error: is too short for a header [file-dam"));
  CHECK_THAT(raw(std::string(9, '\xff')),
             Contains("claims a header of 18446744073709551615 bytes"));
  CHECK_THAT(raw(with_length("{}", "").substr(0, 9)), Contains("ends in its header of 2 bytes"));
  CHECK_THAT(raw(with_length("{]", "")), Contains("its header is not JSON"));
  CHECK_THAT(raw(with_length("[]", "")), Contains("its header lists no tensors"));
  CHECK_THAT(error(tensor("a", "[2]", "[0, 9]")), Contains("lies at the bytes 0 to 9 of 8"));
  CHECK_THAT(error(tensor("a", "[2]", "[8, 0]")), Contains("lies at the bytes 8 to 0 of 8"));
  CHECK_THAT(error(tensor("a", "[3]", "[0, 8]")),
             Contains("m.safetensors:/a: error: has 8 bytes, and the shape 3 of F32 needs 12"));
  CHECK_THAT(error(tensor("a", "[2]", "[0]")),
             Contains("data_offsets is not two numbers of bytes"));
  CHECK_THAT(error(tensor("a", "[2]", "[-1, 8]")), Contains("data_offsets is not two numbers"));
  CHECK_THAT(error(tensor("a", "[2]", "[0, 8]", "C64")),
             Contains("holds elements of the type 'C64', which are no numbers known here"));
  CHECK_THAT(error(tensor("a", "[2]", "[0, 8]") + "," + tensor("b", "[1]", "[4, 8]")),
             Contains("m.safetensors:/b: error: overlaps the tensor before it by 4 bytes"));
  CHECK_THAT(error(tensor("a", "[1]", "[0, 4]") + "," + tensor("b", "[1]", "[8, 12]"), 12),
             Contains("begins 4 bytes behind the tensor before it"));
  CHECK_THAT(error(tensor("a", "[1]", "[0, 4]")), Contains("has 4 bytes behind its last tensor"));
  CHECK_THAT(error(tensor("a", "[2]", "[0, 8]") + "," + tensor("a", "[2]", "[0, 8]")),
             Contains("m.safetensors:/a: error: is in the file twice [duplicate-name]"));
  CHECK_THAT(error(tensor("a", "[268435456]", "[0, 8]")),
             Contains("claims 268435456 elements, and at most 67108864 may be read"));
  CHECK_THAT(error(R"("a": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8], "x": 1})"),
             Contains("has the key 'x', which is not known here"));
}

TEST_CASE("a .safetensors model is a state_dict", "[import]") {
  const TemporaryFolder folder;
  const std::string header =
      R"({"0.weight": {"dtype": "F32", "shape": [1, 2], "data_offsets": [0, 8]},
          "1.beta": {"dtype": "F32", "shape": [], "data_offsets": [8, 12]},
          "1.threshold": {"dtype": "F32", "shape": [], "data_offsets": [12, 16]},
          "1.reset_mechanism_val": {"dtype": "I64", "shape": [], "data_offsets": [16, 24]}})";
  const auto file = folder.file(
      "m.safetensors",
      with_length(header, bytes_of<float>({1, 2, 0.5F, 1}) + bytes_of<std::int64_t>({2})));
  const ir::Network n = import::import_model(file, {});
  CHECK(n.populations[0].reset.mechanism == ir::ResetMechanism::None);
  CHECK(n.inputs[0].shape == ir::Shape{2});
}

}  // namespace
}  // namespace hillock::tests
