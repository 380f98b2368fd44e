// Drives one Verilated design sample by sample and records its rows. Compiled together with
// Verilator's output; HILLOCK_TOP is the class of the bench around it (sim/cosim/bench.h),
// HILLOCK_WAVES is 1 where it can trace, HILLOCK_TWO_PHASES where a cycle is two calls of eval(),
// HILLOCK_STALLS where stalls within the design can be asked for, HILLOCK_LOAD where it has a load
// port, HILLOCK_SPIKES where spikes leave as a stream.
//
// Inputs pass a register of the bench: what is set before a tick is what the design sees after it,
// together with its answer.
#include <verilated.h>

#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include "harness_abi.h"
#include HILLOCK_TOP_HEADER
#if HILLOCK_WAVES
#include <verilated_vcd_c.h>
#endif

namespace {

using Top = HILLOCK_TOP;

// xorshift64*: stalls need to be various and replayable, no more.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ULL + 1) {}
  uint64_t next() {
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return state_ * 0x2545f4914f6cdd1dULL;
  }
  // True in `eighths` of 8 cases.
  bool chance(unsigned eighths) { return ((next() >> 33) & 7) < eighths; }

 private:
  uint64_t state_;
};

class Bench {
 public:
  Bench(const HillockDesign& design, uint32_t seed) : counter_words_(design.counter_words) {
    stall_bits_ = design.stall_bits;
    spike_neurons_ = design.spike_neurons;
    for (uint32_t i = 0; i < design.populations; ++i) population_.push_back(design.population[i]);
    for (uint32_t i = 0; i < design.outputs; ++i) output_.push_back(design.output[i]);
    last_valid_word_ = (population_.size() - 1) / 32;
    context_.randReset(seed == 0 ? 0 : 2);
    context_.randSeed(static_cast<int>(seed));
#if HILLOCK_WAVES
    context_.traceEverOn(true);
#endif
    top_ = std::make_unique<Top>(&context_);
    top_->rst_i = 1;
    rest(false);
    for (int i = 0; i < 4; ++i) tick();
    load(design);
    top_->rst_i = 0;
    // The engines prepare their neurons after reset; they take no beat meanwhile. Wait until all
    // are idle, so that every sample begins in the same state.
    uint64_t longest = 0;
    for (const HillockPopulation& p : population_)
      longest = p.groups > longest ? p.groups : longest;
    for (uint64_t i = 0; i < longest + 16; ++i) tick();
  }

  ~Bench() { top_->final(); }

  void run(HillockRun& r) {
    open_waves(r.wave_path);
    std::vector<uint32_t> before(counter_words_);
    read_counters(before.data());
    for (size_t p = 0; p < population_.size(); ++p) r.trace[p].rows = r.trace[p].stray_rows = 0;
    next_.assign(population_.size(), Next{});
    r.finished = 0;
    r.cycles = r.ticks = 0;
    r.streamed_steps = r.streamed_stray = 0;

    if (r.stall_seed == 0)
      drive<false>(r);
    else
      drive<true>(r);
    settle_down(r);
    // The counters are a register behind the rows.
    tick();
    tick();
    r.ticks += 2;
    read_counters(r.counters);
    for (uint32_t w = 0; w < counter_words_; ++w) r.counters[w] -= before[w];
    close_waves();
  }

  void replay(const HillockBeat* beats, uint64_t count, uint64_t ticks) {
    uint64_t next = 0;
    bool offering = count > 0;
    top_->in_valid_i = offering;
    top_->result_ready_i = 1;
    take_spikes(true);
    if (offering) offer(beats[0]);
    tick();
    for (; ticks > 0; --ticks) {
      if (offering && top_->in_ready_o) {
        ++next;
        offering = next < count;
        if (offering) offer(beats[next]);
        top_->in_valid_i = offering;
      }
      tick();
    }
    rest(true);
    tick();
  }

 private:
#if HILLOCK_LOAD
  // A word a cycle.
  void load(const HillockDesign& design) {
    top_->load_valid_i = 1;
    for (uint64_t i = 0; i < design.load_count; ++i) {
      top_->load_addr_i = design.load[i].addr;
      top_->load_data_i = design.load[i].data;
      tick();
    }
    top_->load_valid_i = 0;
  }
#else
  void load(const HillockDesign&) {}
#endif

