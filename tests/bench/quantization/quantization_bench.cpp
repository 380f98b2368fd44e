// The table of quantization: accuracy of integers against the float network, on samples that the
// quantizer has not seen, for ours and for rounding to nearest.
#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "compiler/driver/calibration.h"
#include "compiler/import/import.h"
#include "compiler/passes/align_convolutions.h"
#include "compiler/passes/reconstruct.h"
#include "sim/float/float_model.h"
#include "sim/reference/integer_model.h"

using namespace hillock;
int main(int argc, char** argv) {
  // NAME model arch|- semantics data
  import::ImportOptions io;
  std::string model = argv[1];
  if (std::string(argv[2]) != "-") io.architecture = argv[2];
  if (std::string(argv[2]) == "-") {
    io.semantics = import::Semantics::SnnTorch;
    io.reset = ir::ResetMechanism::Subtract;
  }
  std::string datafile = argv[3];
  std::vector<int> bit_list;
  for (const char* c = argv[4]; *c; ++c) bit_list.push_back(*c - '0');
  passes::ReconstructOptions ro;
  for (int i = 5; i < argc; ++i) {
    std::string a = argv[i];
    auto v = a.substr(a.find('=') + 1);
    if (a.rfind("damping=", 0) == 0) ro.damping = atof(v.c_str());
    if (a.rfind("rows=", 0) == 0) ro.max_rows = atoi(v.c_str());
    if (a.rfind("passes=", 0) == 0) ro.descent_passes = atoi(v.c_str());
    if (a.rfind("rounds=", 0) == 0) ro.rounds = atoi(v.c_str());
  }
  int df = 0, dk = -1;
  for (int i = 5; i < argc; ++i) {
    std::string a = argv[i];
    auto v = a.substr(a.find('=') + 1);
    if (a.rfind("df=", 0) == 0) df = atoi(v.c_str());
    if (a.rfind("dk=", 0) == 0) dk = atoi(v.c_str());
  }
  auto net = passes::align_convolutions(import::import_model(model, io));
  auto data = import::load_dataset(datafile, net.inputs[0].shape, {}, net.timesteps);
  auto half = [&](int parity) {
    ir::Dataset d = data;
    d.x.clear();
    d.y.clear();
    d.samples = 0;
    size_t row = data.feature_count() * (data.static_input ? 1 : data.timesteps);
    for (size_t i = parity; i < data.samples; i += 2) {
      d.x.insert(d.x.end(), data.x.begin() + i * row, data.x.begin() + (i + 1) * row);
      d.y.push_back(data.y[i]);
      ++d.samples;
    }
    return d;
  };
  for (int fold = 0; fold < 2; ++fold) {
    auto cal = half(fold), test = half(1 - fold);
    passes::CalibrationRun run = driver::record(net, cal, getenv("NS") ? atoi(getenv("NS")) : 128);
    auto c = driver::calibrate(net, cal, 64, 8, &test);
    auto accuracy_float = [&] {
      sim::FloatModel m(net);
      sim::FloatResult r;
      int ok = 0;
      for (size_t i = 0; i < test.samples; ++i) {
        m.run(test, i, r);
        ok += (int64_t)r.predicted == test.y[i];
      }
      return ok;
    }();
    auto accuracy = [&](ir::QuantizedNetwork q) {
      for (auto& p : q.populations) {
        p.membrane_bits = 62;
      }
      sim::IntegerModel m(q);
      sim::IntegerResult r;
      int ok = 0;
      for (size_t i = 0; i < test.samples; ++i) {
        m.run(test, i, r);
        ok += (int64_t)r.predicted == test.y[i];
      }
      return ok;
    };
    double n = test.samples;
    fmt::print("{} float {:.2f} n {}\n", model, 100 * accuracy_float / n, n);
    for (int bits : bit_list) {
      passes::QuantizeOptions o;
      size_t np = net.populations.size();
      o.weight_bits.assign(np, bits);
      o.fraction_bits.resize(np);
      o.decay_bits.resize(np);
      o.current_decay_bits.resize(np);
      o.membrane_bits.resize(np);
      o.timesteps = data.timesteps;
      if (dk >= 0) o.decay_bits.assign(np, dk);
      if (df) {
        auto qq = passes::quantize(net, o, c);
        for (size_t i = 0; i < np; ++i) o.fraction_bits[i] = qq.populations[i].fraction_bits + df;
      }
      auto o1 = o;
      o1.scales = passes::ScaleChoice::TensorMaximum;
      auto o2 = o;
      o2.scales = passes::ScaleChoice::NeuronMaximum;
      passes::Calibration none;
      none.input_min = c.input_min;
      none.input_max = c.input_max;
      none.input_scale = c.input_scale;
      int a1 = accuracy(passes::quantize(net, o1, none)),
          a2 = accuracy(passes::quantize(net, o2, none));
      auto q0 = passes::quantize(net, o, c);
      int a3 = accuracy(q0);
      auto b = std::chrono::steady_clock::now();
      auto q = passes::reconstruct(net, q0, o, c, run, ro);
      double sec = std::chrono::duration<double>(std::chrono::steady_clock::now() - b).count();
      int a4 = accuracy(q);
      fmt::print(
          "bits {} fall: tensor {:6.2f} neuron {:6.2f} today {:6.2f} ours {:6.2f}   ({:.1f} s) "
          "dist {:.4f} -> {:.4f}\n",
          bits, 100 * (accuracy_float - a1) / n, 100 * (accuracy_float - a2) / n,
          100 * (accuracy_float - a3) / n, 100 * (accuracy_float - a4) / n, sec,
          passes::score_distance(run.real, run.run(q0)),
          passes::score_distance(run.real, run.run(q)));
      fflush(stdout);
    }
  }
}
