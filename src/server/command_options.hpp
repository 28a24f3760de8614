// How commands that run and end name the Redis they work on, and get it.
#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>

#include "base/log.hpp"
#include "server/command_redis.hpp"

namespace varde::server {

/// In one of three ways: an address, a configuration, the private one of a data directory.
void add_redis_options(CLI::App& command, redis_choice& choice);

/// Opens the Redis and runs `work` with its address; the exit status. The log goes to standard
/// error and says no more than what is wrong.
template <class Work>
int with_redis(const redis_choice& choice, use how, Work work) {
  base::start_logging(base::log_format::plain, spdlog::level::err);
  int status = 2;
  {
    command_redis redis;
    if (const auto wrong = redis.open(choice, how); wrong.empty())
      status = work(redis.where());
    else
      fmt::print(stderr, "varde: {}\n", wrong);
  }
  base::stop_logging();
  return status;
}

}  // namespace varde::server
