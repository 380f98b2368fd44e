// compile --from: a point of an explore.json becomes the options that build it.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace hillock::driver {

// Replaces --from FILE#POINT (or --from DIR --point POINT) by the model and the options of the
// point, where the verb has the option. POINT is a number, or "pick", which is what stands for it
// where it is left out. Options that are given, too, win. Throws InputError (bad-option, bad-json)
// where there is no such point, or where the model or data are no longer those that were explored.
[[nodiscard]] std::vector<std::string> with_explored_point(
    std::vector<std::string> arguments, const std::function<bool(const std::string&)>& has_option);

// explore.json of a folder, or the file itself.
[[nodiscard]] std::filesystem::path explore_file(const std::filesystem::path& path);

}  // namespace hillock::driver
