// snn_image_memory: an image, from a file or over the load port amid words for others, reads back
// one cycle late and holds; single rows are loaded anew.
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

template <class P>
class Bench {
 public:
  explicit Bench(Random& random) : random_(random) {
    for (int i = 0; i < P::Depth; ++i) image_.push_back(rtl::random_bits(random, P::Width));
    rtl::write_memory(P::MemInitFile, image_);
    model_ = std::make_unique<rtl::Clocked<typename P::Top>>(random);
    for (int i = 0; P::Loadable && i < P::Depth; ++i) load_row(i);
    read(4 * P::Depth + 20);
    for (int round = 0; P::Loadable && round < 3; ++round) {
      const std::int64_t row = random.whole(0, P::Depth - 1);
      image_[row] = rtl::random_bits(random, P::Width);
      load_row(row);
      read(P::Depth + 5);
    }
  }

 private:
  static constexpr std::int64_t kColumns = (P::Width + 31) / 32;
  static constexpr std::int64_t kPitch =
      kColumns == 1 ? 1 : std::int64_t{1} << rtl::clog2(kColumns);
  static constexpr std::int64_t kSpan = kPitch << P::AddrBits;

  void tick() {
    model_->settle();
    model_->rise();
  }

  void word(bool valid, std::int64_t addr, std::uint64_t data) {
    auto& load = (*model_)->load_i;
    rtl::put(load, 0, 32, data);
    rtl::put(load, 32, P::LoadAddrBits, addr);
    rtl::put(load, 32 + P::LoadAddrBits, 1, valid);
    tick();
    rtl::put(load, 32 + P::LoadAddrBits, 1, 0);
  }

  void load_row(std::int64_t row) {
    (*model_)->en_i = 0;
    for (std::int64_t c = 0; c < kPitch; ++c) {
      std::uint64_t data = random_.next() & 0xffffffff;  // beyond the row: whatever it is
      for (std::int64_t b = 0; b < 32 && 32 * c + b < P::Width; ++b) {
        data = (data & ~(std::uint64_t{1} << b)) |
               static_cast<std::uint64_t>(image_[row][32 * c + b]) << b;
      }
      word(true, P::LoadBase + row * kPitch + c, data);
      if (random_.chance(2)) word(false, P::LoadBase + row * kPitch + c, random_.next());
      // Words of other memories: in front of it, and behind it.
      if (random_.chance(2)) {
        const std::int64_t size = std::int64_t{1} << P::LoadAddrBits;
        const std::int64_t other = random_.whole(0, size - 1);
        if (other < P::LoadBase || other >= P::LoadBase + kSpan) word(true, other, random_.next());
      }
    }
    expected_.clear();
  }

  void read(int cycles) {
    auto& m = *model_;
    const std::int64_t reads = random_.whole(1, 8);
    for (int i = 0; i < cycles; ++i) {
      const std::int64_t from = i < P::Depth ? i : random_.whole(0, P::Depth - 1);
      m->en_i = i < P::Depth || random_.chance(reads);
      m->addr_i = from;
      m.settle();
      if (!expected_.empty()) {
        rtl::require(rtl::get_bits(m->data_o, P::Width) == expected_, "cycle", i, ": read data");
      }
      if (m->en_i) expected_ = image_[from];
      m.rise();
    }
  }

  Random& random_;
  std::vector<Bits> image_;
  std::unique_ptr<rtl::Clocked<typename P::Top>> model_;
  Bits expected_;
};

template <class P>
void test(Random& random) {
  Bench<P> bench(random);
}

}  // namespace

RTL_MAIN(10)
