// What a search has found so far, in files: one for each key, the whole key inside, so that nothing
// is taken for something else.
#pragma once

#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

namespace hillock::driver {

class ResultCache {
 public:
  // `common` goes into every key: what all results depend on.
  ResultCache(std::filesystem::path folder, nlohmann::json common);

  // nullopt where nothing is kept for the key, or what is kept cannot be read.
  [[nodiscard]] std::optional<nlohmann::json> find(const nlohmann::json& key) const;
  // Atomic: a search that is killed leaves whole results only.
  void keep(const nlohmann::json& key, const nlohmann::json& result) const;

 private:
  [[nodiscard]] nlohmann::json whole(const nlohmann::json& key) const;
  [[nodiscard]] std::filesystem::path file(const nlohmann::json& whole_key) const;

  std::filesystem::path folder_;
  nlohmann::json common_;
};

// FNV-1a of a file's bytes, as text; "" for no file.
[[nodiscard]] std::string file_fingerprint(const std::filesystem::path& file);

}  // namespace hillock::driver
