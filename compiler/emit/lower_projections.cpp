// lower(): from the sources of a population to the taps that its engine takes.
#include <fmt/format.h>

#include <algorithm>

#include "compiler/emit/lowering.h"
#include "compiler/emit/memory_image.h"

namespace hillock::emit {
namespace {

// One projection on its way into the engine.
class Stream {
 public:
  // `id`: prefix of its nets, for example "lif1" or "lif1_in2".
  Stream(Lowering& l, std::size_t projection, std::string id, TapWidths widths)
      : l_(l),
        k_(projection),
        projection_(l.network.projections[projection]),
        target_(projection_.target),
        id_(std::move(id)),
        widths_(widths),
        groups_(tap_groups(l, target_)),
        lanes_(l.mapping.lanes[target_]),
        addr_bits_(ir::address_bits(static_cast<std::int64_t>(
            ir::SourceAddresses(l.network, l.mapping, projection_.source).count()))) {}

  // `turn`: the net that says that this projection is due; empty for the only one.
  void lower(const std::string& turn) {
    tap_wires();
    const ir::TapKind kind = ir::tap_kind(l_.network, l_.mapping, k_);
    if (kind == ir::TapKind::Pool) {
      pool();
      return;
    }
    if (projection_.source.kind == ir::Source::Kind::Input)
      beats_of_input();
    else
      beats_of_population(turn);
    beat_gate();
    if (kind == ir::TapKind::Dense) dense();
    if (kind == ir::TapKind::Conv) conv();
    if (kind == ir::TapKind::Sparse) sparse();
  }

 private:
  [[nodiscard]] std::string net(const std::string& name) const { return id_ + "_" + name; }

  [[nodiscard]] std::string where() const {
    return fmt::format("{} -> {}  @[{}]", l_.network.source_name(projection_.source),
                       l_.network.populations[target_].name, base_name(projection_.where.text()));
  }

  void tap_wires() {
    l_.wires(1, id_,
             {"_tap_valid", "_tap_ready", "_tap_event", "_tap_new", "_tap_update", "_tap_step_last",
              "_tap_sample_last"});
    l_.wire(ir::address_bits(groups_), net("tap_group"));
    l_.wire(widths_.value_bits, net("tap_value"));
    l_.wire(lanes_ * widths_.weight_bits, net("weights"));
  }

  void beat_wires(const std::string& name) {
    for (const char* s : {"valid", "ready", "event", "step_last"}) l_.wire(1, net(name + "_" + s));
    l_.wire(addr_bits_, net(name + "_addr"));
  }

  // The input's value at the width of the population's values. The port is as wide as the widest
  // input's; a binary one's value is 1, whatever the port holds.
  [[nodiscard]] std::string input_value() {
    const int port = ir::input_value_bits(l_.network);
    const int own = ir::value_bits(l_.network, projection_.source);
    const int wide = widths_.value_bits;
    if (own == 1) {
      if (port == 1 && wide == 1) return "in_value_i";
      if (port == 1) l_.design().unused.emplace_back("in_value_i");
      return fmt::format("{}'d1", wide);
    }
    const std::string low =
        own == port ? std::string("in_value_i") : fmt::format("in_value_i[{}:0]", own - 1);
    if (own == wide) return low;
    return fmt::format("{{{{{}{{in_value_i[{}]}}}}, {}}}", wide - own, own - 1, low);
  }

  void beats_of_input() {
    const std::vector<std::size_t> readers = readers_of_inputs(l_.network);
    InputBeat in{"in_valid_i", "in_event_i", "in_addr_i", input_value()};
    if (readers.size() > 1) {
      const auto own = std::find(readers.begin(), readers.end(), k_) - readers.begin();
      in.valid = fmt::format("in_fork_valid[{}]", own);
    }
    l_.wire(1, net("beat_ready"));
    const bool waits = waits_for_another(l_.network, k_);
    if (waits) l_.wire(1, net("wait_ready"));
    if (l_.network.inputs.size() > 1) slice(in, waits ? "wait_ready" : "beat_ready");
    if (waits) {
      step_buffer(in);
      return;
    }
    l_.wire(1, net("beat_valid"), in.valid);
    l_.wire(1, net("beat_event"), in.event);
    l_.wire(1, net("beat_step_last"), "in_step_last_i");
    l_.wire(1, net("beat_sample_last"), "in_sample_last_i");
    l_.wire(addr_bits_, net("beat_addr"), in.addr);
    l_.wire(widths_.value_bits, net("beat_value"), in.value);
  }

