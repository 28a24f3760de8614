// Ending a redis-server that an earlier, killed run left in our directory. Only one that is really
// ours is touched.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <filesystem>
#include <optional>

namespace varde::redis {

/// The pid in `pid_file` if that process runs now, is named `program` and works in `directory`.
[[nodiscard]] std::optional<pid_t> running_in(const std::filesystem::path& directory,
                                              const std::filesystem::path& pid_file,
                                              const std::filesystem::path& program);

/// Asks it to shut down in order and waits; kills it after `limit`. False if it is still there.
[[nodiscard]] bool end_process(pid_t pid, std::chrono::milliseconds limit);

}  // namespace varde::redis
