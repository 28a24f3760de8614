// What `varde demo` wrote down for scripts to drive it: where it listens, whom to sign in as, which
// devices there are. Only loopback addresses are taken, so that no slip of the hand sends a flood
// into a real centre.
#pragma once

#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace varde::load {

/// A loopback address and port.
struct target {
  boost::asio::ip::address address;
  std::uint16_t port = 0;
  [[nodiscard]] std::string text() const;
};

struct demo_device {
  std::string id;  // what it calls itself on the wire
  std::string municipality;
  std::string digest_user, digest_password;
  std::string certificate, key;  // files; may be empty
  std::string secret;            // native, without a certificate
};

struct demo_operator {
  std::string user, password;
  std::vector<std::string> municipalities;
};

struct demo {
  std::string https, scaip_udp, scaip_tcp,
      native_tls;  // HOST:PORT; empty if the server doesn't listen there
  std::string ca_file;
  std::filesystem::path redis_socket;  // of the embedded Redis; may not be there
  std::vector<demo_device> native_devices, scaip_devices;
  std::vector<demo_operator> operators;
};

/// `path` is demo.json or the directory that holds it. Throws std::runtime_error with a sentence
/// for the person.
[[nodiscard]] demo read_demo(const std::filesystem::path& path);
/// The same from text; `base` is where relative file names start.
[[nodiscard]] demo parse_demo(std::string_view json, const std::filesystem::path& base);

/// Throws std::runtime_error unless `host_port` is a numeric loopback address or "localhost", and a
/// port. `what` names it in the message.
[[nodiscard]] target loopback_target(const std::string& host_port, std::string_view what);

/// The fewest operators that together see every municipality of `devices`.
[[nodiscard]] std::vector<demo_operator> operators_for(const demo& all,
                                                       const std::vector<demo_device>& devices);

}  // namespace varde::load