  // The nets of a beat of the input.
  struct InputBeat {
    std::string valid;
    std::string event;
    std::string addr;
    std::string value;
  };

  // The beats of this input, out of the stream of all.
  void slice(InputBeat& in, const std::string& ready) {
    const std::size_t input = projection_.source.index;
    l_.wires(1, id_, {"_slice_valid", "_slice_ready", "_slice_event"});
    l_.wire(addr_bits_, net("slice_addr"));
    l_.instance(
        {"snn_input_slice",
         "u_" + net("slice"),
         fmt::format("The events of input {}", l_.network.inputs[input].name),
         {{"AddrBits", number(ir::input_address_bits(l_.network))},
          {"First", number(static_cast<std::int64_t>(ir::first_element(l_.network, input)))},
          {"Count", number(addresses())},
          {"SliceBits", number(addr_bits_)}},
         {{"beat_valid_i", in.valid},
          {"beat_ready_o", net("slice_ready")},
          {"beat_event_i", in.event},
          {"beat_step_last_i", "in_step_last_i"},
          {"beat_addr_i", in.addr},
          {"slice_valid_o", net("slice_valid")},
          {"slice_ready_i", net(ready)},
          {"slice_event_o", net("slice_event")},
          {"slice_addr_o", net("slice_addr")}}});
    in = {net("slice_valid"), net("slice_event"), net("slice_addr"), in.value};
  }

  // A step of the input in full, and what the first projection may run ahead: see snn_conv_taps.
  void step_buffer(const InputBeat& in) {
    const int width = 3 + addr_bits_ + widths_.value_bits;
    for (const char* s : {"valid", "event", "step_last", "sample_last"}) {
      l_.wire(1, net(std::string("beat_") + s));
    }
    l_.wire(addr_bits_, net("beat_addr"));
    l_.wire(widths_.value_bits, net("beat_value"));
    l_.instance(
        {"snn_fifo",
         "u_" + net("wait"),
         "A step of the input, while another projection is added up",
         {{"Width", number(width)}, {"Depth", number(ir::waiting_beats(addresses()))}},
         {{"clk_i", "clk_i"},
          {"rst_i", "rst_i"},
          {"valid_i", in.valid},
          {"ready_o", net("wait_ready")},
          {"data_i", fmt::format("{{{}, in_step_last_i, in_sample_last_i, {}, {}}}", in.event,
                                 in.addr, in.value)},
          {"valid_o", net("beat_valid")},
          {"ready_i", net("beat_ready")},
          {"data_o", fmt::format("{{{0}event, {0}step_last, {0}sample_last, {0}addr, {0}value}}",
                                 net("beat_"))}}});
  }

  // The source's spikes, step by step.
  void beats_of_population(const std::string& turn) {
    const std::size_t source = projection_.source.index;
    const bool delayed = projection_.delay > 0;
    const std::string beats = delayed ? "scan" : "beat";
    beat_wires("beat");
    if (delayed) beat_wires("scan");
    l_.wire(1, net("beat_sample_last"), delayed ? "1'b0" : "");
    l_.wire(widths_.value_bits, net("beat_value"));
    if (delayed) l_.wire(1, net("scan_sample_last"));
    SpikeReader reader;
    reader.source = source;
    reader.id = id_;
    reader.step_ready = fmt::format("{}_to{}_step_ready", l_.ids[source], k_);
    reader.beat = net(beats);
    reader.value = net("beat_value");
    reader.value_bits = widths_.value_bits;
    reader.delay = projection_.delay;
    reader.comment =
        fmt::format("Spikes of {}{}: {}", l_.network.populations[source].name,
                    delayed ? fmt::format(", {} steps ago", projection_.delay) : "", where());
    read_spikes(l_, reader);
    if (delayed) delay_gate(turn);
  }

  void delay_gate(const std::string& turn) {
    Instance gate{"snn_delay_gate",
                  "u_" + net("delay"),
                  "",
                  {{"Delay", number(projection_.delay)}, {"AddrBits", number(addr_bits_)}},
                  {{"clk_i", "clk_i"},
                   {"rst_i", "rst_i"},
                   {"turn_i", turn},
                   {"sample_done_i", l_.ids[target_] + "_sample_done"}}};
    for (const char* s : {"valid", "event", "step_last", "addr"}) {
      gate.ports.emplace_back(fmt::format("beat_{}_i", s), net(std::string("scan_") + s));
      gate.ports.emplace_back(fmt::format("beat_{}_o", s), net(std::string("beat_") + s));
    }
    gate.ports.emplace_back("beat_ready_o", net("scan_ready"));
    gate.ports.emplace_back("beat_ready_i", net("beat_ready"));
    l_.instance(std::move(gate));
    l_.design().unused.push_back(net("scan_sample_last"));
  }

