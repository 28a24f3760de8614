// Reads /proc/PID/stat; the fields are counted after the command's name, which may hold anything
// but its last ')'.
#include "process_stat.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string>

namespace varde::load {

std::optional<process_stat> read_process_stat(int pid) {
  std::ifstream in(pid == 0 ? "/proc/self/stat" : fmt::format("/proc/{}/stat", pid));
  const std::string line((std::istreambuf_iterator<char>(in)), {});
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return std::nullopt;
  std::istringstream fields(line.substr(name_end + 1));
  // proc(5): the state is field 3; utime 14, stime 15, rss 24.
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  std::uint64_t user_ticks = 0;
  std::uint64_t system_ticks = 0;
  fields >> user_ticks >> system_ticks;
  for (int field = 16; field < 24; ++field) fields >> skipped;
  std::uint64_t rss_pages = 0;
  fields >> rss_pages;
  return process_stat{.cpu_s = static_cast<double>(user_ticks + system_ticks) /
                               static_cast<double>(::sysconf(_SC_CLK_TCK)),
                      .rss_bytes = rss_pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE))};
}

double peak_rss_kb(int pid) {
  if (pid == 0) return 0;
  std::ifstream in(fmt::format("/proc/{}/status", pid));
  for (std::string line; std::getline(in, line);) {
    constexpr std::string_view name = "VmHWM:";
    if (line.starts_with(name)) return std::stod(line.substr(name.size()));
  }
  return 0;
}

double children_cpu_s(int pid) {
  double sum_s = 0;
  // Each thread lists the children that it made itself.
  std::error_code error;
  for (const auto& thread :
       std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid), error)) {
    std::ifstream children(thread.path() / "children");
    for (int child = 0; children >> child;) {
      if (const auto stat = read_process_stat(child)) sum_s += stat->cpu_s;
    }
  }
  return sum_s;
}

}  // namespace varde::load
