// Connections by the ten thousand leave from several loopback addresses, so that neither ports nor
// what a server allows one address decide how many there can be.
#pragma once

#include <netinet/in.h>

#include <boost/asio/ip/tcp.hpp>
#include <cstddef>

#include "demo.hpp"

namespace varde::load {

inline constexpr std::size_t connections_of_one_address = 5'000;

/// Opens the socket and gives it the source address of the `n`th connection to `to`. Throws
/// boost::system::system_error.
inline void open_from(boost::asio::ip::tcp::socket& socket, const target& to, std::size_t n) {
  namespace ip = boost::asio::ip;
  socket.open(to.address.is_v4() ? ip::tcp::v4() : ip::tcp::v6());
  if (!to.address.is_v4() || n < connections_of_one_address) return;  // ::1 is all that IPv6 has
  const int on = 1;  // the port is found by connect(), so that two servers may be called from one
  ::setsockopt(socket.native_handle(), IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
  const auto offset = static_cast<unsigned>(n / connections_of_one_address);
  socket.bind({ip::address_v4(ip::address_v4::loopback().to_uint() + offset), 0});
}

}  // namespace varde::load