  // Verification can hold back each projection's events.
  void beat_gate() {
    l_.wires(1, id_, {"_gated_valid", "_gated_ready"});
    l_.instance({"snn_stream_gate",
                 "u_" + net("beat_gate"),
                 "",
                 {},
                 {{"clk_i", "clk_i"},
                  {"rst_i", "rst_i"},
                  {"stall_i", fmt::format("stall_i[{}]", k_)},
                  {"valid_i", net("beat_valid")},
                  {"ready_o", net("beat_ready")},
                  {"valid_o", net("gated_valid")},
                  {"ready_i", net("gated_ready")}}});
  }

  // An instance of a module that turns beats into taps.
  Instance taps(const std::string& module) {
    Instance i{module,
               "u_" + net("taps"),
               where(),
               {},
               {{"clk_i", "clk_i"},
                {"rst_i", "rst_i"},
                {"beat_valid_i", net("gated_valid")},
                {"beat_ready_o", net("gated_ready")}}};
    for (const char* s : {"event", "step_last", "sample_last", "addr", "value"}) {
      i.ports.emplace_back(fmt::format("beat_{}_i", s), net(std::string("beat_") + s));
    }
    for (const char* s : {"event", "new", "step_last", "sample_last", "group", "value"}) {
      i.ports.emplace_back(fmt::format("tap_{}_o", s), net(std::string("tap_") + s));
    }
    i.ports.emplace_back("tap_valid_o", net("tap_valid"));
    i.ports.emplace_back("tap_ready_i", net("tap_ready"));
    i.ports.emplace_back("weights_o", net("weights"));
    i.parameters = {{"AddrBits", number(addr_bits_)},
                    {"ValueBits", number(widths_.value_bits)},
                    {"Groups", number(groups_)},
                    {"Lanes", number(lanes_)},
                    {"WeightBits", number(widths_.weight_bits)}};
    return i;
  }

  [[nodiscard]] std::int64_t addresses() const {
    return static_cast<std::int64_t>(
        ir::SourceAddresses(l_.network, l_.mapping, projection_.source).count());
  }

  // The memory of weights: `rows` of them, with so many bits above the weights of all lanes.
  void weights(Instance& i, const std::string& image, std::int64_t rows, int more_bits = 0) {
    l_.memory(i, target_, "Weight", net("weights"), image, lanes_ * widths_.weight_bits + more_bits,
              ir::address_bits(rows));
    l_.load_port(i, target_);
  }

  void dense() {
    Instance i = taps("snn_dense_taps");
    const bool fused = ir::fused_update(l_.network, target_);
    i.parameters.emplace_back("Sources", number(addresses()));
    i.parameters.emplace_back("Fused", flag(fused));
    weights(i, dense_image(l_.network, l_.mapping, k_), addresses() * groups_);
    i.ports.emplace_back("tap_update_o", net("tap_update"));
    l_.instance(std::move(i));
  }

  void conv() {
    const ir::ConvGeometry& g = std::get<ir::QuantizedConv>(projection_.connectivity).geometry;
    const ir::Layout target = ir::layout_of(l_.network, l_.mapping, target_);
    ir::Layout source;  // of a source in the order of its planes
    bool plane_order = true;
    if (projection_.source.kind == ir::Source::Kind::Population) {
      source = ir::layout_of(l_.network, l_.mapping, projection_.source.index);
      plane_order = source.positions == 1 && source.blocks == 1;
    }
    no_update();
    Instance i = taps("snn_conv_taps");
    const auto bind = [&](const char* name, std::size_t v) {
      i.parameters.emplace_back(name, number(static_cast<std::int64_t>(v)));
    };
    bind("PlaneOrder", plane_order ? 1 : 0);
    if (!plane_order) {
      bind("SourceBlocks", source.blocks);
      bind("SourceChannels", source.block_channels);
      bind("SourceSlots", source.block_groups() * source.lanes);
    }
    bind("Channels", g.in_channels);
    bind("Height", g.in_height);
    bind("Width", g.in_width);
    bind("TileHeight", g.pool_height);
    bind("TileWidth", g.pool_width);
    bind("OutHeight", g.out_height);
    bind("OutWidth", g.out_width);
    bind("KernelHeight", g.kernel_height);
    bind("KernelWidth", g.kernel_width);
    bind("StrideHeight", g.stride_height);
    bind("StrideWidth", g.stride_width);
    bind("DilationHeight", g.dilation_height);
    bind("DilationWidth", g.dilation_width);
    bind("PadTop", g.pad_top);
    bind("PadLeft", g.pad_left);
    bind("Blocks", g.groups);
    bind("BlockGroups", target.block_groups());
    const std::size_t rows =
        g.in_channels * g.kernel_height * g.kernel_width * target.block_groups();
    weights(i, conv_image(l_.network, l_.mapping, k_), static_cast<std::int64_t>(rows));
    l_.instance(std::move(i));
  }

