// One HTTP/1.1 connection over Beast's parser: wait, read, hand to a route, answer, again.
// Everything a peer can do wrong ends in a problem document or a closed socket here, and one timer
// guards every wait.
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <optional>

#include "http/problem.hpp"
#include "http/request_check.hpp"
#include "http/upgrade.hpp"

namespace varde::http {

namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using boost::system::error_code;
using parser = beast::http::request_parser<beast::http::string_body>;

constexpr std::size_t read_chunk_bytes = 4 * 1024;
/// What is read and thrown away of a peer that still talks after its last answer.
constexpr std::size_t linger_bytes_max = 256 * 1024;
/// Smaller contents go out in one write with their header.
constexpr std::size_t joined_bytes_max = 16 * 1024;

template <class Stream>
constexpr bool is_tls = std::is_same_v<Stream, tls_stream>;

template <class Stream>
class connection final : public open_connection,
                         public std::enable_shared_from_this<connection<Stream>> {
 public:
  connection(std::shared_ptr<site> s, Stream stream, std::string remote)
      : site_{std::move(s)},
        stream_{std::move(stream)},
        timer_{stream_->get_executor()},
        remote_{std::move(remote)} {
    site_->open.insert(this);
    site_->counters.connections.add(1);
  }
  ~connection() override {
    site_->open.erase(this);
    site_->counters.connections.add(-1);
  }

  void start() {
    if constexpr (is_tls<Stream>) {
      guard(stage::handshake, site_->bounds.handshake_timeout);
      stream_->async_handshake(asio::ssl::stream_base::server,
                               [self = this->shared_from_this()](error_code failed) {
                                 if (failed) {
                                   self->site_->counters.failed_handshakes.add();
                                   return self->abort();
                                 }
                                 self->wait_for_request();
                               });
    } else {
      wait_for_request();
    }
  }

  void abort() override {
    aborted_ = true;
    timer_.cancel();
    if (!stream_) return;
    error_code ignored;
    socket().close(ignored);
  }

  void drain() override {
    if (stage_ == stage::idle) abort();
  }

 private:
  /// What the timer guards just now.
  enum class stage { handshake, idle, header, body, answer, write, linger };

  plain_stream& socket() { return beast::get_lowest_layer(*stream_); }

  void guard(stage now, std::chrono::milliseconds at_most) {
    stage_ = now;
    timer_.expires_after(at_most);
    timer_.async_wait([weak = this->weak_from_this(), number = ++guard_number_](error_code failed) {
      const auto self = weak.lock();
      if (!failed && self && number == self->guard_number_) self->too_slow();
    });
  }

  void too_slow() {
    error_code ignored;
    switch (stage_) {
      case stage::header:
      case stage::body:
        timed_out_ = true;
        if (stream_) socket().cancel(ignored);
        return;
      case stage::answer:
        return answer(answer_number_,
                      problem(503, "unavailable", "The server could not answer in time"));
      case stage::handshake:
      case stage::idle:
      case stage::write:
      case stage::linger:
        return abort();
    }
  }

  void wait_for_request() {
    if (site_->draining || !keep_alive_ || requests_ == site_->bounds.requests_per_connection_max)
      return linger();
    if (buffer_.size() > 0) return read_header();
    buffer_.shrink_to_fit();
    guard(stage::idle, site_->bounds.idle_timeout);
    stream_->async_read_some(
        buffer_.prepare(read_chunk_bytes),
        [self = this->shared_from_this()](error_code failed, std::size_t bytes) {
          if (failed) return self->linger();
          self->buffer_.commit(bytes);
          self->read_header();
        });
  }

  void read_header() {
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(site_->bounds.header_bytes_max));
    parser_->body_limit(site_->bounds.body_bytes_max);
    guard(stage::header, site_->bounds.header_timeout);
    beast::http::async_read_header(
        *stream_, buffer_, *parser_,
        [self = this->shared_from_this()](error_code failed, std::size_t) {
          if (failed) return self->refuse_broken(failed);
          self->take_header();
        });
  }