  // From the first beat until the result is taken; `kStalls`: each end holds back at random.
  template <bool kStalls>
  void drive(HillockRun& r) {
    Random random(r.stall_seed);
    // How often, differently in every sample.
    const auto often = [&] { return kStalls ? static_cast<unsigned>(random.next() >> 61) : 0; };
    const unsigned idle = often();
    const unsigned slow = often();
    const unsigned inner = often();
    const unsigned drain = often();
    uint64_t next = 0;
    bool offering = false;
    bool accepting = true;
    bool draining = true;
    // The inputs of the next cycle.
    const auto draw = [&] {
      if (!offering && next < r.beat_count && !(kStalls && random.chance(idle))) {
        offering = true;
        offer(r.beats[next]);
      }
      top_->in_valid_i = offering;
      if (!kStalls) return;
      accepting = !random.chance(slow);
      top_->result_ready_i = accepting;
      draining = !random.chance(drain);
      take_spikes(draining);
      draw_stalls(random, inner);
    };
    top_->result_ready_i = 1;
    take_spikes(true);
    draw();
    tick();
    bool begun = false;
    while (r.ticks < r.max_cycles) {
      const bool taken = offering && top_->in_ready_o;
      begun |= taken;
      r.cycles += begun;
      observe(r, draining);
      const bool done = accepting && top_->result_valid_o;
      if (taken) {
        offering = false;
        ++next;
      }
      if (done) {
        read_result(r);
        r.finished = next == r.beat_count;
        rest(true);
      } else if (kStalls || taken) {
        draw();
      }
      tick();
      ++r.ticks;
      if (done) return;
    }
    rest(true);
    tick();
  }

  void offer(const HillockBeat& b) {
    top_->in_event_i = b.event;
    top_->in_step_last_i = b.step_last;
    top_->in_sample_last_i = b.sample_last;
    top_->in_addr_i = b.addr;
    set_value(b.value);
  }

  // Nothing is offered, and no result taken.
  void rest(bool spikes) {
    top_->in_valid_i = 0;
    top_->result_ready_i = 0;
    take_spikes(spikes);
    clear_stalls();
  }

  // A cycle.
  void tick() {
    if (HILLOCK_TWO_PHASES) evaluate();
    evaluate();
  }
  // The one place that does: what eval() calls is compiled into it.
  __attribute__((noinline, flatten)) void evaluate() {
    top_->tick_i = !top_->tick_i;
    top_->eval();
    dump();
  }

  // A population that the result did not wait for may still be at work: the next sample begins when
  // all are idle.
  void settle_down(HillockRun& r) {
    if (r.finished == 0) return;
    const uint64_t cycles = r.cycles;
    uint64_t limit = r.max_cycles;
    const auto working = [&] {
      for (size_t p = 0; p < population_.size(); ++p) {
        if (r.trace[p].rows < static_cast<uint64_t>(r.timesteps) * population_[p].groups)
          return true;
      }
      return spike_neurons_ != 0 && r.streamed_steps < r.timesteps;
    };
    bool waited = false;
    for (; working() && limit > 0; --limit) {
      ++r.cycles;
      observe(r, true);
      tick();
      ++r.ticks;
      waited = true;
    }
    // The latest rows still travel through bitmaps that nobody will read.
    for (int i = 0; waited && i < 8; ++i) {
      tick();
      ++r.ticks;
    }
    r.cycles = cycles;
  }

#if HILLOCK_SPIKES
  void take_spikes(bool ready) { top_->spikes_ready_i = ready; }

  // An event of the stream of spikes, or the end of a step without one.
  void stream(HillockRun& r, bool ready) {
    if (!top_->spikes_valid_o || !ready) return;
    const uint64_t t = r.streamed_steps;
    const uint64_t neuron = top_->spikes_addr_o;
    if (top_->spikes_event_o) {
      int32_t* at = t < r.timesteps && neuron < spike_neurons_
                        ? r.streamed + t * spike_neurons_ + neuron
                        : nullptr;
      if (at == nullptr || *at != 0 || top_->spikes_value_o == 0)
        ++r.streamed_stray;
      else
        *at = static_cast<int32_t>(top_->spikes_value_o);
    }
    if (top_->spikes_step_last_o) ++r.streamed_steps;
    const bool last = top_->spikes_step_last_o && t + 1 == r.timesteps;
    if (top_->spikes_sample_last_o != last) ++r.streamed_stray;
  }
#else
  void take_spikes(bool) {}
  void stream(HillockRun&, bool) {}
#endif

