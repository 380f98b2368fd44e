// snn_registers with a random core beside it: identification, the core's reset by control, results,
// counters, loading only while the core is in reset, words for the stream, and the error flags.
#include <deque>

#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using rtl::Random;

template <class P>
class Bench {
 public:
  explicit Bench(Random& random) : random_(random), m_(random) {
    m_->req_valid_i = m_->overrun_i = m_->beat_taken_i = m_->beat_sample_last_i = 0;
    m_->result_taken_i = m_->push_ready_i = 0;
    for (auto& c : counters_) c = random.next() & 0xffffffff;
    m_.reset();
    identification();
    if (P::Loadable) load();
    write(8, 1);
    pass(2);
    rtl::require(!m_->core_rst_o && read(8) == 1, "enabled");
    results();
    counting();
    if (P::Push) push();
    errors();
    soft_reset();
  }

 private:
  // A cycle; the core answers the selected counter one later.
  void tick() {
    m_.settle();
    if (m_->load_valid_o) loaded_.push_back({m_->load_addr_o, m_->load_data_o});
    if (m_->push_valid_o && m_->push_ready_i) pushed_.push_back({m_->push_data_o, m_->push_last_o});
    if (m_->core_rst_o) ++resets_;
    const std::uint64_t select = m_->counter_select_o;
    m_.rise();
    m_->counter_i = select < P::Counters ? counters_[select] : 0;
    m_->push_ready_i = random_.chance(4);
  }
  void pass(int cycles) {
    for (int i = 0; i < cycles; ++i) tick();
  }
  void request(bool write, std::int64_t addr, std::uint64_t data) {
    m_->req_valid_i = 1;
    m_->req_write_i = write;
    m_->req_addr_i = addr;
    m_->req_data_i = data;
    for (int i = 0;; ++i) {
      rtl::require(i < 1000, "the bus is stuck at", addr);
      m_.settle();
      const bool taken = m_->req_ready_o;
      tick();
      if (taken) break;
    }
    m_->req_valid_i = 0;
  }
  void write(std::int64_t addr, std::uint64_t data) { request(true, addr, data); }
  std::uint64_t read(std::int64_t addr) {
    request(false, addr, random_.next() & 0xffffffff);
    for (int i = 0; i < 10; ++i) {
      m_.settle();
      if (m_->rsp_valid_o) {
        const std::uint64_t data = m_->rsp_data_o;
        tick();
        return data;
      }
      tick();
    }
    rtl::require(false, "no answer from", addr);
    return 0;
  }

  void identification() {
    rtl::require(read(0) == 0x4b434c48, "magic");
    rtl::require(read(1) == 0x10002, "version");
    rtl::require(read(2) == P::Structure, "structure");
    rtl::require(read(3) == P::Elements && read(4) == P::Outputs && read(5) == P::Timesteps,
                 "sizes");
    const std::uint64_t features = P::ValueBits | P::ElementBits << 8 | P::StreamBits << 16 |
                                   P::Loadable << 24 | P::Frames << 25 | P::Push << 26 |
                                   P::Spikes << 27;
    rtl::require(read(6) == features, "features");
    rtl::require(read(7) == P::Counters, "number of counters");
    rtl::require(read(20) == 0 && read(63) == 0 && read(64 + P::Counters) == 0, "no register");
    rtl::require(read(8) == (P::Loadable ? 0 : 1), "enabled after reset");
    m_.settle();
    rtl::require(m_->core_rst_o == (P::Loadable ? 1 : 0), "the core's reset");
  }

  void load() {
    const std::uint64_t first = random_.whole(0, 3);
    write(14, first);
    std::vector<std::uint64_t> words;
    for (int i = 0; i < 4; ++i) {
      words.push_back(random_.next() & 0xffffffff);
      write(15, words.back());
      pass(static_cast<int>(random_.whole(0, 2)));
    }
    pass(2);
    rtl::require(loaded_.size() == words.size(), "words loaded:", loaded_.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
      rtl::require(loaded_[i].first == first + i && loaded_[i].second == words[i], "word", i);
    }
    rtl::require(read(14) == first + words.size() && read(9) == 0, "after loading");
  }

