// snn_stream_join: all combinations of valid and ready.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  rtl::Model<typename P::Top> m(random);
  const std::uint64_t all = rtl::mask(P::Streams);
  for (std::uint64_t valid = 0; valid <= all; ++valid) {
    for (int ready = 0; ready < 2; ++ready) {
      rtl::put(m->valid_i, 0, P::Streams, valid);
      m->ready_i = ready;
      m.eval();
      rtl::require(m->valid_o == (valid == all), "valid", valid);
      rtl::require(m->ready_o == (valid == all && ready != 0 ? all : 0), "valid", valid, "ready",
                   ready, ": ready_o", int{m->ready_o});
    }
  }
}

}  // namespace

RTL_MAIN(1)
