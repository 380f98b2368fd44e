// A figure with its error bar. Everything here is a cost, so the bounds add and scale as they are:
// a sum of intervals supposes that all errors point the same way, which is the wide, safe reading.
#pragma once

namespace hillock::hw_models {

struct Interval {
  double low = 0;
  double nominal = 0;
  double high = 0;

  Interval& operator+=(const Interval& other) {
    low += other.low;
    nominal += other.nominal;
    high += other.high;
    return *this;
  }
  friend Interval operator+(Interval a, const Interval& b) { return a += b; }
  // The same count on all three; must not be negative.
  friend Interval operator*(const Interval& a, double count) {
    return {a.low * count, a.nominal * count, a.high * count};
  }
  // A count that is itself an interval; neither may be negative.
  friend Interval operator*(const Interval& a, const Interval& count) {
    return {a.low * count.low, a.nominal * count.nominal, a.high * count.high};
  }
};

}  // namespace hillock::hw_models
