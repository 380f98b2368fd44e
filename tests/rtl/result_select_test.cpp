// snn_result_select: every readout's class and score, and nothing of the others.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  rtl::Model<typename P::Top> m(random);
  for (int i = 0; i < 500; ++i) {
    const rtl::Bits classes = rtl::random_bits(random, P::Readouts * P::ClassBits);
    const rtl::Bits scores = rtl::random_bits(random, P::Readouts * P::ScoreBits);
    const std::int64_t r = i < P::Readouts ? i : random.whole(0, P::Readouts - 1);
    rtl::put_bits(m->classes_i, classes);
    rtl::put_bits(m->scores_i, scores);
    m->select_i = r;
    m.eval();
    rtl::require(m->class_o == rtl::get(m->classes_i, r * P::ClassBits, P::ClassBits), "class of",
                 r);
    const std::int64_t score =
        rtl::sign_extend(rtl::get(m->scores_i, r * P::ScoreBits, P::ScoreBits), P::ScoreBits);
    rtl::require(m->score_o == static_cast<std::uint64_t>(score), "score of", r);
  }
}

}  // namespace

RTL_MAIN(2)
