// The offline reader: the recovery's survey and judgement, and nothing of what follows it.
#include "vault/inspect.hpp"

#include <algorithm>
#include <filesystem>

#include "vault/recovery.hpp"

namespace varde::vault {

base::result<inspection> inspect(const std::vector<std::string>& directories,
                                 const log::reader& each) {
  std::vector<std::string> folders;
  for (const auto& directory : directories) {
    std::error_code ignored;
    auto folder = directory + '/' + segments_folder;
    if (std::filesystem::is_directory(folder, ignored)) folders.push_back(std::move(folder));
  }
  if (folders.empty()) return errc::unreadable;
  auto surveyed = survey(folders);
  if (!surveyed) return surveyed.error();

  inspection found;
  found.fault = judge(*surveyed);
  std::string bytes;
  for (const auto& [info, header, before, damaged_before] : *surveyed) {
    // Only of the newest is the rest an open end; another's was written again in its successor.
    found.torn_bytes =
        info.first != 0 || before.rest_bytes != 0 ? before.rest_bytes : found.torn_bytes;
    if (info.first == 0) continue;
    bool damaged = false;
    if (read_file(info.path, segment_bytes_max, bytes, damaged) != 0) return errc::unreadable;
    scan(bytes, info.mark, [&, &info = info](const record& r) {
      if (r.number > info.last) return;
      if (found.records++ == 0) found.first = r.number;
      found.last = r.number;
      if (each) each(r.number, r.written, r.payload);
    });
  }
  return found;
}

}  // namespace varde::vault
