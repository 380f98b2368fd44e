// snn_dense_taps and snn_engine against numeric::prepare() and fire(): random weights and
// parameters, beats with random gaps, step credit that comes and goes. Checks every row (order,
// marks, spikes, membranes, saturations), the counters' pulses, and the timing of beats and rows to
// the cycle.
#include <deque>

#include "compiler/numeric/neuron.h"
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using hillock::numeric::max_of;
using hillock::numeric::min_of;
using hillock::numeric::NeuronConstants;
using rtl::Bits;
using rtl::Random;

struct Beat {
  bool event = false;
  bool step_last = false;
  bool sample_last = false;
  std::int64_t addr = 0;
  std::int64_t value = 0;
};

struct Row {
  std::int64_t cycle = 0;
  bool sample_last = false;
  std::vector<hillock::numeric::Fired> fired;  // lane by lane, lanes without a neuron left out
};

// The neurons: the golden model.
template <class P>
class Neurons {
 public:
  explicit Neurons(Random& random) : weights_(P::Sources * P::Neurons), constants_(P::Neurons) {
    switches_ = {P::Spiking != 0,
                 P::ResetSubtract != 0,
                 P::ResetZero != 0,
                 P::SameStep != 0,
                 P::Quirk != 0,
                 P::LoseInput != 0,
                 static_cast<int>(P::ResetOffset)};
    const std::int64_t one = std::int64_t{1} << P::DecayShift;
    for (std::int64_t& w : weights_) {
      w = P::WeightBits == 1 ? (random.chance(4) ? 1 : -1)
                             : rtl::random_signed(random, P::WeightBits);
    }
    for (NeuronConstants& c : constants_) {
      // Thresholds small enough to be met.
      c.threshold =
          P::ThresholdStored != 0 ? random.whole(-3, max_of(P::MembraneBits) / 4) : P::Threshold;
      c.decay.multiplier = P::DecayStored != 0 ? random.whole(0, one) : P::Decay;
      c.decay.shift = static_cast<int>(P::DecayShift);
      c.bias = P::BiasStored != 0 ? random.whole(-20, 20) : P::Bias;
      c.reset_value = P::ResetValueStored != 0 ? random.whole(-5, 5) : P::ResetValue;
      c.membrane_bits = static_cast<int>(P::MembraneBits);
    }
    write_weights(random);
    write_parameters(random);
    membranes_.assign(P::Neurons, 0);
    sums_.resize(P::Neurons);
    held_.assign(P::Neurons, false);
    for (std::int64_t n = 0; n < P::Neurons; ++n) prepare(n, true);
  }

  void event(std::int64_t addr, std::int64_t value) {
    for (std::int64_t n = 0; n < P::Neurons; ++n) {
      const std::int64_t x = P::ValueBits == 1 ? 1 : value;
      sums_[n] = wrap(sums_[n] + weights_[addr * P::Neurons + n] * x * (1LL << P::FractionBits));
    }
  }

  // Ends the step of neuron n.
  hillock::numeric::Fired step(std::int64_t n, bool sample_last) {
    hillock::numeric::Fired fired = fire(sums_[n], held_[n], switches_, constants_[n]);
    fired.membrane = rtl::sign_extend(static_cast<std::uint64_t>(fired.membrane), P::MembraneBits);
    membranes_[n] = fired.membrane;
    prepare(n, sample_last);
    return fired;
  }

 private:
  static std::int64_t wrap(std::int64_t v) {
    return rtl::sign_extend(static_cast<std::uint64_t>(v), P::SumBits);
  }
  void prepare(std::int64_t n, bool start) {
    const auto prepared = hillock::numeric::prepare(membranes_[n], start, switches_, constants_[n]);
    sums_[n] = wrap(prepared.sum);
    held_[n] = prepared.held;
  }

