// Sign-in and WebSocket by Beast; the only place of the generator that includes it.
#include "watcher.hpp"

#include <fmt/format.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <boost/json.hpp>
#include <optional>
#include <stdexcept>
#include <thread>

#include "light_console.hpp"

namespace varde::load {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
namespace json = boost::json;
using tcp = asio::ip::tcp;
using tls_stream = asio::ssl::stream<beast::tcp_stream>;

namespace {

constexpr std::chrono::seconds here_interval{5};
constexpr std::chrono::seconds connect_deadline{10};
constexpr std::chrono::seconds audience_deadline{60};  // for all of it
constexpr std::size_t frame_bytes_max = 64u << 20;
constexpr std::chrono::milliseconds slow_read_interval{500};
/// As the console's page asks for it.
constexpr const char* live_path = "/api/v1/live?form=differences";
constexpr const char* session_path = "/api/v1/session";

// An operator's signed-in session and, once opened, its live feed.
class console {
 public:
  console(asio::io_context& io, asio::ssl::context& tls, const target& to, demo_operator who)
      : io_(io), tls_(tls), to_(to), who_(std::move(who)), timer_(io) {}

  void sign_in() {
    const auto answer =
        exchange(http::verb::post,
                 json::serialize(json::object{{"user", who_.user}, {"password", who_.password}}));
    if (answer.result() != http::status::ok) {
      throw std::runtime_error(fmt::format("sign-in as {}: {} {}", who_.user, answer.result_int(),
                                           answer.body().substr(0, 200)));
    }
    const std::string cookie(answer[http::field::set_cookie]);
    cookie_ = cookie.substr(0, cookie.find(';'));
    boost::system::error_code error;
    const json::value body = json::parse(answer.body(), error);
    if (!error && body.is_object() && body.get_object().contains("csrf")) {
      csrf_ = json::value_to<std::string>(body.at("csrf"));
    }
  }

  // One more window of a session that is there: an account has only so many.
  void share_session_of(const console& other) {
    cookie_ = other.cookie_;
    csrf_ = other.csrf_;
  }

  void sign_out() { exchange(http::verb::delete_, {}); }

  void open_live() {
    live_.emplace(io_, tls_);
    connect(live_->next_layer());
    live_->read_message_max(frame_bytes_max);
    live_->set_option(
        beast::websocket::stream_base::decorator([this](beast::websocket::request_type& request) {
          request.set(http::field::origin, origin());
          request.set(http::field::cookie, cookie_);
        }));
    beast::websocket::response_type answer;
    boost::system::error_code error;
    live_->handshake(answer, to_.text(), live_path, error);
    if (error) {
      throw std::runtime_error(fmt::format("live feed as {}: {} (HTTP {})", who_.user,
                                           error.message(), answer.result_int()));
    }
    beast::get_lowest_layer(*live_).expires_never();
    say_here();
  }

  // One frame, blocking.
  std::string read_frame() {
    live_->read(buffer_);
    return take_frame();
  }

  [[nodiscard]] const std::string& cookie() const { return cookie_; }

  // Frame after frame to `on_frame`, until close().
  void follow(std::function<void(std::string_view)> on_frame) {
    live_->async_read(buffer_, [this, on_frame](boost::system::error_code error, std::size_t) {
      if (error) return;
      const auto bytes = buffer_.cdata();
      on_frame({static_cast<const char*>(bytes.data()), bytes.size()});
      buffer_.consume(buffer_.size());
      follow(on_frame);
    });
  }
  void keep_here() {
    timer_.expires_after(here_interval);
    timer_.async_wait([this](boost::system::error_code error) {
      if (error) return;
      live_->async_write(asio::buffer(here_),
                         [this](boost::system::error_code failed, std::size_t) {
                           if (!failed) keep_here();
                         });
    });
  }

  // A frame, then a pause, until close().
  void follow_slowly() {
    timer_.expires_after(slow_read_interval);
    timer_.async_wait([this](boost::system::error_code stopped) {
      if (stopped) return;
      live_->async_read(buffer_, [this](boost::system::error_code error, std::size_t) {
        if (error) return;
        buffer_.consume(buffer_.size());
        follow_slowly();
      });
    });
  }

