// Division by a number that is known only at run time but stays: a multiplication and a shift.
// Where an event lies follows from its index by such divisions, in place of a table as long as the
// source.
#pragma once

#include <bit>
#include <cstdint>

namespace hillock::sim::fast {

class Divider {
 public:
  Divider() = default;
  // By 1..2^31.
  explicit Divider(std::uint64_t divisor)
      : divisor_(static_cast<std::uint32_t>(divisor)),
        shift_(31 + static_cast<std::uint32_t>(std::bit_width(divisor - 1))),
        factor_(static_cast<std::uint32_t>((std::uint64_t{1} << shift_) / divisor + 1)) {}

  // n / divisor, for n < 2^31. Exact: factor * divisor is above 2^shift by 1..divisor, which is no
  // more than 2^(shift - 31); so n * factor / 2^shift is above n / divisor by less than 1 /
  // divisor. 2^shift is below 2^32 * divisor, so that the factor has 32 bits, as vectors want it.
  [[nodiscard]] std::uint32_t quotient(std::uint32_t n) const {
    return static_cast<std::uint32_t>(std::uint64_t{n} * factor_ >> shift_);
  }
  // n less what the divisor goes into it: n % divisor, where `quotient` is n / divisor.
  [[nodiscard]] std::uint32_t rest(std::uint32_t n, std::uint32_t quotient) const {
    return n - quotient * divisor_;
  }
  [[nodiscard]] std::uint32_t divisor() const { return divisor_; }

 private:
  std::uint32_t divisor_ = 1;
  std::uint32_t shift_ = 31;
  std::uint32_t factor_ = (std::uint32_t{1} << 31) + 1;
};

}  // namespace hillock::sim::fast
