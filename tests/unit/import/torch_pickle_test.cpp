// Pickles of tensors, read without executing anything in them.
#include "compiler/import/torch_pickle.h"

#include <catch2/catch.hpp>

#include "compiler/support/zip.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {
namespace {

using Catch::Contains;
using namespace import::torch;

const support::Location kPlace{"m.pt", "/data.pkl"};

std::string bytes(std::string_view s) { return std::string(s); }
template <std::size_t N>
std::string pickle(const char (&body)[N]) {
  return bytes("\x80\x02") + std::string(body, N - 1);
}
std::string error_in(const std::string& p) {
  return error_of([&] {
    const Pickle result(p, kPlace);
    return 0;
  });
}

TEST_CASE("numbers of every width are read", "[import]") {
  const auto integer = [](const std::string& p) {
    const Pickle result(p, kPlace);
    return *result.top().as<std::int64_t>();
  };
  CHECK(integer(pickle("K\x07.")) == 7);
  CHECK(integer(pickle("M\x01\x02.")) == 513);
  CHECK(integer(pickle("J\xfe\xff\xff\xff.")) == -2);
  CHECK(integer(pickle("\x8a\x02\x00\x80.")) == -32768);
  CHECK(integer(pickle("\x8a\x00.")) == 0);
  CHECK(integer(pickle("\x8a\x08\xff\xff\xff\xff\xff\xff\xff\x7f.")) == INT64_MAX);
  const Pickle real(pickle("G\x3f\xf8\x00\x00\x00\x00\x00\x00."), kPlace);
  CHECK(*real.top().as<double>() == 1.5);
}

TEST_CASE("dictionaries, lists, tuples and the memo are read", "[import]") {
  // {"ab": (1, None), "c": ["ab", True]}
  const Pickle p(pickle("}q\x00(X\x02\x00\x00\x00"
                        "abq\x01K\x01N\x86\x8c\x01"
                        "c](h\x01\x88"
                        "eu."),
                 kPlace);
  const auto* dict = p.top().as<Dict>();
  REQUIRE(dict != nullptr);
  REQUIRE(dict->items.size() == 2);
  CHECK(*dict->items[0].first->as<std::string>() == "ab");
  CHECK(dict->items[0].second->as<Tuple>()->items.size() == 2);
  const auto* list = dict->items[1].second->as<List>();
  REQUIRE(list->items.size() == 2);
  CHECK(*list->items[0]->as<std::string>() == "ab");
}

TEST_CASE("no name but those of tensors is known", "[import]") {
  CHECK_THAT(error_in(pickle("cposix\nsystem\n(X\x02\x00\x00\x00lstR.")),
             Contains("wants to use 'posix.system', which a state_dict has no need for"));
  CHECK_THAT(error_in(pickle("\x8c\x08"
                             "builtins\x8c\x04"
                             "eval\x93.")),
             Contains("'builtins.eval'"));
  CHECK_THAT(error_in(pickle("ctorch\nload\n.")), Contains("'torch.load'"));
  CHECK_THAT(error_in(pickle("ctorch\nStorage\n.")), Contains("'torch.Storage'"));
  CHECK_THAT(error_in(pickle("ctorch\nFloatStorage\n)R.")), Contains("is called"));
}

TEST_CASE("instructions that build objects are refused", "[import]") {
  for (const char opcode : {'\x81', 'o', 'i', '\x92', 'P', 'I', '\x82', 'B', '\x97', '2'}) {
    const std::string p = bytes("\x80\x02") + opcode + "....";
    CHECK_THAT(error_in(p), Contains("uses the pickle instruction 0x"));
  }
  CHECK_THAT(error_in(pickle("]}b.")),
             Contains("gives attributes to something that is not a dict"));
}

TEST_CASE("pickles that are cut off or make no sense are damaged", "[import]") {
  for (const std::string& p :
       {bytes(""), bytes("hello"), pickle(""), pickle("."), pickle("X\xff\xff\xff\xff."),
        pickle("h\x05."), pickle("t."), pickle("R."), pickle("K\x01Q."), pickle("}K\x01s."),
        pickle("(]K\x01s."), pickle("K\x01K\x02R."),
        pickle("\x8d\xff\xff\xff\xff\xff\xff\xff\xff."), pickle("}(K\x01u."), bytes("\x80\x09."),
        pickle("q\x00."), pickle("cposix"), pickle("ctorch._utils\n_rebuild_tensor_v2\n)R."),
        pickle("(X\x07\x00\x00\x00storageX\x01\x00\x00\x00"
               "0tQ.")}) {
    CAPTURE(p);
    CHECK_THAT(error_in(p), Contains("[file-damaged]"));
  }
}

TEST_CASE("deep nesting and endless values do no harm", "[import]") {
  std::string deep = bytes("\x80\x02)");
  for (int i = 0; i < 200000; ++i) deep += '\x85';
  CHECK(error_in(deep + ".") == "no error");
  std::string many = bytes("\x80\x02");
  many.append(3'000'000, ')');
  CHECK_THAT(error_in(many), Contains("holds over 2000000 values [file-too-large]"));
  CHECK_THAT(error_in(std::string(20u << 20, '\x80')), Contains("at most 16777216 are read"));
}

TEST_CASE("every cut and every flipped byte of a real pickle ends well", "[import]") {
  const support::ZipReader zip(data_file("pt/wrapped.pt"));
  const std::string good = zip.read("wrapped/data.pkl", 1u << 20);
  CHECK(error_in(good) == "no error");
  for (std::size_t n = 0; n < good.size(); ++n) {
    CHECK_THAT(error_in(good.substr(0, n)), Contains("error: "));
    for (const int mask : {0x01, 0x40, 0xff}) {
      std::string bad = good;
      bad[n] = static_cast<char>(bad[n] ^ mask);
      CHECK_NOTHROW(error_in(bad));
    }
  }
}

}  // namespace
}  // namespace hillock::tests
