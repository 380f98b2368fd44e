// snn_axis_taps: every element of many geometries, against all pairs of an output and a position of
// the kernel that meet it; that they lie in a row, as their users step through them.
#include <numeric>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  rtl::Model<typename P::Top> m(random);
  const auto word = [](const auto& port, std::int64_t i) {
    return static_cast<std::int64_t>(rtl::get(port, 32 * i, 32));
  };
  for (std::int64_t at = 0; at < P::Size; ++at) {
    m->at_i = at;
    m.eval();
    std::int64_t i = 0;
    for (std::int64_t kernel = 1; kernel <= 4; ++kernel) {
      for (std::int64_t stride = 1; stride <= 3; ++stride) {
        for (std::int64_t dilation = 1; dilation <= 3; ++dilation) {
          for (std::int64_t pad = 0; pad <= 2; ++pad, ++i) {
            const std::string where = rtl::text("element", at, "kernel", kernel, "stride", stride,
                                                "dilation", dilation, "padding", pad);
            const std::int64_t outputs = word(m->outputs_o, i);
            rtl::require(P::Outputs == 0 || outputs == P::Outputs, where,
                         ": the wrapper's outputs");
            // Kernel positions in rising order, each with its output.
            std::vector<std::pair<std::int64_t, std::int64_t>> met;
            for (std::int64_t k = 0; k < kernel; ++k) {
              for (std::int64_t o = 0; o < outputs; ++o) {
                const std::int64_t tile = o * stride + k * dilation - pad;
                if (tile < 0 || (tile + 1) * P::Tile > P::Size) continue;
                if (at >= tile * P::Tile && at < (tile + 1) * P::Tile) met.emplace_back(o, k);
              }
            }
            const auto count = static_cast<std::int64_t>(met.size());
            rtl::require(word(m->counts_o, i) == count, where, ": count", word(m->counts_o, i),
                         "not", count);
            if (met.empty()) continue;
            const std::int64_t out = met[0].first * P::OutScale;
            const std::int64_t first = met[0].second * P::KernelScale;
            rtl::require(word(m->outs_o, i) == out && word(m->kernels_o, i) == first, where,
                         ": first", word(m->outs_o, i), word(m->kernels_o, i), "not", out, first);
            const std::int64_t both = std::gcd(stride, dilation);
            for (std::int64_t n = 0; n < count; ++n) {
              rtl::require(met[n].first == met[0].first - n * dilation / both &&
                               met[n].second == met[0].second + n * stride / both,
                           where, ": not in a row");
            }
          }
        }
      }
    }
  }
}

}  // namespace

RTL_MAIN(1)
