// The upgrade by hand, since all that matters is what it costs afterwards.
#include "light_console.hpp"

#include <fmt/format.h>

namespace varde::load {

namespace {

constexpr std::string_view end_of_head = "\r\n\r\n";
constexpr std::string_view switched = "HTTP/1.1 101 ";
/// {"type":"here"} as a client's text frame; a mask of zeros is a mask.
constexpr std::string_view here_frame{"\x81\x8f\0\0\0\0{\"type\":\"here\"}", 21};

}  // namespace

light_console::light_console(boost::asio::io_context& io, ssl_context context)
    : io_(io), context_(std::move(context)) {}

void light_console::open(const target& to, const std::string& path, const std::string& cookie) {
  const auto self = weak_from_this();
  client_ = std::make_shared<tls_client>(
      io_, context_,
      tls_client::events{.on_ready =
                             [self, to, path, cookie] {
                               const auto me = self.lock();
                               if (!me) return;
                               me->client_->queue(fmt::format(
                                   "GET {} HTTP/1.1\r\nHost: {}\r\nOrigin: https://{}\r\n"
                                   "Cookie: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                                   "Sec-WebSocket-Version: 13\r\n"
                                   "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
                                   path, to.text(), to.text(), cookie));
                             },
                         .on_bytes =
                             [self](std::string_view bytes) {
                               if (const auto me = self.lock()) me->take(bytes);
                             },
                         .on_gone =
                             [self](const std::string& why) {
                               const auto me = self.lock();
                               if (!me) return;
                               me->open_ = false;
                               me->trouble_ = why;
                             }});
  client_->connect(to);
}

void light_console::take(std::string_view bytes) {
  if (open_) return counter_.take(bytes);
  head_ += bytes;
  const auto end = head_.find(end_of_head);
  if (end == std::string::npos) return;
  if (!head_.starts_with(switched)) {
    trouble_ = "live feed: " + head_.substr(0, head_.find('\r'));
    return client_->close();
  }
  open_ = true;
  const std::string rest = head_.substr(end + end_of_head.size());
  head_.clear();
  say_here();
  counter_.take(rest);
}

void light_console::say_here() {
  if (!open_) return;
  client_->queue(here_frame);
  client_->flush();
}

void light_console::close() {
  open_ = false;
  if (client_) client_->close();
}

}  // namespace varde::load
