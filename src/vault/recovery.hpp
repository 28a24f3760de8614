// What a start finds on the disk and makes of it: sound segments are kept, the torn end of the last
// write is cut, and a vault in which a promised record is damaged or missing is set aside whole.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "vault/files.hpp"
#include "vault/options.hpp"
#include "vault/segment.hpp"
#include "vault/store.hpp"

namespace varde::vault {

/// A segment as it lies on disk.
struct surveyed_segment {
  segment_info info;  ///< first and last: of the scan, before judge()
  segment_header header;
  scan_result scan;
  bool damaged = false;  ///< no sound header, or the disk could not read all of it
};

/// All segments of the directories' folders, by ordinal. Reads only. Fails only with
/// `unknown_format`.
[[nodiscard]] base::result<std::vector<surveyed_segment>> survey(
    const std::vector<std::string>& folders);

/// Settles which part of the sequence each segment has: a batch that failed half-way is found in
/// its segment and again in the next, and the later one counts. Gives a sentence on what is wrong
/// with the vault, empty if nothing is.
[[nodiscard]] std::string judge(std::vector<surveyed_segment>& segments);

/// The directories, made if need be and locked against other processes.
struct claimed_directories {
  std::vector<bool> usable;
  std::vector<descriptor> locks;
};
[[nodiscard]] base::result<claimed_directories> claim(const std::vector<std::string>& directories,
                                                      file_ops& files);

/// Survey, judgement and what follows of it, on claimed directories.
[[nodiscard]] base::result<recovered_state> recover(const options& given, file_ops& files,
                                                    const std::vector<bool>& usable,
                                                    recovery_report& report);

/// Folders set aside, now or earlier, whose records were not all written anew.
[[nodiscard]] std::vector<std::string> unsalvaged(const options& given,
                                                  const std::vector<bool>& usable);
/// Calls `each` for every sound record in these folders, oldest first.
void salvage(const std::vector<std::string>& folders, const record_visitor& each);
/// From now on not unsalvaged(). 0 or an errno value.
[[nodiscard]] int mark_salvaged(file_ops& files, const std::string& folder);

}  // namespace varde::vault
