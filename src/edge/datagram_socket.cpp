// recvmmsg and sendmmsg.
#include "edge/datagram_socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>

#include "edge/edge_thread.hpp"

namespace varde::edge {

namespace {

constexpr std::size_t batch_size = 32;
/// Batches before the thread's other work has its turn.
constexpr int batches_per_turn_max = 4;
/// One byte more than a message may have, so that a longer one is seen to be.
constexpr std::size_t datagram_bytes_max = wire::sip_message_bytes_max + 1;
constexpr std::size_t queued_max = 8192;

/// Where a numeric address lies, in the family that our socket speaks. False if it is not numeric.
bool to_address(const wire::peer& to, int family, socket_address& out) {
  if (family == AF_INET) {
    auto* v4 = reinterpret_cast<sockaddr_in*>(&out.storage);
    v4->sin_family = AF_INET;
    v4->sin_port = htons(to.port);
    out.size = sizeof(sockaddr_in);
    return ::inet_pton(AF_INET, to.host.c_str(), &v4->sin_addr) == 1;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&out.storage);
  v6->sin6_family = AF_INET6;
  v6->sin6_port = htons(to.port);
  out.size = sizeof(sockaddr_in6);
  const bool is_v6 = to.host.find(':') != std::string::npos;
  return ::inet_pton(AF_INET6, is_v6 ? to.host.c_str() : ("::ffff:" + to.host).c_str(),
                     &v6->sin6_addr) == 1;
}

int family_of(int socket) {
  socket_address own;
  ::getsockname(socket, own.get(), &own.size);
  return own.storage.ss_family;
}

}  // namespace

struct datagram_socket::batch_buffers {
  std::array<std::array<char, datagram_bytes_max>, batch_size> bytes;
  std::array<socket_address, batch_size> from;
  std::array<iovec, batch_size> parts;
  std::array<mmsghdr, batch_size> headers;

  void prepare_to_receive() {
    for (std::size_t i = 0; i < batch_size; ++i) {
      parts[i] = {bytes[i].data(), bytes[i].size()};
      headers[i] = {};
      headers[i].msg_hdr.msg_iov = &parts[i];
      headers[i].msg_hdr.msg_iovlen = 1;
      headers[i].msg_hdr.msg_name = from[i].get();
      headers[i].msg_hdr.msg_namelen = sizeof(sockaddr_storage);
    }
  }
};

datagram_socket::datagram_socket(edge_thread& home, descriptor bound,
                                 std::shared_ptr<scaip_service> answering)
    : home_{home},
      socket_{std::move(bound)},
      service_{std::move(answering)},
      buffers_{std::make_unique<batch_buffers>()},
      family_{family_of(socket_.get())} {}

datagram_socket::~datagram_socket() = default;

void datagram_socket::start() { wait(); }

void datagram_socket::drain() {
  draining_ = true;
  wait();
}

void datagram_socket::end() {
  home_.waits().forget(*this, socket_.get());
  socket_ = {};
}

void datagram_socket::wait() {
  const auto in = draining_  ? (is_full_ ? interest::writable : interest::none)
                  : is_full_ ? interest::both
                             : interest::readable;
  home_.waits().watch(*this, socket_.get(), in);
}

/// The thread flushes at the end of its turn, when there may be room again.
void datagram_socket::on_ready() {
  is_full_ = false;
  wait();
  int batches = 0;
  std::size_t got = batch_size;
  while (!draining_ && got == batch_size && batches++ < batches_per_turn_max) got = receive_batch();
}

std::size_t datagram_socket::receive_batch() {
  buffers_->prepare_to_receive();
  const int got =
      ::recvmmsg(socket_.get(), buffers_->headers.data(), batch_size, MSG_DONTWAIT, nullptr);
  const auto count = static_cast<std::size_t>(std::max(got, 0));
  const auto now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t length = buffers_->headers[i].msg_len;
    home_.counted().bytes_in[static_cast<std::size_t>(listener::scaip_udp)]->add(length);
    if (length > wire::sip_message_bytes_max) {
      home_.note_rejected(listener::scaip_udp, cause::too_long);
      continue;
    }
    const auto& from = buffers_->from[i];
    const wire::peer peer{wire::transport::udp, host_text(from), port_of(from), 0};
    service_->receive(peer, {buffers_->bytes[i].data(), length}, now);
  }
  return count;
}

void datagram_socket::send(const wire::outgoing& one) {
  queued next;
  if (queue_.size() >= queued_max || !to_address(one.to, family_, next.to)) {
    home_.note_rejected(listener::scaip_udp, cause::reader_slow);
    return;
  }
  next.bytes = one.bytes;
  queue_.push_back(std::move(next));
}

void datagram_socket::flush() {
  std::size_t sent = 0;
  while (sent < queue_.size() && !is_full_) {
    const auto count = std::min(batch_size, queue_.size() - sent);
    for (std::size_t i = 0; i < count; ++i) {
      auto& one = queue_[sent + i];
      buffers_->parts[i] = {one.bytes.data(), one.bytes.size()};
      buffers_->headers[i] = {};
      buffers_->headers[i].msg_hdr.msg_iov = &buffers_->parts[i];
      buffers_->headers[i].msg_hdr.msg_iovlen = 1;
      buffers_->headers[i].msg_hdr.msg_name = one.to.get();
      buffers_->headers[i].msg_hdr.msg_namelen = one.to.size;
    }
    const int done = ::sendmmsg(socket_.get(), buffers_->headers.data(),
                                static_cast<unsigned>(count), MSG_DONTWAIT);
    if (done < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == ENOBUFS)) {
      is_full_ = true;
      wait();
      break;
    }
    // An error is the first datagram's own (its peer refuses or is unreachable): it is let go.
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(done, 0)); ++i)
      home_.counted().bytes_out[static_cast<std::size_t>(listener::scaip_udp)]->add(
          buffers_->headers[i].msg_len);
    sent += static_cast<std::size_t>(std::max(done, 1));
  }
  queue_.erase(queue_.begin(), queue_.begin() + static_cast<std::ptrdiff_t>(sent));
}

}  // namespace varde::edge
