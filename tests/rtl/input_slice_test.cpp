// snn_input_slice: every address, with and without an event, the end of a step, and a taker that is
// ready or not.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  rtl::Model<typename P::Top> m(random);
  for (std::int64_t addr = 0; addr < (std::int64_t{1} << P::AddrBits); ++addr) {
    for (int flags = 0; flags < 16; ++flags) {
      const bool valid = (flags & 1) != 0;
      const bool event = (flags & 2) != 0;
      const bool step_last = (flags & 4) != 0;
      const bool ready = (flags & 8) != 0;
      rtl::put(m->beat_addr_i, 0, P::AddrBits, static_cast<std::uint64_t>(addr));
      m->beat_valid_i = valid;
      m->beat_event_i = event;
      m->beat_step_last_i = step_last;
      m->slice_ready_i = ready;
      m.eval();
      const bool inside = addr >= P::First && addr < P::First + P::Count;
      const bool own = event && inside;
      const bool passes = own || step_last;
      rtl::require(m->slice_valid_o == (valid && passes), "address", addr, "flags", flags);
      rtl::require(m->slice_event_o == own, "address", addr, "flags", flags, ": event");
      // A dropped beat waits for nobody.
      rtl::require(m->beat_ready_o == (ready || !passes), "address", addr, "flags", flags,
                   ": ready");
      if (own) {
        rtl::require(m->slice_addr_o == addr - P::First, "address", addr, ": becomes",
                     int{m->slice_addr_o});
      }
    }
  }
}

}  // namespace

RTL_MAIN(1)
