// Transitions of nets in a value change dump, counted as the gate simulator counts them: cells take
// no time, a net settles once in a clock cycle, and is looked at right before the clock rises.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace hillock::gates {

struct VcdNet {
  static constexpr std::size_t kNoGroup = std::numeric_limits<std::size_t>::max();

  std::string name;              // of the variable, within the scope
  std::size_t bit = 0;           // its index, as the declaration counts
  std::size_t group = kNoGroup;  // nets whose cycles with any transition are counted together
};

struct VcdActivity {
  std::uint64_t cycles = 0;                // rising edges of the clock
  std::vector<std::uint64_t> transitions;  // by net
  std::vector<std::uint64_t> changes;      // by net: with those that are undone within a cycle
  std::vector<std::uint64_t> active;       // by group: cycles in which some net of it moved
};

// Reads a dump piece by piece, so that none has to be kept.
class VcdReader {
 public:
  // `scope`: the name of the innermost scope that the nets and the clock are in.
  VcdReader(std::string scope, std::string clock, std::vector<VcdNet> nets);

  // The next piece of the text, wherever it is cut. Throws InputError (tool-failed) at its end of
  // declarations where a net is missing, or where a line is none of a dump.
  void feed(std::string_view text);
  // After the last piece. Throws likewise where the dump has no declarations.
  [[nodiscard]] VcdActivity finish();

 private:
  struct Watched {  // a net, in its variable
    std::size_t net;
    std::size_t bit;  // from the lowest
  };
  struct Variable {
    std::vector<Watched> nets;
    bool clock = false;
  };

  void line(std::string_view text);
  void declare(std::string_view text);
  void end_of_declarations();
  void change(std::string_view value, std::string_view code);
  void end_of_time();
  void settle();

  std::string scope_;
  std::string clock_;
  std::vector<VcdNet> nets_;
  std::unordered_multimap<std::string, std::size_t> wanted_;  // nets by variable
  std::vector<std::size_t> found_;                            // by net: declarations
  std::unordered_map<std::string, std::size_t> variable_of_;  // by code
  std::vector<Variable> variables_;
  std::vector<std::string> scopes_;
  std::string rest_;  // of the last piece: a line that is not whole
  bool declared_ = false;

  // Changes of the present time; they follow the clock's edge at that time.
  struct Change {
    std::size_t net;
    bool value;
  };
  std::vector<Change> changes_;
  bool clock_value_ = false;
  bool rises_ = false;
  bool begun_ = false;  // a first edge was seen: what came before is no cycle
  std::vector<char> value_;
  std::vector<char> settled_;
  std::vector<char> touched_;
  std::vector<std::size_t> touched_list_;
  std::vector<std::uint64_t> seen_in_;  // by group: the cycle it was counted in last
  VcdActivity activity_;
};

}  // namespace hillock::gates
