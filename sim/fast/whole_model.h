// The integer model for callers that want every spike and membrane of a sample: the fast one, or
// the reference where a value may need more than 32 bits. Both give the same.
#pragma once

#include <memory>
#include <optional>

#include "sim/fast/fast_model.h"

namespace hillock::sim {

class WholeModel {
 public:
  // Keeps a reference to the network, which must not change, and which verify() has passed.
  explicit WholeModel(const ir::QuantizedNetwork& network) : fast_(FastModel::make(network)) {
    if (fast_ == nullptr) reference_.emplace(network);
  }

  // Runs one sample from rest. Thread-safe on distinct results.
  void run(const ir::Dataset& data, std::size_t sample, IntegerResult& result) const {
    if (fast_ == nullptr) return reference_->run(data, sample, result);
    FastResult scratch;
    fast_->run(data, sample, scratch, result);
  }

 private:
  std::unique_ptr<FastModel> fast_;
  std::optional<IntegerModel> reference_;
};

}  // namespace hillock::sim
