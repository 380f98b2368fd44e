#include "hw_models/energy/energy.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "compiler/support/diagnostics.h"
#include "hw_models/energy/coefficients.h"
#include "hw_models/energy/comparison.h"
#include "hw_models/energy/logic_terms.h"
#include "hw_models/energy/memory_energy.h"
#include "hw_models/geometry/geometry.h"

namespace hillock::hw_models {
namespace {

double bits(std::int64_t v) { return static_cast<double>(v); }

// Energy of one inference, component by component. Formulas: docs/energy.md, "Model".
class Estimator {
 public:
  Estimator(const CoefficientTable& table, double cycles, double seconds)
      : table_(table), cycles_(cycles), seconds_(seconds) {}

  void population(const EngineSize& e, const PopulationCounts& c) {
    memories(e, c);
    if (table_.calibration) {
      scores(e, c);
      return;
    }
    arithmetic(e, c);
    spikes(e, c);
    registers(e, c);
    leakage(e);
  }

  // All logic of a calibrated table. The interval is the worst error on a design left out.
  void logic(const std::vector<double>& terms) {
    const double worst = table_.calibration->worst_error;
    const auto around = [&](double v) { return Interval{v * (1 - worst), v, v * (1 + worst)}; };
    for (std::size_t i = 0; i < terms.size(); ++i) {
      const LogicTerm& term = kLogicTerms[i];
      const Interval e = around(table_.at(term.role).base().nominal * terms[i]);
      (term.component == "accumulate" ? accumulate_
       : term.component == "update"   ? update_
                                      : clock_) += e;
      if (term.role == "logic_register" && cycles_ > 0)
        leakage_ += table_.at("leak_logic").per_bit() * (terms[i] / cycles_ * seconds_);
    }
  }

  // What the whole design has once.
  std::vector<EnergyComponent> finish() {
    if (const Coefficient* tree = table_.find("clock_tree")) clock_ += tree->base() * cycles_;
    if (const Coefficient* power = table_.find("static")) leakage_ += power->base() * seconds_;
    return {
        {"weight_memory", weights_}, {"state_memory", states_}, {"parameter_memory", parameters_},
        {"accumulate", accumulate_}, {"update", update_},       {"spike_bitmap", bitmap_},
        {"readout", readout_},       {"clock", clock_},         {"leakage", leakage_}};
  }

 private:
  [[nodiscard]] Interval per_bit(std::string_view role) const { return table_.at(role).per_bit(); }

  void memories(const EngineSize& e, const PopulationCounts& c) {
    weights_ += read_energy(table_, e.weights) * c.weight_rows_read +
                idle_energy(table_, e.weights, cycles_, c.weight_rows_read);
    states_ += read_energy(table_, e.states) * c.state_rows_read +
               write_energy(table_, e.states) * c.state_rows_written +
               idle_energy(table_, e.states, cycles_, c.state_rows_read) +
               read_energy(table_, e.sums) * c.sum_rows_read +
               write_energy(table_, e.sums) * c.sum_rows_written +
               idle_energy(table_, e.sums, cycles_, c.sum_rows_read);
    parameters_ += read_energy(table_, e.parameters) * c.parameter_rows_read +
                   idle_energy(table_, e.parameters, cycles_, c.parameter_rows_read);
  }

  // The readout's memory, which a table of literature counts as registers.
  void scores(const EngineSize& e, const PopulationCounts& c) {
    leakage_ += (memory_leakage(table_, e.weights) + memory_leakage(table_, e.states) +
                 memory_leakage(table_, e.parameters) + memory_leakage(table_, e.sums)) *
                seconds_;
    const MemorySize memory{e.groups, e.lanes * e.score_bits};
    if (memory.bits() == 0) return;
    const double rows = c.score_bits_moved / 2 / bits(memory.width);
    readout_ += (read_energy(table_, memory) + write_energy(table_, memory)) * rows +
                idle_energy(table_, memory, cycles_, rows);
    leakage_ += memory_leakage(table_, memory) * seconds_;
  }

  // Idle lanes of the last group add zeros: they count at the upper end only.
  void arithmetic(const EngineSize& e, const PopulationCounts& c) {
    const Interval additions{c.additions, c.additions, c.lane_additions};
    accumulate_ += per_bit("add") * bits(e.sum_bits) * additions;
    const Interval per_product = table_.at("multiply").per_bit_product();
    if (e.value_bits > 1) {
      accumulate_ += per_product * bits(e.weight_bits * e.value_bits) * additions;
    }
    const Interval updates{c.updates, c.updates, c.lane_updates};
    const UpdateSize& u = e.update;
    Interval multiply = per_product * bits(u.multiply_bits());
    // A constant multiplier is folded into shifts and additions; how few is up to synthesis.
    if (u.constant_multiplier) multiply.low = 0;
    update_ +=
        (multiply + per_bit("compare") * bits(u.compare_bits) + per_bit("add") * bits(u.add_bits)) *
        updates;
  }

