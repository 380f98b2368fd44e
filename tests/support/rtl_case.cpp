#include "tests/support/rtl_case.h"

#include "compiler/driver/count_check.h"
#include "compiler/emit/emit.h"
#include "compiler/support/file.h"
#include "hw_models/latency/latency.h"
#include "sim/cosim/build.h"

namespace hillock::tests {

void write_design(const std::filesystem::path& folder, const ir::QuantizedNetwork& network,
                  const ir::Mapping& mapping, const Edit& edit) {
  for (emit::EmittedFile& f : emit::emit(network, mapping).all) {
    if (edit) edit(f.path, f.content);
    support::create_folder((folder / f.path).parent_path());
    support::write_file(folder / f.path, f.content);
  }
}

sim::CosimResult cosimulate_design(const std::filesystem::path& folder,
                                   const ir::QuantizedNetwork& network, const ir::Mapping& mapping,
                                   const ir::Dataset& data, std::uint64_t stall_seed, int jobs) {
  const emit::EmittedDesign design = emit::emit(network, mapping);
  sim::BuildRequest request;
  request.folder = folder;
  request.top = design.top;
  request.files = design.files;
  request.ports =
      sim::traced_ports(network, mapping, mapping.any_loadable() ? design.load.addr_bits() : 0);
  request.quick = true;
  sim::CosimOptions options;
  options.library = sim::build_simulation(request);
  options.rtl_folder = folder / "rtl";
  options.samples = data.samples;
  options.jobs = jobs;
  options.stall_seed = stall_seed;
  options.predict_cycles = [&](const ir::Activity& a) {
    return hw_models::predict_cycles(network, mapping, a);
  };
  driver::CountCheck counts(network, mapping, stall_seed != 0);
  options.inspect = [&](const ir::Activity& a, const sim::RtlSample& s) { counts.look(a, s); };
  sim::CosimResult result = sim::cosimulate(network, mapping, data, options);
  result.mismatches += counts.unequal;
  return result;
}

}  // namespace hillock::tests
