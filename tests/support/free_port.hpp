// A port for a server that a test starts in another process, below those that the system gives away
// by itself: another test's connection can't get it between now and the server's start.
#pragma once

#include <unistd.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>

namespace varde::test {

/// A TCP port of the loopback that was free a moment ago, another one at each call. 0 if there is
/// none, which no server takes.
inline std::uint16_t free_port() {
  constexpr std::uint32_t lowest = 10'000, highest = 32'000;
  constexpr std::uint32_t apart = 97;  // processes begin at different places
  static std::atomic<std::uint32_t> next{static_cast<std::uint32_t>(::getpid()) * apart};
  boost::asio::io_context io;
  for (std::uint32_t tried = 0; tried < highest - lowest; ++tried) {
    const auto port = static_cast<std::uint16_t>(lowest + next++ % (highest - lowest));
    boost::asio::ip::tcp::acceptor acceptor(io);
    boost::system::error_code error;
    acceptor.open(boost::asio::ip::tcp::v4(), error);
    if (!error) acceptor.bind({boost::asio::ip::address_v4::loopback(), port}, error);
    if (!error) return port;
  }
  return 0;
}

}  // namespace varde::test
