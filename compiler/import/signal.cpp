#include "compiler/import/signal.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <stdexcept>
#include <utility>

#include "compiler/import/conv_compose.h"
#include "compiler/import/limits.h"

namespace hillock::import {
namespace {

using support::DiagnosticKind;
using support::fail;

constexpr std::size_t kMaxDelays = 16;
constexpr std::size_t kMaxTerms = 256;

bool is_vector(const ir::Shape& shape, std::size_t n) {
  return !shape.empty() && shape.back() == n && ir::element_count(shape) == n;
}

void add_to(std::vector<double>& sum, const std::vector<double>& values) {
  if (values.empty()) return;
  if (sum.empty()) {
    sum = values;
    return;
  }
  for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += values[i];
}

// `values` [channels] for every element of the planes they belong to.
std::vector<double> spread(const std::vector<double>& values, std::size_t elements) {
  std::vector<double> out(elements);
  for (std::size_t i = 0; i < elements; ++i) out[i] = values[i / (elements / values.size())];
  return out;
}

// The convolution that makes the channels of `planes` those from `first` on of `channels`.
ir::Conv channels_from(const ir::Shape& planes, std::size_t first, std::size_t channels) {
  ir::Conv conv;
  ir::ConvGeometry& g = conv.geometry;
  g.in_channels = planes[0];
  g.out_channels = channels;
  g.in_width = g.out_width = planes.back();
  g.in_height = g.out_height = ir::element_count(planes) / planes[0] / planes.back();
  conv.weight.assign(g.weights(), 0.0);
  for (std::size_t c = 0; c < planes[0]; ++c) conv.weight[g.weight_index(first + c, c, 0, 0)] = 1.0;
  return conv;
}

// Where the elements of a part are in the whole, `before` along the axis.
ir::Sparse places_in(const ir::Shape& part, const ir::Shape& whole, std::size_t axis,
                     std::size_t before) {
  const auto rest = part.begin() + static_cast<std::ptrdiff_t>(axis) + 1;
  const std::size_t inner = ir::element_count({rest, part.end()});
  const std::size_t block = part[axis] * inner;
  ir::Sparse places{ir::element_count(part), ir::element_count(whole), {}};
  for (std::size_t i = 0; i < places.sources; ++i) {
    const std::size_t target = i / block * whole[axis] * inner + before * inner + i % block;
    places.synapses.push_back(
        {static_cast<std::uint32_t>(i), static_cast<std::uint32_t>(target), 1.0});
  }
  return places;
}

}  // namespace

std::string Signal::Term::name() const { return fmt::format("{}", fmt::join(names, "+")); }

Signal::Signal(const ir::Source& source, ir::Shape shape) : shape_(std::move(shape)) {
  terms_.push_back({source, LinearMap(ir::element_count(shape_)), 0, {}, {}});
}

bool Signal::weighted() const { return !last_.name.empty(); }

void Signal::require_no_maximum(const Step& step) const {
  if (!maximum_) return;
  throw std::logic_error(fmt::format("'{}' behind the maximum '{}', which nothing settled",
                                     step.name, maximum_->step.name));
}

void Signal::record(const Step& step) {
  if (step.name.empty()) return;
  last_ = step;
  for (Term& t : terms_) {
    t.names.push_back(step.name);
    t.where = step.place;
  }
}

void Signal::affine(const support::Matrix<double>& weight, const std::vector<double>& bias,
                    const Step& step) {
  require_no_maximum(step);
  if (!is_vector(shape_, weight.cols)) {
    const bool count_fits = ir::element_count(shape_) == weight.cols;
    fail(DiagnosticKind::ShapeMismatch, step.weight,
         fmt::format("the weight of '{}' is {}x{}, and its source has the shape {}", step.name,
                     weight.rows, weight.cols, ir::shape_text(shape_)),
         count_fits ? "put a Flatten in front of it" : "");
  }
  if (!bias.empty() && bias.size() != weight.rows) {
    fail(DiagnosticKind::ShapeMismatch, step.place.child("bias"),
         fmt::format("the bias of '{}' has {} elements, and its weight is {}x{}", step.name,
                     bias.size(), weight.rows, weight.cols));
  }
  const ir::Dense dense{weight};
  for (Term& t : terms_) t.map.then(dense, step.weight);
  if (!bias_.empty()) bias_ = applied(dense, bias_);
  add_to(bias_, bias);
  shape_ = {weight.rows};
  record(step);
}

void Signal::append(const PlaneStep& made, const std::vector<double>& bias, const Step& step) {
  for (Term& t : terms_) t.map.then(made.conv, step.weight);
  if (!bias_.empty()) bias_ = applied(made.conv, bias_);
  shape_ = made.shape;
  if (!bias.empty()) add_to(bias_, spread(bias, ir::element_count(shape_)));
  record(step);
  if (!made.factors.empty()) scale(made.factors, {}, Step{{}, step.place, step.weight});
}

void Signal::conv(const ConvSpec& spec, const Step& step) {
  require_no_maximum(step);
  append(conv_step(spec, shape_, step), spec.bias, step);
}

void Signal::pool(const PoolSpec& spec, const Step& step) {
  require_no_maximum(step);
  append(pool_step(spec, shape_, step), {}, step);
}

void Signal::max_pool(const PoolSpec& spec, const Step& step) {
  require_no_maximum(step);
  MaxPoolStep made = max_pool_step(spec, shape_, step);
  maximum_ = Maximum{made.pool, step};
  shape_ = std::move(made.shape);
}

bool Signal::scales_before_maximum(const std::vector<double>& factors,
                                   const std::vector<double>& bias) const {
  if (!maximum_) return true;
  const std::size_t channels = maximum_->pool.channels;
  const auto f = per_channel(factors, channels);
  const bool shared = bias.empty() || per_channel(bias, channels).has_value();
  return shared && f && std::all_of(f->begin(), f->end(), [](double v) { return v > 0.0; });
}

void Signal::make_planes() {
  const ir::MaxPool& p = maximum_->pool;
  // A pooling of single elements.
  const PlaneStep alone = pool_step({}, {p.channels, p.in_height, p.in_width}, maximum_->step);
  for (Term& t : terms_) {
    if (t.map.elementwise()) t.map.then(alone.conv, maximum_->step.place);
  }
}

void Signal::scale(const std::vector<double>& factors, const std::vector<double>& bias,
                   const Step& step) {
  std::vector<double> inner = factors;
  std::vector<double> shift = bias;
  if (maximum_) {
    if (!scales_before_maximum(factors, bias)) require_no_maximum(step);
    const std::size_t channels = maximum_->pool.channels;
    const std::size_t elements = maximum_->pool.sources();
    inner = spread(*per_channel(factors, channels), elements);
    if (!bias.empty()) shift = spread(*per_channel(bias, channels), elements);
  }
  for (Term& t : terms_) t.map.scale(inner, step.weight);
  for (std::size_t i = 0; i < bias_.size(); ++i) bias_[i] *= inner[i];
  add_to(bias_, shift);
  record(step);
}

void Signal::flatten(std::size_t first, std::size_t last) {
  if (first >= shape_.size()) return;
  const auto begin = shape_.begin() + static_cast<std::ptrdiff_t>(first);
  const auto end = shape_.begin() + static_cast<std::ptrdiff_t>(last) + 1;
  const std::size_t joined = ir::element_count({begin, end});
  *begin = joined;
  shape_.erase(begin + 1, end);
}

void Signal::delay(const std::vector<int>& steps, const Step& step) {
  require_no_maximum(step);
  const std::set<int> distinct(steps.begin(), steps.end());
  if (distinct.size() > kMaxDelays) {
    fail(DiagnosticKind::UnsupportedNode, step.place,
         fmt::format("'{}' has {} different delays, and at most {} are supported", step.name,
                     distinct.size(), kMaxDelays),
         "round the delays to fewer values");
  }
  if (*distinct.rbegin() > 0 &&
      std::any_of(bias_.begin(), bias_.end(), [](double b) { return b != 0.0; })) {
    fail(DiagnosticKind::UnsupportedGraph, step.place,
         fmt::format("'{}' delays a bias, which would begin in the middle of a run", step.name),
         "put the bias behind the delay");
  }
  if (distinct.size() == 1) {
    for (Term& t : terms_) t.delay += *distinct.begin();
    return;
  }
  std::vector<Term> out;
  for (const Term& t : terms_) {
    for (const int d : distinct) {
      std::vector<double> mask(steps.size());
      for (std::size_t i = 0; i < mask.size(); ++i) mask[i] = steps[i] == d ? 1.0 : 0.0;
      Term part = t;
      part.map.scale(mask, step.place);
      part.delay += d;
      part.names.push_back(fmt::format("{}.{}", step.name, d));
      part.where = step.place;
      out.push_back(std::move(part));
    }
  }
  terms_ = std::move(out);
}

void Signal::shift_in_time(int steps) {
  for (Term& t : terms_) t.delay += steps;
}

void Signal::close_cycle(const ir::Source& source) {
  for (Term& t : terms_) {
    if (t.source == source && t.delay == 0) t.delay = 1;
  }
}

bool Signal::replace_plain(const ir::Source& source, const ir::Source& other) {
  for (Term& t : terms_) {
    if (t.source != source) continue;
    if (!t.map.identity()) return false;
    t.source = other;
  }
  return true;
}

void Signal::add(const Signal& other, const Step& step) {
  require_no_maximum(step);
  other.require_no_maximum(step);
  if (shape_ != other.shape_) {
    fail(DiagnosticKind::ShapeMismatch, step.place,
         fmt::format("'{}' adds up sources of the shapes {} and {}", step.name,
                     ir::shape_text(shape_), ir::shape_text(other.shape_)));
  }
  if (terms_.size() + other.terms_.size() > kMaxTerms) {
    fail(DiagnosticKind::UnsupportedGraph, step.place,
         fmt::format("'{}' adds up over {} paths", step.name, kMaxTerms));
  }
  terms_.insert(terms_.end(), other.terms_.begin(), other.terms_.end());
  add_to(bias_, other.bias_);
  if (last_.name.empty()) last_ = other.last_;
}

Signal Signal::concatenated(const std::vector<Signal>& parts, std::size_t axis, const Step& step) {
  Signal whole(parts.front().shape_);
  std::size_t size = 0;
  std::size_t terms = 0;
  for (const Signal& part : parts) {
    part.require_no_maximum(step);
    bool fits = part.shape_.size() == whole.shape_.size();
    for (std::size_t a = 0; fits && a < whole.shape_.size(); ++a) {
      fits = a == axis || part.shape_[a] == whole.shape_[a];
    }
    if (!fits) {
      fail(DiagnosticKind::ShapeMismatch, step.place,
           fmt::format("'{}' joins sources of the shapes {} and {}", step.name,
                       ir::shape_text(whole.shape_), ir::shape_text(part.shape_)),
           "they may differ in the axis along which they are joined, and no other");
    }
    size += part.shape_[axis];
    terms += part.terms_.size();
  }
  if (terms > kMaxTerms) {
    fail(DiagnosticKind::UnsupportedGraph, step.place,
         fmt::format("'{}' joins over {} paths", step.name, kMaxTerms));
  }
  whole.shape_[axis] = size;
  const std::size_t elements = ir::element_count(whole.shape_);
  std::size_t before = 0;
  for (const Signal& part : parts) {
    // Whole channels of planes are placed by a convolution, so that one that follows stays one.
    const bool planes = axis == 0 && whole.shape_.size() > 1;
    const ir::Conv channels = planes ? channels_from(part.shape_, before, size) : ir::Conv{};
    const ir::Sparse places =
        planes ? ir::Sparse{} : places_in(part.shape_, whole.shape_, axis, before);
    for (Term t : part.terms_) {
      if (planes)
        t.map.then(channels, step.place);
      else
        t.map.then(places, step.place);
      whole.terms_.push_back(std::move(t));
    }
    if (!part.bias_.empty()) {
      if (whole.bias_.empty()) whole.bias_.assign(elements, 0.0);
      const ir::Sparse own = places_in(part.shape_, whole.shape_, axis, before);
      for (const ir::Sparse::Synapse& s : own.synapses) {
        whole.bias_[s.target] = part.bias_[s.source];
      }
    }
    if (part.weighted()) whole.last_ = part.last_;
    before += part.shape_[axis];
  }
  return whole;
}

void Signal::restart(const ir::Source& source) {
  terms_.clear();
  terms_.push_back({source, LinearMap(ir::element_count(shape_)), 0, {}, {}});
  bias_.clear();
  maximum_.reset();
  last_ = {};
}

}  // namespace hillock::import
