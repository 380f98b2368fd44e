// Drives an accelerator through its AXI ports in a Verilator simulation, as a processor and a DMA
// engine would: identifies it, loads its weights, enables it, streams samples in, takes results
// out, reads counters. Prints a class and its score a line.
//
//   drive BEATS.hex [weights.bin [SEED]]
//
// BEATS.hex is from `hillock cosim DIR --data D --samples N --stimulus BEATS.hex`; a SEED makes
// every side hesitate at random. README.md says how to build it. Nothing here needs Hillock itself.
#include <verilated.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iterator>
#include HILLOCK_HEADER  // the C header of the build: integration/<name>.h
#include <stdexcept>
#include <string>
#include <vector>

#include "Vaxi.h"

namespace {

struct Word {
  hillock_stream_word data;
  bool last;
};

struct Result {
  std::uint32_t number;
  std::int64_t score;
};

// The accelerator and what is on its ports: a queue of words that go in, and results that came out.
class Accelerator {
 public:
  explicit Accelerator(std::uint64_t seed) : random_(seed) {
    top_.aresetn = 0;
    for (int i = 0; i < 4; ++i) tick();
    top_.aresetn = 1;
    tick();
  }
  ~Accelerator() { top_.final(); }
  Accelerator(const Accelerator&) = delete;
  Accelerator& operator=(const Accelerator&) = delete;

  void write(std::uint32_t address, std::uint32_t value) {
    top_.s_axil_awaddr = address;
    top_.s_axil_wdata = value;
    top_.s_axil_wstrb = 0xf;
    bool address_done = false;
    bool data_done = false;
    bool answered = false;
    while (!answered) {
      // Once offered, an address or a word stays until it is taken.
      if (!address_done && !top_.s_axil_awvalid) top_.s_axil_awvalid = !hesitate();
      if (!data_done && !top_.s_axil_wvalid) top_.s_axil_wvalid = !hesitate();
      top_.s_axil_bready = !hesitate();
      settle();
      const bool address_taken = top_.s_axil_awvalid && top_.s_axil_awready;
      const bool data_taken = top_.s_axil_wvalid && top_.s_axil_wready;
      answered = top_.s_axil_bvalid && top_.s_axil_bready;
      if (answered && top_.s_axil_bresp != 0) throw std::runtime_error("a write failed");
      rise();
      if (address_taken) top_.s_axil_awvalid = 0;
      if (data_taken) top_.s_axil_wvalid = 0;
      address_done = address_done || address_taken;
      data_done = data_done || data_taken;
    }
    top_.s_axil_bready = 0;
  }

  std::uint32_t read(std::uint32_t address) {
    top_.s_axil_araddr = address;
    bool address_done = false;
    for (;;) {
      if (!address_done && !top_.s_axil_arvalid) top_.s_axil_arvalid = !hesitate();
      top_.s_axil_rready = !hesitate();
      settle();
      const bool taken = top_.s_axil_arvalid && top_.s_axil_arready;
      const bool answered = top_.s_axil_rvalid && top_.s_axil_rready;
      const std::uint32_t value = top_.s_axil_rdata;
      rise();
      if (taken) {
        top_.s_axil_arvalid = 0;
        address_done = true;
      }
      if (answered) {
        top_.s_axil_rready = 0;
        return value;
      }
    }
  }

  void send(const std::vector<Word>& words) { in_.insert(in_.end(), words.begin(), words.end()); }

  // Of the next sample: a result of each readout.
  std::vector<Result> results() {
    for (std::uint64_t limit = 20'000'000; results_.empty(); --limit) {
      if (limit == 0) throw std::runtime_error("no result");
      tick();
    }
    std::vector<Result> r = std::move(results_.front());
    results_.pop_front();
    return r;
  }

 private:
  bool hesitate() {
    if (random_ == 0) return false;
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    return (random_ >> 32) % 3 == 0;
  }

  void tick() {
    settle();
    rise();
  }

  // The streams move in every cycle, whatever the registers do.
  void settle() {
    if (!top_.s_axis_tvalid && !in_.empty() && !hesitate()) {
      top_.s_axis_tvalid = 1;
      top_.s_axis_tdata = in_.front().data;
      top_.s_axis_tlast = in_.front().last;
    }
    top_.m_axis_tready = !hesitate();
    top_.aclk = 0;
    top_.eval();
  }

  void rise() {
    const bool sent = top_.aresetn && top_.s_axis_tvalid && top_.s_axis_tready;
    if (top_.aresetn && top_.m_axis_tvalid && top_.m_axis_tready) {
      packet_.push_back(top_.m_axis_tdata);
      if (top_.m_axis_tlast) take_packet();
    }
    top_.aclk = 1;
    top_.eval();
    if (sent) {
      in_.pop_front();
      top_.s_axis_tvalid = 0;
    }
  }

  void take_packet() {
    constexpr std::size_t kWords = HILLOCK_RESULT_WORDS;
    if (packet_.size() != kWords * HILLOCK_READOUTS) {
      throw std::runtime_error("a packet of odd size");
    }
    std::vector<Result> results;
    for (std::size_t at = 0; at < packet_.size(); at += kWords) {
      const std::uint64_t low = packet_[at + 1];
      const std::uint64_t high = kWords == 3 ? packet_[at + 2] : (low >> 31) * 0xffffffffULL;
      results.push_back({packet_[at], static_cast<std::int64_t>(high << 32 | low)});
    }
    results_.push_back(std::move(results));
    packet_.clear();
  }

