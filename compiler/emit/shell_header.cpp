// The C header of the register map: the same offsets as snn_registers.v, and the sizes of this
// network.
#include <fmt/format.h>

#include <cctype>

#include "compiler/emit/shell_facts.h"

namespace hillock::emit {
namespace {

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

constexpr const char* kRegisters =
    R"(/* Registers: byte offsets. A register is 32 bits; reads of others give 0. */
#define HILLOCK_REG_MAGIC 0x000u        /* read: HILLOCK_MAGIC */
#define HILLOCK_REG_VERSION 0x004u      /* read: HILLOCK_VERSION */
#define HILLOCK_REG_STRUCTURE 0x008u    /* read: which hardware this is */
#define HILLOCK_REG_ELEMENTS 0x00cu     /* read: of the input */
#define HILLOCK_REG_OUTPUTS 0x010u      /* read: classes */
#define HILLOCK_REG_TIMESTEPS 0x014u    /* read: of a sample, at most */
#define HILLOCK_REG_FEATURES 0x018u     /* read: bits of a value [7:0], of an element of a frame [15:8],
                                           of a word of the stream [23:16]; HILLOCK_FEATURE_... */
#define HILLOCK_REG_COUNTERS 0x01cu     /* read: how many there are */
#define HILLOCK_REG_CONTROL 0x020u      /* HILLOCK_CONTROL_... */
#define HILLOCK_REG_STATUS 0x024u       /* HILLOCK_STATUS_...; write 1 to clear an error */
#define HILLOCK_REG_RESULTS 0x028u      /* read: results since reset */
#define HILLOCK_REG_CLASS 0x02cu        /* read: of the latest result, of the readout below */
#define HILLOCK_REG_SCORE_LOW 0x030u    /* read: its score, signed */
#define HILLOCK_REG_SCORE_HIGH 0x034u
#define HILLOCK_REG_LOAD_ADDRESS 0x038u /* of the next word to be loaded */
#define HILLOCK_REG_LOAD_DATA 0x03cu    /* write: loads a word, and moves on to the next address */
#define HILLOCK_REG_STREAM_DATA 0x040u  /* write: a word of the input stream (HILLOCK_FEATURE_PUSH) */
#define HILLOCK_REG_STREAM_LAST 0x044u  /* write: the last word of a sample */
#define HILLOCK_REG_READOUT 0x048u      /* of which readout class and score are read; 0 after reset */
#define HILLOCK_REG_READOUTS 0x04cu     /* read: how many there are */
#define HILLOCK_REG_COUNTER(k) (0x100u + 4u * (k))

#define HILLOCK_MAGIC 0x4b434c48u /* "HLCK" */
#define HILLOCK_VERSION 0x00010002u
#define HILLOCK_CONTROL_ENABLE 1u     /* 0: the core is held in reset, and its memories can be loaded */
#define HILLOCK_CONTROL_SOFT_RESET 2u /* write 1: the core begins afresh; reads as 0 */
#define HILLOCK_STATUS_BUSY 1u        /* a sample is inside */
#define HILLOCK_STATUS_LOAD_ERROR 2u  /* a word was not loaded: the core was enabled, or has ROMs */
#define HILLOCK_STATUS_OVERRUN 4u     /* a word of the input stream was dropped */
#define HILLOCK_FEATURE_LOADABLE 0x01000000u /* memories are loaded at run time */
#define HILLOCK_FEATURE_FRAMES 0x02000000u   /* the stream takes dense frames, else events */
#define HILLOCK_FEATURE_PUSH 0x04000000u     /* the stream is written to registers */
#define HILLOCK_FEATURE_SPIKES 0x08000000u   /* the core has a stream of spikes */

/* Counters: of population p, and of all. They wrap, and a reset of the core clears them. */
#define HILLOCK_COUNTER_EVENTS(p) (5u * (p))
#define HILLOCK_COUNTER_WEIGHT_READS(p) (5u * (p) + 1u)
#define HILLOCK_COUNTER_UPDATES(p) (5u * (p) + 2u)
#define HILLOCK_COUNTER_SPIKES(p) (5u * (p) + 3u)
#define HILLOCK_COUNTER_SATURATIONS(p) (5u * (p) + 4u)
)";

}  // namespace

