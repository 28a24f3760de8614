// The socket calls of the system: resolving, binding, accepting, and writing addresses as text.
#include "edge/sockets.hpp"

#include <arpa/inet.h>
#include <fmt/compile.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <optional>

#include "base/log.hpp"
#include "edge/error.hpp"

namespace varde::edge {

namespace {

/// Peers that the kernel completes while the thread is busy: a reconnect storm waits here.
constexpr int backlog = 4096;
/// Room for a burst of datagrams while the thread is busy; the kernel caps it at net.core.rmem_max.
constexpr int udp_receive_bytes = 4 * 1024 * 1024;

/// What the kernel may hold for one device connection in each direction. Its own choice grows to
/// megabytes for a peer that does not read.
constexpr int stream_buffer_bytes = 64 * 1024;

struct host_and_port {
  std::string host;
  std::string port;
};

std::optional<host_and_port> split(std::string_view address) {
  const auto colon = address.rfind(':');
  if (colon == std::string_view::npos || colon == 0 || colon + 1 == address.size())
    return std::nullopt;
  auto host = address.substr(0, colon);
  if (host.front() == '[') {
    if (host.back() != ']') return std::nullopt;
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return std::nullopt;  // an IPv6 address without brackets
  }
  return host_and_port{std::string{host}, std::string{address.substr(colon + 1)}};
}

void set_flag(int socket, int level, int name, int value = 1) {
  ::setsockopt(socket, level, name, &value, sizeof value);
}

/// inet_ntop does the same by sprintf, which a datagram's address is too frequent for.
std::string dotted(const unsigned char* v4) {
  return fmt::format(FMT_COMPILE("{}.{}.{}.{}"), v4[0], v4[1], v4[2], v4[3]);
}

base::result<descriptor> bound(std::string_view address, int type, bool shared) {
  const auto parts = split(address);
  if (!parts) return error::bad_address;
  addrinfo hints{};
  hints.ai_socktype = type;
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* list = nullptr;
  if (::getaddrinfo(parts->host.c_str(), parts->port.c_str(), &hints, &list) != 0)
    return error::bad_address;
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner{list, ::freeaddrinfo};
  descriptor made{
      ::socket(list->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, list->ai_protocol)};
  if (made) {
    if (type == SOCK_STREAM) {
      set_flag(made.get(), SOL_SOCKET, SO_REUSEADDR);
      set_flag(made.get(), SOL_SOCKET, SO_SNDBUF, stream_buffer_bytes);
      set_flag(made.get(), SOL_SOCKET, SO_RCVBUF, stream_buffer_bytes);
    }
    if (shared) set_flag(made.get(), SOL_SOCKET, SO_REUSEPORT);
    if (::bind(made.get(), list->ai_addr, list->ai_addrlen) == 0) return made;
  }
  spdlog::error("edge: can't listen on {}: {}", base::log_safe(address), std::strerror(errno));
  return error::cannot_listen;
}

}  // namespace

descriptor::~descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

std::string host_text(const socket_address& address) {
  if (address.storage.ss_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&address.storage);
    return dotted(reinterpret_cast<const unsigned char*>(&v4->sin_addr));
  }
  if (address.storage.ss_family != AF_INET6) return {};
  const auto& v6 = reinterpret_cast<const sockaddr_in6*>(&address.storage)->sin6_addr;
  if (IN6_IS_ADDR_V4MAPPED(&v6)) return dotted(v6.s6_addr + 12);
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, &v6, text.data(), text.size());
  return text.data();
}

std::uint16_t port_of(const socket_address& address) {
  // The port lies at the same place in both families.
  return ntohs(reinterpret_cast<const sockaddr_in*>(&address.storage)->sin_port);
}

std::string host_and_port_text(const socket_address& address) {
  const auto host = host_text(address);
  const bool bare_v6 = host.find(':') != std::string::npos;
  return (bare_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port_of(address));
}

std::string bound_address(int socket) {
  socket_address own;
  if (::getsockname(socket, own.get(), &own.size) != 0) return {};
  return host_and_port_text(own);
}

base::result<descriptor> listen_tcp(std::string_view address, bool shared) {
  auto made = bound(address, SOCK_STREAM, shared);
  if (made && ::listen(made->get(), backlog) != 0) return error::cannot_listen;
  return made;
}

base::result<descriptor> bind_udp(std::string_view address, bool shared) {
  auto made = bound(address, SOCK_DGRAM, shared);
  if (made) set_flag(made->get(), SOL_SOCKET, SO_RCVBUF, udp_receive_bytes);
  return made;
}

std::pair<descriptor, socket_address> accept_peer(int listener) {
  socket_address peer;
  descriptor accepted{::accept4(listener, peer.get(), &peer.size, SOCK_NONBLOCK | SOCK_CLOEXEC)};
  if (accepted) set_flag(accepted.get(), IPPROTO_TCP, TCP_NODELAY);
  return {std::move(accepted), peer};
}

}  // namespace varde::edge
