// As much of an HTTP server as one sender needs.
#include "peers/webhook.hpp"

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "peers/alerts_link.hpp"

namespace varde::load {

namespace asio = boost::asio;
using tcp = asio::ip::tcp;

namespace {

constexpr std::size_t read_bytes = 64 * 1024;
const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

class caller : public std::enable_shared_from_this<caller> {
 public:
  caller(tcp::socket socket, const std::function<void(std::string_view)>& on_body)
      : socket_(std::move(socket)), on_body_(on_body), buffer_(read_bytes) {}

  void read() {
    socket_.async_read_some(
        asio::buffer(buffer_),
        [self = shared_from_this()](boost::system::error_code error, std::size_t got) {
          if (error) return;
          self->input_.append(self->buffer_.data(), got);
          self->answer();
          self->read();
        });
  }

 private:
  void answer() {
    for (;;) {
      const http_extent request = http_message_at(input_);
      if (request.bytes == 0) return;
      on_body_(std::string_view(input_).substr(request.body_at, request.bytes - request.body_at));
      input_.erase(0, request.bytes);
      boost::system::error_code ignored;
      asio::write(socket_, asio::buffer(ok), ignored);
    }
  }

  tcp::socket socket_;
  const std::function<void(std::string_view)>& on_body_;
  std::vector<char> buffer_;
  std::string input_;
};

}  // namespace

struct webhook::inside : std::enable_shared_from_this<inside> {
  inside(asio::io_context& io, std::uint16_t port, std::function<void(std::string_view)> body)
      : acceptor(io, tcp::endpoint(asio::ip::address_v4::loopback(), port)),
        on_body(std::move(body)) {}

  void accept() {
    acceptor.async_accept(
        [self = shared_from_this()](boost::system::error_code error, tcp::socket socket) {
          if (error) return;
          const auto one = std::make_shared<caller>(std::move(socket), self->on_body);
          one->read();
          self->accept();
        });
  }

  tcp::acceptor acceptor;
  const std::function<void(std::string_view)> on_body;
};

webhook::webhook(asio::io_context& io, std::uint16_t port,
                 std::function<void(std::string_view)> on_body)
    : inside_(std::make_shared<inside>(io, port, std::move(on_body))) {
  inside_->accept();
}

webhook::~webhook() { close(); }

void webhook::close() {
  boost::system::error_code ignored;
  inside_->acceptor.close(ignored);
}

}  // namespace varde::load
