// The command line of `varde policy …`.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "server/command_redis.hpp"
#include "server/policy_command.hpp"
#include "server/policy_explain.hpp"
#include "server/policy_replay.hpp"

namespace varde::server {

/// What was said on the command line; must outlive its parsing.
struct policy_options {
  redis_choice redis;
  bool defaults = false;
  policy_import_request import;
  policy_show_request show;
  policy_explain_request explain;
  policy_replay_request replay;
};

/// Each command sets `status` to its exit status.
void add_policy_commands(CLI::App& app, policy_options& options, int& status);

}  // namespace varde::server