  void results() {
    m_->beat_taken_i = 1;
    m_->beat_sample_last_i = 0;
    tick();
    m_->beat_sample_last_i = 1;
    m_->beat_taken_i = 0;
    rtl::require(read(9) == 1, "busy with half a sample");
    m_->beat_taken_i = 1;
    tick();
    m_->beat_taken_i = 0;
    rtl::require(read(9) == 1, "busy until the result");
    std::vector<std::pair<std::uint64_t, std::int64_t>> results;
    for (std::int64_t r = 0; r < P::Readouts; ++r) {
      results.emplace_back(random_.next() & rtl::mask(P::ClassBits),
                           rtl::random_signed(random_, P::ScoreBits));
      rtl::put(m_->result_class_i, r * P::ClassBits, P::ClassBits, results.back().first);
      rtl::put(m_->result_score_i, r * P::ScoreBits, P::ScoreBits, results.back().second);
    }
    m_->result_taken_i = 1;
    tick();
    m_->result_taken_i = 0;
    rtl::put(m_->result_class_i, 0, P::ClassBits, random_.next());
    rtl::require(read(9) == 0 && read(10) == 1, "result");
    rtl::require(read(18) == 0 && read(19) == P::Readouts, "readouts");
    for (std::int64_t r = P::Readouts; r-- > 0;) {
      write(18, r);
      write(18, P::Readouts + random_.whole(0, 1000));  // there is none: nothing happens
      rtl::require(read(18) == static_cast<std::uint64_t>(r), "the readout that is read");
      rtl::require(read(11) == results[r].first, "class of", r);
      const std::uint64_t low = read(12);
      rtl::require((read(13) << 32 | low) == static_cast<std::uint64_t>(results[r].second),
                   "score of", r);
    }
  }

  void counting() {
    for (int i = 0; i < 10; ++i) {
      const std::int64_t k = random_.whole(0, P::Counters - 1);
      rtl::require(read(64 + k) == counters_[k], "counter", k);
    }
  }

  void push() {
    std::vector<std::pair<std::uint64_t, bool>> words;
    for (int i = 0; i < 20; ++i) {
      words.emplace_back(random_.next() & 0xffffffff, random_.chance(2));
      write(words.back().second ? 17 : 16, words.back().first);
    }
    rtl::require(pushed_.size() == words.size(), "words pushed:", pushed_.size());
    for (std::size_t i = 0; i < words.size(); ++i) {
      rtl::require(pushed_[i].first == words[i].first && pushed_[i].second == words[i].second,
                   "pushed word", i);
    }
  }

  void errors() {
    const std::size_t before = loaded_.size();
    write(15, 1);
    pass(3);
    rtl::require(loaded_.size() == before && read(9) == 2, "loading while it runs");
    m_->overrun_i = 1;
    tick();
    m_->overrun_i = 0;
    rtl::require(read(9) == 6 && m_->error_o, "a lost word");
    write(9, 2);
    rtl::require(read(9) == 4, "the other error stays");
    write(9, 4);
    rtl::require(read(9) == 0 && !m_->error_o, "no errors");
    if (!P::Push) return;
    write(8, 0);
    pass(2);
    const std::size_t words = pushed_.size();
    write(16, 1);
    rtl::require(pushed_.size() == words && read(9) == 4, "a word for a core in reset");
    write(9, 4);
    write(8, 1);
  }

  void soft_reset() {
    m_->beat_taken_i = 1;
    m_->beat_sample_last_i = 1;
    pass(2);
    m_->beat_taken_i = 0;
    resets_ = 0;
    write(8, 3);
    pass(12);
    rtl::require(resets_ == 4, "cycles of a soft reset:", resets_);
    rtl::require(!m_->core_rst_o && read(8) == 1 && read(9) == 0, "after a soft reset");
    write(8, 0);
    pass(3);
    rtl::require(m_->core_rst_o && read(8) == 0, "disabled");
  }

  Random& random_;
  rtl::Clocked<typename P::Top> m_;
  std::uint64_t counters_[64] = {};
  std::deque<std::pair<std::uint64_t, std::uint64_t>> loaded_;
  std::deque<std::pair<std::uint64_t, bool>> pushed_;
  int resets_ = 0;
};

template <class P>
void test(Random& random) {
  Bench<P> bench(random);
}

}  // namespace

RTL_MAIN(10)
