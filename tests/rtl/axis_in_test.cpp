// snn_axis_in, both kinds of words, under random stalls: the events of random samples, in order,
// with the ends of steps and samples where they belong.
#include <algorithm>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Bits;
using rtl::Random;

struct Beat {
  bool event, step_last, sample_last;
  std::uint64_t addr, value;
  bool operator==(const Beat& o) const {
    return event == o.event && step_last == o.step_last && sample_last == o.sample_last &&
           (!event || (addr == o.addr && value == o.value));
  }
};

struct Word {
  Bits data;
  bool last;
};

template <class P>
void sample(Random& random, std::vector<Word>& words, std::vector<Beat>& beats) {
  constexpr std::int64_t kPerWord = P::StreamBits / P::ElementBits;
  const std::int64_t steps = random.whole(1, 4);
  const std::int64_t density = random.eighths();
  for (std::int64_t t = 0; t < steps; ++t) {
    const std::size_t first = beats.size();
    Bits frame;
    for (std::int64_t i = 0; i < P::Elements; ++i) {
      // In a frame the bits above the value are the host's; here they are as the value's sign.
      const std::uint64_t value =
          random.chance(density) ? random.next() & rtl::mask(P::ValueBits) : 0;
      rtl::append(frame, value, P::ElementBits);
      if (value != 0) beats.push_back({true, false, false, static_cast<std::uint64_t>(i), value});
    }
    if (beats.size() == first) beats.push_back({false, false, false, 0, 0});
    beats.back().step_last = true;
    beats.back().sample_last = t == steps - 1;
    if (P::Frames) {
      for (std::int64_t at = 0; at < P::Elements; at += kPerWord) {
        Bits data = rtl::random_bits(random, P::StreamBits);
        const std::int64_t used = std::min<std::int64_t>(kPerWord, P::Elements - at);
        std::copy_n(frame.begin() + at * P::ElementBits, used * P::ElementBits, data.begin());
        words.push_back({data, t == steps - 1 && at + kPerWord >= P::Elements});
      }
      continue;
    }
    for (std::size_t b = first; b < beats.size(); ++b) {
      Bits data;
      rtl::append(data, beats[b].addr, P::StreamBits / 2);
      rtl::append(data, beats[b].value, P::StreamBits / 2 - 2);
      data.push_back(beats[b].event);
      data.push_back(beats[b].step_last);
      words.push_back({data, beats[b].sample_last});
    }
  }
}

template <class P>
void test(Random& random) {
  std::vector<Word> words;
  std::vector<Beat> expected;
  for (int n = 0; n < 5; ++n) sample<P>(random, words, expected);
  rtl::Clocked<typename P::Top> m(random);
  m->tvalid_i = 0;
  m->beat_ready_i = 0;
  m.reset();
  rtl::StreamWatch watch("beats");
  const std::int64_t offers = random.whole(1, 8);
  const std::int64_t takes = random.whole(1, 8);
  std::size_t sent = 0;
  std::size_t got = 0;
  bool offering = false;
  while (got < expected.size()) {
    rtl::require(m.cycle() < 200000, "no end: beat", got);
    if (!offering && sent < words.size() && random.chance(offers)) {
      offering = true;
      rtl::put_bits(m->tdata_i, words[sent].data);
      m->tlast_i = words[sent].last;
    }
    m->tvalid_i = offering;
    m->beat_ready_i = random.chance(takes);
    m.settle();
    const Beat beat{m->beat_event_o != 0, m->beat_step_last_o != 0, m->beat_sample_last_o != 0,
                    rtl::get(m->beat_addr_o, 0, P::AddrBits),
                    rtl::get(m->beat_value_o, 0, P::ValueBits)};
    if (m->beat_valid_o) {
      watch.observe(true, m->beat_ready_i,
                    {beat.event, beat.step_last, beat.sample_last, beat.addr, beat.value});
    } else {
      watch.observe(false, false, {});
    }
    const bool taken = m->tvalid_i && m->tready_o;
    if (m->beat_valid_o && m->beat_ready_i) {
      rtl::require(beat == expected[got], "beat", got, "differs");
      ++got;
    }
    m.rise();
    if (taken) {
      offering = false;
      ++sent;
    }
  }
  rtl::require(sent == words.size(), "words were not taken");
}

}  // namespace

RTL_MAIN(20)
