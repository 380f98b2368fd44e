// snn_engine with a pass of its own (Fused = 0) against numeric::prepare() and fire(): random taps
// with gaps, the same group many times in a row too, step credit that comes and goes; neurons with
// a current, with alpha synapses, and those that take the largest value. Checks every row, the
// counters' pulses, and the timing of taps and rows to the cycle.
#include <deque>
#include <optional>

#include "compiler/numeric/neuron.h"
#include "matrix.h"
#include "tests/rtl/bench.h"

namespace {

using hillock::numeric::bits_for_range;
using hillock::numeric::Fired;
using hillock::numeric::max_of;
using hillock::numeric::min_of;
using hillock::numeric::NeuronConstants;
using hillock::numeric::Prepared;
using rtl::Bits;
using rtl::Random;

struct Tap {
  bool event = false;
  bool first = false;
  bool step_last = false;
  bool sample_last = false;
  bool is_static = false;
  std::int64_t group = 0;
  std::int64_t value = 0;
  std::vector<std::int64_t> weights;  // a lane each
};

struct Slot {
  bool used = false;
  Fired fired;
  std::int64_t threshold = 0;
};

struct Row {
  std::int64_t cycle = 0;
  std::int64_t group = 0;
  bool sample_last = false;
  std::vector<Slot> slots;
};

// The neurons: the golden model. One a slot; those of unused slots count for nothing.
template <class P>
class Neurons {
 public:
  explicit Neurons(Random& random) : constants_(kSlots), words_(kSlots) {
    switches_ = {P::Spiking != 0,
                 P::ResetSubtract != 0,
                 P::ResetZero != 0,
                 P::SameStep != 0,
                 P::Quirk != 0,
                 P::LoseInput != 0,
                 static_cast<int>(P::ResetOffset)};
    switches_.current = P::Current != 0 && P::Alpha == 0;
    switches_.alpha = P::Alpha != 0;
    switches_.max_input = P::MaxInput != 0;
    for (NeuronConstants& c : constants_) {
      const auto decay = [&](std::int64_t stored, std::int64_t common, std::int64_t shift) {
        const std::int64_t one = std::int64_t{1} << shift;
        return hillock::numeric::Decay{stored != 0 ? random.whole(0, one) : common,
                                       static_cast<int>(shift)};
      };
      c.threshold =
          P::ThresholdStored != 0 ? random.whole(-3, max_of(P::MembraneBits) / 16) : P::Threshold;
      c.decay = decay(P::DecayStored, P::Decay, P::DecayShift);
      c.bias = P::BiasStored != 0 ? random.whole(-20, 20) : P::Bias;
      c.reset_value = P::ResetValueStored != 0 ? random.whole(-5, 5) : P::ResetValue;
      c.membrane_bits = static_cast<int>(P::MembraneBits);
      c.current_decay = decay(P::CurrentDecayStored, P::CurrentDecay, P::CurrentDecayShift);
      c.current_bias = P::CurrentBiasStored != 0 ? random.whole(-9, 9) : P::CurrentBias;
      c.current_bits = static_cast<int>(P::AccBits);
      c.reset_decay = {P::ResetDecayStored != 0
                           ? random.whole(0, std::int64_t{1} << (P::DecayShift + 1))
                           : P::ResetDecay,
                       static_cast<int>(P::DecayShift)};
      c.reset_current = P::ResetCurrentStored != 0 ? random.whole(0, 300) : P::ResetCurrent;
    }
    write_parameters();
    for (std::int64_t s = 0; s < kSlots; ++s) {
      words_[s] = prepare(0, 0, 0, true, switches_, constants_[s]);
      kept_.push_back(events_of(words_[s]));
    }
  }

  void tap(const Tap& t) {
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      std::int64_t& sum = events_of(words_[t.group * P::Lanes + l]);
      if (P::MaxInput != 0) {
        sum = std::max(sum, t.weights[l]);
      } else {
        sum += t.weights[l] * (P::ValueBits == 1 ? 1 : t.value) * (1LL << P::FractionBits);
      }
      if (P::Static != 0 && t.is_static) kept_[t.group * P::Lanes + l] = sum;
    }
  }

