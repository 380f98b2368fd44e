// A small state_dict written here, its architecture file, and what becomes of both.
#pragma once

#include <cstddef>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "compiler/import/import.h"
#include "compiler/support/zip.h"
#include "tests/support/fixtures.h"

namespace hillock::tests {

// A state_dict with the given tensors, written here: float32, one storage each.
struct TestTensor {
  std::string name;
  std::vector<int> shape;
  std::vector<float> values;
};
inline std::string pt_bytes(const std::vector<TestTensor>& tensors) {
  const auto text = [](const std::string& s) {
    return "X" + std::string({static_cast<char>(s.size()), 0, 0, 0}) + s;
  };
  const auto number = [](std::size_t n) {
    return "J" + std::string({static_cast<char>(n & 0xff), static_cast<char>(n >> 8), 0, 0});
  };
  std::string pickle = "\x80\x02}(";
  std::vector<support::ZipContent> contents{{"m/data.pkl", ""}};
  for (const TestTensor& t : tensors) {
    const std::string key = std::to_string(contents.size() - 1);
    std::string sizes = "(";
    std::string strides = "(";
    std::size_t stride = t.values.size();
    for (const int s : t.shape) {
      sizes += number(static_cast<std::size_t>(s));
      stride /= static_cast<std::size_t>(s);
      strides += number(stride);
    }
    pickle += text(t.name) + "ctorch._utils\n_rebuild_tensor_v2\n((" + text("storage") +
              "ctorch\nFloatStorage\n" + text(key) + text("cpu") + number(t.values.size()) + "tQ" +
              number(0) + sizes + "t" + strides + "t\x89}tR";
    contents.push_back({"m/data/" + key, std::string(reinterpret_cast<const char*>(t.values.data()),
                                                     t.values.size() * sizeof(float))});
  }
  contents[0].bytes = pickle + "u.";
  return support::zip_bytes(contents);
}

inline const char* const kArchitecture = R"({"input": {"shape": [2]}, "layers": [
  {"name": "fc", "type": "linear"}, {"name": "lif", "type": "leaky"}]})";

// fc (2 -> 3), lif.
inline std::vector<TestTensor> small_state() {
  return {{"fc.weight", {3, 2}, {1, 2, 3, 4, 5, 6}},
          {"fc.bias", {3}, {0.5F, 0, -0.5F}},
          {"lif.threshold", {}, {1}},
          {"lif.graded_spikes_factor", {}, {1}},
          {"lif.reset_mechanism_val", {}, {0}},
          {"lif.beta", {}, {0.75F}}};
}

class Case {
 public:
  std::vector<TestTensor> state = small_state();
  std::string architecture = kArchitecture;
  import::ImportOptions options;

  [[nodiscard]] ir::Network import() const {
    import::ImportOptions o = options;
    if (!architecture.empty()) o.architecture = folder_->file("arch.json", architecture);
    return import::import_model(folder_->file("m.pt", pt_bytes(state)), o);
  }
  [[nodiscard]] std::string error() const {
    return folder_->without(error_of([&] { return import(); }));
  }
  TestTensor& tensor(const std::string& name) {
    for (TestTensor& t : state) {
      if (t.name == name) return t;
    }
    throw std::logic_error("no tensor " + name);
  }
  void drop(const std::string& name) {
    std::erase_if(state, [&](const TestTensor& t) { return t.name == name; });
  }

 private:
  std::shared_ptr<TemporaryFolder> folder_ = std::make_shared<TemporaryFolder>();
};

}  // namespace hillock::tests
