// Sockets of the operating system behind values and results: listening, binding, accepting, and
// addresses as text.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/result.hpp"

namespace varde::edge {

/// Owns a file descriptor.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int fd) noexcept : fd_{fd} {}
  descriptor(descriptor&& other) noexcept : fd_{std::exchange(other.fd_, -1)} {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor();

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }
  explicit operator bool() const noexcept { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// A peer's or an own address.
struct socket_address {
  sockaddr_storage storage{};
  socklen_t size = sizeof(sockaddr_storage);

  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
  [[nodiscard]] sockaddr* get() { return reinterpret_cast<sockaddr*>(&storage); }
};

/// The address without port: "192.0.2.7", "2001:db8::7"; an IPv4 peer on an IPv6 socket reads as
/// IPv4.
[[nodiscard]] std::string host_text(const socket_address& address);
[[nodiscard]] std::uint16_t port_of(const socket_address& address);
/// "192.0.2.7:5060", "[2001:db8::7]:5060".
[[nodiscard]] std::string host_and_port_text(const socket_address& address);
/// The address the socket is bound to, as host_and_port_text.
[[nodiscard]] std::string bound_address(int socket);

/// A listening, non-blocking TCP socket. `shared`: several threads listen on this one address, the
/// kernel spreads the peers over them. Errors: bad_address, cannot_listen (the system's reason is
/// logged).
[[nodiscard]] base::result<descriptor> listen_tcp(std::string_view address, bool shared);
/// A bound, non-blocking UDP socket.
[[nodiscard]] base::result<descriptor> bind_udp(std::string_view address, bool shared);

/// Accepts one peer: non-blocking, no-delay. An empty descriptor if none waits or the system has
/// none left; errno tells which.
[[nodiscard]] std::pair<descriptor, socket_address> accept_peer(int listener);

}  // namespace varde::edge