  // `draining`: the design has been told that its stream of spikes is taken.
  void observe(HillockRun& r, bool draining) {
    stream(r, draining);
    const EData* valid = top_->trace_valid_o.data();
    uint32_t any = 0;
    for (size_t w = 0; w <= last_valid_word_; ++w) any |= valid[w];
    if (any != 0) take_rows(r, valid);
  }

  // Apart, so that cycles without a row cost no call.
  __attribute__((noinline)) void take_rows(HillockRun& r, const EData* valid) {
    for (size_t p = 0; p < population_.size(); ++p) {
      if (((valid[p / 32] >> (p % 32)) & 1) == 0) continue;
      const HillockPopulation& pop = population_[p];
      HillockTrace& trace = r.trace[p];
      const EData* rows = top_->trace_rows_o.data();
      Next& next = next_[p];
      const uint64_t t = next.step;
      const uint32_t group = rows[pop.group_word];
      const bool stray = t >= r.timesteps || group != next.group;
      ++trace.rows;
      if (++next.group == pop.groups) next = {t + 1, 0};
      if (stray) {
        ++trace.stray_rows;
        if (t >= r.timesteps || group >= pop.groups) continue;
      }
      trace.row_cycle[t * pop.groups + group] = static_cast<uint32_t>(r.cycles);
      trace.row_seen[t * pop.groups + group] = 1;
      take_row(pop, group, rows, trace.spikes + t * pop.neurons, trace.membranes + t * pop.neurons,
               trace.values + t * pop.neurons, trace);
    }
  }

  static void take_row(const HillockPopulation& pop, uint32_t group, const EData* rows,
                       uint8_t* spikes, int64_t* membranes, int32_t* values, HillockTrace& trace) {
    const int32_t* neuron = pop.neuron + group * pop.lanes;
    const EData* spike_words = rows + pop.spike_word;
    const EData* membrane_words = rows + pop.membrane_word;
    const uint32_t bits = pop.membrane_bits;
    if (pop.plain && bits <= 32) {  // most are: nothing to be asked of each lane
      spikes += neuron[0];
      membranes += neuron[0];
      const uint32_t last = (pop.lanes * bits - 1) / 32;
      for (uint32_t l = 0; l < pop.lanes; ++l) {
        const uint32_t word = l * bits / 32;
        const uint32_t next = word < last ? word + 1 : word;
        const uint64_t both = uint64_t{membrane_words[next]} << 32 | membrane_words[word];
        spikes[l] = (spike_words[l / 32] >> (l % 32)) & 1;
        membranes[l] = sign_extend(both >> (l * bits % 32), bits);
      }
      return;
    }
    for (uint32_t l = 0; l < pop.lanes; ++l) {
      const uint8_t spike = (spike_words[l / 32] >> (l % 32)) & 1;
      if (neuron[l] < 0) {
        // A spike of a lane without a neuron would be a fault: it counts as stray.
        trace.stray_rows += spike;
        continue;
      }
      spikes[neuron[l]] = spike;
      membranes[neuron[l]] = field(membrane_words, l * bits, bits);
      if (pop.value_bits == 0) continue;
      int64_t value = field(rows + pop.value_word, l * pop.value_bits, pop.value_bits);
      if (!pop.value_signed) value &= (int64_t{1} << pop.value_bits) - 1;
      values[neuron[l]] = static_cast<int32_t>(value);
    }
  }

  static int64_t sign_extend(uint64_t v, unsigned bits) {
    return static_cast<int64_t>(v << (64 - bits)) >> (64 - bits);
  }

  // `bits` (at most 62) bits from bit `at` on, signed.
  static int64_t field(const EData* words, uint32_t at, uint32_t bits) {
    const uint32_t word = at / 32;
    const uint32_t shift = at % 32;
    uint64_t v = words[word] >> shift;
    if (shift + bits > 32) v |= static_cast<uint64_t>(words[word + 1]) << (32 - shift);
    if (shift + bits > 64) v |= static_cast<uint64_t>(words[word + 2]) << (64 - shift);
    return sign_extend(v, bits);
  }