  void sparse() {
    const SparseImage image = sparse_image(l_.network, l_.mapping, k_);
    no_update();
    Instance i = taps("snn_sparse_taps");
    i.parameters.emplace_back("Sources", number(addresses()));
    i.parameters.emplace_back("Rows", number(static_cast<std::int64_t>(image.rows)));
    i.parameters.emplace_back("CountBits", number(image.count_bits));
    l_.memory(i, target_, "List", net("lists"), image.lists, image.count_bits + image.row_bits,
              addr_bits_);
    weights(i, image.weights, static_cast<std::int64_t>(image.rows), ir::address_bits(groups_));
    l_.instance(std::move(i));
  }

  void pool() {
    const auto& p = std::get<ir::MaxPool>(projection_.connectivity);
    const std::size_t source = projection_.source.index;
    const std::string& from = l_.ids[source];
    const std::string ready = fmt::format("{}_to{}_step_ready", from, k_);
    const ir::Layout layout = ir::layout_of(l_.network, l_.mapping, source);
    l_.wire(1, ready);
    no_update();
    l_.assign(net("tap_new"), "1'b0");
    l_.assign(net("tap_value"), fmt::format("{}'d1", widths_.value_bits));
    Instance i{"snn_pool_taps",
               "u_" + net("taps"),
               "Maximum of " + where(),
               {{"Lanes", number(lanes_)}, {"ValueBits", number(widths_.weight_bits)}},
               {{"clk_i", "clk_i"},
                {"rst_i", "rst_i"},
                {"step_ready_o", ready},
                {"row_valid_i", from + "_row_valid"},
                {"row_group_i", from + "_row_group"},
                {"row_step_last_i", from + "_row_step_last"},
                {"row_sample_last_i", from + "_row_sample_last"},
                {"row_membranes_i", from + "_row_membranes"},
                {"tap_valid_o", net("tap_valid")},
                {"tap_ready_i", net("tap_ready")},
                {"tap_event_o", net("tap_event")},
                {"tap_step_last_o", net("tap_step_last")},
                {"tap_sample_last_o", net("tap_sample_last")},
                {"tap_group_o", net("tap_group")},
                {"values_o", net("weights")}}};
    const auto bind = [&](const char* name, std::size_t v) {
      i.parameters.emplace_back(name, number(static_cast<std::int64_t>(v)));
    };
    bind("PositionGroups", layout.position_groups());
    bind("Height", p.in_height);
    bind("Width", p.in_width);
    bind("OutHeight", p.out_height);
    bind("OutWidth", p.out_width);
    bind("KernelHeight", p.kernel_height);
    bind("KernelWidth", p.kernel_width);
    bind("StrideHeight", p.stride_height);
    bind("StrideWidth", p.stride_width);
    bind("DilationHeight", p.dilation_height);
    bind("DilationWidth", p.dilation_width);
    bind("PadTop", p.pad_top);
    bind("PadLeft", p.pad_left);
    l_.instance(std::move(i));
    l_.design().unused.push_back(fmt::format("stall_i[{}]", k_));
  }

  void no_update() { l_.assign(net("tap_update"), "1'b0"); }