  void close() {
    timer_.cancel();
    if (live_) beast::get_lowest_layer(*live_).close();
  }

 private:
  std::string origin() const { return "https://" + to_.text(); }

  void connect(tls_stream& stream) {
    auto& socket = beast::get_lowest_layer(stream);
    socket.expires_after(connect_deadline);
    socket.connect(tcp::endpoint(to_.address, to_.port));
    socket.socket().set_option(tcp::no_delay(true));
    stream.handshake(asio::ssl::stream_base::client);
  }

  http::response<http::string_body> exchange(http::verb verb, std::string body) {
    tls_stream stream(io_, tls_);
    connect(stream);
    http::request<http::string_body> request(verb, session_path, 11);
    request.set(http::field::host, to_.text());
    request.set(http::field::origin, origin());
    if (!cookie_.empty()) request.set(http::field::cookie, cookie_);
    if (!csrf_.empty()) request.set("X-CSRF-Token", csrf_);
    if (!body.empty()) request.set(http::field::content_type, "application/json");
    request.body() = std::move(body);
    request.prepare_payload();
    http::write(stream, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> answer;
    http::read(stream, buffer, answer);
    return answer;
  }

  void say_here() { live_->write(asio::buffer(here_)); }

  std::string take_frame() {
    std::string text = beast::buffers_to_string(buffer_.cdata());
    buffer_.consume(buffer_.size());
    return text;
  }

  asio::io_context& io_;
  asio::ssl::context& tls_;
  const target to_;
  const demo_operator who_;
  asio::steady_timer timer_;
  std::string cookie_, csrf_;
  std::optional<beast::websocket::stream<tls_stream>> live_;
  beast::flat_buffer buffer_;
  const std::string here_ = R"({"type":"here"})";
};

asio::ssl::context context_for(const demo& where) {
  asio::ssl::context tls(asio::ssl::context::tls_client);
  tls.set_verify_mode(asio::ssl::verify_peer);
  tls.load_verify_file(where.ca_file);
  return tls;
}

}  // namespace

board_book read_board(const demo& where, const std::vector<demo_operator>& operators,
                      const std::string& protocol) {
  asio::io_context io;
  asio::ssl::context tls = context_for(where);
  const target to = loopback_target(where.https, "https in demo.json");
  board_book book(protocol);
  for (const demo_operator& who : operators) {
    console one(io, tls, to, who);
    one.sign_in();
    one.open_live();
    std::vector<shown_device> ignored;
    while (book.read(one.read_frame(), ignored) != board_book::frame::snapshot) {
    }
    one.close();
    one.sign_out();
  }
  return book;
}

class watcher::feed {
 public:
  feed(const demo& where, const std::vector<demo_operator>& operators, std::string protocol,
       on_shown shown)
      : tls_(context_for(where)), book_(std::move(protocol)), shown_(std::move(shown)) {
    const target to = loopback_target(where.https, "https in demo.json");
    for (const demo_operator& who : operators) {
      consoles_.push_back(std::make_unique<console>(io_, tls_, to, who));
      console& one = *consoles_.back();
      one.sign_in();
      one.open_live();
      one.follow([this](std::string_view frame) { take(frame); });
      one.keep_here();
    }
    thread_ = std::jthread([this] { io_.run(); });
  }

  numbers stop() {
    if (!thread_.joinable()) return numbers_;
    asio::post(io_, [this] {
      for (auto& each : consoles_) each->close();
    });
    thread_.join();
    for (auto& each : consoles_) each->sign_out();
    numbers_.missed_bases = book_.missed_bases();
    return numbers_;
  }

 private:
  void take(std::string_view frame) {
    const auto now = clock::now();
    ++numbers_.frames;
    numbers_.bytes += frame.size();
    std::vector<shown_device> changed;
    if (book_.read(frame, changed) == board_book::frame::snapshot) ++numbers_.snapshots;
    if (!changed.empty()) shown_(std::move(changed), now);
  }

