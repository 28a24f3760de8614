// Reading addresses and choosing the carrier.
#include "peers/peer_address.hpp"

#include <fmt/format.h>

#include <boost/asio/local/stream_protocol.hpp>
#include <stdexcept>

#include "demo.hpp"
#include "plain_client.hpp"
#include "tls_client.hpp"

namespace varde::load {

namespace asio = boost::asio;

peer_address parse_peer_address(std::string_view text, std::string ca_file) {
  const auto rest_after = [text](std::string_view start) {
    return std::string(text.substr(start.size()));
  };
  using kind = peer_address::carrier_kind;
  if (text.starts_with("unix:")) return {kind::unix_socket, rest_after("unix:"), {}};
  if (text.starts_with("tcp:")) return {kind::tcp, rest_after("tcp:"), {}};
  if (text.starts_with("tls:")) return {kind::tls, rest_after("tls:"), std::move(ca_file)};
  throw std::runtime_error(
      fmt::format("\"{}\" is not unix:PATH, tcp:ADDRESS:PORT or tls:ADDRESS:PORT", text));
}

std::shared_ptr<byte_client> dial(asio::io_context& io, const peer_address& to,
                                  byte_client::events handlers) {
  if (to.carrier == peer_address::carrier_kind::tls) {
    const auto client =
        std::make_shared<tls_client>(io, make_ssl_context(to.ca_file), std::move(handlers));
    client->connect(loopback_target(to.where, "--to"));
    return client;
  }
  const auto client = std::make_shared<plain_client>(io, std::move(handlers));
  if (to.carrier == peer_address::carrier_kind::unix_socket) {
    client->connect(asio::local::stream_protocol::endpoint(to.where));
  } else {
    const target where = loopback_target(to.where, "--to");
    client->connect(asio::ip::tcp::endpoint(where.address, where.port));
  }
  return client;
}

}  // namespace varde::load