  Lowering& l_;
  std::size_t k_;
  const ir::QuantizedProjection& projection_;
  std::size_t target_;
  std::string id_;
  TapWidths widths_;
  int groups_;
  int lanes_;
  int addr_bits_;
};

// Several streams take turns.
void merge(Lowering& l, std::size_t population, const std::vector<std::string>& ids,
           const TapWidths& widths) {
  const std::string& id = l.ids[population];
  const ir::TraceRow& row = l.layout.rows[population];
  const int count = static_cast<int>(ids.size());
  const std::vector<const ir::QuantizedProjection*> into = l.network.projections_into(population);
  const auto statics = std::count_if(
      into.begin(), into.end(),
      [&](const ir::QuantizedProjection* p) { return ir::from_static_input(l.network, *p); });
  l.wires(1, id,
          {"_tap_valid", "_tap_ready", "_tap_event", "_tap_new", "_tap_step_last",
           "_tap_sample_last", "_tap_static"});
  l.wire(1, id + "_tap_update", "1'b0");
  l.wire(ir::address_bits(row.groups), id + "_tap_group");
  l.wire(widths.value_bits, id + "_tap_value");
  l.wire(row.lanes * widths.weight_bits, id + "_weights");
  // The streams side by side, the first lowest.
  const auto all = [&](const std::string& name) {
    std::string text;
    for (auto s = ids.rbegin(); s != ids.rend(); ++s) {
      text += (text.empty() ? "{" : ", ") + *s + name;
    }
    return text + "}";
  };
  Instance m{"snn_tap_merge",
             "u_" + id + "_merge",
             fmt::format("{} projections into {}", count, l.network.populations[population].name),
             {{"Streams", number(count)},
              {"StaticStreams", number(statics)},
              {"GroupBits", number(ir::address_bits(row.groups))},
              {"ValueBits", number(widths.value_bits)},
              {"WeightsWidth", number(row.lanes * widths.weight_bits)}},
             {{"clk_i", "clk_i"},
              {"rst_i", "rst_i"},
              {"tap_valid_i", all("_tap_valid")},
              {"tap_ready_o", id + "_merge_ready"},
              {"tap_event_i", all("_tap_event")},
              {"tap_new_i", all("_tap_new")},
              {"tap_step_last_i", all("_tap_step_last")},
              {"tap_sample_last_i", ids[0] + "_tap_sample_last"},
              {"tap_group_i", all("_tap_group")},
              {"tap_value_i", all("_tap_value")},
              {"weights_i", all("_weights")},
              {"turn_o", id + "_turn"}}};
  l.wire(count, id + "_merge_ready");
  for (const char* s :
       {"valid", "event", "new", "step_last", "sample_last", "static", "group", "value"}) {
    m.ports.emplace_back(fmt::format("tap_{}_o", s), fmt::format("{}_tap_{}", id, s));
  }
  m.ports.emplace_back("tap_ready_i", id + "_tap_ready");
  m.ports.emplace_back("weights_o", id + "_weights");
  l.instance(std::move(m));
  for (std::size_t s = 0; s < ids.size(); ++s) {
    l.assign(ids[s] + "_tap_ready", fmt::format("{}_merge_ready[{}]", id, s));
    l.design().unused.push_back(ids[s] + "_tap_update");
    l.design().unused.push_back(ids[s] + "_tap_sample_last");
  }
  l.design().unused.push_back(id + "_turn");
}

}  // namespace

TapWidths lower_projections(Lowering& l, std::size_t population) {
  const std::vector<std::size_t> order = ir::stream_order(l.network, population);
  const std::string& id = l.ids[population];
  TapWidths widths;
  for (const std::size_t k : order) {
    const ir::QuantizedProjection& p = l.network.projections[k];
    widths.weight_bits = std::max(widths.weight_bits, p.weight_bits);
    if (!std::holds_alternative<ir::MaxPool>(p.connectivity)) {
      widths.value_bits = std::max(widths.value_bits, ir::value_bits(l.network, p.source));
    }
  }
  if (ir::pooled_source(l.network, population)) {
    widths.weight_bits = l.network.populations[population].current_bits;
  }
  if (order.size() == 1) {
    Stream(l, order[0], id, widths).lower("");
    const bool split = l.mapping.split(population);
    l.wire(1, id + (split ? "_sums_static" : "_tap_static"),
           ir::keeps_static_sum(l.network, population) ? "1'b1" : "1'b0");
    if (split) step_sums(l, population, widths);
    return widths;
  }
  l.wire(static_cast<int>(order.size()), id + "_turn");
  std::vector<std::string> ids;
  for (std::size_t s = 0; s < order.size(); ++s) {
    ids.push_back(stream_id(l, order[s]));
    Stream(l, order[s], ids.back(), widths).lower(fmt::format("{}_turn[{}]", id, s));
  }
  merge(l, population, ids, widths);
  return widths;
}

}  // namespace hillock::emit
