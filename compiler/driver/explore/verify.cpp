#include "compiler/driver/explore/verify.h"

#include "compiler/driver/compile.h"
#include "compiler/driver/cosim.h"
#include "compiler/driver/estimate.h"
#include "compiler/driver/run.h"
#include "compiler/driver/synth.h"

namespace hillock::driver {

using nlohmann::json;

namespace {

// Area and clock of what was built. Memories stay whole: as flip-flops they would hide the logic.
json synthesized(const VerifyRequest& request, const json& point, const CommonOptions& common) {
  if (request.liberty.empty()) return nullptr;
  SynthOptions options;
  options.folder = request.folder / point.at("id").dump();
  options.target = "asic";
  options.liberty = request.liberty;
  options.clock_hz = point.at("clock_hz").get<double>();
  options.memory_macros = true;
  const json found = synth(options, common);
  return {{"library", found.at("library")},
          {"area_um2", found.at("area_um2")},
          {"fmax_hz", found.at("fmax_hz")},
          {"timing", found.at("timing").at("source")},
          {"clock_met", found.at("clock").at("met")}};
}

}  // namespace

json verify_point(const VerifyRequest& request, const json& point) {
  const SearchSetting& setting = request.setting;
  const std::string id = point.at("id").dump();
  CommonOptions common;
  common.quiet = request.quiet;
  CompileOptions options = setting.base;
  apply_choice(request.choice, options);
  options.lanes.lanes =
      PerPopulationOption::parse("--lanes", point.at("options").at("lanes").get<std::string>());
  options.output = request.folder / id;
  const json built = compile(options, common);

  DataOptions data{setting.base.data, setting.samples, options.import.timesteps, request.jobs};
  const json ran = run({options.output, data, false, {}}, common);
  const json estimated = estimate(
      {options.output, {}, setting.target, point.at("clock_hz").get<double>(), {}}, common);
  const bool equal = (ran.at("accuracy").is_null() || ran.at("accuracy") == point.at("accuracy")) &&
                     estimated.at("cycles_per_inference") == point.at("cycles_per_inference") &&
                     estimated.at("energy_j") == point.at("energy_j") &&
                     built.at("luts_estimate") == point.at("luts");

  CosimVerbOptions cosimulated;
  cosimulated.folder = options.output;
  cosimulated.data = data;
  if (request.samples) cosimulated.data.samples = request.samples;
  cosimulated.quick = true;
  const json compared = cosim(cosimulated, common);
  const bool agrees =
      equal && compared.at("mismatches") == 0 && compared.at("predicted_cycles_equal") == true;
  return {{"agrees", agrees},
          {"figures_equal", equal},
          {"mismatches", compared.at("mismatches")},
          {"first_divergence", compared.at("first_divergence")},
          {"predicted_cycles_equal", compared.at("predicted_cycles_equal")},
          {"samples", compared.at("samples")},
          {"spikes_compared", compared.at("spikes_compared")},
          {"membranes_compared", compared.at("membranes_compared")},
          {"cycles_compared", compared.at("cycles_compared")},
          {"folder", request.folder.filename() / id},
          {"synthesis", synthesized(request, point, common)}};
}

}  // namespace hillock::driver
