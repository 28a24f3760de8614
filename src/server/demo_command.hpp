// `varde demo`: the embedded server with two made-up municipalities, staff, devices and a trickle
// of signals.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "server/serve_command.hpp"

namespace varde::server {

struct demo_command_options {
  std::string data;
  bool quiet = false;  // no made-up signals
  std::uint64_t seed = 1;
  std::size_t devices = 0;     // beside the made-up ones, for load
  std::size_t registered = 0;  // devices in further municipalities, which do nothing
  std::string console_dir;
  std::string acknowledge;  // core.acknowledge; empty: its default
  listen_options listen;
};

/// Writes DIR/demo.json when it is ready. The exit status.
[[nodiscard]] int demo(const demo_command_options& options);

}  // namespace varde::server
