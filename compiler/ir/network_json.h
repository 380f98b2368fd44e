// Network <-> JSON, `"format": "hillock-network", "version": 1`. Doubles are written in their
// shortest form that reads back to the same bits. docs/import.md has the layout.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "compiler/ir/network.h"

namespace hillock::ir {

[[nodiscard]] nlohmann::json to_json(const Network& network);

// `file` is named in messages. Checks the form; verify() checks the meaning. Throws InputError
// (bad-json) with the place in the JSON.
[[nodiscard]] Network network_from_json(const nlohmann::json& json, const std::string& file);

}  // namespace hillock::ir
