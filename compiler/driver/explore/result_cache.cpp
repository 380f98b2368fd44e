#include "compiler/driver/explore/result_cache.h"

#include <fmt/format.h>

#include "compiler/support/cache.h"
#include "compiler/support/file.h"

namespace hillock::driver {

using nlohmann::json;

ResultCache::ResultCache(std::filesystem::path folder, json common)
    : folder_(std::move(folder)), common_(std::move(common)) {}

json ResultCache::whole(const json& key) const { return {{"common", common_}, {"key", key}}; }

std::filesystem::path ResultCache::file(const json& whole_key) const {
  return folder_ / fmt::format("{:016x}.json", support::fingerprint(whole_key.dump()));
}

std::optional<json> ResultCache::find(const json& key) const {
  const json wanted = whole(key);
  const std::filesystem::path path = file(wanted);
  if (!std::filesystem::exists(path)) return std::nullopt;
  const json kept = json::parse(support::read_file(path), nullptr, false);
  if (!kept.is_object() || !kept.contains("result") || kept.value("for", json()) != wanted) {
    return std::nullopt;
  }
  return kept.at("result");
}

void ResultCache::keep(const json& key, const json& result) const {
  support::create_folder(folder_);
  const json wanted = whole(key);
  support::write_file(file(wanted), json{{"for", wanted}, {"result", result}}.dump() + "\n");
}

std::string file_fingerprint(const std::filesystem::path& file) {
  if (file.empty()) return "";
  return fmt::format("{:016x}", support::fingerprint(support::read_file(file)));
}

}  // namespace hillock::driver
