// A pid alone proves nothing, since pids are used again: /proc says what the process is and where
// it works. A process handle then makes sure that we end the one we looked at.
#include "redis/leftover.hpp"

#include <signal.h>

#include <fstream>
#include <string>
#include <system_error>

#include "redis/process_handle.hpp"

namespace varde::redis {

namespace fs = std::filesystem;

namespace {

/// The kernel keeps this many characters of a process's name.
constexpr std::size_t process_name_max = 15;
constexpr std::chrono::milliseconds kill_limit{5'000};

}  // namespace

std::optional<pid_t> running_in(const fs::path& directory, const fs::path& pid_file,
                                const fs::path& program) {
  pid_t pid = 0;
  if (!(std::ifstream(pid_file) >> pid) || pid <= 1) return std::nullopt;
  const auto proc = fs::path("/proc") / std::to_string(pid);
  std::string name;
  std::getline(std::ifstream(proc / "comm"), name);
  if (name != program.filename().string().substr(0, process_name_max)) return std::nullopt;
  std::error_code error;
  if (fs::read_symlink(proc / "cwd", error) != fs::canonical(directory, error)) return std::nullopt;
  return error ? std::nullopt : std::optional{pid};
}

bool end_process(pid_t pid, std::chrono::milliseconds limit) {
  const process_handle handle(pid);
  if (!handle.valid()) return true;
  handle.send(SIGTERM);
  if (handle.gone_within(limit)) return true;
  handle.send(SIGKILL);
  return handle.gone_within(kill_limit);
}

}  // namespace varde::redis
