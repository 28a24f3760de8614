// Non-blocking reads and writes on the socket's own descriptor; Asio only says when it is ready.
#include "plain_client.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <vector>

namespace varde::load {

namespace asio = boost::asio;
using socket_base = asio::socket_base;

namespace {
constexpr std::size_t read_bytes = 256 * 1024;
}  // namespace

plain_client::plain_client(asio::io_context& io, events handlers)
    : byte_client(std::move(handlers)), socket_(io) {}

void plain_client::connect(const asio::generic::stream_protocol::endpoint& to) {
  socket_.async_connect(to, [self = shared_from_this()](boost::system::error_code error) {
    if (self->closed_) return;
    if (error) return self->fail("connect: " + error.message());
    boost::system::error_code ignored;
    self->socket_.non_blocking(true, ignored);
    // A Unix socket has no such option, and needs none.
    self->socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
    self->ready_ = true;
    self->handlers_.on_ready();
    if (self->closed_) return;
    self->flush();
    self->read();
  });
}

void plain_client::read() {
  socket_.async_wait(socket_base::wait_read,
                     [self = shared_from_this()](boost::system::error_code error) {
                       static thread_local std::vector<char> buffer(read_bytes);
                       if (self->closed_) return;
                       if (error) return self->fail("wait: " + error.message());
                       const std::size_t got = self->socket_.read_some(asio::buffer(buffer), error);
                       if (error == asio::error::would_block) return self->read();
                       if (error) return self->fail("read: " + error.message());
                       self->handlers_.on_bytes({buffer.data(), got});
                       if (!self->closed_) self->read();
                     });
}

void plain_client::flush() {
  if (!ready_ || closed_ || write_waits_) return;
  std::size_t sent = 0;
  while (sent < out_.size()) {
    boost::system::error_code error;
    sent += socket_.write_some(asio::buffer(out_.data() + sent, out_.size() - sent), error);
    if (!error) continue;
    out_.erase(0, sent);
    if (error != asio::error::would_block) return fail("write: " + error.message());
    write_waits_ = true;
    socket_.async_wait(socket_base::wait_write,
                       [self = shared_from_this()](boost::system::error_code failed) {
                         self->write_waits_ = false;
                         if (!failed) self->flush();
                       });
    return;
  }
  out_.clear();
}

void plain_client::close() {
  if (closed_) return;
  closed_ = true;
  boost::system::error_code ignored;
  socket_.close(ignored);
}

void plain_client::fail(const std::string& why) {
  if (closed_) return;
  close();
  // Not from within a call that still uses this object's state.
  asio::post(socket_.get_executor(),
             [self = shared_from_this(), why] { self->handlers_.on_gone(why); });
}

}  // namespace varde::load
