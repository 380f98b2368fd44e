// snn_dense_taps: every address, every group in order with its row of weights; a beat without event
// is one tap, or with Fused = 1 as many as any other.
#include "matrix.h"
#include "tests/rtl/taps.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  std::vector<rtl::Bits> rows;
  for (std::int64_t row = 0; row < P::Sources * P::Groups; ++row) {
    rows.push_back(rtl::random_bits(random, P::Lanes * P::WeightBits));
  }
  rtl::write_memory(P::WeightFile, rows);
  const auto visits = [&](std::int64_t addr) {
    std::vector<rtl::Visit> out;
    for (std::int64_t g = 0; g < P::Groups; ++g) out.push_back({g, rows[addr * P::Groups + g]});
    return out;
  };
  std::vector<std::int64_t> addresses;
  for (std::int64_t a = 0; a < P::Sources; ++a) addresses.push_back(a);
  const std::int64_t whole = P::Fused != 0 ? P::Groups : 0;
  rtl::TapBench<P>(random, 1, visits, whole)
      .run(rtl::beats_of(random, addresses, P::ValueBits, 60));
}

}  // namespace

RTL_MAIN(20)
