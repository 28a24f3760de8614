// One function a command.
#include "server/policy_options.hpp"

#include <iostream>

#include "alarm/ids.hpp"
#include "server/command_options.hpp"

namespace varde::server {

namespace {

/// Which set the command is about.
void add_municipality_options(CLI::App& command, policy_options& options,
                              std::string& municipality) {
  auto* id =
      command
          .add_option("--municipality", municipality, "Whose; not needed where there is only one")
          ->type_name("ID");
  command
      .add_flag("--defaults", options.defaults,
                "The defaults that lie under every municipality's policy")
      ->excludes(id);
}

std::string chosen(const policy_options& options, const std::string& municipality) {
  return options.defaults ? std::string{alarm::centre} : municipality;
}

void add_import(CLI::App& policy, policy_options& options, int& status) {
  auto* command = policy.add_subcommand(
      "import", "Put a policy in force: checked first, at once on every node, without a restart.");
  command->add_option("file", options.import.file, "JSON; docs/policies.md")
      ->required()
      ->type_name("FILE");
  add_municipality_options(*command, options, options.import.municipality);
  command->add_flag("--check", options.import.check_only, "Only check it");
  add_redis_options(*command, options.redis);
  command->callback([&options, &status] {
    options.import.municipality = chosen(options, options.import.municipality);
    status = with_redis(options.redis, use::beside_nodes, [&](const redis::endpoint& where) {
      options.import.where = where;
      return run_policy_import(options.import, std::cout, std::cerr);
    });
  });
}

void add_show(CLI::App& policy, policy_options& options, int& status) {
  auto* command =
      policy.add_subcommand("show", "Print a policy as a file that can be changed and imported.");
  add_municipality_options(*command, options, options.show.municipality);
  command->add_option("--version", options.show.version, "An older one of those that are kept")
      ->type_name("N");
  command->add_flag("--effective", options.show.effective,
                    "As it counts: with the shared defaults under it");
  add_redis_options(*command, options.redis);
  command->callback([&options, &status] {
    options.show.municipality = chosen(options, options.show.municipality);
    status = with_redis(options.redis, use::beside_nodes, [&](const redis::endpoint& where) {
      options.show.where = where;
      return run_policy_show(options.show, std::cout, std::cerr);
    });
  });
}

void add_explain(CLI::App& policy, policy_options& options, int& status) {
  auto* command = policy.add_subcommand(
      "explain", "Print which rule does what with a signal, and why the others do nothing.");
  command->add_option("--signal", options.explain.signal, "A signal as JSON, or a SCAIP request")
      ->required()
      ->type_name("FILE");
  command->add_option("--policy", options.explain.policy, "A policy to try; else the one in force")
      ->type_name("FILE");
  command->add_option("--at", options.explain.at, "As if it came today at this Norwegian time")
      ->type_name("HH:MM");
  command
      ->add_option("--municipality", options.explain.municipality,
                   "Whose policy and devices; not needed where there is only one")
      ->type_name("ID");
  add_redis_options(*command, options.redis);
  command->callback([&options, &status] {
    status = with_redis(options.redis, use::beside_nodes, [&](const redis::endpoint& where) {
      options.explain.where = where;
      return run_policy_explain(options.explain, std::cout, std::cerr);
    });
  });
}

void add_replay(CLI::App& policy, policy_options& options, int& status) {
  auto* command = policy.add_subcommand(
      "replay",
      "Run a policy over the recorded ledger and print what would have been different. Writes "
      "nothing.");
  command->add_option("--from", options.replay.from, "First day, like 2026-11-01")
      ->required()
      ->type_name("DATE");
  command->add_option("--to", options.replay.to, "Last day; until now if it is left out")
      ->type_name("DATE");
  command->add_option("--policy", options.replay.file, "The policy to try, JSON")
      ->required()
      ->type_name("FILE");
  command
      ->add_option("--municipality", options.replay.municipality,
                   "Whose ledger; not needed where there is only one")
      ->type_name("ID");
  add_redis_options(*command, options.redis);
  command->callback([&options, &status] {
    status = with_redis(options.redis, use::beside_nodes, [&](const redis::endpoint& where) {
      options.replay.where = where;
      return run_policy_replay(options.replay, std::cout, std::cerr);
    });
  });
}

}  // namespace

void add_policy_commands(CLI::App& app, policy_options& options, int& status) {
  auto* policy = app.add_subcommand(
      "policy", "Which signals become a case at once, which wait, who hears of it.");
  policy->require_subcommand(1);
  add_import(*policy, options, status);
  add_show(*policy, options, status);
  add_explain(*policy, options, status);
  add_replay(*policy, options, status);
}

}  // namespace varde::server
