// How many decisions a change of scores costs, estimated from how far it moves the margins of all
// samples: far less left to chance than counting the few samples whose decision happens to turn.
#pragma once

#include <cstddef>
#include <vector>

namespace hillock::driver {

// The wanted class's score less the largest of the others'; above 0 where the decision is right.
template <typename Scores>
[[nodiscard]] double margin_of(const Scores& scores, std::size_t wanted) {
  double other = 0;
  bool any = false;
  for (std::size_t k = 0; k < scores.size(); ++k) {
    const auto score = static_cast<double>(scores[k]);
    if (k == wanted || (any && score <= other)) continue;
    other = score;
    any = true;
  }
  return any ? static_cast<double>(scores[wanted]) - other : 0;
}

// The expected number of right decisions that are lost (negative: won) where margins become
// `after`, one per sample. Each sample's margin before is moved by the movements of samples whose
// margins were alike: a fifth of them all, 20 at least. A margin of 0 is right in half of the
// cases. `after` may have another scale: the one that fits best is taken.
[[nodiscard]] double expected_loss(const std::vector<double>& before,
                                   const std::vector<double>& after);

}  // namespace hillock::driver