  void spikes(const EngineSize& e, const PopulationCounts& c) {
    const double written = c.bitmap_bits_written;
    const Interval scanned{c.scan_words_min, (c.scan_words_min + c.scan_words_max) / 2,
                           c.scan_words_max};
    bitmap_ += per_bit("register") *
               (Interval{written, written, written} + scanned * bits(e.scan.word_bits) +
                Interval{c.event_bits_read, c.event_bits_read, c.event_bits_read});
    const double scores = c.score_bits_moved / 2;  // each score is read, added to, written back
    readout_ += per_bit("register") * c.score_bits_moved + per_bit("add") * scores;
  }

  // Registers between the stages. Low: clocked only with data in them. High: always, with the
  // scanner's and the bitmap's.
  void registers(const EngineSize& e, const PopulationCounts& c) {
    const double lanes = bits(e.pipeline_bits * e.lanes);
    const double scanner = bits(2 * e.scan.word_bits + 3 * e.scan.words);
    clock_ += per_bit("register") *
              Interval{lanes * c.update_groups, lanes * cycles_, (lanes + scanner) * cycles_};
  }

  void leakage(const EngineSize& e) {
    if (table_.find("static") != nullptr) return;
    const UpdateSize& u = e.update;
    const double lanes = bits(e.lanes);
    Interval multiplier =
        table_.at("leak_multiply").per_bit_product() * (lanes * bits(u.multiply_bits()));
    if (u.constant_multiplier) multiplier.low = 0;
    leakage_ += (memory_leakage(table_, e.weights) + memory_leakage(table_, e.states) +
                 memory_leakage(table_, e.parameters) + memory_leakage(table_, e.sums) +
                 per_bit("leak_add") *
                     (bits(e.add_lanes * e.sum_bits) + lanes * bits(u.add_bits + u.compare_bits)) +
                 multiplier + per_bit("leak_register") * (lanes * bits(e.pipeline_bits))) *
                seconds_;
  }

  const CoefficientTable& table_;
  double cycles_;
  double seconds_;
  Interval weights_, states_, parameters_, accumulate_, update_, bitmap_, readout_, clock_,
      leakage_;
};

std::vector<std::string> sources_of(const CoefficientTable& table) {
  std::vector<std::string> sources;
  if (const auto& k = table.calibration) {
    sources.push_back(
        fmt::format("{}: {}. Logic is calibrated at gate level on {} generated designs: on designs "
                    "left out and "
                    "samples unseen its energy is off by {:.1f} % on average and {:.1f} % at "
                    "worst, which is its "
                    "interval; Kendall's tau {:.2f}. Memories are literature.",
                    table.target, table.title, k->designs, 100 * k->mean_error,
                    100 * k->worst_error, k->kendall_tau));
  } else {
    sources.push_back(
        fmt::format("{}: {}. Literature figures only: nothing is calibrated on this "
                    "design, and all errors are added as if they pointed the same way.",
                    table.target, table.title));
  }
  for (const Coefficient& c : table.entries) sources.push_back(c.text());
  for (const std::string& m : table.missing) sources.push_back("Missing: " + m);
  return sources;
}

}  // namespace

std::vector<std::string> energy_targets() {
  std::vector<std::string> names;
  for (const CoefficientTable& t : coefficient_tables()) names.push_back(t.target);
  return names;
}

double default_clock_hz(std::string_view target) { return coefficients_of(target).clock_hz; }

EnergyEstimate estimate_energy(const Counts& counts, const ir::QuantizedNetwork& network,
                               const ir::Mapping& mapping, std::string_view target,
                               double clock_hz) {
  const CoefficientTable& table = coefficients_of(target);
  if (!std::isfinite(clock_hz) || clock_hz < 0) {
    support::fail(support::DiagnosticKind::BadOption, {"--clock"},
                  fmt::format("{} Hz is not a clock", clock_hz),
                  "give a positive number of hertz, for example 100e6");
  }
  EnergyEstimate result;
  result.target = table.target;
  result.clock_hz = clock_hz == 0 ? table.clock_hz : clock_hz;
  result.seconds = counts.cycles / result.clock_hz;
  Estimator estimator(table, counts.cycles, result.seconds);
  for (std::size_t p = 0; p < counts.populations.size(); ++p) {
    estimator.population(engine_size(network, mapping, p), counts.populations[p]);
  }
  if (table.calibration) estimator.logic(logic_terms(counts, network, mapping));
  result.breakdown = estimator.finish();
  for (const EnergyComponent& c : result.breakdown) result.energy_j += c.energy_j;
  result.synaptic_operations = counts.synaptic_operations();
  result.naive_sop_energy_j = naive_energy_j(result.synaptic_operations);
  result.sources = sources_of(table);
  return result;
}

}  // namespace hillock::hw_models
