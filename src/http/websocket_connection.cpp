// A WebSocket over Beast: one frame on its way at a time, the rest in a bounded queue; compression
// off, since secrets and what an outsider can put into a case travel in one stream.
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <deque>

#include "http/upgrade.hpp"

namespace varde::http {

namespace {

namespace beast = boost::beast;
namespace ws = boost::beast::websocket;
using boost::system::error_code;

/// Adds "Name: value" lines to the handshake's answer.
void add_lines(ws::response_type& out, std::string_view lines) {
  while (!lines.empty()) {
    const auto end = std::min(lines.find("\r\n"), lines.size());
    const auto line = lines.substr(0, end);
    lines.remove_prefix(std::min(end + 2, lines.size()));
    const auto colon = line.find(": ");
    if (colon == std::string_view::npos) continue;
    const auto name = line.substr(0, colon), value = line.substr(colon + 2);
    out.set(beast::string_view{name.data(), name.size()},
            beast::string_view{value.data(), value.size()});
  }
}

class websocket_connection final : public websocket_session,
                                   public open_connection,
                                   public std::enable_shared_from_this<websocket_connection> {
 public:
  websocket_connection(std::shared_ptr<site> s, tls_stream stream)
      : site_{std::move(s)}, ws_{std::move(stream)} {
    site_->open.insert(this);
    site_->counters.websockets.set(static_cast<std::int64_t>(++site_->websocket_count));
  }
  ~websocket_connection() override {
    site_->open.erase(this);
    site_->counters.websockets.set(static_cast<std::int64_t>(--site_->websocket_count));
  }

  void open(upgrade_request request, std::function<void(websocket_pointer)> on_open) {
    const auto& bounds = site_->bounds;
    ws_.set_option(
        ws::stream_base::timeout{bounds.handshake_timeout, bounds.websocket_idle_timeout, true});
    ws_.set_option(ws::permessage_deflate{});
    ws_.set_option(ws::stream_base::decorator([this](ws::response_type& out) {
      // Else Beast puts its own name and version there; no header may be empty.
      out.set(beast::http::field::server, "varde");
      add_lines(out, site_->security_text);
    }));
    ws_.read_message_max(bounds.websocket_message_bytes_max);
    ws_.auto_fragment(false);
    ws_.text(true);
    request_ = std::move(request);
    ws_.async_accept(request_,
                     [self = shared_from_this(), on_open = std::move(on_open)](error_code failed) {
                       if (failed) return self->finish();
                       self->request_ = {};
                       self->opened_ = true;
                       on_open(self);
                       self->read();
                       self->write_next();
                     });
  }

  void send(std::shared_ptr<const std::string> text) override {
    if (finished_ || closing_) return;
    if (!queue_.empty() &&
        backlog_bytes_ + text->size() > site_->bounds.websocket_backlog_bytes_max) {
      drop_backlog();
      return close(close_code::try_again_later, "backlog");
    }
    backlog_bytes_ += text->size();
    queue_.push_back(std::move(text));
    write_next();
  }

  [[nodiscard]] std::size_t backlog_bytes() const override { return backlog_bytes_; }

  void drop_backlog() override {
    if (closing_) return;  // what is left is the goodbye
    const std::size_t kept = writing_ ? 1 : 0;
    while (queue_.size() > kept) {
      backlog_bytes_ -= queue_.back()->size();
      queue_.pop_back();
    }
  }

  void close(std::uint16_t code, std::string reason) override {
    if (finished_ || closing_) return;
    closing_ = ws::close_reason{static_cast<ws::close_code>(code), reason};
    write_next();
  }

  void on_message(std::function<void(std::string_view)> handler) override {
    on_message_ = std::move(handler);
  }
  void on_close(std::function<void()> handler) override { on_close_ = std::move(handler); }

  void abort() override {
    error_code ignored;
    beast::get_lowest_layer(ws_).close(ignored);
  }
  /// Its user says goodbye on it first.
  void drain() override {}

 private:
  /// A console speaks every 5 s. One that floods us is not a console.
  static constexpr unsigned messages_per_s_max = 20;

  void read() {
    ws_.async_read(buffer_, [self = shared_from_this()](error_code failed, std::size_t) {
      if (failed) return self->finish();
      self->take_message();
      self->read();
    });
  }

  void take_message() {
    const auto data = buffer_.cdata();
    const std::string text{static_cast<const char*>(data.data()), data.size()};
    buffer_.consume(buffer_.size());
    if (closing_) return;
    if (!ws_.got_text()) return close(ws::close_code::unknown_data, "text only");
    const auto now = std::chrono::steady_clock::now();
    if (now - window_ >= std::chrono::seconds{1}) {
      window_ = now;
      messages_in_window_ = 0;
    }
    if (++messages_in_window_ > messages_per_s_max)
      return close(close_code::policy, "too many messages");
    if (on_message_) on_message_(text);
  }

  void write_next() {
    if (!opened_ || writing_ || finished_) return;
    if (queue_.empty()) {
      if (closing_) say_close();
      return;
    }
    writing_ = true;
    ws_.async_write(boost::asio::buffer(*queue_.front()),
                    [self = shared_from_this()](error_code failed, std::size_t) {
                      self->writing_ = false;
                      self->backlog_bytes_ -= self->queue_.front()->size();
                      self->queue_.pop_front();
                      if (failed) return self->finish();
                      self->write_next();
                    });
  }

  void say_close() {
    if (std::exchange(close_said_, true)) return;
    ws_.async_close(*closing_, [self = shared_from_this()](error_code) { self->finish(); });
  }

  void finish() {
    if (std::exchange(finished_, true)) return;
    abort();
    on_message_ = nullptr;
    if (const auto handler = std::exchange(on_close_, nullptr)) handler();
  }

  std::shared_ptr<site> site_;
  ws::stream<tls_stream> ws_;
  upgrade_request request_;
  beast::flat_buffer buffer_;
  std::deque<std::shared_ptr<const std::string>> queue_;
  std::size_t backlog_bytes_ = 0;
  bool opened_ = false;
  bool writing_ = false;
  bool close_said_ = false;
  bool finished_ = false;
  std::optional<ws::close_reason> closing_;
  std::chrono::steady_clock::time_point window_{};
  unsigned messages_in_window_ = 0;
  std::function<void(std::string_view)> on_message_;
  std::function<void()> on_close_;
};

}  // namespace

void serve_websocket(std::shared_ptr<site> s, tls_stream stream, upgrade_request request,
                     std::function<void(websocket_pointer)> on_open) {
  std::make_shared<websocket_connection>(std::move(s), std::move(stream))
      ->open(std::move(request), std::move(on_open));
}

}  // namespace varde::http
