// The report: one HTML file that needs nothing else, from the JSON that the verbs wrote.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hillock::driver {

// The page. `data` has any of the keys name, compile, float, integer, cosim, estimate (each as the
// verb of that name wrote it) and trace; what is missing is shown as not run yet. The page holds
// the data as they are and formats them where it is read, so its figures are those of the JSON.
[[nodiscard]] std::string render_report(const nlohmann::json& data);

// JSON that can stand inside <script> in an HTML page: ASCII only, without <, > and &, whatever the
// names in it contain.
[[nodiscard]] std::string script_json(const nlohmann::json& data);

}  // namespace hillock::driver