  // Row addr * groups + group: a weight for each lane, lane 0 lowest; rubbish where no neuron is.
  void write_weights(Random& random) const {
    std::vector<Bits> rows;
    for (std::int64_t s = 0; s < P::Sources; ++s) {
      for (std::int64_t first = 0; first < P::Neurons; first += P::Lanes) {
        Bits row;
        for (std::int64_t n = first; n < first + P::Lanes; ++n) {
          const std::int64_t w = n < P::Neurons ? weights_[s * P::Neurons + n] : random.whole(0, 1);
          const std::int64_t bits = P::WeightBits == 1 ? (w < 0 ? 1 : 0) : w;
          rtl::append(row, static_cast<std::uint64_t>(bits), P::WeightBits);
        }
        rows.push_back(row);
      }
    }
    rtl::write_memory(P::WeightFile, rows);
  }

  void write_parameters(Random& random) const {
    std::vector<Bits> rows;
    for (std::int64_t first = 0; first < P::Neurons; first += P::Lanes) {
      Bits row;
      for (std::int64_t n = first; n < first + P::Lanes; ++n) {
        const NeuronConstants& c = constants_[n < P::Neurons ? n : random.whole(0, P::Neurons - 1)];
        const auto field = [&](std::int64_t stored, std::int64_t v, std::int64_t bits) {
          if (stored != 0) rtl::append(row, static_cast<std::uint64_t>(v), bits);
        };
        field(P::ThresholdStored, c.threshold, P::MembraneBits);
        field(P::DecayStored, c.decay.multiplier, P::DecayShift + 1);
        field(P::BiasStored, c.bias, P::SumBits);
        field(P::ResetValueStored, c.reset_value, P::MembraneBits);
      }
      rows.push_back(row);
    }
    rtl::write_memory(P::ParameterFile, rows);
  }

