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
  RunOptions run_options{folder, options.cosim.data, true, {}};
  result["float"] = run(run_options, inner);
  run_options.float_model = false;
  result["integer"] = run(run_options, inner);
  result["cosim"] = cosim(options.cosim, inner);
  result["estimate"] = estimate(options.estimate, inner);
  result["report"] = report(folder, inner).string();
  write_result(folder, "flow", result, common.json);
  return result;
}

}  // namespace hillock::driver
