// Examples for `hillock help VERB`.
#pragma once

#include <string>

namespace hillock::driver {

// "Examples:" and a command or more, each under a line that says what it is for; "" where there are
// none. They run as they stand in the root of the repository, in order of the verbs in `flow`
// (tests/docs runs them).
[[nodiscard]] std::string examples_text(const std::string& verb);

}  // namespace hillock::driver
