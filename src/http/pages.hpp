// The built pages, read from their directory into memory at start: what isn't in the map doesn't
// exist, so no path can climb out of the directory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace varde::http {

/// Immutable once read.
class pages {
 public:
  static constexpr std::size_t files_max = 2'000;
  static constexpr std::size_t total_bytes_max = 64 * 1024 * 1024;

  /// Reads every regular file below `directory`; no links are followed. error::bad_pages if it
  /// can't.
  [[nodiscard]] static base::result<pages> read(const std::string& directory);

  /// nullopt if there is no such page. A match of If-None-Match gives 304. "/" is index.html;
  /// "/felt" and "/felt/" are felt/index.html.
  [[nodiscard]] std::optional<response> find(const request& in) const;
  [[nodiscard]] std::size_t count() const noexcept { return files_.size(); }

 private:
  struct file {
    std::shared_ptr<const std::string> content;
    std::string etag;
    std::string_view type;
    bool immutable = false;  // its name holds a hash of its content
  };
  std::map<std::string, file, std::less<>> files_;  // by request path
};

/// The media type by the file's extension; "application/octet-stream" for unknown ones.
[[nodiscard]] std::string_view media_type(std::string_view path);

}  // namespace varde::http
