// Runs a netlist of standard cells, 64 cases side by side: one bit of a word a case. Cells take no
// time: within a clock cycle every net settles once. Counts the transitions of every net, and those
// that a cell's power tables tell apart.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/gates/gate_netlist.h"

namespace hillock::gates {

using Word = std::uint64_t;

struct NetActivity {
  std::uint64_t rises = 0;  // transitions to 1 and to 0, once a cycle at most
  std::uint64_t falls = 0;
  std::uint64_t high = 0;  // cycles at 1
};

// Of one group internal_power: transitions of its pin that it applies to. Those of an output that
// several groups apply to are shared among them in equal parts.
struct PowerActivity {
  double rises = 0;
  double falls = 0;
};

struct GateActivity {
  std::uint64_t cycles = 0;  // counted, over all cases
  std::vector<NetActivity> nets;
  std::vector<std::vector<PowerActivity>> power;  // [gate][group], over pins in order
  // Leakage depends little on the state: it is looked at in every 16th cycle.
  std::uint64_t leakage_cycles = 0;
  std::vector<std::vector<std::uint64_t>> leakage;  // [gate][group]: in how many its `when` holds
};

class GateSimulator {
 public:
  // Keeps a reference to the netlist. `clock`: the port that clocks it; flip-flops must hang on it
  // itself, and take their data at its rising edge. Throws InputError (tool-failed) where they do
  // not, or cells form a loop. All state is 0.
  GateSimulator(const GateNetlist& netlist, std::string_view clock);

  // Bit `bit` of an input port, for all cases; ports that are not there, or bits beyond, are left.
  void drive(std::string_view port, std::size_t bit, Word value);
  [[nodiscard]] Word net(int n) const { return value_[static_cast<std::size_t>(n)]; }

  // Lets the nets follow the inputs and the state. In cases of `counted` the difference to the last
  // settled state is counted, as one cycle.
  void settle(Word counted);
  // The clock's edge: flip-flops and memories take what is there.
  void edge();

  [[nodiscard]] const GateActivity& activity() const { return activity_; }
  void clear_activity();

 private:
  struct Output {  // what drives a net within a cycle
    std::size_t gate;
    std::size_t pin;
  };
  void order();
  void count(Word counted);
  void count_power(std::size_t g, Word counted);
  void count_output(const GateInstance& gate, const CellPin& pin, Word rises, Word falls,
                    PowerActivity* groups);
  void read(const MacroInstance& m, const MacroPort& port, const std::vector<Word>& content,
            std::vector<Word>& data) const;
  void write(const MacroInstance& m, const MacroPort& port, std::vector<Word>& content) const;
  [[nodiscard]] Word pin_value(const GateInstance& gate, int pin,
                               const std::vector<Word>& of) const;

  const GateNetlist& netlist_;
  int clock_net_ = kNoNet;
  std::vector<Word> value_;   // by net
  std::vector<Word> before_;  // by net, when it settled last
  std::vector<Word> state_;   // by gate: IQ of a flip-flop
  std::vector<Output> order_;
  std::vector<std::size_t> flip_flops_;
  struct Memory {
    std::vector<Word> content;            // [depth * width], a bit a case
    std::vector<std::vector<Word>> data;  // registers of the read ports
  };
  std::vector<Memory> memories_;
  std::uint64_t settled_ = 0;
  GateActivity activity_;
};

}  // namespace hillock::gates