  Vaxi top_;
  std::uint64_t random_;
  std::deque<Word> in_;
  std::vector<std::uint32_t> packet_;
  std::deque<std::vector<Result>> results_;
};

void load(Accelerator& accelerator, const char* path) {
  std::ifstream file(path, std::ios::binary);
  const std::string bytes{std::istreambuf_iterator<char>(file), {}};
  const auto word = [&](std::size_t i) {
    std::uint32_t v = 0;
    for (std::size_t b = 4; b-- > 0;) v = v << 8 | static_cast<unsigned char>(bytes.at(4 * i + b));
    return v;
  };
  if (bytes.compare(0, 4, "HLKW") != 0 || word(2) != accelerator.read(HILLOCK_REG_STRUCTURE)) {
    throw std::runtime_error(std::string(path) + " is no load image for this accelerator");
  }
  accelerator.write(HILLOCK_REG_CONTROL, 0);
  for (std::size_t at = 3; 4 * at < bytes.size();) {
    const std::uint32_t count = word(at + 1);
    accelerator.write(HILLOCK_REG_LOAD_ADDRESS, word(at));
    for (std::uint32_t i = 0; i < count; ++i) {
      accelerator.write(HILLOCK_REG_LOAD_DATA, word(at + 2 + i));
    }
    at += 2 + count;
  }
}

struct Beat {
  bool sample_last, step_last, event;
  std::uint32_t value, element;
};

std::vector<std::vector<Beat>> read_samples(const char* path) {
  std::vector<std::vector<Beat>> samples(1);
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const int flags = std::stoi(line.substr(0, 1), nullptr, 16);
    const auto number = [&](std::size_t at) {
      return static_cast<std::uint32_t>(std::stoul(line.substr(at, 8), nullptr, 16));
    };
    samples.back().push_back(
        {(flags & 4) != 0, (flags & 2) != 0, (flags & 1) != 0, number(1), number(9)});
    if (samples.back().back().sample_last) samples.emplace_back();
  }
  samples.pop_back();
  return samples;
}

// A word a beat.
std::vector<Word> as_events(const std::vector<Beat>& sample) {
  std::vector<Word> words;
  for (const Beat& b : sample) {
    hillock_stream_word w = b.event ? HILLOCK_EVENT(b.element, b.value) : 0;
    if (b.step_last) w |= HILLOCK_STEP_LAST;
    words.push_back({w, b.sample_last});
  }
  return words;
}

// All elements of every step, silent ones too.
std::vector<Word> as_frames(const std::vector<Beat>& sample) {
  constexpr std::uint32_t kPerWord = HILLOCK_STREAM_BITS / HILLOCK_ELEMENT_BITS;
  constexpr std::uint32_t kWords = (HILLOCK_ELEMENTS + kPerWord - 1) / kPerWord;
  const hillock_stream_word mask =
      ((hillock_stream_word{1} << (HILLOCK_ELEMENT_BITS - 1)) << 1) - 1;
  std::vector<Word> words;
  std::vector<hillock_stream_word> frame(kWords, 0);
  for (const Beat& b : sample) {
    if (b.event) {
      frame[b.element / kPerWord] |= (b.value & mask)
                                     << (b.element % kPerWord * HILLOCK_ELEMENT_BITS);
    }
    if (!b.step_last) continue;
    for (const hillock_stream_word w : frame) words.push_back({w, false});
    frame.assign(kWords, 0);
  }
  words.back().last = true;
  return words;
}

void drive(int argc, char** argv) {
  const auto samples = read_samples(argv[1]);
  Accelerator accelerator(argc > 3 ? std::strtoull(argv[3], nullptr, 10) : 0);
  if (accelerator.read(HILLOCK_REG_MAGIC) != HILLOCK_MAGIC ||
      accelerator.read(HILLOCK_REG_STRUCTURE) != HILLOCK_STRUCTURE) {
    throw std::runtime_error("not the accelerator of this header");
  }
  const std::uint32_t features = accelerator.read(HILLOCK_REG_FEATURES);
  if ((features & HILLOCK_FEATURE_LOADABLE) != 0 && argc > 2) load(accelerator, argv[2]);
  accelerator.write(HILLOCK_REG_CONTROL, HILLOCK_CONTROL_ENABLE);

  for (const auto& sample : samples) {
    accelerator.send((features & HILLOCK_FEATURE_FRAMES) != 0 ? as_frames(sample)
                                                              : as_events(sample));
  }
  for (std::size_t n = 0; n < samples.size(); ++n) {
    std::printf("RESULT");
    for (const Result& r : accelerator.results()) {
      std::printf(" %u %lld", r.number, static_cast<long long>(r.score));
    }
    std::printf("\n");
  }
  // The latest results are in the registers too.
  std::printf("LATEST");
  for (std::uint32_t k = 0; k < accelerator.read(HILLOCK_REG_READOUTS); ++k) {
    accelerator.write(HILLOCK_REG_READOUT, k);
    std::printf(" %u %d", accelerator.read(HILLOCK_REG_CLASS),
                static_cast<int>(accelerator.read(HILLOCK_REG_SCORE_LOW)));
  }
  std::printf("\n");
  std::printf("RESULTS %u STATUS %u\n", accelerator.read(HILLOCK_REG_RESULTS),
              accelerator.read(HILLOCK_REG_STATUS));
  std::printf("EVENTS %u\n", accelerator.read(HILLOCK_REG_COUNTER(HILLOCK_COUNTER_EVENTS(0))));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: drive BEATS.hex [weights.bin [SEED]]\n");
    return 2;
  }
  try {
    drive(argc, argv);
  } catch (const std::exception& e) {
    std::fprintf(stderr, "error: %s\n", e.what());
    return 1;
  }
  return 0;
}
