// The little that we need to know of a Liberty file ourselves; synthesis and timing read it whole.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

namespace hillock::synth {

struct Liberty {
  std::string name;
  std::map<std::string, double> area;  // of each cell, in the library's unit
  std::set<std::string> flip_flops;    // cells with a group ff
  std::string buffer;                  // the smallest; drives the inputs in timing
  double buffer_input_ff = 0;          // capacitance of its input, femtofarad
};

// Reads the text of a Liberty file. Throws InputError (bad-liberty) at `file`, with the line, where
// it is none, or has no buffer, or no flip-flop.
[[nodiscard]] Liberty read_liberty(const std::string& text, const std::string& file);

}  // namespace hillock::synth
