// Everything an administrator can set, with its defaults. docs/configuration.md describes each key;
// a test holds that page and the loader's table against each other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace varde::server {

struct node_config {
  std::string name = "varde";  // in ledger entries and logs
  std::string data;            // directory of this node's own files
};

struct redis_config {
  std::string url;                      // see redis/endpoint.hpp; empty: the embedded one
  std::string ca_file;                  // PEM; empty: the system's authorities
  std::string cert_file;                // PEM, our certificate if Redis asks for one
  std::string key_file;                 // PEM, its key
  std::string password_file;            // first line is the password; keeps it out of `url`
  std::string sentinel_user;            // empty with a password: the sentinels' "default" user
  std::string sentinel_password_file;   // first line is the sentinels' own password
  std::int64_t reply_limit_ms = 3'000;  // silence of Redis that the core's connection bears
};

/// HOST:PORT each; port 0 takes a free one, empty is off.
struct listen_config {
  std::string https = "127.0.0.1:8443";
  std::string scaip_udp = "127.0.0.1:5060";
  std::string scaip_tcp = "127.0.0.1:5060";
  std::string scaip_tls = "127.0.0.1:5061";
  std::string native = "127.0.0.1:7443";
  std::string metrics = "127.0.0.1:9464";
};

/// PEM files of all TLS listeners.
struct tls_config {
  std::string certificate;
  std::string key;
  std::string client_ca;  // signs native devices' certificates; empty: secrets only
};

struct http_config {
  std::string console_dir;                   // the built pages; empty: the installed ones
  std::vector<std::string> allowed_origins;  // beside the https address itself
  std::string centre_phone;                  // where a municipality has no number of its own
  std::int64_t session_idle_min = 60;
  std::int64_t session_max_h = 13;
};

struct edge_config {
  std::int64_t threads = 1;
  std::int64_t connections_max = 50'000;   // a thread
  std::int64_t handshakes_max = 4'000;     // under way at once, a thread
  std::int64_t unidentified_max = 4'000;   // a thread
  std::int64_t waiting_max = 65'536;       // signals that wait for the core, a thread
  std::int64_t handshake_max_ms = 10'000;  // TLS, from accept
  std::int64_t message_max_ms = 10'000;    // from a message's first byte to its last
  std::int64_t sip_idle_max_s = 900;
  std::int64_t native_window = 256;
  std::int64_t heartbeat_interval_s = 60;
  std::int64_t unknown_burst = 20;  // signals of unregistered devices, a source address
  std::int64_t unknown_per_minute = 30;
  std::int64_t drain_max_ms = 5'000;
};

struct lanes_config {
  std::int64_t slots = 32'768;
  std::int64_t reserved_for_life = 8'192;
};

struct core_config {
  std::int64_t batch_inputs_max = 1'024;
  std::int64_t snapshot_every_s = 60;
  std::string acknowledge = "disk+redis";  // where a signal must be before "received"
  std::int64_t replicas = 1;               // with disk+redis+replica: so many
  std::int64_t replicas_limit_ms = 500;    // and how long a commit waits for them
  std::int64_t patience_ms = 1'000;        // a ledger or disk that hangs is waited for so long
  std::int64_t recheck_s = 60;             // compared with the ledger after it was away
};

/// This node's own log of what it acknowledged.
struct vault_config {
  std::vector<std::string> directories;  // empty: "vault" in node.data
  std::int64_t keep_h = 24;
  std::int64_t size_max_mb = 4'096;
  std::int64_t segment_mb = 32;
};

struct log_config {
  std::string format = "plain";
  std::string level = "info";
};

struct config {
  node_config node;
  redis_config redis;
  listen_config listen;
  tls_config tls;
  http_config http;
  edge_config edge;
  lanes_config lanes;
  core_config core;
  vault_config vault;
  log_config log;
};

struct config_problem {
  std::size_t line = 0;  // from 1; 0: the file as a whole
  std::string key;       // "listen.https"; may be empty
  std::string what;      // what is wrong and what is allowed
};

struct config_outcome {
  config values;  // meaningful only without problems
  std::vector<config_problem> problems;
};

/// Reads a TOML file. Unknown keys and sections, wrong types and values out of range are problems,
/// all of them reported. File names in it that are relative start at the file's own directory.
/// `embedded`: the server brings its own Redis, so `redis.url` may be left out.
[[nodiscard]] config_outcome load_config(const std::string& file, bool embedded);
/// The same from text, without files being looked for; relative names stay as they are.
[[nodiscard]] config_outcome parse_config(std::string_view toml, bool embedded);

/// "varde.toml:12: listen.https: …"
[[nodiscard]] std::string describe(const config_problem& problem, std::string_view file);

/// One row of the loader's table, for the documentation.
struct config_key {
  std::string name;      // "section.key"
  std::string allowed;   // in words
  std::string fallback;  // as it is written in TOML
};
[[nodiscard]] std::vector<config_key> config_keys();

/// True for "192.0.2.1:443" and "[2001:db8::1]:443", port 0…65535. Names are not taken: what is
/// listened on must not depend on a resolver.
[[nodiscard]] bool is_host_and_port(std::string_view text);

}  // namespace varde::server
