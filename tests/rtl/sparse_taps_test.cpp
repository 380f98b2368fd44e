// snn_sparse_taps: random lists, empty ones among them, anywhere in the memory.
#include "matrix.h"
#include "tests/rtl/taps.h"

namespace {

template <class P>
void test(rtl::Random& random) {
  constexpr std::int64_t kRowBits = rtl::clog2(P::Rows);
  constexpr std::int64_t kGroupBits = rtl::clog2(P::Groups);
  std::vector<std::vector<rtl::Visit>> lists(P::Sources);
  std::vector<rtl::Bits> list_rows(P::Sources);
  std::vector<rtl::Bits> weight_rows;
  const std::int64_t longest = (std::int64_t{1} << P::CountBits) - 1;
  const std::int64_t usual = random.whole(0, longest);
  // Lists in a random order of addresses; what is left of the memory is rubbish.
  std::vector<std::int64_t> order;
  for (std::int64_t a = 0; a < P::Sources; ++a) order.push_back(a);
  for (std::int64_t i = P::Sources; i-- > 1;) std::swap(order[i], order[random.whole(0, i)]);
  for (const std::int64_t a : order) {
    const auto first = static_cast<std::int64_t>(weight_rows.size());
    std::int64_t count = random.chance(2) ? longest : random.whole(0, usual);
    if (random.chance(2)) count = 0;
    if (count > P::Rows - first) count = P::Rows - first;
    for (std::int64_t i = 0; i < count; ++i) {
      rtl::Visit v{random.whole(0, P::Groups - 1),
                   rtl::random_bits(random, P::Lanes * P::WeightBits)};
      rtl::Bits row = v.weights;
      rtl::append(row, static_cast<std::uint64_t>(v.group), kGroupBits);
      weight_rows.push_back(row);
      lists[a].push_back(std::move(v));
    }
    const std::int64_t begin = count > 0 ? first : random.whole(0, P::Rows - 1);
    rtl::append(list_rows[a], static_cast<std::uint64_t>(begin), kRowBits);
    rtl::append(list_rows[a], static_cast<std::uint64_t>(count), P::CountBits);
  }
  while (static_cast<std::int64_t>(weight_rows.size()) < P::Rows) {
    weight_rows.push_back(rtl::random_bits(random, P::Lanes * P::WeightBits + kGroupBits));
  }
  rtl::write_memory(P::ListFile, list_rows);
  rtl::write_memory(P::WeightFile, weight_rows);
  std::vector<std::int64_t> addresses;
  for (std::int64_t a = 0; a < P::Sources; ++a) addresses.push_back(a);
  rtl::TapBench<P>(random, 2, [&](std::int64_t addr) {
    return lists[addr];
  }).run(rtl::beats_of(random, addresses, P::ValueBits, 60));
}

}  // namespace

RTL_MAIN(30)
