// `varde serve`: one node from a configuration file, on a Redis of its own or a shared one, until
// it is told to stop.
#pragma once

#include <functional>
#include <string>

#include "redis/endpoint.hpp"
#include "server/config.hpp"
#include "server/node.hpp"

namespace varde::server {

/// Addresses from the command line; those that are given win over the configuration.
struct listen_options {
  std::string https, scaip_udp, scaip_tcp, scaip_tls, native, metrics;
};

struct serve_options {
  std::string config_file;  // empty: the defaults
  bool embedded = false;
  std::string data;         // embedded: the directory
  std::string acknowledge;  // core.acknowledge; empty: the configured one
  listen_options listen;
};

/// Puts the given addresses in the place of the configured ones. Empty, or what is wrong with one
/// of them.
[[nodiscard]] std::string override_listen(listen_config& listen, const listen_options& given);

/// Makes a certificate authority and a server certificate of its own under DIR/tls if the
/// configuration names none, and fills the configuration in. Empty, or what is wrong.
[[nodiscard]] std::string provide_certificates(config& c, const std::string& data);

/// The Redis of `url`, or of the configuration file if `url` is empty; one of the two is needed.
/// Empty, or what is wrong.
[[nodiscard]] std::string redis_of_command(const std::string& url, const std::string& config_file,
                                           redis::endpoint& out);

/// Runs a node until SIGTERM or SIGINT, which must be blocked in every thread. `serving` is called
/// when it is ready. The exit status.
[[nodiscard]] int run_node(node& n, const std::function<void(const bound_addresses&)>& serving);

/// The exit status: 0 after a clean stop, 1 with a sentence on standard error.
[[nodiscard]] int serve(const serve_options& options);

}  // namespace varde::server
