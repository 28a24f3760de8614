// Two looks at /proc and the difference.
#include "cpu_watch.hpp"

#include <utility>

#include "process_stat.hpp"

namespace varde::load {

cpu_watch::cpu_watch(int server_pid) : server_pid_(server_pid), last_(look()) {}

std::vector<cpu_share> cpu_watch::since() {
  const sample before = std::exchange(last_, look());
  const double span_s = std::chrono::duration<double>(last_.at - before.at).count();
  std::vector<cpu_share> shares;
  const auto add = [&](const char* what, double from_s, double to_s) {
    shares.push_back({what, to_s - from_s, span_s});
  };
  if (server_pid_ != 0) {
    add("server", before.server_s, last_.server_s);
    add("its children", before.children_s, last_.children_s);
  }
  add("generator", before.own_s, last_.own_s);
  return shares;
}

cpu_watch::sample cpu_watch::look() const {
  sample now{.at = clock::now()};
  if (const auto own = read_process_stat(0)) now.own_s = own->cpu_s;
  if (server_pid_ == 0) return now;
  if (const auto server = read_process_stat(server_pid_)) now.server_s = server->cpu_s;
  now.children_s = children_cpu_s(server_pid_);
  return now;
}

}  // namespace varde::load
