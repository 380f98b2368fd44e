// lower(): from a population's rows of spikes to events one after another: for the projections that
// read it, and for the stream that leaves the accelerator.
#include <fmt/format.h>

#include "compiler/emit/lowering.h"
#include "compiler/emit/memory_image.h"
#include "compiler/ir/scan_shape.h"

namespace hillock::emit {

int slot_bits(const Lowering& l, std::size_t population) {
  const ir::SourceAddresses slots(l.network, l.mapping, {ir::Source::Kind::Population, population});
  return ir::address_bits(static_cast<std::int64_t>(slots.count()));
}

void read_spikes(Lowering& l, const SpikeReader& r) {
  const auto net = [&](const char* name) { return r.id + "_" + name; };
  const std::string& from = l.ids[r.source];
  const ir::TraceRow& row = l.layout.rows[r.source];
  const ir::ScanShape scan = ir::scan_shape(row.lanes, row.groups);
  const int index_bits = ir::address_bits(scan.words);
  const int addr_bits = slot_bits(l, r.source);
  const ir::QuantizedPopulation& population = l.network.populations[r.source];
  const int event_bits = ir::event_bits(population);
  l.wires(1, r.id, {"_map_valid", "_map_sample_last", "_map_release"});
  l.wire(scan.words, net("map_flags"));
  l.wire(index_bits, net("map_index"));
  l.wire(scan.word_bits, net("map_word"));
  l.wire(addr_bits, net("map_event"));
  l.wire(event_bits, net("map_value"));
  l.wire(1, r.step_ready);
  l.instance({"snn_spike_bitmap",
              "u_" + net("bitmap"),
              r.comment,
              {{"Lanes", number(row.lanes)},
               {"Groups", number(row.groups)},
               {"GroupBits", number(ir::address_bits(row.groups))},
               {"Pack", number(scan.pack)},
               {"Slices", number(scan.slices)},
               {"Delay", number(r.delay)},
               {"ValueBits", number(event_bits)},
               {"AddrBits", number(addr_bits)}},
              {{"clk_i", "clk_i"},
               {"rst_i", "rst_i"},
               {"step_ready_o", r.step_ready},
               {"row_valid_i", from + "_row_valid"},
               {"row_group_i", from + "_row_group"},
               {"row_step_last_i", from + "_row_step_last"},
               {"row_sample_last_i", from + "_row_sample_last"},
               {"row_spikes_i", from + "_row_spikes"},
               {"row_values_i", from + (event_bits > 1 ? "_row_values" : "_row_spikes")},
               {"step_valid_o", net("map_valid")},
               {"step_sample_last_o", net("map_sample_last")},
               {"word_flags_o", net("map_flags")},
               {"word_index_i", net("map_index")},
               {"word_o", net("map_word")},
               {"event_addr_i", net("map_event")},
               {"event_value_o", net("map_value")},
               {"step_release_i", net("map_release")}}});
  l.instance({"snn_scanner",
              "u_" + net("scanner"),
              "",
              {{"Words", number(scan.words)},
               {"IndexBits", number(index_bits)},
               {"WordBits", number(scan.word_bits)},
               {"Pitch", number(scan.pitch)},
               {"Slices", number(scan.slices)},
               {"AddrBits", number(addr_bits)},
               {"ValueBits", number(event_bits)},
               {"Signed", flag(population.sends_membranes())},
               {"BeatValueBits", number(r.value_bits)}},
              {{"clk_i", "clk_i"},
               {"rst_i", "rst_i"},
               {"step_valid_i", net("map_valid")},
               {"step_sample_last_i", net("map_sample_last")},
               {"word_flags_i", net("map_flags")},
               {"word_index_o", net("map_index")},
               {"word_i", net("map_word")},
               {"event_addr_o", net("map_event")},
               {"event_value_i", net("map_value")},
               {"step_release_o", net("map_release")},
               {"beat_valid_o", r.beat + "_valid"},
               {"beat_ready_i", r.beat + "_ready"},
               {"beat_event_o", r.beat + "_event"},
               {"beat_step_last_o", r.beat + "_step_last"},
               {"beat_sample_last_o", r.beat + "_sample_last"},
               {"beat_addr_o", r.beat + "_addr"},
               {"beat_value_o", r.value}}});
}

void lower_spike_stream(Lowering& l) {
  const auto stream = ir::spike_stream(l.network, l.mapping);
  if (!stream) return;
  const ir::QuantizedPopulation& p = l.network.populations[stream->population];
  const std::string beat = stream->in_order ? "spikes_beat" : "spikes_slot";
  SpikeReader reader;
  reader.source = stream->population;
  reader.id = "spikes";
  reader.step_ready = "spikes_step_ready";
  reader.beat = beat;
  reader.value = beat + "_value";
  reader.value_bits = stream->value_bits;
  reader.comment = fmt::format("Spikes of {}, as a stream", p.name);
  l.wires(1, beat, {"_valid", "_ready", "_event", "_step_last", "_sample_last"});
  l.wire(slot_bits(l, stream->population), beat + "_addr");
  l.wire(stream->value_bits, beat + "_value");
  read_spikes(l, reader);
  if (!stream->in_order) {
    l.wires(1, "spikes_beat", {"_valid", "_ready", "_event", "_step_last", "_sample_last"});
    l.wire(stream->addr_bits, "spikes_beat_addr");
    l.wire(stream->value_bits, "spikes_beat_value");
    const ir::Layout layout = ir::layout_of(l.network, l.mapping, stream->population);
    l.out.memories.push_back({"spikes_index.mem", index_image(layout, stream->addr_bits)});
    Instance index{"snn_neuron_index",
                   "u_spikes_index",
                   "",
                   {{"SlotBits", number(slot_bits(l, stream->population))},
                    {"Slots", number(static_cast<std::int64_t>(layout.slots()))},
                    {"IndexBits", number(stream->addr_bits)},
                    {"ValueBits", number(stream->value_bits)},
                    {"IndexFile", "\"spikes_index.mem\""}},
                   {{"clk_i", "clk_i"}, {"rst_i", "rst_i"}}};
    for (const char* s : {"valid", "event", "step_last", "sample_last", "addr", "value"}) {
      index.ports.emplace_back(fmt::format("beat_{}_i", s), fmt::format("spikes_slot_{}", s));
      index.ports.emplace_back(fmt::format("beat_{}_o", s), fmt::format("spikes_beat_{}", s));
    }
    index.ports.emplace_back("beat_ready_o", "spikes_slot_ready");
    index.ports.emplace_back("beat_ready_i", "spikes_beat_ready");
    l.instance(std::move(index));
  }
  l.assign("spikes_beat_ready", "spikes_ready_i");
  for (const char* s : {"valid", "event", "step_last", "sample_last", "value"}) {
    l.design().outputs.emplace_back(fmt::format("spikes_{}_o", s),
                                    fmt::format("spikes_beat_{}", s));
  }
  // A last row that is short has slots beyond the neurons.
  const bool wider = stream->in_order && slot_bits(l, stream->population) > stream->addr_bits;
  l.design().outputs.emplace_back(
      "spikes_addr_o", wider ? fmt::format("spikes_beat_addr[{}:0]", stream->addr_bits - 1)
                             : std::string("spikes_beat_addr"));
  if (wider) l.design().unused.emplace_back("spikes_beat_addr");
}

std::vector<Port> spike_ports(const ir::SpikeStream& stream, const std::string& population) {
  return {{false, 1, "spikes_valid_o", "Spikes of " + population + " out", false},
          {true, 1, "spikes_ready_i", "", false},
          {false, 1, "spikes_event_o", "", false},
          {false, 1, "spikes_step_last_o", "", false},
          {false, 1, "spikes_sample_last_o", "", false},
          {false, stream.addr_bits, "spikes_addr_o", "", false},
          {false, stream.value_bits, "spikes_value_o", "", false}};
}

}  // namespace hillock::emit
