// What reaches a layer: the sum of what several sources send, each through everything linear that
// lies between, and one bias. Weights, convolutions, pooling, scales and reshapes are composed
// into one map per source as they are appended (linear_map.h).
//
// A max-pool is no linear map. It may end a signal: then the terms and the bias are what it takes
// the maximum of, and only what commutes with a maximum can follow.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/import/linear_map.h"
#include "compiler/import/windows.h"
#include "compiler/ir/network.h"

namespace hillock::import {

class Signal {
 public:
  struct Term {
    ir::Source source;
    LinearMap map;
    int delay = 0;                   // steps
    std::vector<std::string> names;  // of the steps in the map
    support::Location where;         // of the last of them

    // "fc1", "p1+c2"; empty where the map is the identity.
    [[nodiscard]] std::string name() const;
  };
  struct Maximum {
    ir::MaxPool pool;
    Step step;
  };

  // No term yet: only a shape. Steps are checked and reshape it as ever.
  explicit Signal(ir::Shape shape) : shape_(std::move(shape)) {}
  // The elements of a source.
  Signal(const ir::Source& source, ir::Shape shape);

  [[nodiscard]] const ir::Shape& shape() const { return shape_; }
  [[nodiscard]] const std::vector<Term>& terms() const { return terms_; }
  // Per element; empty: zeros. Behind a max-pool: of what the maximum is taken of.
  [[nodiscard]] const std::vector<double>& bias() const { return bias_; }
  [[nodiscard]] const std::optional<Maximum>& maximum() const { return maximum_; }
  // Anything but reshapes and delays happened.
  [[nodiscard]] bool weighted() const;
  // Name and place of the last step with weights; empty where there was none.
  [[nodiscard]] const Step& last_step() const { return last_; }

  // All of these throw InputError: shape-mismatch, bad-parameter, file-too-large. Behind a max-pool
  // there may be a scale that it commutes with, and a flatten; NetworkBuilder::settle() comes
  // before anything else.

  // y = W x + b. x has one axis, axes of size 1 in front apart. `bias`: [out] or empty.
  void affine(const support::Matrix<double>& weight, const std::vector<double>& bias,
              const Step& step);
  void conv(const ConvSpec& spec, const Step& step);
  void pool(const PoolSpec& spec, const Step& step);
  void max_pool(const PoolSpec& spec, const Step& step);
  // y = s x + b, one value per element; `bias` may be empty. A step without a name leaves none.
  void scale(const std::vector<double>& factors, const std::vector<double>& bias, const Step& step);
  // Whether scale() can be taken in front of the max-pool, if there is one: factors above 0, and
  // all of a channel the same.
  [[nodiscard]] bool scales_before_maximum(const std::vector<double>& factors,
                                           const std::vector<double>& bias) const;
  // Before a max-pool, terms that read single elements become convolutions of kernel 1.
  void make_planes();
  // Joins the axes first..last (counted from 0, inclusive). first == rank does nothing.
  void flatten(std::size_t first, std::size_t last);
  // Steps by which every element comes later. Elements of different delays become terms of their
  // own. There must be no bias, unless nothing is delayed.
  void delay(const std::vector<int>& steps, const Step& step);
  // The terms come later by so many steps, and the bias stays: a recurrence.
  void shift_in_time(int steps);
  // Terms that read `source` in the same step read the step before.
  void close_cycle(const ir::Source& source);
  // Terms that read all of `source` as it is read `other` instead; false where one reads it
  // otherwise.
  [[nodiscard]] bool replace_plain(const ir::Source& source, const ir::Source& other);
  // The sum with another signal of the same shape.
  void add(const Signal& other, const Step& step);
  // The elements of several signals side by side along an axis.
  [[nodiscard]] static Signal concatenated(const std::vector<Signal>& parts, std::size_t axis,
                                           const Step& step);
  // Replaces what the terms read by one source, with nothing in between.
  void restart(const ir::Source& source);

 private:
  void require_no_maximum(const Step& step) const;
  void append(const PlaneStep& made, const std::vector<double>& bias, const Step& step);
  void record(const Step& step);

  ir::Shape shape_;
  std::vector<Term> terms_;
  std::vector<double> bias_;
  std::optional<Maximum> maximum_;
  Step last_;
};

}  // namespace hillock::import