  asio::io_context io_;
  asio::ssl::context tls_;
  board_book book_;
  on_shown shown_;
  std::vector<std::unique_ptr<console>> consoles_;
  numbers numbers_;
  std::jthread thread_;
};

class audience::crowd {
 public:
  crowd(const demo& where, const std::vector<demo_operator>& operators, std::size_t reading,
        std::size_t slow, std::size_t dead)
      : to_(loopback_target(where.https, "https in demo.json")),
        tls_(context_for(where)),
        light_tls_(make_ssl_context(where.ca_file)),
        timer_(io_) {
    for (std::size_t i = 0; i < operators.size(); ++i) {
      sessions_.push_back(std::make_unique<console>(io_, tls_, to_, operators[i]));
      sessions_.back()->sign_in();
    }
    for (std::size_t i = 0; i < reading; ++i) {
      readers_.push_back(std::make_shared<light_console>(io_, light_tls_));
      readers_.back()->open(to_, live_path, sessions_[i % sessions_.size()]->cookie());
    }
    wait_for_readers();
    for (std::size_t i = 0; i < slow + dead; ++i) {
      const std::size_t session = i % sessions_.size();
      others_.push_back(std::make_unique<console>(io_, tls_, to_, operators[session]));
      console& one = *others_.back();
      one.share_session_of(*sessions_[session]);
      one.open_live();
      if (i < slow) one.follow_slowly();
    }
    keep_here();
    thread_ = std::jthread([this] { io_.run(); });
  }

  ~crowd() { stop(); }

  numbers stop() {
    if (!thread_.joinable()) return numbers_;
    asio::post(io_, [this] {
      timer_.cancel();
      for (const auto& each : readers_) {
        ++numbers_.reading;
        numbers_.frames += each->read().frames();
        numbers_.bytes += each->read().bytes();
        if (!each->is_open()) ++numbers_.lost;
        each->close();
      }
      for (auto& each : others_) each->close();
      io_.stop();
    });
    thread_.join();
    return numbers_;
  }

 private:
  void wait_for_readers() {
    const auto deadline = clock::now() + audience_deadline;
    for (const auto& each : readers_) {
      while (!each->is_open() && each->trouble().empty() && clock::now() < deadline) {
        io_.run_one_until(deadline);
      }
      if (!each->is_open()) {
        throw std::runtime_error(each->trouble().empty() ? "a console takes too long to open"
                                                         : each->trouble());
      }
    }
  }
  void keep_here() {
    timer_.expires_after(here_interval);
    timer_.async_wait([this](boost::system::error_code stopped) {
      if (stopped) return;
      for (const auto& each : readers_) each->say_here();
      keep_here();
    });
  }

  const target to_;
  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_ = asio::make_work_guard(io_);
  asio::ssl::context tls_;
  ssl_context light_tls_;
  asio::steady_timer timer_;
  std::vector<std::unique_ptr<console>> sessions_;
  std::vector<std::shared_ptr<light_console>> readers_;
  std::vector<std::unique_ptr<console>> others_;
  numbers numbers_;
  std::jthread thread_;
};

audience::audience(const demo& where, const std::vector<demo_operator>& operators,
                   std::size_t reading, std::size_t slow, std::size_t dead)
    : crowd_(std::make_unique<crowd>(where, operators, reading, slow, dead)) {}
audience::~audience() = default;
audience::numbers audience::stop() { return crowd_->stop(); }

watcher::watcher(const demo& where, const std::vector<demo_operator>& operators,
                 std::string protocol, on_shown shown)
    : feed_(std::make_unique<feed>(where, operators, std::move(protocol), std::move(shown))) {}
watcher::~watcher() {
  try {
    stop();
  } catch (const std::exception&) {
    // The server may be gone; there is nobody left to sign out at.
  }
}
watcher::numbers watcher::stop() { return feed_->stop(); }

}  // namespace varde::load
