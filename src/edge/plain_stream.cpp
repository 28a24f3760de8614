// recv and send, and what their errors mean.
#include "edge/plain_stream.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace varde::edge {

namespace {

bool would_block() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

io_result plain_stream::read(std::span<char> into) {
  const auto got = ::recv(descriptor_, into.data(), into.size(), 0);
  const auto bytes = static_cast<std::size_t>(std::max<ssize_t>(got, 0));
  if (got > 0) return {io_state::done, bytes, bytes < into.size()};
  if (got == 0) return {io_state::closed, 0};
  return {would_block() ? io_state::want_read : io_state::failed, 0};
}

io_result plain_stream::write(std::string_view bytes) {
  const auto sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
  if (sent >= 0) return {io_state::done, static_cast<std::size_t>(sent)};
  return {would_block() ? io_state::want_write : io_state::failed, 0};
}

void plain_stream::close() { ::shutdown(descriptor_, SHUT_WR); }

}  // namespace varde::edge
