// A pin-level top in Verilator with its serial line on standard input and output: bytes that come
// in go to its rx pin, bytes from its tx pin go out. Ends with its input. BIT is ClocksPerBit.
#include <poll.h>
#include <unistd.h>
#include <verilated.h>

#include <cstdint>

#include "Vboard.h"

namespace {

class Line {
 public:
  void run() {
    board_.rx = 1;
    board_.btn_n = 1;
    for (int i = 0; i < 2000; ++i) clock();  // power-up
    for (std::uint64_t idle = 0;; ++idle) {
      if (out_left_ == 0 && idle % BIT == 0 && !take_byte(idle > kQuiet)) return;
      if (out_left_ > 0 || receiving_ > 0) idle = 0;
      send_bit();
      clock();
      receive();
    }
  }

 private:
  static constexpr std::uint64_t kQuiet = 50'000;  // cycles: nothing can be under way any more

  // False at the end of the input. Waits only while the board has nothing to say.
  bool take_byte(bool wait) {
    pollfd in{STDIN_FILENO, POLLIN, 0};
    if (poll(&in, 1, wait ? 1 : 0) <= 0) return true;
    unsigned char byte = 0;
    if (read(STDIN_FILENO, &byte, 1) != 1) return false;
    out_ = 0x200U | byte << 1;  // stop, data, start
    out_left_ = 10 * BIT;
    return true;
  }

  void send_bit() {
    if (out_left_ == 0) return;
    board_.rx = (out_ >> (10 - (out_left_ + BIT - 1) / BIT)) & 1;
    --out_left_;
  }

  // Samples the middle of every bit.
  void receive() {
    if (receiving_ == 0) {
      if (!board_.tx) receiving_ = 1;
      return;
    }
    if (receiving_ % BIT == BIT / 2) in_ = in_ >> 1 | (board_.tx ? 0x200U : 0);
    if (++receiving_ < 10 * BIT - BIT / 4) return;
    receiving_ = 0;
    const unsigned char byte = (in_ >> 1) & 0xff;
    if (write(STDOUT_FILENO, &byte, 1) != 1) _exit(1);
  }

  void clock() {
    board_.clk = 0;
    board_.eval();
    board_.clk = 1;
    board_.eval();
  }

  Vboard board_;
  unsigned out_ = 0;
  unsigned out_left_ = 0;  // cycles
  unsigned in_ = 0;
  unsigned receiving_ = 0;  // cycles since the start bit fell
};

}  // namespace

int main() {
  Line().run();
  return 0;
}
