// What every module test shares: replayable random numbers, ports of any width, a clocked bench
// that counts cycles, a watch on valid/ready streams, and the main program.
//
//   rtl_NAME [SEED [ROUNDS [POINT]]]     a failure prints the line that replays it
#pragma once

#include <verilated.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace rtl {

// splitmix64: the same everywhere.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }
  // Whole number in lo..hi.
  std::int64_t whole(std::int64_t lo, std::int64_t hi) {
    return lo + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(hi - lo + 1));
  }
  // True in `eighths` of 8 cases.
  bool chance(std::int64_t eighths) { return whole(0, 7) < eighths; }
  // How often something happens in this round: never, always, or something between.
  std::int64_t eighths() { return whole(0, 8); }

 private:
  std::uint64_t state_;
};

struct Failure : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// The numbers of a message, for example text("row", 3, "of", 7).
template <class... T>
std::string text(const T&... parts) {
  std::string out;
  const auto add = [&](const auto& part) {
    if (!out.empty()) out += ' ';
    if constexpr (std::is_arithmetic_v<std::decay_t<decltype(part)>>) {
      out += std::to_string(part);
    } else {
      out += part;
    }
  };
  (add(parts), ...);
  return out;
}

template <class... T>
void require(bool holds, const T&... message) {
  if (!holds) throw Failure(text(message...));
}

inline std::uint64_t mask(std::int64_t bits) {
  return bits >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << bits) - 1;
}

// max(1, clog2(n)): the bits of an address of n places.
constexpr std::int64_t clog2(std::int64_t n) {
  std::int64_t bits = 1;
  while ((std::int64_t{1} << bits) < n) ++bits;
  return bits;
}

// The two's complement number in the low `bits` (1..64) bits.
inline std::int64_t sign_extend(std::uint64_t v, std::int64_t bits) {
  return static_cast<std::int64_t>(v << (64 - bits)) >> (64 - bits);
}

inline std::int64_t random_signed(Random& random, std::int64_t bits) {
  return sign_extend(random.next(), bits);
}

// `bits` (1..64) bits of a port, from bit `at` on.
template <class Port>
std::uint64_t get(const Port& port, std::int64_t at, std::int64_t bits) {
  if constexpr (std::is_integral_v<Port>) {
    return (static_cast<std::uint64_t>(port) >> at) & mask(bits);
  } else {
    std::uint64_t v = 0;
    for (std::int64_t i = 0; i < bits; ++i) {
      v |= static_cast<std::uint64_t>((port.at((at + i) / 32) >> ((at + i) % 32)) & 1) << i;
    }
    return v;
  }
}

template <class Port>
void put(Port& port, std::int64_t at, std::int64_t bits, std::uint64_t v) {
  if constexpr (std::is_integral_v<Port>) {
    const std::uint64_t keep = static_cast<std::uint64_t>(port) & ~(mask(bits) << at);
    port = static_cast<Port>(keep | ((v & mask(bits)) << at));
  } else {
    for (std::int64_t i = 0; i < bits; ++i) {
      const std::uint32_t bit = std::uint32_t{1} << ((at + i) % 32);
      if (((v >> i) & 1) != 0)
        port.at((at + i) / 32) |= bit;
      else
        port.at((at + i) / 32) &= ~bit;
    }
  }
}

// A port of any width as bits, lowest first.
using Bits = std::vector<bool>;

template <class Port>
Bits get_bits(const Port& port, std::int64_t bits) {
  Bits out(bits);
  for (std::int64_t i = 0; i < bits; ++i) out[i] = get(port, i, 1) != 0;
  return out;
}

template <class Port>
void put_bits(Port& port, const Bits& bits) {
  for (std::size_t i = 0; i < bits.size(); ++i) put(port, static_cast<std::int64_t>(i), 1, bits[i]);
}

inline Bits random_bits(Random& random, std::int64_t bits, std::int64_t eighths = 4) {
  Bits out(bits);
  for (std::int64_t i = 0; i < bits; ++i) out[i] = random.chance(eighths);
  return out;
}

// The bits as one hexadecimal word, as $readmemh reads it.
inline std::string hex(const Bits& bits) {
  std::string out;
  for (std::size_t at = 0; at < bits.size(); at += 4) {
    int digit = 0;
    for (std::size_t i = at; i < at + 4 && i < bits.size(); ++i) digit |= bits[i] << (i - at);
    out.insert(out.begin(), "0123456789abcdef"[digit]);
  }
  return out;
}

