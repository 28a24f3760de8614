// varde-load: the command line. Exit 0: the run was made and the promise kept; 1: a signal was
// lost, doubled or stood in two cases; 2: the run could not be made.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <fstream>

#include "descriptors.hpp"
#include "run.hpp"
#include "scenario.hpp"

namespace {

using namespace varde::load;

constexpr int exit_promise_broken = 1;
constexpr int exit_no_run = 2;

void write_json(const std::string& file, const std::string& json) {
  if (file.empty()) return;
  std::ofstream out(file);
  out << json;
  if (!out.flush()) throw std::runtime_error("can't write " + file);
}

struct command_line {
  std::string demo_path;
  std::string scenario_file;
  std::string json_file;
  plan what;
};

void add_common(CLI::App& command, command_line& given) {
  command
      .add_option("demo", given.demo_path, "demo.json of `varde demo`, or the directory it is in")
      ->required();
  command.add_option("--json", given.json_file, "Also write the figures to this file as JSON");
  command.add_option("--seconds", given.what.run_s, "How long")
      ->check(CLI::Range(0.1, run_s_max))
      ->capture_default_str();
  command.add_option("--server-pid", given.what.server_pid,
                     "The server's process id: its processor time and memory are reported too");
}

void add_load(CLI::App& command, command_line& given, const std::string& connections) {
  command
      .add_option("--rate", given.what.rate_per_s, "Signals a second, evenly spaced (open loop)")
      ->check(CLI::Range(0.1, rate_per_s_max))
      ->capture_default_str();
  command.add_option("--connections", given.what.connections, connections)
      ->check(CLI::Range(std::size_t{1}, connections_max))
      ->capture_default_str();
  command.add_flag(
      "--saturate", given.what.saturate,
      "Closed loop: each connection always has --window signals in flight; --rate is not "
      "used, and latency counts from the real sending");
  command.add_option("--window", given.what.window, "Signals in flight on each connection")
      ->check(CLI::Range(std::size_t{1}, window_max))
      ->capture_default_str();
  command.add_flag("!--no-watch", given.what.watch,
                   "Don't follow the live WebSocket during the run (the audit at the end stays)");
  command.add_option("--drain", given.what.drain_s, "Seconds to wait for the last answers")
      ->check(CLI::Range(0.0, run_s_max))
      ->capture_default_str();
}

int report(const outcome& run, const tally& book, const std::string& json_file) {
  if (!run.asked.book_file.empty()) write_book(run.asked.book_file, book);
  fmt::print("{}", as_table(run, book));
  write_json(json_file, as_json(run, book));
  return run.kept_the_promise() ? 0 : exit_promise_broken;
}

int report(const idle_outcome& run, const std::string& json_file) {
  fmt::print(
      "{} idle connections: {:.1f} KB each (server {:.0f} KB before, {:.0f} KB with them)\n"
      "processor, server, with all of them idle: {:.2f} % of a core\n",
      run.connections, run.kb_per_connection, run.rss_before_kb, run.rss_after_kb, run.cpu_percent);
  write_json(
      json_file,
      fmt::format(
          R"({{"mode":"idle","connections":{},"kb_per_connection":{:.2f},"rss_before_kb":{:.0f},)"
          R"("rss_after_kb":{:.0f},"cpu_percent":{:.3f},"children_cpu_percent":{:.3f}}})"
          "\n",
          run.connections, run.kb_per_connection, run.rss_before_kb, run.rss_after_kb,
          run.cpu_percent, run.children_cpu_percent));
  return 0;
}

int report(const book_audit& found, const std::string& json_file) {
  fmt::print("acknowledged {}  lost {}  doubled {}\n", found.acknowledged, found.lost,
             found.doubled);
  write_json(json_file, fmt::format(R"({{"acknowledged":{},"missing":{},"doubled":{}}})"
                                    "\n",
                                    found.acknowledged, found.lost, found.doubled));
  return found.lost + found.doubled == 0 ? 0 : exit_promise_broken;
}

// What the scenario's file says, with what only the command line knows.
plan scenario_plan(const std::string& file, const command_line& given, bool has_seconds) {
  plan what = read_scenario(file);
  what.server_pid = given.what.server_pid;
  if (has_seconds) what.run_s = given.what.run_s;
  return what;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Loads a Varde server on this machine and says how long alarms took and whether all of them "
      "arrived.\n"
      "\n"
      "Start a server first and leave it alone while this runs:\n"
      "    varde demo --data /tmp/varde --quiet --devices 500\n"
      "    varde-load native /tmp/varde --rate 2000 --connections 500 --seconds 20\n"
      "    varde-load native /tmp/varde --saturate --window 64 --no-watch\n"
      "    varde-load scaip /tmp/varde --rate 5000 --connections 100\n"
      "    varde-load scenario /tmp/varde loadtest/scenarios/steady-day.json\n"
      "    varde-load idle /tmp/varde --connections 5000 --server-pid $(pidof varde)\n"
      "\n"
      "In an open loop latency counts from the moment a signal should have left, so that a server "
      "that falls\n"
      "behind can't hide it. At the end the open cases are read anew and held against what was\n"
      "acknowledged: exit 1 if a signal is lost, doubled or in two cases. Only loopback addresses "
      "are loaded."};
  app.require_subcommand(1);
  command_line given;