  /// The read failed: say why if there is anyone to say it to.
  void refuse_broken(error_code failed) {
    using beast::http::error;
    if (timed_out_) return refuse(problem(408, "too_slow", "The request did not come in time"));
    if (failed == error::header_limit) {
      const bool in_first_line = parser_->get().method_string().empty();
      if (in_first_line)
        return refuse(problem(414, "target_too_long", "The request target is too long"));
      return refuse(problem(431, "headers_too_large", "The headers are too large"));
    }
    if (failed == error::body_limit)
      return refuse(problem(413, "too_large", "The content is too large",
                            "At most " + std::to_string(site_->bounds.body_bytes_max) + " bytes."));
    const bool gone = failed == error::end_of_stream || failed == error::partial_message;
    if (!gone && failed.category() == make_error_code(error::bad_value).category())
      return refuse(problem(400, "bad_request", "The request is malformed"));
    abort();
  }

  void take_header() {
    if (aborted_) return;
    timed_out_ = false;
    const auto& message = parser_->get();
    auto checked = check_header(message, site_->bounds);
    in_ = std::move(checked.in);
    in_.remote = remote_;
    received_ = in_.received;
    head_only_ = in_.verb == method::head;
    keep_alive_ = message.keep_alive();
    if (checked.refusal) return refuse(std::move(*checked.refusal));

    route_ = site_->routes.find(in_.verb, in_.segments);
    in_.parameters = std::move(route_.parameters);
    if (route_.on_upgrade) return upgrade();
    if (parser_->is_done()) return dispatch();
    if (!route_.on_request) {  // nobody will read its content
      keep_alive_ = false;
      return dispatch();
    }
    if (checked.expects_continue) return say_continue();
    read_body();
  }

  void say_continue() {
    guard(stage::body, site_->bounds.body_timeout);
    static constexpr std::string_view text = "HTTP/1.1 100 Continue\r\n\r\n";
    asio::async_write(*stream_, asio::buffer(text),
                      [self = this->shared_from_this()](error_code failed, std::size_t) {
                        if (failed) return self->abort();
                        self->read_body();
                      });
  }

  void read_body() {
    guard(stage::body, site_->bounds.body_timeout);
    beast::http::async_read(*stream_, buffer_, *parser_,
                            [self = this->shared_from_this()](error_code failed, std::size_t) {
                              if (failed) return self->refuse_broken(failed);
                              self->dispatch();
                            });
  }

  void dispatch() {
    if (aborted_) return;
    in_.body = std::move(parser_->get().body());
    const std::uint64_t number = ++answer_number_;
    guard(stage::answer, site_->bounds.answer_timeout);
    if (route_.on_request) {
      // The exchange keeps the connection alive; nothing else does while a handler thinks.
      auto answerer = [self = this->shared_from_this(), number](response out) {
        self->answer(number, std::move(out));
      };
      const handler& handle = *route_.on_request;
      return handle(std::make_shared<exchange>(std::move(in_), std::move(answerer)));
    }
    if (!route_.allow.empty()) {
      auto out = problem(405, "method_not_allowed", "This method is not for this path");
      out.headers.emplace_back("Allow", route_.allow);
      return answer(number, std::move(out));
    }
    answer(number, page_or_problem(in_, site_->content));
  }

  void upgrade() {
    const std::uint64_t number = ++answer_number_;
    const auto refused = [&](response out) {
      keep_alive_ = keep_alive_ && parser_->is_done();
      answer(number, std::move(out));
    };
    if constexpr (is_tls<Stream>) {
      if (!beast::websocket::is_upgrade(parser_->get())) return refused(upgrade_required());
      if (!parser_->is_done() || buffer_.size() > 0)
        return refused(problem(400, "bad_request", "An upgrade has no content"));
      const auto origin = in_.header("origin");
      if (!origin || !site_->origins.has(*origin))
        return refused(
            problem(403, "foreign_origin", "The request comes from a page that is not ours"));
      if (site_->draining || site_->websocket_count >= site_->bounds.websockets_max)
        return refused(problem(503, "unavailable", "No more consoles can connect here now"));
      auto verdict = (*route_.on_upgrade)(in_);
      if (verdict.refusal) return refused(std::move(*verdict.refusal));
      timer_.cancel();
      ++guard_number_;
      site_->counters.requests.add();
      serve_websocket(site_, std::move(*stream_), parser_->release(), std::move(verdict.on_open));
      stream_.reset();
    } else {
      refused(upgrade_required());
    }
  }

