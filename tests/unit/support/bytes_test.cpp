// Bytes that are not what was written: an exception, never a value that its type does not have.
#include "compiler/support/bytes.h"

#include <catch2/catch.hpp>

namespace hillock::tests {
namespace {

using support::ByteReader;
using support::ByteWriter;

TEST_CASE("what was written is read", "[support]") {
  ByteWriter out;
  out.number(true);
  out.number(false);
  out.text("beta");
  out.numbers(std::vector<double>{1.5, -2});
  const std::string bytes = out.take();
  ByteReader in(bytes);
  CHECK(in.number<bool>());
  CHECK_FALSE(in.number<bool>());
  CHECK(in.text() == "beta");
  CHECK(in.numbers<double>() == std::vector<double>{1.5, -2});
  CHECK(in.at_end());
}

TEST_CASE("a truth value is 0 or 1", "[support]") {
  for (const char byte : {'\2', 'p', '\xff'}) {
    ByteReader in(std::string_view(&byte, 1));
    CHECK_THROWS_AS(in.number<bool>(), std::out_of_range);
  }
}

TEST_CASE("bytes that end early are an exception", "[support]") {
  ByteWriter out;
  out.text("threshold");
  const std::string bytes = out.take();
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    ByteReader in(std::string_view(bytes).substr(0, n));
    CHECK_THROWS_AS(in.text(), std::out_of_range);
  }
}

}  // namespace
}  // namespace hillock::tests
