// varde-peer-load: the command line. Exit 0: the run was made; 1: messages that were acknowledged
// are missing; 2: the run could not be made.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/json.hpp>
#include <csignal>
#include <fstream>

#include "descriptors.hpp"
#include "figures.hpp"
#include "peers/handshakes.hpp"
#include "peers/peer_run.hpp"
#include "plan.hpp"

namespace {

using namespace varde::load;
namespace json = boost::json;

constexpr int exit_missing = 1;
constexpr int exit_no_run = 2;

struct command_line {
  peer_plan what;
  std::string to, ca_file, json_file, book_file;
  peer_stream main_stream{.name = "messages"};
  double urgent_rate_per_s = 0;
  unsigned urgent_priority = 0;
};

void write_file(const std::string& file, const std::string& text) {
  if (file.empty()) return;
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw std::runtime_error("can't write " + file);
}

std::vector<std::uint64_t> read_book(const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("can't read " + file);
  std::vector<std::uint64_t> numbers;
  for (std::uint64_t number = 0; in >> number;) numbers.push_back(number);
  return numbers;
}

void write_book(const std::string& file, const std::vector<std::uint64_t>& numbers) {
  if (file.empty()) return;
  std::string text;
  for (const std::uint64_t number : numbers) text += fmt::format("{}\n", number);
  write_file(file, text);
}

void add_common(CLI::App& command, command_line& given) {
  command.add_option("protocol", given.what.protocol, "xadd, mqtt, amqp or alerts")->required();
  command.add_option("--to", given.to, "unix:PATH, tcp:ADDRESS:PORT or tls:ADDRESS:PORT")
      ->required();
  command.add_option("--ca", given.ca_file, "The authority that TLS trusts");
  command.add_option("--json", given.json_file, "Also write the figures to this file as JSON");
  command.add_option("--seconds", given.what.run_s, "How long")->check(CLI::Range(0.1, run_s_max));
  command.add_option("--drain", given.what.drain_s, "Seconds to wait for the last answers")
      ->check(CLI::Range(0.0, run_s_max));
  command.add_option("--server-pid", given.what.server_pid,
                     "The server's process id: its processor time is reported too");
  command.add_flag("--priorities", given.what.has_priorities,
                   "AMQP: a classic queue with priorities, not a quorum queue");
  command.add_option("--prefetch", given.what.prefetch, "AMQP: unacknowledged at the subscriber");
  command.add_option("--place", given.what.place, "The stream, topic or queue");
  command.add_option("--webhook-port", given.what.webhook_port, "alerts: where it notifies");
}

void add_connections(CLI::App& command, command_line& given) {
  command.add_option("--connections", given.main_stream.connections, "Publishers")
      ->check(CLI::Range(std::size_t{1}, connections_max));
}

void add_load(CLI::App& command, command_line& given) {
  command
      .add_option("--rate", given.main_stream.rate_per_s,
                  "Messages a second, evenly spaced; 0: closed loop, --window in flight on each")
      ->check(CLI::Range(0.0, rate_per_s_max));
  command.add_option("--window", given.main_stream.window, "In flight on each connection")
      ->check(CLI::Range(std::size_t{1}, std::size_t{60'000}));
  command.add_option("--payload-bytes", given.what.payload_bytes, "Of each message")
      ->check(CLI::Range(number_digits, std::size_t{100'000}));
  command.add_flag("--subscribe", given.what.subscribe, "Measure until a subscriber has it");
  command.add_option("--duplicates", given.what.duplicates, "Share that is sent twice")
      ->check(CLI::Range(0.0, 1.0));
  command.add_option("--urgent-rate", given.urgent_rate_per_s,
                     "Urgent messages a second beside the others, on a connection of their own");
  command.add_option("--urgent-priority", given.urgent_priority, "Of the urgent messages");
  command.add_option("--book", given.book_file, "Write the numbers that were acknowledged there");
}

json::object stream_json(const stream_figures& one, bool subscribed) {
  json::object o{{"name", one.name},
                 {"sent", one.sent},
                 {"acknowledged", one.acknowledged},
                 {"acknowledged_per_s", per_second(one.acknowledged, one.settled_in_s)},
                 {"acknowledge", latency_json(one.to_acknowledge)}};
  if (subscribed) {
    o["shown"] = one.shown;
    o["show"] = latency_json(one.to_show);
  }
  return o;
}

int load(command_line& given) {
  given.what.streams.push_back(given.main_stream);
  if (given.urgent_rate_per_s > 0) {
    given.what.streams.push_back({.name = "urgent",
                                  .priority = given.urgent_priority,
                                  .rate_per_s = given.urgent_rate_per_s});
  }
  const peer_outcome run = run_peer(given.what);
  write_book(given.book_file, run.acknowledged);
  fmt::print("{}", latency_head());
  json::array streams;
  for (const stream_figures& each : run.streams) {
    fmt::print("{}", latency_row(each.name + " to acknowledge", each.to_acknowledge));
    if (given.what.subscribe) fmt::print("{}", latency_row(each.name + " to show", each.to_show));
    fmt::print("{}: sent {}  acknowledged {} ({:.0f}/s)\n", each.name, each.sent, each.acknowledged,
               per_second(each.acknowledged, each.settled_in_s));
    streams.push_back(stream_json(each, given.what.subscribe));
  }
  if (!run.first_trouble.empty()) fmt::print("first trouble: {}\n", run.first_trouble);
  fmt::print("{}", cpu_rows(run.cpu, run.acknowledged.size()));
  write_file(given.json_file,
             json::serialize(json::object{{"protocol", given.what.protocol},
                                          {"streams", std::move(streams)},
                                          {"links_lost", run.links_lost},
                                          {"first_trouble", run.first_trouble},
                                          {"cpu", cpu_json(run.cpu, run.acknowledged.size())}}) +
                 "\n");
  return 0;
}

int idle(command_line& given) {
  given.what.streams.push_back(given.main_stream);
  const peer_idle_outcome held = hold_idle(given.what);
  fmt::print("{} idle connections: {:.1f} KB each\n", held.connections, held.kb_per_connection);
  write_file(given.json_file,
             json::serialize(json::object{{"connections", held.connections},
                                          {"kb_per_connection", held.kb_per_connection}}) +
                 "\n");
  return 0;
}

int collect(const command_line& given) {
  const peer_reckoning found = reckon(given.what, read_book(given.book_file));
  fmt::print("acknowledged {}  missing {}  doubled {}\n", found.acknowledged, found.missing,
             found.doubled);
  write_file(given.json_file, json::serialize(json::object{{"acknowledged", found.acknowledged},
                                                           {"missing", found.missing},
                                                           {"doubled", found.doubled}}) +
                                  "\n");
  return found.missing == 0 ? 0 : exit_missing;
}

int subscribe(const command_line& given) {
  leave_subscription(given.what);
  write_file(given.json_file, "{}\n");
  return 0;
}

int handshakes(const handshake_plan& what, const std::string& json_file) {
  const handshake_outcome run = shake_hands(what);
  fmt::print("{} handshakes, {} resumed, {:.0f}/s\n{}{}{}", run.done, run.resumed,
             per_second(run.done, run.in_s), latency_head(), latency_row("handshake", run.took),
             cpu_rows(run.cpu, run.done));
  write_file(json_file,
             json::serialize(json::object{{"handshakes", run.done},
                                          {"resumed", run.resumed},
                                          {"handshakes_per_s", per_second(run.done, run.in_s)},
                                          {"took", latency_json(run.took)},
                                          {"cpu", cpu_json(run.cpu, run.done)}}) +
                 "\n");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{
      "Drives the brokers and stores that Varde is compared with, as varde-load drives Varde: the "
      "same pacing, the same\nhistogram, one acknowledgement counted for each message. Only "
      "addresses of this machine are loaded."};
  app.require_subcommand(1);
  command_line given;
  CLI::App& loading = *app.add_subcommand("load", "Publish, and measure the acknowledgements");
  add_common(loading, given);
  add_connections(loading, given);
  add_load(loading, given);
  CLI::App& idling = *app.add_subcommand("idle", "Connections that only say who they are");
  add_common(idling, given);
  add_connections(idling, given);
  CLI::App& collecting = *app.add_subcommand(
      "collect", "Read what the peer has and say which acknowledged messages are missing");
  add_common(collecting, given);
  collecting.add_option("--book", given.book_file, "What was acknowledged")->required();
  CLI::App& subscribing = *app.add_subcommand(
      "subscribe", "Subscribe and go away, so that the peer keeps what comes from then on");
  add_common(subscribing, given);
  handshake_plan shaking;
  CLI::App& hands = *app.add_subcommand("handshakes", "TLS handshakes, one after the other");
  hands.add_option("--to", shaking.where, "ADDRESS:PORT")->required();
  hands.add_option("--ca", shaking.ca_file, "The authority that TLS trusts")->required();
  hands.add_option("--count", shaking.count, "How many")
      ->check(CLI::Range(std::size_t{1}, std::size_t{1'000'000}));
  hands.add_option("--threads", shaking.threads, "Under way at once")
      ->check(CLI::Range(std::size_t{1}, std::size_t{64}));
  hands.add_flag("--resume", shaking.resume, "Resume a session instead of a full handshake");
  hands.add_option("--server-pid", shaking.server_pid, "The server's process id");
  hands.add_option("--json", given.json_file, "Also write the figures to this file as JSON");
  CLI11_PARSE(app, argc, argv);

  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  try {
    if (hands.parsed()) return handshakes(shaking, given.json_file);
    given.what.to = parse_peer_address(given.to, given.ca_file);
    if (loading.parsed()) return load(given);
    if (subscribing.parsed()) return subscribe(given);
    return idling.parsed() ? idle(given) : collect(given);
  } catch (const std::exception& failure) {
    fmt::print(stderr, "varde-peer-load: {}\n", failure.what());
    return exit_no_run;
  }
}
