// From options to a running node.
#include "server/serve_command.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <utility>

#include "base/log.hpp"
#include "edge/certificates.hpp"
#include "redis/server_process.hpp"
#include "server/descriptors.hpp"

namespace varde::server {

namespace fs = std::filesystem;

namespace {

int say(const std::string& wrong) {
  fmt::print(stderr, "varde: {}\n", wrong);
  return 1;
}

/// The first line of the file, or nullopt if it can't be read.
std::optional<std::string> first_line_of(const std::string& file_name) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file{std::fopen(file_name.c_str(), "r"),
                                                             &std::fclose};
  std::array<char, 512> buffer{};
  if (!file || std::fgets(buffer.data(), buffer.size(), file.get()) == nullptr) return std::nullopt;
  std::string line = buffer.data();
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.pop_back();
  return line;
}

/// Puts the password in `file_name` into `into`, if a file is named. Empty, or what is wrong.
std::string take_password(std::string_view key, const std::string& file_name, std::string& into) {
  if (file_name.empty()) return {};
  auto line = first_line_of(file_name);
  if (!line) return fmt::format("{} {} can't be read.", key, file_name);
  into = std::move(*line);
  return {};
}

/// Where the configured Redis is, with the files and the passwords of the configuration put in.
std::string configured_redis(const config& c, redis::endpoint& out) {
  const auto parsed = redis::parse_endpoint(c.redis.url);
  if (!parsed)
    return "redis.url is not an address of a Redis: unix:/path, redis://host:port, "
           "sentinel://host:port,…/master-name or cluster://host:port,… (with TLS rediss://, "
           "sentinels:// or clusters://).";
  out = *parsed;
  if (!c.redis.ca_file.empty()) out.ca_file = c.redis.ca_file;
  if (!c.redis.cert_file.empty()) out.cert_file = c.redis.cert_file;
  if (!c.redis.key_file.empty()) out.key_file = c.redis.key_file;
  out.sentinel_user = c.redis.sentinel_user;
  auto wrong = take_password("redis.password_file", c.redis.password_file, out.password);
  if (wrong.empty())
    wrong = take_password("redis.sentinel_password_file", c.redis.sentinel_password_file,
                          out.sentinel_password);
  return wrong;
}

}  // namespace

std::string redis_of_command(const std::string& url, const std::string& config_file,
                             redis::endpoint& out) {
  config c;
  if (!url.empty()) {
    c.redis.url = url;
  } else if (!config_file.empty()) {
    const auto loaded = load_config(config_file, false);
    for (const auto& problem : loaded.problems)
      fmt::print(stderr, "{}\n", describe(problem, config_file));
    if (!loaded.problems.empty()) return "The configuration is not in order.";
    c = loaded.values;
  } else {
    return "Say where to: --redis URL, or --config FILE. For an embedded server it is "
           "unix:DIR/redis/redis.sock.";
  }
  return configured_redis(c, out);
}

std::string override_listen(listen_config& listen, const listen_options& given) {
  const std::array<std::pair<std::string*, const std::string*>, 6> pairs{
      {{&listen.https, &given.https},
       {&listen.scaip_udp, &given.scaip_udp},
       {&listen.scaip_tcp, &given.scaip_tcp},
       {&listen.scaip_tls, &given.scaip_tls},
       {&listen.native, &given.native},
       {&listen.metrics, &given.metrics}}};
  for (const auto& [to, from] : pairs) {
    if (from->empty()) continue;
    if (*from != "off" && !is_host_and_port(*from))
      return fmt::format("{} is not HOST:PORT with a numeric host (or \"off\").", *from);
    *to = *from == "off" ? "" : *from;
  }
  return {};
}

std::string provide_certificates(config& c, const std::string& data) {
  if (!c.tls.certificate.empty()) return {};
  const fs::path directory = fs::path{data} / "tls";
  const edge::credentials authority{directory / "ca.crt", directory / "ca.key"};
  const edge::credentials server{directory / "server.crt", directory / "server.key"};
  std::error_code failed;
  fs::create_directories(directory, failed);
  fs::permissions(directory, fs::perms::owner_all, failed);
  if (!fs::exists(server.certificate)) {
    const auto made = edge::make_authority(directory / "ca", "Varde's own authority");
    if (!made || !edge::issue_server(*made, directory / "server", edge::local_names()))
      return fmt::format("No certificate could be made in {}; is the directory writable?",
                         directory.string());
  }
  c.tls.certificate = server.certificate;
  c.tls.key = server.key;
  if (c.tls.client_ca.empty()) c.tls.client_ca = authority.certificate;
  return {};
}

int run_node(node& n, const std::function<void(const bound_addresses&)>& serving) {
  if (const auto wrong = n.start(); !wrong.empty()) return say(wrong);
  serving(n.bound());
  fmt::print("{}\n", ready_line(n.bound()));
  std::fflush(stdout);

  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  int which = 0;
  sigwait(&ends, &which);
  n.stop();
  return 0;
}

int serve(const serve_options& options) {
  config c;
  if (!options.config_file.empty()) {
    auto loaded = load_config(options.config_file, options.embedded);
    for (const auto& problem : loaded.problems)
      fmt::print(stderr, "{}\n", describe(problem, options.config_file));
    if (!loaded.problems.empty()) return 1;
    c = std::move(loaded.values);
  } else if (!options.embedded) {
    return say(
        "Say which configuration (--config FILE), or --embedded --data DIR to run on a Redis of "
        "its own.");
  }
  if (auto wrong = override_listen(c.listen, options.listen); !wrong.empty()) return say(wrong);
  if (!options.data.empty()) c.node.data = options.data;
  if (!options.acknowledge.empty()) c.core.acknowledge = options.acknowledge;
  if (options.embedded && c.node.data.empty())
    return say("--embedded needs --data DIR, where everything is kept.");
  if (c.node.data.empty())
    return say(
        "Say where this node keeps its vault: node.data in the configuration, or --data DIR.");

  base::start_logging(c.log.format == "json" ? base::log_format::json : base::log_format::plain,
                      spdlog::level::from_str(c.log.level));
  raise_descriptors(c);
  std::unique_ptr<redis::server_process> own;
  redis::endpoint where;
  if (options.embedded) {
    auto started = redis::server_process::start(c.node.data);
    if (!started) return say(started.error().sentence);
    own = std::move(*started);
    where = own->where();
    if (auto wrong = provide_certificates(c, c.node.data); !wrong.empty()) return say(wrong);
  } else if (auto wrong = configured_redis(c, where); !wrong.empty()) {
    return say(wrong);
  }

  int status = 0;
  {
    node n{std::move(c), where, options.embedded};
    status = run_node(n, [](const bound_addresses&) {});
  }
  if (own) own->stop();
  base::stop_logging();
  return status;
}

}  // namespace varde::server