  hillock::numeric::NeuronSwitches switches_;
  std::vector<std::int64_t> weights_;
  std::vector<NeuronConstants> constants_;
  std::vector<std::int64_t> membranes_;
  std::vector<std::int64_t> sums_;
  std::vector<bool> held_;
};

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), neurons_(random), m_(random) {
    idle_ = random.chance(3) ? 0 : random.whole(0, 7);
    credits_ = random.chance(3) ? 8 : random.whole(1, 8);
    length_ = random.chance(2) ? random.whole(0, 2) : random.whole(0, 12);
  }

  void run() {
    m_->beat_valid_i = 0;
    m_->step_ready_i = 0;
    m_.reset();
    free_ = kGroups + 3;  // the neurons are prepared once
    constexpr int kSteps = 25;
    bool offering = false;
    Beat beat;
    while (steps_ < kSteps || busy_ || !rows_.empty()) {
      require_(m_.cycle() < 100000, "rows are missing");
      if (!offering && steps_ < kSteps && !random_.chance(idle_)) {
        beat = next_beat();
        offering = true;
      }
      drive(offering, beat);
      m_->step_ready_i = random_.chance(credits_);
      m_.settle();
      const bool ready = pass();
      require_(m_->beat_ready_o == ready, "beat_ready_o");
      row();
      if (offering && ready) {
        pass_ = beat;
        busy_ = true;
        pass_begin_ = -1;
        offering = false;
        if (beat.step_last) ++steps_;
      }
      m_.rise();
    }
  }

 private:
  static constexpr std::int64_t kGroups = (P::Neurons + P::Lanes - 1) / P::Lanes;

  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  // A step is some events, the last of which may carry the mark, or a beat without event does.
  Beat next_beat() {
    Beat b;
    b.event = left_ > 0;
    b.addr = random_.whole(0, P::Sources - 1);
    b.value = rtl::random_signed(random_, P::ValueBits);
    b.step_last = left_ == 0 || (left_ == 1 && random_.chance(6));
    b.sample_last = b.step_last && random_.chance(2);
    left_ = b.step_last ? random_.whole(0, length_) : left_ - 1;
    return b;
  }

  void drive(bool valid, const Beat& b) {
    m_->beat_valid_i = valid;
    // What is not valid, or an address without event, is rubbish.
    m_->beat_event_i = valid ? b.event : random_.chance(4);
    m_->beat_step_last_i = valid ? b.step_last : random_.chance(4);
    m_->beat_sample_last_i = valid ? b.sample_last : random_.chance(4);
    m_->beat_addr_i = b.addr;
    rtl::put(m_->beat_value_i, 0, P::ValueBits, static_cast<std::uint64_t>(b.value));
  }

  // Follows the pass of the beat that the engine holds; returns whether a beat can be taken.
  bool pass() {
    const std::int64_t now = m_.cycle();
    bool first = false;
    if (busy_ && pass_begin_ < 0 && now >= free_ && (!pass_.step_last || m_->step_ready_i)) {
      pass_begin_ = now;
      first = true;
      begin_pass();
    }
    const bool issuing = busy_ && pass_begin_ >= 0;
    require_(m_->event_taken_o == (first && pass_.event), "event_taken_o");
    require_(m_->weight_read_o == (issuing && pass_.event), "weight_read_o");
    require_(
        m_->sample_done_o == (issuing && now == pass_begin_ + kGroups - 1 && pass_.sample_last),
        "sample_done_o");
    if (!busy_) return true;
    if (!issuing || now != pass_begin_ + kGroups - 1) return false;
    free_ = now + 1 + (pass_.step_last ? 3 : 0);
    busy_ = false;
    return true;
  }

  void begin_pass() {
    if (pass_.event) neurons_.event(pass_.addr, pass_.value);
    if (!pass_.step_last) return;
    for (std::int64_t g = 0; g < kGroups; ++g) {
      Row r;
      r.cycle = pass_begin_ + g + 2;
      r.sample_last = g == kGroups - 1 && pass_.sample_last;
      for (std::int64_t n = g * P::Lanes; n < P::Neurons && n < (g + 1) * P::Lanes; ++n) {
        r.fired.push_back(neurons_.step(n, pass_.sample_last));
      }
      rows_.push_back(r);
    }
  }

  void row() {
    const bool due = !rows_.empty() && rows_.front().cycle == m_.cycle();
    require_(m_->row_valid_o == due, due ? "a row is missing" : "a row too many");
    if (!due) return;
    const Row r = rows_.front();
    rows_.pop_front();
    const std::int64_t group = row_group_;
    row_group_ = (row_group_ + 1) % kGroups;
    require_(m_->row_group_o == group, "row", int{m_->row_group_o}, "not", group);
    require_(m_->row_step_last_o == (row_group_ == 0), "row_step_last_o of row", group);
    require_(m_->row_short_o == (row_group_ == 0), "row_short_o of row", group);
    require_(m_->row_sample_last_o == r.sample_last, "row_sample_last_o of row", group);
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      const bool used = l < static_cast<std::int64_t>(r.fired.size());
      const bool spike = rtl::get(m_->row_spikes_o, l, 1) != 0;
      const bool saturated = rtl::get(m_->row_saturated_o, l, 1) != 0;
      require_(spike == (used && r.fired[l].spike), "spike of row", group, "lane", l);
      require_(saturated == (used && r.fired[l].saturated), "saturation of row", group, "lane", l);
      if (!used) continue;
      const std::int64_t v = rtl::sign_extend(
          rtl::get(m_->row_membranes_o, l * P::MembraneBits, P::MembraneBits), P::MembraneBits);
      require_(v == r.fired[l].membrane, "membrane of row", group, "lane", l, "is", v, "not",
               r.fired[l].membrane);
    }
  }

  Random& random_;
  Neurons<P> neurons_;  // before the model, which reads the memory images
  rtl::Clocked<typename P::Top> m_;
  std::int64_t idle_ = 0;
  std::int64_t credits_ = 0;
  std::int64_t length_ = 0;
  std::int64_t left_ = 0;  // events before the step's last beat
  int steps_ = 0;
  // The pass of the beat that is held
  bool busy_ = false;
  Beat pass_;
  std::int64_t pass_begin_ = -1;  // -1: not yet
  std::int64_t free_ = 0;         // from when on a pass can begin
  std::deque<Row> rows_;
  std::int64_t row_group_ = 0;
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(40)
