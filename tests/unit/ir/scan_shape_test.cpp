// How spikes are cut into scan words.
#include "compiler/ir/scan_shape.h"

#include <catch2/catch.hpp>

using hillock::ir::scan_shape;
using hillock::ir::ScanShape;

TEST_CASE("scan words are about as wide as there are words", "[ir]") {
  const ScanShape narrow = scan_shape(1, 128);
  CHECK(narrow.pack == 16);
  CHECK(narrow.word_bits == 16);
  CHECK(narrow.words == 8);
  CHECK(narrow.pitch == 16);
  const ScanShape wide = scan_shape(100, 1);
  CHECK(wide.slices == 8);
  CHECK(wide.word_bits == 13);
  CHECK(wide.words == 8);
  CHECK(wide.pitch == 100);
  CHECK(scan_shape(1, 5000).word_bits == 32);
  CHECK(scan_shape(1, 3).word_bits == 4);
}

TEST_CASE("every spike lies in one scan word", "[ir]") {
  for (int lanes = 1; lanes <= 70; ++lanes) {
    for (int groups = 1; groups <= 70; ++groups) {
      const ScanShape s = scan_shape(lanes, groups);
      CAPTURE(lanes, groups);
      CHECK((s.pack == 1 || s.slices == 1));
      CHECK((s.pack & (s.pack - 1)) == 0);
      CHECK((s.slices & (s.slices - 1)) == 0);
      CHECK(s.word_bits <= 32);
      if (s.slices > 1) {
        CHECK(s.word_bits * s.slices >= lanes);
        CHECK(s.words == groups * s.slices);
      } else {
        CHECK(s.word_bits == lanes * s.pack);
        CHECK(s.words * s.pack >= groups);
        CHECK((s.words - 1) * s.pack < groups);
      }
    }
  }
}