inline void append(Bits& bits, std::uint64_t v, std::int64_t width) {
  for (std::int64_t i = 0; i < width; ++i) bits.push_back(((v >> i) & 1) != 0);
}

inline void write_memory(const char* file, const std::vector<Bits>& words) {
  std::FILE* f = std::fopen(file, "w");
  require(f != nullptr, "cannot write", file);
  for (const Bits& word : words) std::fprintf(f, "%s\n", hex(word).c_str());
  std::fclose(f);
}

// A model with everything that powers up undefined set at random.
template <class Top>
class Model {
 public:
  explicit Model(Random& random) {
    context_.randReset(2);
    context_.randSeed(static_cast<int>(random.whole(1, 1 << 30)));
    top_ = std::make_unique<Top>(&context_);
  }
  Model(const Model&) = delete;
  Model& operator=(const Model&) = delete;
  ~Model() { top_->final(); }
  Top* operator->() { return top_.get(); }
  Top& operator*() { return *top_; }
  void eval() { top_->eval(); }

 private:
  VerilatedContext context_;
  std::unique_ptr<Top> top_;
};

// ... with a clock. A cycle: set inputs, settle(), look at outputs, rise().
template <class Top>
class Clocked : public Model<Top> {
 public:
  explicit Clocked(Random& random) : Model<Top>(random) { (*this)->clk_i = 0; }
  void settle() {
    (*this)->clk_i = 0;
    this->eval();
  }
  void rise() {
    (*this)->clk_i = 1;
    this->eval();
    ++cycle_;
  }
  // Cycles since construction or reset().
  [[nodiscard]] std::int64_t cycle() const { return cycle_; }
  void reset(int cycles = 2) {
    (*this)->rst_i = 1;
    for (int i = 0; i < cycles; ++i) {
      settle();
      rise();
    }
    (*this)->rst_i = 0;
    cycle_ = 0;
  }

 private:
  std::int64_t cycle_ = 0;
};

// The rule of a valid/ready stream: once valid rises, it and its data hold until ready. Called once
// a cycle.
class StreamWatch {
 public:
  explicit StreamWatch(std::string name) : name_(std::move(name)) {}
  void observe(bool valid, bool ready, std::vector<std::uint64_t> data) {
    if (waiting_) {
      require(valid, name_, "withdrew valid");
      require(data == data_, name_, "changed its data while it waited");
    }
    waiting_ = valid && !ready;
    data_ = std::move(data);
  }

 private:
  std::string name_;
  bool waiting_ = false;
  std::vector<std::uint64_t> data_;
};

struct Point {
  const char* label;
  void (*test)(Random&);
};

inline int run(int argc, char** argv, int rounds, const std::vector<Point>& points) {
  const char* program = argv[0];
  if (const char* slash = std::string(argv[0]).find('/') == std::string::npos
                              ? nullptr
                              : argv[0] + std::string(argv[0]).rfind('/')) {
    program = slash + 1;
  }
  const std::uint64_t seed = argc > 1 ? std::strtoull(argv[1], nullptr, 10) : 1;
  if (argc > 2) rounds = std::atoi(argv[2]);
  const int only = argc > 3 ? std::atoi(argv[3]) : -1;
  int failures = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    if (only >= 0 && static_cast<int>(i) != only) continue;
    for (int round = 0; round < rounds; ++round) {
      const std::uint64_t own = seed + static_cast<std::uint64_t>(round);
      try {
        Random random(own);
        points[i].test(random);
      } catch (const Failure& failure) {
        std::printf("FAIL %s: %s\n  replay: %s %llu 1 %zu\n", points[i].label, failure.what(),
                    program, static_cast<unsigned long long>(own), i);
        ++failures;
        break;
      }
    }
  }
  std::printf("%s: %zu points, %d rounds, %d failed\n", program, points.size(), rounds, failures);
  return failures == 0 ? 0 : 1;
}

}  // namespace rtl

// The main program: TEST<P>(Random&) at every point of the matrix.
#define RTL_POINT(P) {P::label, &test<P>},
#define RTL_MAIN(ROUNDS) \
  int main(int argc, char** argv) { return rtl::run(argc, argv, ROUNDS, {RTL_MATRIX(RTL_POINT)}); }
