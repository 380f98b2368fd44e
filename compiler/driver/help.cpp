#include "compiler/driver/help.h"

#include <string_view>
#include <utility>

namespace hillock::driver {
namespace {

constexpr std::pair<std::string_view, std::string_view> kExamples[] = {
    {"inspect", R"(  What is in a model, and how exactly it was read:
    hillock inspect examples/digits/model.nir --semantics snntorch --reset subtract
)"},
    {"compile", R"(  Six weight bits, eight lanes; calibrated on half of the data:
    hillock compile examples/digits/model.nir --data examples/digits/test.npz \
      --semantics snntorch --reset subtract -o build/digits
  Four bits but eight in the output, as many lanes as fit 3,000 LUTs:
    hillock compile examples/digits/model.nir --data examples/digits/test.npz \
      --semantics snntorch --reset subtract --weight-bits 4,lif2=8 --target-luts 3000 -o build/small
)"},
    {"run", R"(  Accuracy of the integers, with its 95 % interval:
    hillock run build/digits --data examples/digits/test.npz
  Of the float network:
    hillock run build/digits --data examples/digits/test.npz --model float
)"},
    {"cosim", R"(  Every spike, membrane and cycle of ten samples, under random stalls:
    hillock cosim build/digits --data examples/digits/test.npz --samples 10 --stalls 7
)"},
    {"estimate", R"(  Latency and energy on an FPGA at 24 MHz:
    hillock estimate build/digits --data examples/digits/test.npz --target ice40-up5k --clock 24e6
)"},
    {"synth", R"(  Area, clock and bitstream of an iCE40 UP5K (takes minutes):
    hillock synth build/digits --target ice40-up5k
)"},
    {"power", R"(  What the FPGA's netlist takes on four samples, after `hillock synth`:
    hillock power build/digits --data examples/digits/test.npz --target ice40-up5k
)"},
    {"explore",
     R"(  The front of accuracy, latency, energy and LUTs; the pick loses at most half a point:
    hillock explore examples/digits/model.nir --data examples/digits/test.npz \
      --semantics snntorch --reset subtract --samples 60 --weight-bits 3,4 --verify 0 -o build/search
  Build the pick, and see it among the others:
    hillock compile --from build/search -o build/picked
    hillock report build/picked --explore build/search
)"},
    {"report", R"(  One page with everything that is known of a build:
    hillock report build/digits
)"},
    {"flow", R"(  From model to report in one go:
    hillock flow examples/digits/model.nir --data examples/digits/test.npz \
      --semantics snntorch --reset subtract --samples 10 -o build/demo
)"},
    {"completion", R"(  For this shell:
    source <(hillock completion bash)
)"}};

}  // namespace

std::string examples_text(const std::string& verb) {
  for (const auto& [name, text] : kExamples) {
    if (name == verb) return "\nExamples:\n" + std::string(text);
  }
  return "";
}

}  // namespace hillock::driver
