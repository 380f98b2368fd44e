// snn_conv_taps, and with it snn_window_taps: every address of the source against loops over all
// outputs and all of the kernel, in both orders of addresses.
#include "matrix.h"
#include "tests/rtl/taps.h"

namespace {

template <class P>
class Convolution {
 public:
  explicit Convolution(rtl::Random& random) {
    for (std::int64_t row = 0; row < P::Channels * kKernel * P::BlockGroups; ++row) {
      rows_.push_back(rtl::random_bits(random, P::Lanes * P::WeightBits));
    }
    rtl::write_memory(P::WeightFile, rows_);
  }

  // Addresses that an element has.
  [[nodiscard]] std::vector<std::int64_t> addresses() const {
    std::vector<std::int64_t> out;
    for (std::int64_t c = 0; c < P::Channels; ++c) {
      for (std::int64_t y = 0; y < P::Height; ++y) {
        for (std::int64_t x = 0; x < P::Width; ++x) out.push_back(address(c, y, x));
      }
    }
    return out;
  }

  [[nodiscard]] std::vector<rtl::Visit> visits(std::int64_t addr) const {
    for (std::int64_t c = 0; c < P::Channels; ++c) {
      for (std::int64_t y = 0; y < P::Height; ++y) {
        for (std::int64_t x = 0; x < P::Width; ++x) {
          if (address(c, y, x) == addr) return reached(c, y, x);
        }
      }
    }
    return {};
  }

 private:
  static constexpr std::int64_t kKernel = P::KernelHeight * P::KernelWidth;

  static std::int64_t address(std::int64_t c, std::int64_t y, std::int64_t x) {
    if (P::PlaneOrder != 0) return (c * P::Height + y) * P::Width + x;
    const std::int64_t slot =
        c / P::SourceChannels * P::SourceSlots + c % P::SourceChannels;  // of its position
    return (y * P::Width + x) * P::SourceBlocks * P::SourceSlots + slot;
  }

  // Whether output o sees element `at` through kernel position k.
  static bool sees(std::int64_t o, std::int64_t k, std::int64_t at, std::int64_t size,
                   std::int64_t tile, std::int64_t stride, std::int64_t dilation,
                   std::int64_t pad) {
    const std::int64_t tiles = size / tile;
    const std::int64_t seen = o * stride + k * dilation - pad;  // a tile
    return seen >= 0 && seen < tiles && at >= seen * tile && at < (seen + 1) * tile;
  }

  [[nodiscard]] std::vector<rtl::Visit> reached(std::int64_t c, std::int64_t y,
                                                std::int64_t x) const {
    const std::int64_t block = c / (P::Channels / P::Blocks);
    std::vector<rtl::Visit> out;
    for (std::int64_t ky = 0; ky < P::KernelHeight; ++ky) {
      for (std::int64_t kx = 0; kx < P::KernelWidth; ++kx) {
        for (std::int64_t oy = 0; oy < P::OutHeight; ++oy) {
          if (!sees(oy, ky, y, P::Height, P::TileHeight, P::StrideHeight, P::DilationHeight,
                    P::PadTop)) {
            continue;
          }
          for (std::int64_t ox = 0; ox < P::OutWidth; ++ox) {
            if (!sees(ox, kx, x, P::Width, P::TileWidth, P::StrideWidth, P::DilationWidth,
                      P::PadLeft)) {
              continue;
            }
            for (std::int64_t g = 0; g < P::BlockGroups; ++g) {
              const std::int64_t group =
                  ((oy * P::OutWidth + ox) * P::Blocks + block) * P::BlockGroups + g;
              const std::int64_t k = ky * P::KernelWidth + kx;
              out.push_back({group, rows_[(c * kKernel + k) * P::BlockGroups + g]});
            }
          }
        }
      }
    }
    return out;
  }

  std::vector<rtl::Bits> rows_;
};

template <class P>
void test(rtl::Random& random) {
  static_assert(P::Groups == P::OutHeight * P::OutWidth * P::Blocks * P::BlockGroups);
  const Convolution<P> conv(random);
  rtl::TapBench<P>(random, 4, [&](std::int64_t addr) {
    return conv.visits(addr);
  }).run(rtl::beats_of(random, conv.addresses(), P::ValueBits, 40));
}

}  // namespace

RTL_MAIN(12)