std::string c_header(const EmittedDesign& design, const ShellFacts& f,
                     const ir::QuantizedNetwork& network) {
  std::string out = fmt::format(
      "/* {}: registers, and the sizes of the network. docs/integration.md explains them. */\n"
      "#ifndef HILLOCK_{}_H\n#define HILLOCK_{}_H\n\n{}",
      f.base, upper(f.base), upper(f.base), kRegisters);
  out += fmt::format(
      "#define HILLOCK_COUNTER_CYCLES {}u\n\n/* This network. */\n"
      "#define HILLOCK_STRUCTURE 0x{:08x}u\n#define HILLOCK_ELEMENTS {}u\n"
      "#define HILLOCK_OUTPUTS {}u\n#define HILLOCK_TIMESTEPS {}u\n#define HILLOCK_VALUE_BITS {}\n"
      "#define HILLOCK_ELEMENT_BITS {}\n#define HILLOCK_READOUTS {}u\n"
      "#define HILLOCK_RESULT_WORDS {}u /* of a packet of results, for each readout */\n",
      f.counters - 1, design.structure, f.elements, f.outputs, f.timesteps, f.value_bits,
      f.element_bits, f.results.size(), f.score_bits > 32 ? 3 : 2);
  out += "\n/* Readouts. */\n";
  std::size_t number = 0;
  for (const ir::Output& output : ir::outputs_of(network)) {
    out += fmt::format("/* {}: {} */\n", number++, network.populations[output.population].name);
  }
  out += "\n/* Populations, for counters. */\n";
  for (std::size_t p = 0; p < network.populations.size(); ++p) {
    out += fmt::format("/* {}: {} */\n", p, network.populations[p].name);
  }
  const char* type = f.stream_bits == 32 ? "uint32_t" : "uint64_t";
  out += fmt::format(
      "\n/* A word of the input stream that takes events: an event, or a step without one. */\n"
      "#include <stdint.h>\n"
      "typedef {0} hillock_stream_word;\n"
      "#define HILLOCK_STREAM_BITS {1}\n"
      "#define HILLOCK_STEP_LAST (({0})1 << {2})\n"
      "#define HILLOCK_EVENT(element, value) \\\n"
      "  (({0})1 << {3} | (({0})(value) & {4}u) << {5} | ({0})(element))\n",
      type, f.stream_bits, f.stream_bits - 1, f.stream_bits - 2,
      (std::uint64_t{1} << f.value_bits) - 1, f.stream_bits / 2);
  if (f.spikes) {
    const char* word = f.spike_stream_bits == 32 ? "uint32_t" : "uint64_t";
    out += fmt::format(
        "\n/* A word of the stream of spikes, those of {0}: an event, or a step without one. */\n"
        "typedef {1} hillock_spike_word;\n"
        "#define HILLOCK_SPIKE_STREAM_BITS {2}\n"
        "#define HILLOCK_SPIKE_NEURONS {3}u\n"
        "#define HILLOCK_SPIKE_STEP_LAST(word) ((int)((word) >> {4} & 1u))\n"
        "#define HILLOCK_SPIKE_EVENT(word) ((int)((word) >> {5} & 1u))\n"
        "#define HILLOCK_SPIKE_NEURON(word) ((uint32_t)((word) & {6}u))\n"
        "#define HILLOCK_SPIKE_COUNT(word) ((uint32_t)((word) >> {7} & {8}u))\n",
        network.populations[f.spikes->population].name, word, f.spike_stream_bits,
        network.populations[f.spikes->population].neurons(), f.spike_stream_bits - 1,
        f.spike_stream_bits - 2, (std::uint64_t{1} << f.spike_stream_bits / 2) - 1,
        f.spike_stream_bits / 2, (std::uint64_t{1} << f.spikes->value_bits) - 1);
  }
  if (f.loadable) {
    out += "\n/* Memories on the load port: address, rows, words of a row. */\n";
    for (const LoadMemory& m : design.load.memories()) {
      const std::string name = upper(m.name);
      out += fmt::format(
          "#define HILLOCK_LOAD_{0}_ADDRESS 0x{1:x}u\n#define HILLOCK_LOAD_{0}_ROWS {2}u\n"
          "#define HILLOCK_LOAD_{0}_ROW_WORDS {3}u\n",
          name, m.address, m.rows, m.row_words);
    }
  }
  return out + "\n#endif\n";
}

}  // namespace hillock::emit
