#include "compiler/driver/flow.h"

#include "compiler/driver/build_folder.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/cosim.h"
#include "compiler/driver/estimate.h"
#include "compiler/driver/report.h"
#include "compiler/driver/run.h"

namespace hillock::driver {

nlohmann::json flow(const FlowOptions& options, const CommonOptions& common) {
  const std::filesystem::path& folder = options.compile.output;
  if (!options.estimate.target.empty()) check_target(options.estimate.target);
  CommonOptions inner = common;
  inner.json.clear();
  nlohmann::json result;
  result["compile"] = compile(options.compile, inner);
  // What compile was told of the steps holds for all.
  CosimVerbOptions cosim_options = options.cosim;
  EstimateOptions estimate_options = options.estimate;
  cosim_options.data.timesteps = estimate_options.data.timesteps = options.compile.import.timesteps;
  RunOptions run_options{folder, cosim_options.data, true, {}};
  result["float"] = run(run_options, inner);
  run_options.float_model = false;
  result["integer"] = run(run_options, inner);
  result["cosim"] = cosim(cosim_options, inner);
  result["estimate"] = estimate(estimate_options, inner);
  result["report"] = report(folder, inner).string();
  write_result(folder, "flow", result, common.json);
  return result;
}

}  // namespace hillock::driver
