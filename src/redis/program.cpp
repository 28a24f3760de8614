// The PATH is searched here, so that what was checked is what is started.
#include "redis/program.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <string_view>

extern char** environ;

namespace varde::redis {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t version_output_max = 4096;

bool is_program(const fs::path& path) {
  std::error_code error;
  return fs::is_regular_file(path, error) && access(path.c_str(), X_OK) == 0;
}

/// What the program writes to its standard output when given one argument.
std::string output_of(const fs::path& program, const char* argument) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) return {};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  std::array<char*, 3> argv{const_cast<char*>(program.c_str()), const_cast<char*>(argument),
                            nullptr};
  pid_t pid = 0;
  const int failed = posix_spawn(&pid, program.c_str(), &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  std::string output;
  std::array<char, 512> part{};
  for (ssize_t size; failed == 0 && output.size() < version_output_max &&
                     (size = read(ends[0], part.data(), part.size())) > 0;)
    output.append(part.data(), static_cast<std::size_t>(size));
  close(ends[0]);
  if (failed == 0) waitpid(pid, nullptr, 0);
  return output;
}

}  // namespace

std::optional<fs::path> find_program(const std::string& name) {
  if (name.find('/') != std::string::npos)
    return is_program(name) ? std::optional{fs::absolute(name)} : std::nullopt;
  const char* path = std::getenv("PATH");
  std::string_view places = path != nullptr ? path : "/usr/local/bin:/usr/bin:/bin";
  while (!places.empty()) {
    const auto colon = places.find(':');
    const auto candidate = fs::path(places.substr(0, colon)) / name;
    if (candidate.is_absolute() && is_program(candidate)) return candidate;
    places = colon == std::string_view::npos ? std::string_view{} : places.substr(colon + 1);
  }
  return std::nullopt;
}

std::string stated_version(const fs::path& program) {
  constexpr std::string_view mark = " v=";
  const auto output = output_of(program, "--version");
  const auto at = output.find(mark);
  if (at == std::string::npos) return {};
  const auto from = at + mark.size();
  return output.substr(from, output.find(' ', from) - from);
}

}  // namespace varde::redis
