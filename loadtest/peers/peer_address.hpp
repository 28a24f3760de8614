// Where a peer listens, as it is written on the command line. Only this machine: a comparison must
// never load somebody else's broker.
#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>
#include <string>
#include <string_view>

#include "byte_client.hpp"

namespace varde::load {

/// "unix:PATH", "tcp:ADDRESS:PORT" or "tls:ADDRESS:PORT"; `ca_file` is what TLS trusts.
struct peer_address {
  enum class carrier_kind { unix_socket, tcp, tls } carrier = carrier_kind::tcp;
  std::string where;  // a path, or ADDRESS:PORT
  std::string ca_file;
};
/// Throws std::runtime_error with a sentence for the person.
[[nodiscard]] peer_address parse_peer_address(std::string_view text, std::string ca_file);

/// Begins to connect. Throws std::runtime_error if the address is not this machine's.
[[nodiscard]] std::shared_ptr<byte_client> dial(boost::asio::io_context& io, const peer_address& to,
                                                byte_client::events handlers);

}  // namespace varde::load
