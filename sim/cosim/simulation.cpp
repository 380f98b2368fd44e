#include "sim/cosim/simulation.h"

#include <dlfcn.h>
#include <fmt/format.h>

#include <mutex>
#include <stdexcept>

#include "compiler/support/diagnostics.h"
#include "sim/cosim/load_image.h"

namespace hillock::sim {
namespace fs = std::filesystem;
using support::DiagnosticKind;

struct Simulation::Library {
  void* object = nullptr;
  decltype(&hillock_create) create = nullptr;
  decltype(&hillock_destroy) destroy = nullptr;
  decltype(&hillock_can_stall) can_stall = nullptr;
  decltype(&hillock_run) run = nullptr;
  decltype(&hillock_replay) replay = nullptr;

  explicit Library(const fs::path& path) {
    object = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    if (object == nullptr) {
      const char* why = ::dlerror();
      support::fail(DiagnosticKind::ToolFailed, {path.string()},
                    fmt::format("cannot be loaded: {}", why == nullptr ? "?" : why),
                    "delete the co-simulation cache and try again");
    }
    create = reinterpret_cast<decltype(create)>(::dlsym(object, "hillock_create"));
    destroy = reinterpret_cast<decltype(destroy)>(::dlsym(object, "hillock_destroy"));
    can_stall = reinterpret_cast<decltype(can_stall)>(::dlsym(object, "hillock_can_stall"));
    run = reinterpret_cast<decltype(run)>(::dlsym(object, "hillock_run"));
    replay = reinterpret_cast<decltype(replay)>(::dlsym(object, "hillock_replay"));
  }
  ~Library() {
    if (object != nullptr) ::dlclose(object);
  }
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
};

namespace {

// $readmemh reads relative to the process's working folder. So creation is one at a time, all of
// it: the relative paths of another thread would lead elsewhere meanwhile.
std::mutex& working_folder_mutex() {
  static std::mutex mutex;
  return mutex;
}

class WorkingFolder {
 public:
  explicit WorkingFolder(const fs::path& folder) : before_(fs::current_path()) {
    fs::current_path(folder);
  }
  ~WorkingFolder() {
    std::error_code ec;
    fs::current_path(before_, ec);
  }
  WorkingFolder(const WorkingFolder&) = delete;
  WorkingFolder& operator=(const WorkingFolder&) = delete;

 private:
  fs::path before_;
};

}  // namespace

Simulation::Simulation(const fs::path& library, const fs::path& rtl_folder,
                       const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                       std::uint32_t seed) {
  const std::lock_guard<std::mutex> lock(working_folder_mutex());
  library_ = std::make_shared<Library>(library);
  const ir::TraceLayout layout = ir::trace_layout(network, mapping);
  for (std::size_t p = 0; p < layout.rows.size(); ++p) {
    const ir::TraceRow& r = layout.rows[p];
    const ir::Layout slots = ir::layout_of(network, mapping, p);
    std::vector<std::int32_t> neurons(slots.slots(), -1);
    for (std::size_t slot = 0; slot < neurons.size(); ++slot) {
      if (const auto j = slots.neuron_at(slot)) neurons[slot] = static_cast<std::int32_t>(*j);
    }
    bool plain = r.value_bits == 0;
    for (std::size_t slot = 0; slot < neurons.size(); ++slot) {
      plain = plain && neurons[slot] == static_cast<std::int32_t>(slot);
    }
    slots_.push_back(std::move(neurons));
    populations_.push_back(
        {static_cast<std::uint32_t>(network.populations[p].neurons()),
         static_cast<std::uint32_t>(r.lanes), static_cast<std::uint32_t>(r.groups),
         static_cast<std::uint32_t>(r.membrane_bits), static_cast<std::uint32_t>(r.group_word),
         static_cast<std::uint32_t>(r.spike_word), static_cast<std::uint32_t>(r.membrane_word),
         static_cast<std::uint32_t>(r.value_bits), r.value_signed ? 1U : 0U,
         static_cast<std::uint32_t>(r.value_word), plain ? 1U : 0U, slots_.back().data()});
  }
  for (const ir::ResultField& f : ir::result_fields(network)) {
    outputs_.push_back(
        {static_cast<std::uint32_t>(f.class_bits), static_cast<std::uint32_t>(f.score_bits)});
  }
  if (mapping.any_loadable()) load_ = read_load_image(rtl_folder / "weights.bin");
  design_ = {HILLOCK_HARNESS_ABI,
             static_cast<std::uint32_t>(populations_.size()),
             populations_.data(),
             static_cast<std::uint32_t>(layout.counter_words),
             static_cast<std::uint32_t>(outputs_.size()),
             outputs_.data(),
             static_cast<std::uint32_t>(layout.stall_bits),
             mapping.spike_stream ? populations_[*mapping.spike_stream].neurons : 0U,
             load_.data(),
             load_.size()};
  const WorkingFolder in(rtl_folder);
  if (library_->create != nullptr && library_->destroy != nullptr &&
      library_->can_stall != nullptr && library_->run != nullptr && library_->replay != nullptr) {
    handle_ = library_->create(&design_, seed);
  }
  if (handle_ == nullptr) {
    support::fail(DiagnosticKind::ToolFailed, {library.string()}, "is not a design of this version",
                  "delete the co-simulation cache and try again");
  }
}

Simulation::~Simulation() {
  if (handle_ != nullptr) library_->destroy(handle_);
}

void Simulation::replay(const std::vector<HillockBeat>& beats, std::uint64_t ticks) {
  library_->replay(handle_, beats.data(), beats.size(), ticks);
}

void Simulation::run(const std::vector<HillockBeat>& beats, std::size_t timesteps, RtlSample& s) {
  if (s.run.stall_seed != 0 && library_->can_stall() == 0)
    throw std::logic_error("a design built without stalls is to stall");
  const std::size_t n = populations_.size();
  s.traces.assign(n, HillockTrace{});
  s.spikes.resize(n);
  s.membranes.resize(n);
  s.values.resize(n);
  s.row_cycles.resize(n);
  s.row_seen.resize(n);
  s.counters.assign(design_.counter_words, 0);
  for (std::size_t p = 0; p < n; ++p) {
    s.spikes[p].assign(timesteps * populations_[p].neurons, 0);
    s.membranes[p].assign(timesteps * populations_[p].neurons, 0);
    s.row_cycles[p].assign(timesteps * populations_[p].groups, 0);
    s.row_seen[p].assign(timesteps * populations_[p].groups, 0);
    s.traces[p].spikes = s.spikes[p].data();
    s.values[p].assign(populations_[p].value_bits == 0 ? 0 : timesteps * populations_[p].neurons,
                       0);
    s.traces[p].values = s.values[p].data();
    s.traces[p].membranes = s.membranes[p].data();
    s.traces[p].row_cycle = s.row_cycles[p].data();
    s.traces[p].row_seen = s.row_seen[p].data();
  }
  s.run.beats = beats.data();
  s.run.beat_count = beats.size();
  s.run.timesteps = static_cast<std::uint32_t>(timesteps);
  s.run.trace = s.traces.data();
  s.run.counters = s.counters.data();
  s.streamed.assign(timesteps * design_.spike_neurons, 0);
  s.run.streamed = s.streamed.data();
  s.classes.assign(outputs_.size(), 0);
  s.scores.assign(outputs_.size(), 0);
  s.run.result_class = s.classes.data();
  s.run.result_score = s.scores.data();
  library_->run(handle_, &s.run);
}

}  // namespace hillock::sim