  CLI::App& native =
      *app.add_subcommand("native", "Safety alarms over the native protocol on TLS 1.3");
  add_common(native, given);
  add_load(native, given,
           "TLS connections; more than there are devices means several of one device");
  CLI::App& scaip = *app.add_subcommand("scaip", "Safety alarms over SCAIP on SIP over UDP");
  add_common(scaip, given);
  add_load(scaip, given, "Devices in use, each with its own --window");
  scaip.add_flag(
      "--digest", given.what.digest,
      "Use the devices with credentials too, and answer the challenge (without it they stay out)");
  CLI::App& idle = *app.add_subcommand(
      "idle", "Connections that say who they are and then nothing: memory for each");
  add_common(idle, given);
  idle.add_option("--connections", given.what.connections, "Connections")
      ->check(CLI::Range(std::size_t{1}, connections_max))
      ->capture_default_str();
  idle.add_flag(
      "--tcp", given.what.plain_tcp,
      "SCAIP's TCP listener instead of the native one, with one heartbeat on each connection");
  native.add_option("--duplicates", given.what.duplicates, "Share of signals that are sent twice")
      ->check(CLI::Range(0.0, 1.0));
  native.add_option("--book", given.what.book_file,
                    "The server may be killed meanwhile: write there what it had acknowledged, for "
                    "`audit`, and look at no board");
  scaip.add_flag("--acknowledged-by-200", given.what.acknowledged_by_200,
                 "The server is not Varde: its 200 is the whole answer, and nothing is audited");
  CLI::App& scenario = *app.add_subcommand("scenario", "A run that is written down in a file");
  add_common(scenario, given);
  scenario.add_option("file", given.scenario_file, "One of loadtest/scenarios")->required();
  CLI::App& audit = *app.add_subcommand("audit", "Hold a --book against the open cases");
  add_common(audit, given);
  audit.add_option("--book", given.what.book_file, "What was acknowledged")->required();
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  try {
    const demo where = read_demo(given.demo_path);
    if (idle.parsed()) return report(run_idle(where, given.what), given.json_file);
    if (audit.parsed()) return report(audit_book(where, given.what.book_file), given.json_file);
    tally book;
    if (scenario.parsed()) {
      given.what = scenario_plan(given.scenario_file, given, scenario.count("--seconds") > 0);
    }
    const outcome run =
        scaip.parsed() ? run_scaip(where, given.what, book) : run_native(where, given.what, book);
    return report(run, book, given.json_file);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "varde-load: {}\n", failure.what());
    return exit_no_run;
  }
}
