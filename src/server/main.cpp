// The executable: commands and their options.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <filesystem>
#include <iostream>

#include "server/account_command.hpp"
#include "server/backup_command.hpp"
#include "server/command_options.hpp"
#include "server/demo_command.hpp"
#include "server/demo_registered.hpp"
#include "server/import_command.hpp"
#include "server/policy_options.hpp"
#include "server/restore_command.hpp"
#include "server/serve_command.hpp"
#include "server/verify_command.hpp"

/// Read by jemalloc before main: few threads allocate much, and each arena keeps memory of its own.
extern "C" {
extern const char* malloc_conf;
const char* malloc_conf = "narenas:2";
}

namespace {

using namespace varde::server;

void add_listen_options(CLI::App& command, listen_options& listen) {
  const auto add = [&](const char* name, std::string& into, const char* what) {
    command
        .add_option(name, into,
                    std::string{what} + " HOST:PORT; port 0 takes a free one, \"off\" closes it")
        ->type_name("HOST:PORT");
  };
  add("--https", listen.https, "Console, field page and API.");
  add("--scaip-udp", listen.scaip_udp, "SCAIP over SIP, UDP.");
  add("--scaip-tcp", listen.scaip_tcp, "SCAIP over SIP, TCP.");
  add("--scaip-tls", listen.scaip_tls, "SCAIP over SIP, TLS.");
  add("--native", listen.native, "Varde's own device protocol, TLS 1.3.");
  add("--metrics", listen.metrics, "Metrics and health, plain text; keep it on loopback.");
}

void add_acknowledge_option(CLI::App& command, std::string& policy) {
  command
      .add_option("--acknowledge", policy,
                  "Where a signal must be before its device hears \"received\"")
      ->check(CLI::IsMember({"disk", "disk+redis", "disk+redis+replica"}));
}

int set_account(account_request request, const std::string& redis, const std::string& config_file) {
  if (const auto wrong = redis_of_command(redis, config_file, request.where); !wrong.empty()) {
    fmt::print(stderr, "varde: {}\n", wrong);
    return 2;
  }
  return run_account(request, std::cin, std::cout, std::cerr);
}

/// Where to import to: a Redis by its address, or the one a configuration names.
struct import_options {
  std::string path, redis, config_file;
  bool check_only = false;
};

int import_set(const import_options& options) {
  import_request request{options.path, {}, options.check_only};
  std::string wrong;
  if (!options.check_only)
    wrong = redis_of_command(options.redis, options.config_file, request.where);
  if (!wrong.empty()) {
    fmt::print(stderr, "varde: {}\n", wrong);
    return 2;
  }
  return run_import(request, std::cout, std::cerr);
}

struct verify_options {
  redis_choice redis;
  std::vector<std::string> vaults;
  std::string municipality;
  bool json = false;
};

int verify_ledger(const verify_options& options) {
  return with_redis(options.redis, use::beside_nodes, [&](const varde::redis::endpoint& where) {
    verify_request request{where, {}, options.municipality, options.json};
    for (const auto& one : options.vaults) request.vaults.push_back(CLI::detail::split(one, ','));
    const auto own_vault = std::filesystem::path{options.redis.data} / "vault";
    std::error_code ignored;
    if (options.redis.embedded && request.vaults.empty() &&
        std::filesystem::is_directory(own_vault, ignored))
      request.vaults = {{own_vault.string()}};
    return run_verify(request, std::cout, std::cerr);
  });
}

struct backup_options {
  redis_choice redis;
  std::string file;
};

int back_up(const backup_options& options) {
  return with_redis(options.redis, use::beside_nodes, [&](const varde::redis::endpoint& where) {
    return run_backup({where, options.file}, std::cout, std::cerr);
  });
}

int restore(const backup_options& options) {
  return with_redis(options.redis, use::alone_at_new, [&](const varde::redis::endpoint& where) {
    return run_restore({where, options.file}, std::cout, std::cerr);
  });
}

int check_config(const std::string& file, bool embedded) {
  const auto loaded = load_config(file, embedded);
  for (const auto& problem : loaded.problems) fmt::print(stderr, "{}\n", describe(problem, file));
  if (!loaded.problems.empty()) return 1;
  fmt::print("{} is in order.\n", file);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  // Every thread inherits this: the signals are waited for in one place, and a peer that goes away
  // is an error value.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  std::signal(SIGPIPE, SIG_IGN);

  CLI::App app{
      "Varde, the server of an alarm response centre.\n\n"
      "Try it:     varde demo --data /tmp/varde-demo\n"
      "Run it:     varde serve --config /etc/varde/varde.toml\n"
      "One server: varde serve --embedded --data /var/lib/varde\n"};
  app.require_subcommand(1);
  int status = 0;

  serve_options serving;
  auto* serve_command = app.add_subcommand("serve", "Run one node of the server until SIGTERM.");
  serve_command
      ->add_option("--config", serving.config_file,
                   "Configuration, TOML; docs/configuration.md has every key")
      ->type_name("FILE");
  serve_command->add_flag("--embedded", serving.embedded,
                          "Start and own a private redis-server in the data directory");
  serve_command->add_option("--data", serving.data, "Directory for everything this node keeps")
      ->type_name("DIR");
  add_acknowledge_option(*serve_command, serving.acknowledge);
  add_listen_options(*serve_command, serving.listen);
  serve_command->callback([&] { status = serve(serving); });

  demo_command_options demonstrating;
  auto* demo_command =
      app.add_subcommand("demo",
                         "Run the embedded server with two made-up municipalities; writes "
                         "DIR/demo.json with addresses and sign-ins.");
  demo_command->add_option("--data", demonstrating.data, "Directory; made if it isn't there")
      ->required()
      ->type_name("DIR");
  demo_command->add_flag("--quiet", demonstrating.quiet, "No made-up signals");
  demo_command
      ->add_option("--seed", demonstrating.seed, "Makes the same people and devices each time")
      ->capture_default_str();
  demo_command
      ->add_option(
          "--devices", demonstrating.devices,
          "So many more residents with two devices each, on a tree of what they depend on; "
          "10,000 of them in a municipality")
      ->capture_default_str()
      ->check(CLI::Range(0, 1'000'000));
  demo_command
      ->add_option("--registered", demonstrating.registered,
                   "So many more devices in municipalities of their own, which are registered and "
                   "do nothing")
      ->capture_default_str()
      ->check(CLI::Range(std::size_t{0}, registered_max));
  demo_command
      ->add_option("--console", demonstrating.console_dir,
                   "The built pages, if they are not beside the program")
      ->type_name("DIR");
  add_acknowledge_option(*demo_command, demonstrating.acknowledge);
  add_listen_options(*demo_command, demonstrating.listen);
  demo_command->callback([&] { status = demo(demonstrating); });

  import_options importing;
  auto* import_command = app.add_subcommand("import",
                                            "Put one municipality's residents, devices, teams and "
                                            "plans into the registry, all or nothing.");
  import_command
      ->add_option("path", importing.path,
                   "A JSON file, or a directory of CSV files; docs/import.md")
      ->required()
      ->type_name("FILE|DIR");
  import_command
      ->add_option("--redis", importing.redis, "unix:/path, redis://…, sentinel://… or cluster://…")
      ->type_name("URL");
  import_command
      ->add_option("--config", importing.config_file, "Take the Redis of this configuration")
      ->type_name("FILE");
  import_command->add_flag("--check", importing.check_only, "Only read and check the files");
  import_command->callback([&] { status = import_set(importing); });

  policy_options policies;
  add_policy_commands(app, policies, status);

  account_request account;
  std::string account_redis, account_config;
  auto* account_command = app.add_subcommand(
      "account", "Make or change somebody's sign-in; the password is read from standard input.");
  account_command->add_option("user", account.user, "What they sign in as")
      ->required()
      ->type_name("USER");
  account_command->add_option("--name", account.name, "As colleagues see it");
  account_command->add_option(
      "--role", account.role,
      "operator, responder, municipality_administrator or centre_administrator");
  account_command->add_option("--municipality", account.municipalities, "Repeat for several")
      ->type_name("ID");
  account_command->add_option("--team", account.teams, "MUNICIPALITY/TEAM; repeat for several")
      ->type_name("TEAM");
  account_command->add_flag("--totp", account.totp,
                            "Enrol a second factor and print it for the authenticator app");
  account_command->add_flag("--disable", account.disable,
                            "They can't sign in, and what they have open ends now");
  account_command
      ->add_option("--redis", account_redis, "unix:/path, redis://…, sentinel://… or cluster://…")
      ->type_name("URL");
  account_command->add_option("--config", account_config, "Take the Redis of this configuration")
      ->type_name("FILE");
  account_command->callback([&] { status = set_account(account, account_redis, account_config); });

  verify_options verifying;
  auto* ledger_command = app.add_subcommand("ledger", "What an administrator does with ledgers.");
  ledger_command->require_subcommand(1);
  auto* verify_command = ledger_command->add_subcommand(
      "verify",
      "Read whole ledgers, and vaults, and say whether anything is missing, doubled or changed; "
      "nodes may go on meanwhile. Exit status 0: whole, 1: flaws, 2: could not be read.");
  add_redis_options(*verify_command, verifying.redis);
  verify_command
      ->add_option(
          "--vault", verifying.vaults,
          "A node's vault to compare with, with its spare directories after commas; repeat for "
          "several nodes. With --embedded it is DIR/vault if none is named")
      ->type_name("DIR");
  verify_command->add_option("--municipality", verifying.municipality, "Only this one's ledger")
      ->type_name("ID");
  verify_command->add_flag("--json", verifying.json, "JSON instead of sentences");
  verify_command->callback([&] { status = verify_ledger(verifying); });

  backup_options backing_up;
  auto* backup_command = app.add_subcommand(
      "backup",
      "Copy everything into one file, while nodes go on. Keep it as carefully as the "
      "server: it holds health data.");
  add_redis_options(*backup_command, backing_up.redis);
  backup_command->add_option("--to", backing_up.file, "The file; it must not be there yet")
      ->required()
      ->type_name("FILE");
  backup_command->callback([&] { status = back_up(backing_up); });

  backup_options restoring;
  auto* restore_command = app.add_subcommand(
      "restore", "Bring a backup back into an empty Redis on which no node runs, and verify it.");
  add_redis_options(*restore_command, restoring.redis);
  restore_command->add_option("--from", restoring.file, "What varde backup made")
      ->required()
      ->type_name("FILE");
  restore_command->callback([&] { status = restore(restoring); });

  std::string file;
  bool embedded = false;
  auto* check_command = app.add_subcommand(
      "check-config", "Read a configuration and say everything that is wrong with it.");
  check_command->add_option("file", file, "Configuration, TOML")->required()->type_name("FILE");
  check_command->add_flag("--embedded", embedded, "It is for serve --embedded");
  check_command->callback([&] { status = check_config(file, embedded); });

  CLI11_PARSE(app, argc, argv);
  return status;
}