  // Ends the step of a group.
  std::vector<Slot> step(std::int64_t group, bool sample_last) {
    std::vector<Slot> out;
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      const std::int64_t s = group * P::Lanes + l;
      const NeuronConstants& c = constants_[s];
      Prepared& w = words_[s];
      const bool joins = switches_.current || switches_.max_input;
      require_fits(w.sum, P::SumBits, "the sum");
      require_fits(joins ? w.sum + w.current : w.sum, P::SumBits, "what the membrane is made of");
      if (switches_.has_current()) require_fits(w.current, P::AccBits, "the current");
      const Fired f = fire(w.sum, w.current, w.held, switches_, c);
      if (P::Alpha != 0) require_fits(f.hidden, std::max(P::AccBits, P::SumBits), "alpha's H");
      out.push_back({used(group, l), f, c.threshold});
      // Within a sample what is kept is the bias, and more.
      NeuronConstants next = c;
      if (P::Static != 0 && !sample_last) {
        (switches_.has_current() ? next.current_bias : next.bias) = kept_[s];
      }
      w = prepare(f.membrane, f.current, f.hidden, sample_last, switches_, next);
      if (sample_last) kept_[s] = events_of(w);
    }
    return out;
  }

  static bool used(std::int64_t group, std::int64_t lane) {
    return group % P::BlockGroups * P::Lanes + lane < P::BlockChannels;
  }

 private:
  static constexpr std::int64_t kSlots = P::Groups * P::Lanes;

  // The word that events are added to.
  std::int64_t& events_of(Prepared& w) const { return switches_.has_current() ? w.current : w.sum; }

  // As the overflow proof has it: a matrix that breaks it tests nothing.
  static void require_fits(std::int64_t v, std::int64_t bits, const char* what) {
    rtl::require(bits_for_range(v, v) <= bits, "the test's own fault:", what, v, "needs more than",
                 bits, "bits");
  }

  void write_parameters() const {
    std::vector<Bits> rows(P::Groups);
    for (std::int64_t s = 0; s < kSlots; ++s) {
      const NeuronConstants& c = constants_[s];
      const auto field = [&](std::int64_t stored, std::int64_t v, std::int64_t bits) {
        if (stored != 0) rtl::append(rows[s / P::Lanes], static_cast<std::uint64_t>(v), bits);
      };
      field(P::ThresholdStored, c.threshold, P::MembraneBits);
      field(P::DecayStored, c.decay.multiplier, P::DecayShift + 1);
      field(P::BiasStored, c.bias, P::SumBits);
      field(P::ResetValueStored, c.reset_value, P::MembraneBits);
      field(P::CurrentDecayStored, c.current_decay.multiplier, P::CurrentDecayShift + 1);
      field(P::CurrentBiasStored, c.current_bias, P::AccBits);
      field(P::ResetDecayStored, c.reset_decay.multiplier, P::DecayShift + 2);
      field(P::ResetCurrentStored, c.reset_current, P::AccBits);
    }
    rtl::write_memory(P::ParameterFile, rows);
  }

  hillock::numeric::NeuronSwitches switches_;
  std::vector<NeuronConstants> constants_;
  std::vector<Prepared> words_;
  std::vector<std::int64_t> kept_;
};

template <class P>
class Test {
 public:
  explicit Test(Random& random) : random_(random), neurons_(random), m_(random) {
    idle_ = random.chance(3) ? 0 : random.whole(0, 7);
    credits_ = random.chance(3) ? 8 : random.whole(1, 8);
    length_ = random.chance(2) ? random.whole(0, 2) : random.whole(0, 20);
    stays_ = random.whole(0, 8);
  }

  void run() {
    m_->tap_valid_i = 0;
    m_->step_ready_i = 0;
    m_.reset();
    constexpr int kSteps = 30;
    int steps = 0;
    bool offering = false;
    Tap tap;
    std::optional<Tap> taken;  // a cycle ago
    free_ = P::Groups + 3;     // the neurons are prepared once
    while (steps < kSteps || updating_ || !rows_.empty()) {
      require_(m_.cycle() < 100000, "rows are missing");
      if (!offering && steps < kSteps && !random_.chance(idle_)) {
        tap = next_tap();
        offering = true;
      }
      drive(offering, tap, taken);
      m_->step_ready_i = random_.chance(credits_);
      m_.settle();
      update();
      const bool ready = !updating_ && m_.cycle() >= free_;
      const bool take = offering && ready;
      require_(m_->tap_ready_o == ready, "tap_ready_o");
      require_(m_->event_taken_o == (take && tap.first), "event_taken_o");
      require_(m_->weight_read_o == (take && tap.event), "weight_read_o");
      require_(m_->sample_done_o == (take && tap.step_last && tap.sample_last), "sample_done_o");
      row();
      taken.reset();
      if (take) {
        if (tap.event) neurons_.tap(tap);
        taken = tap;
        offering = false;
        if (tap.step_last) {
          updating_ = true;
          update_begin_ = -1;
          sample_last_ = tap.sample_last;
          ++steps;
        }
      }
      // The pass ends.
      if (updating_ && update_begin_ >= 0 && m_.cycle() == update_begin_ + P::Groups - 1) {
        updating_ = false;
        free_ = m_.cycle() + 4;
      }
      m_.rise();
    }
  }

 private:
  template <class... T>
  void require_(bool holds, const T&... message) {
    rtl::require(holds, "cycle", m_.cycle(), ":", message...);
  }