  /// Answers a request that was not understood, and closes.
  void refuse(response out) {
    site_->counters.refused.add();
    timed_out_ = false;
    keep_alive_ = false;
    answer(++answer_number_, std::move(out));
  }

  void answer(std::uint64_t number, response out) {
    if (number != answer_number_ || !stream_) return;
    ++answer_number_;  // an answer that comes later is dropped
    ++requests_;
    site_->counters.requests.add();
    site_->counters.answer_time.record(base::steady_time::clock::now() - received_);
    keep_alive_ = keep_alive_ && !site_->draining;
    head_ = site_->head_of(out, keep_alive_);
    out_ = std::move(out);
    const bool has_content = !head_only_ && out_.status != 204 && out_.status != 304;
    std::string_view content = has_content ? out_.content() : std::string_view{};
    if (content.size() <= joined_bytes_max) {
      head_ += content;
      content = {};
    }
    guard(stage::write, site_->bounds.write_timeout);
    asio::async_write(*stream_, asio::buffer(head_),
                      [self = this->shared_from_this(), content](error_code failed, std::size_t) {
                        if (failed) return self->abort();
                        self->write_content(content);
                      });
  }

  void write_content(std::string_view content) {
    if (content.empty()) return written();
    asio::async_write(*stream_, asio::buffer(content),
                      [self = this->shared_from_this()](error_code failed, std::size_t) {
                        if (failed) return self->abort();
                        self->written();
                      });
  }

  void written() {
    out_ = {};
    in_ = {};
    head_.clear();
    head_only_ = false;
    parser_.reset();
    wait_for_request();
  }

  /// Says goodbye so that the peer gets the last answer: close_notify, then FIN, then what it still
  /// sends is thrown away for a short while. A plain close would reset the connection over the
  /// answer.
  void linger() {
    guard(stage::linger, site_->bounds.linger_timeout);
    if constexpr (is_tls<Stream>) {
      stream_->async_shutdown(
          [self = this->shared_from_this()](error_code) { self->discard_rest(); });
    } else {
      discard_rest();
    }
  }

  void discard_rest() {
    error_code ignored;
    socket().shutdown(plain_stream::shutdown_send, ignored);
    buffer_.clear();
    discard_more();
  }

  void discard_more() {
    socket().async_read_some(
        buffer_.prepare(read_chunk_bytes),
        [self = this->shared_from_this()](error_code failed, std::size_t bytes) {
          self->discarded_bytes_ += bytes;
          if (failed || self->discarded_bytes_ > linger_bytes_max) return self->abort();
          self->discard_more();
        });
  }

  std::shared_ptr<site> site_;
  std::optional<Stream> stream_;  // empty once upgraded
  asio::steady_timer timer_;
  std::string remote_;
  beast::flat_buffer buffer_;
  std::optional<parser> parser_;
  request in_;
  router::match route_;
  base::steady_time received_ = base::steady_time::clock::now();
  std::string head_;
  response out_;
  stage stage_ = stage::idle;
  std::uint64_t guard_number_ = 0;
  std::uint64_t answer_number_ = 0;
  std::size_t requests_ = 0;
  std::size_t discarded_bytes_ = 0;
  bool keep_alive_ = true;
  bool head_only_ = false;
  bool timed_out_ = false;
  bool aborted_ = false;  // what was read before it closed must not reach a route any more
};

std::string remote_of(const plain_stream& socket) {
  error_code failed;
  const auto peer = socket.remote_endpoint(failed);
  return failed ? std::string{} : peer.address().to_string();
}

}  // namespace

void serve_plain(std::shared_ptr<site> s, plain_stream socket) {
  auto remote = remote_of(socket);
  std::make_shared<connection<plain_stream>>(std::move(s), std::move(socket), std::move(remote))
      ->start();
}

void serve_tls(std::shared_ptr<site> s, plain_stream socket, asio::ssl::context& tls) {
  auto remote = remote_of(socket);
  std::make_shared<connection<tls_stream>>(std::move(s), tls_stream{std::move(socket), tls},
                                           std::move(remote))
      ->start();
}

}  // namespace varde::http
