// When the beats of a projection pass its taps module: snn_dense_taps, snn_conv_taps,
// snn_sparse_taps or snn_pool_taps.
#pragma once

#include <algorithm>
#include <cstdint>

#include "compiler/ir/hardware_view.h"

namespace hillock::hw_models {

constexpr std::int64_t kLongAgo = -1000000;

// The registers of a projection's taps module: when the latest beat entered each, and when it left
// the last one. A beat enters a register when the one before it leaves.
class TapPipeline {
 public:
  explicit TapPipeline(ir::TapKind kind) : kind_(kind) {}

  // A beat offered from cycle `offered` on; the cycle in which it is accepted.
  std::int64_t accept(std::int64_t offered) {
    switch (kind_) {
      case ir::TapKind::Dense:  // snn_dense_taps: beat
        accepted_ = std::max(offered, last_tap_);
        first_ = accepted_ + 1;
        break;
      case ir::TapKind::Conv: {  // snn_conv_taps: beat, place, look-up, loop
        accepted_ = std::max(offered, to_place_);
        const std::int64_t place = std::max(accepted_ + 1, to_look_up_);
        const std::int64_t look_up = std::max(place + 1, to_loop_);
        to_loop_ = std::max(look_up + 1, last_tap_);
        to_place_ = place;
        to_look_up_ = look_up;
        first_ = to_loop_ + 1;
        break;
      }
      case ir::TapKind::Sparse:  // snn_sparse_taps: beat, tap
        accepted_ = std::max(offered, last_fetch_);
        first_fetch_ = std::max(accepted_ + 1, last_tap_);
        first_ = first_fetch_ + 1;
        break;
      case ir::TapKind::Pool:  // snn_pool_taps: look-up, loop
        accepted_ = std::max(offered, to_loop_);
        to_loop_ = std::max(accepted_ + 1, last_tap_);
        first_ = to_loop_ + 1;
        break;
    }
    return accepted_;
  }

  // The first cycle in which the accepted beat offers a tap.
  [[nodiscard]] std::int64_t first_offer() const { return first_; }
  [[nodiscard]] std::int64_t accepted() const { return accepted_; }

  // Its `taps` taps are taken one a cycle from `first` on.
  void taken(std::int64_t first, std::int64_t taps) {
    last_tap_ = first + taps - 1;
    last_fetch_ = taps == 1 ? first_fetch_ : last_tap_ - 1;
  }

  // snn_dense_taps: `beats` more of `taps` taps each, every one offered before the last tap of the
  // beat in front of it is taken: it is accepted with that tap, and follows without a gap.
  void follow(std::int64_t beats, std::int64_t taps) {
    last_tap_ += beats * taps;
    accepted_ = last_tap_ - taps;
    first_ = accepted_ + 1;
  }

 private:
  ir::TapKind kind_;
  std::int64_t accepted_ = kLongAgo;
  std::int64_t to_place_ = kLongAgo;
  std::int64_t to_look_up_ = kLongAgo;
  std::int64_t to_loop_ = kLongAgo;
  std::int64_t first_fetch_ = kLongAgo;
  std::int64_t last_fetch_ = kLongAgo;
  std::int64_t first_ = kLongAgo;
  std::int64_t last_tap_ = kLongAgo;
};

}  // namespace hillock::hw_models