  // A step is some taps; any of them may be without event, often the group stays the same.
  Tap next_tap() {
    Tap t;
    t.event = random_.chance(7);
    t.first = random_.chance(4);
    t.step_last = left_ == 0;
    t.sample_last = random_.chance(t.step_last ? 2 : 4);
    if (!random_.chance(stays_)) group_ = random_.whole(0, P::Groups - 1);
    t.group = group_;
    t.value = rtl::random_signed(random_, P::ValueBits);
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      const bool sign = random_.chance(4);
      t.weights.push_back(P::WeightBits == 1 ? (sign ? -1 : 1)
                                             : rtl::random_signed(random_, P::WeightBits));
    }
    // Static events open a sample; later such a stream has none.
    statics_ = statics_ && !random_.chance(1);
    t.is_static = statics_ || (!t.event && random_.chance(4));
    if (t.step_last) statics_ = t.sample_last;
    left_ = t.step_last ? random_.whole(0, length_) : left_ - 1;
    return t;
  }

  // What is not valid, and the weights of what was not taken, is rubbish.
  void drive(bool valid, const Tap& t, const std::optional<Tap>& taken) {
    m_->tap_valid_i = valid;
    m_->tap_event_i = valid ? t.event : random_.chance(4);
    m_->tap_new_i = valid ? t.first : random_.chance(4);
    m_->tap_update_i = random_.chance(4);
    m_->tap_step_last_i = valid ? t.step_last : random_.chance(4);
    m_->tap_sample_last_i = valid ? t.sample_last : random_.chance(4);
    m_->tap_static_i = valid ? t.is_static : random_.chance(4);
    m_->tap_group_i = valid ? t.group : random_.whole(0, P::Groups - 1);
    rtl::put(m_->tap_value_i, 0, P::ValueBits,
             valid ? static_cast<std::uint64_t>(t.value) : random_.next());
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      const std::int64_t w = taken ? taken->weights[l] : rtl::random_signed(random_, 40);
      const std::int64_t bits = P::WeightBits == 1 ? (w < 0 ? 1 : 0) : w;
      rtl::put(m_->weights_i, l * P::WeightBits, P::WeightBits, static_cast<std::uint64_t>(bits));
    }
  }

  // The pass begins when there is credit.
  void update() {
    if (!updating_ || update_begin_ >= 0 || !m_->step_ready_i) return;
    update_begin_ = m_.cycle();
    for (std::int64_t g = 0; g < P::Groups; ++g) {
      rows_.push_back({update_begin_ + g + 2, g, g == P::Groups - 1 && sample_last_,
                       neurons_.step(g, sample_last_)});
    }
  }

  void row() {
    const bool due = !rows_.empty() && rows_.front().cycle == m_.cycle();
    require_(m_->row_valid_o == due, due ? "a row is missing" : "a row too many");
    if (!due) return;
    const Row r = rows_.front();
    rows_.pop_front();
    require_(m_->row_group_o == r.group, "row", int{m_->row_group_o}, "not", r.group);
    require_(m_->row_short_o == ((r.group + 1) % P::BlockGroups == 0), "row_short_o", r.group);
    require_(m_->row_step_last_o == (r.group == P::Groups - 1), "row_step_last_o of row", r.group);
    require_(m_->row_sample_last_o == r.sample_last, "row_sample_last_o of row", r.group);
    for (std::int64_t l = 0; l < P::Lanes; ++l) {
      const Slot& slot = r.slots[l];
      const std::string where = rtl::text("row", r.group, "lane", l);
      const auto number = [&](const auto& port) {
        return rtl::sign_extend(rtl::get(port, l * P::MembraneBits, P::MembraneBits),
                                P::MembraneBits);
      };
      const bool spike = rtl::get(m_->row_spikes_o, l, 1) != 0;
      const bool saturated = rtl::get(m_->row_saturated_o, l, 1) != 0;
      require_(spike == (slot.used && slot.fired.spike), where, ": spike");
      require_(saturated == (slot.used && slot.fired.saturated), where, ": saturation");
      if (!slot.used) continue;
      require_(number(m_->row_membranes_o) == slot.fired.membrane, where, ": membrane",
               number(m_->row_membranes_o), "not", slot.fired.membrane);
      require_(number(m_->row_thresholds_o) == slot.threshold, where, ": threshold",
               number(m_->row_thresholds_o), "not", slot.threshold);
    }
  }

  Random& random_;
  Neurons<P> neurons_;  // before the model, which reads the memory images
  rtl::Clocked<typename P::Top> m_;
  std::int64_t idle_ = 0;
  std::int64_t credits_ = 0;
  std::int64_t length_ = 0;
  std::int64_t stays_ = 0;
  std::int64_t group_ = 0;
  std::int64_t left_ = 0;  // taps before the step's last
  bool statics_ = true;    // the sample's static taps are not over
  // The engine's own pass
  bool updating_ = false;
  std::int64_t update_begin_ = -1;  // -1: not yet
  bool sample_last_ = false;
  std::int64_t free_ = 0;  // from when on a tap can be taken
  std::deque<Row> rows_;
};

template <class P>
void test(Random& random) {
  Test<P>(random).run();
}

}  // namespace

RTL_MAIN(40)
