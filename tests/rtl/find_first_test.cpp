// snn_find_first: all inputs at small widths, random and sparse ones at large widths.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

template <class P>
void look_at(rtl::Model<typename P::Top>& m, const Bits& in) {
  rtl::put_bits(m->bits_i, in);
  m.eval();
  std::int64_t first = 0;
  std::int64_t set = 0;
  for (std::int64_t i = P::Width - 1; i >= 0; --i) {
    if (in[i]) {
      first = i;
      ++set;
    }
  }
  Bits onehot(P::Width);
  if (set > 0) onehot[first] = true;
  const std::string shown = rtl::hex(in);
  rtl::require(rtl::get_bits(m->onehot_o, P::Width) == onehot, "onehot_o of", shown);
  rtl::require(m->index_o == first, "index_o of", shown, "is", int{m->index_o});
  rtl::require(m->any_o == (set > 0), "any_o of", shown);
  rtl::require(m->more_o == (set > 1), "more_o of", shown);
}

template <class P>
void test(Random& random) {
  rtl::Model<typename P::Top> m(random);
  if (P::Width <= 12) {
    for (std::uint64_t v = 0; v <= rtl::mask(P::Width); ++v) {
      Bits in;
      rtl::append(in, v, P::Width);
      look_at<P>(m, in);
    }
    return;
  }
  look_at<P>(m, Bits(P::Width, false));
  look_at<P>(m, Bits(P::Width, true));
  for (std::int64_t i = 0; i < P::Width; ++i) {
    Bits in(P::Width, false);
    in[i] = true;
    look_at<P>(m, in);
    for (std::int64_t above = i + 1; above < P::Width; ++above) in[above] = random.chance(1);
    look_at<P>(m, in);
  }
  for (int i = 0; i < 1000; ++i) {
    look_at<P>(m, rtl::random_bits(random, P::Width, random.eighths()));
  }
}

}  // namespace

RTL_MAIN(1)