  // The words of a port: Verilator has a type for narrow ports and an array for wide ones.
  template <typename Port>
  static std::vector<EData> words_of(const Port& port) {
    if constexpr (std::is_integral_v<Port>) {
      const uint64_t value = port;
      return {static_cast<EData>(value), static_cast<EData>(value >> 32), 0};
    } else {
      std::vector<EData> words(port.data(), port.data() + sizeof(port) / sizeof(EData));
      words.push_back(0);  // field() looks at one word more
      return words;
    }
  }

  void read_result(HillockRun& r) {
    const std::vector<EData> classes = words_of(top_->result_class_o);
    const std::vector<EData> scores = words_of(top_->result_score_o);
    uint32_t class_at = 0;
    uint32_t score_at = 0;
    for (size_t o = 0; o < output_.size(); ++o) {
      const uint32_t bits = output_[o].class_bits;
      r.result_class[o] = static_cast<uint32_t>(field(classes.data(), class_at, bits)) &
                          static_cast<uint32_t>((uint64_t{1} << bits) - 1);
      r.result_score[o] = field(scores.data(), score_at, output_[o].score_bits);
      class_at += bits;
      score_at += output_[o].score_bits;
    }
  }

  void set_value(int32_t value) {
    // Only the port's own bits may be set.
    using Value = std::remove_reference_t<decltype(top_->in_value_i)>;
    top_->in_value_i = static_cast<Value>(static_cast<uint32_t>(value) & HILLOCK_VALUE_MASK);
  }

#if HILLOCK_STALLS
  void draw_stalls(Random& random, unsigned eighths) {
    EData* stall = top_->stall_i.data();
    for (size_t bit = 0; bit < stall_bits_; ++bit) {
      const EData mask = 1U << (bit % 32);
      if (random.chance(eighths))
        stall[bit / 32] |= mask;
      else
        stall[bit / 32] &= ~mask;
    }
  }

  void clear_stalls() {
    EData* stall = top_->stall_i.data();
    for (size_t w = 0; w <= stall_bits_ / 32; ++w) stall[w] = 0;
  }
#else
  void draw_stalls(Random&, unsigned) {}
  void clear_stalls() {}
#endif

  void read_counters(uint32_t* into) {
    std::memcpy(into, top_->trace_counters_o.data(), counter_words_ * sizeof(uint32_t));
  }

#if HILLOCK_WAVES
  void open_waves(const char* path) {
    if (path == nullptr) return;
    waves_ = std::make_unique<VerilatedVcdC>();
    top_->trace(waves_.get(), 99);
    waves_->open(path);
  }
  void dump() {
    if (waves_) waves_->dump(static_cast<uint64_t>(time_));
    time_ += 5;
  }
  void close_waves() {
    if (waves_) waves_->close();
    waves_.reset();
  }
  uint64_t time_ = 0;
  std::unique_ptr<VerilatedVcdC> waves_;
#else
  void open_waves(const char*) {}
  void dump() {}
  void close_waves() {}
#endif

  VerilatedContext context_;
  std::unique_ptr<Top> top_;
  std::vector<HillockPopulation> population_;
  std::vector<HillockOutput> output_;
  // The row that a population sends next.
  struct Next {
    uint64_t step = 0;
    uint32_t group = 0;
  };
  std::vector<Next> next_;
  size_t last_valid_word_ = 0;
  uint32_t counter_words_ = 0;
  uint32_t stall_bits_ = 1;
  uint32_t spike_neurons_ = 0;
};

}  // namespace

// Nothing but these leaves the shared object: calls within it need no table.
#define HILLOCK_EXPORT __attribute__((visibility("default")))

extern "C" {

HILLOCK_EXPORT void* hillock_create(const HillockDesign* design, uint32_t seed) {
  if (design->abi != HILLOCK_HARNESS_ABI) return nullptr;
  return new Bench(*design, seed);
}

HILLOCK_EXPORT void hillock_destroy(void* design) { delete static_cast<Bench*>(design); }

HILLOCK_EXPORT int hillock_can_stall() { return HILLOCK_STALLS; }

HILLOCK_EXPORT void hillock_run(void* design, HillockRun* run) {
  static_cast<Bench*>(design)->run(*run);
}

HILLOCK_EXPORT void hillock_replay(void* design, const HillockBeat* beats, uint64_t beat_count,
                                   uint64_t ticks) {
  static_cast<Bench*>(design)->replay(beats, beat_count, ticks);
}
}

double sc_time_stamp() { return 0; }
