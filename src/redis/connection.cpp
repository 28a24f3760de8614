// The life of a connection: idle → connecting → greeting → ready → waiting → connecting …, until
// stopped. One generation number per connect makes the handlers of an earlier life fall silent.
#include "redis/connection.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <optional>
#include <random>
#include <utility>

#include "base/log.hpp"
#include "base/time.hpp"
#include "redis/transport.hpp"
#include "redis/version.hpp"

namespace varde::redis {

namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

constexpr std::size_t read_buffer_bytes = 64u << 10;
/// Lines a second about error replies; more are counted by nobody, since each caller has its own
/// error.
constexpr unsigned error_lines_per_s_max = 5;

std::int64_t steady_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(steady::now().time_since_epoch()).count();
}

/// Redis quotes arguments in some errors; they may be personal data.
std::string_view without_arguments(std::string_view error_text) {
  return error_text.substr(0, error_text.find(", with args"));
}

}  // namespace

class connection::core : public std::enable_shared_from_this<core> {
 public:
  core(asio::io_context& io, endpoint where, connection_options options)
      : io_(io), where_(std::move(where)), options_(std::move(options)), alarm_(io), tick_(io) {}

  void start();
  void stop();
  void reconnect();
  void send(std::span<const std::string_view> command, reply_handler done);
  void on_state(std::function<void(bool)> listener) { listeners_.push_back(std::move(listener)); }
  void forget_listeners() { listeners_.clear(); }

  [[nodiscard]] bool connected() const { return phase_ == phase::ready; }
  [[nodiscard]] base::error_code last_error() const { return last_error_; }
  [[nodiscard]] std::size_t in_flight() const { return in_flight_.size(); }
  [[nodiscard]] const endpoint& where() const { return where_; }

 private:
  enum class phase { idle, connecting, greeting, ready, waiting, stopped };

  struct waiting_command {
    reply_handler done;
    std::size_t bytes;
    base::steady_time sent;
  };

  void connect();
  void greet();
  void on_hello(const base::result<reply>& answer);
  void on_role(const base::result<reply>& answer);
  void on_ping(const base::result<reply>& answer);
  void become_ready();

  void enqueue(std::span<const std::string_view> command, reply_handler done);
  void schedule_flush();
  void flush();
  void read();
  void on_read(base::error_code error, std::size_t size);
  void answer(reply&& r);
  void tick();
  void check_clocks();

  /// Ends this connection; every command in flight completes with `lost`, and a new attempt is
  /// scheduled.
  void fail(base::error_code why);
  void retry_later();
  void complete_later(reply_handler done, errc why);
  void tell(bool now_connected);

  [[nodiscard]] bool alive(std::uint64_t generation) const {
    return generation == generation_ && phase_ != phase::stopped && phase_ != phase::waiting;
  }

  asio::io_context& io_;
  const endpoint where_;
  const connection_options options_;
  phase phase_ = phase::idle;
  std::uint64_t generation_ = 0;
  std::shared_ptr<transport> stream_;
  std::optional<reply_parser> parser_;
  std::array<char, read_buffer_bytes> read_buffer_;
  std::string gathering_;  // commands not yet handed to the stream
  std::string writing_;    // what the stream is writing now
  bool flush_scheduled_ = false;
  bool writing_now_ = false;
  std::deque<waiting_command> in_flight_;
  std::size_t in_flight_bytes_ = 0;
  base::steady_time last_heard_{};
  base::steady_time connect_began_{};
  unsigned failures_ = 0;
  base::error_code last_error_;
  std::vector<std::function<void(bool)>> listeners_;
  base::log_limiter error_lines_{error_lines_per_s_max};
  std::minstd_rand jitter_{std::random_device{}()};
  asio::steady_timer alarm_;  // the back-off
  asio::steady_timer tick_;   // deadlines while connected or connecting
};

void connection::core::start() {
  if (phase_ == phase::idle) connect();
}

void connection::core::stop() {
  if (phase_ == phase::stopped) return;
  const bool was_ready = phase_ == phase::ready;
  phase_ = phase::stopped;
  ++generation_;
  alarm_.cancel();
  tick_.cancel();
  if (stream_) stream_->close();
  stream_.reset();
  for (auto& command : in_flight_) complete_later(std::move(command.done), errc::stopped);
  in_flight_.clear();
  in_flight_bytes_ = 0;
  if (was_ready) asio::post(io_, [self = shared_from_this()] { self->tell(false); });
}

void connection::core::reconnect() {
  if (phase_ != phase::ready) return;
  asio::post(io_, [self = shared_from_this(), generation = generation_] {
    if (self->alive(generation)) self->fail(errc::lost);
  });
}

void connection::core::connect() {
  phase_ = phase::connecting;
  const auto generation = ++generation_;
  connect_began_ = last_heard_ = steady::now();
  parser_.emplace(options_.replies);
  gathering_.clear();
  writing_now_ = false;
  stream_ = make_transport(io_, where_);
  stream_->connect([self = shared_from_this(), generation](base::error_code error) {
    if (!self->alive(generation)) return;
    if (error) return self->fail(error);
    self->greet();
  });
  tick();
}

void connection::core::greet() {
  phase_ = phase::greeting;
  std::vector<std::string_view> hello{"HELLO", "2"};
  if (!where_.password.empty()) {
    const std::string_view user = where_.user.empty() ? "default" : std::string_view{where_.user};
    hello.insert(hello.end(), {"AUTH", user, where_.password});
  }
  hello.insert(hello.end(), {"SETNAME", options_.client_name});
  const auto weak = weak_from_this();
  const auto step = [weak](void (core::*next)(const base::result<reply>&)) {
    return [weak, next](const base::result<reply>& r) {
      if (const auto self = weak.lock(); self && self->phase_ == phase::greeting) (*self.*next)(r);
    };
  };
  enqueue(hello, step(&core::on_hello));
  enqueue(std::array<std::string_view, 1>{"ROLE"}, step(&core::on_role));
  enqueue(std::array<std::string_view, 1>{"PING"}, step(&core::on_ping));
  read();
}

/// HELLO's reply is a flat list of names and values; we look for the version.
void connection::core::on_hello(const base::result<reply>& answer) {
  if (!answer) return fail(answer.error());
  const auto& fields = answer->elements;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i].text != "version") continue;
    if (!is_at_least(fields[i + 1].text, server_version_min)) fail(errc::version_too_old);
    return;
  }
  fail(errc::malformed_reply);
}

void connection::core::on_role(const base::result<reply>& answer) {
  if (!answer) return fail(answer.error());
  if (answer->elements.empty()) return fail(errc::malformed_reply);
  if (answer->elements.front().text != "master") fail(errc::not_master);
}

/// The last of the greeting: PING is refused while the server loads its files.
void connection::core::on_ping(const base::result<reply>& answer) {
  if (!answer) return fail(answer.error());
  become_ready();
}

void connection::core::become_ready() {
  phase_ = phase::ready;
  failures_ = 0;
  spdlog::info("redis {} connected", describe(where_));
  tell(true);
}

void connection::core::send(std::span<const std::string_view> command, reply_handler done) {
  if (phase_ == phase::stopped) return complete_later(std::move(done), errc::stopped);
  if (phase_ != phase::ready) return complete_later(std::move(done), errc::not_connected);
  std::size_t bytes = 0;
  for (const auto argument : command) bytes += argument.size();
  if (in_flight_.size() >= options_.in_flight_max ||
      in_flight_bytes_ + bytes > options_.in_flight_bytes_max)
    return complete_later(std::move(done), errc::too_many_in_flight);
  enqueue(command, std::move(done));
}

void connection::core::enqueue(std::span<const std::string_view> command, reply_handler done) {
  const auto before = gathering_.size();
  if (!append_command(gathering_, command))
    return complete_later(std::move(done), errc::too_many_in_flight);
  const auto bytes = gathering_.size() - before;
  in_flight_.push_back({std::move(done), bytes, steady::now()});
  in_flight_bytes_ += bytes;
  schedule_flush();
}

void connection::core::schedule_flush() {
  if (flush_scheduled_ || writing_now_) return;
  flush_scheduled_ = true;
  asio::post(io_, [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    self->flush();
  });
}

void connection::core::flush() {
  if (writing_now_ || gathering_.empty() || !stream_) return;
  writing_now_ = true;
  writing_.clear();
  std::swap(writing_, gathering_);
  stream_->write(writing_,
                 [self = shared_from_this(), generation = generation_](base::error_code error) {
                   if (!self->alive(generation)) return;
                   self->writing_now_ = false;
                   if (error) return self->fail(error);
                   self->flush();
                 });
}

void connection::core::read() {
  stream_->read_some(read_buffer_, [self = shared_from_this(), generation = generation_](
                                       base::error_code error, std::size_t size) {
    if (self->alive(generation)) self->on_read(error, size);
  });
}

void connection::core::on_read(base::error_code error, std::size_t size) {
  if (error) return fail(error);
  last_heard_ = steady::now();
  if (!parser_->feed({read_buffer_.data(), size})) return fail(errc::malformed_reply);
  const auto generation = generation_;
  reply next;
  while (true) {
    const auto outcome = parser_->next(next);
    if (outcome == reply_parser::outcome::need_more) break;
    if (outcome == reply_parser::outcome::malformed || in_flight_.empty())
      return fail(errc::malformed_reply);
    answer(std::move(next));
    if (!alive(generation)) return;
  }
  read();
}

void connection::core::answer(reply&& r) {
  auto command = std::move(in_flight_.front());
  in_flight_.pop_front();
  in_flight_bytes_ -= command.bytes;
  if (!r.is(reply::kind::error)) return command.done(std::move(r));
  const auto why = classify_error_reply(r.text);
  if (error_lines_.allow(steady_s()))
    spdlog::warn("redis {} answered: {}", describe(where_),
                 base::log_safe(without_arguments(r.text)));
  const auto generation = generation_;
  command.done(why);
  // A master that became a replica will refuse every write: look for the master again.
  if (why == errc::read_only && alive(generation)) fail(errc::not_master);
}

void connection::core::tick() {
  const auto shortest =
      std::min({options_.connect_limit, options_.reply_limit, options_.ping_every});
  tick_.expires_after(std::clamp(shortest / 4, milliseconds{10}, milliseconds{1'000}));
  tick_.async_wait([self = shared_from_this(), generation = generation_](base::error_code error) {
    if (error || !self->alive(generation)) return;
    self->check_clocks();
    if (self->alive(generation)) self->tick();
  });
}

void connection::core::check_clocks() {
  const auto now = steady::now();
  if (phase_ != phase::ready) {
    if (now - connect_began_ > options_.connect_limit) fail(errc::timed_out);
    return;
  }
  if (!in_flight_.empty()) {
    if (now - in_flight_.front().sent > options_.reply_limit) fail(errc::timed_out);
    return;
  }
  if (now - last_heard_ > options_.ping_every)
    enqueue(std::array<std::string_view, 1>{"PING"}, [](const base::result<reply>&) {});
}

void connection::core::fail(base::error_code why) {
  const bool was_ready = phase_ == phase::ready;
  if (was_ready || why != last_error_)
    spdlog::warn("redis {}: {}", describe(where_), why.message());
  phase_ = phase::waiting;
  ++generation_;
  last_error_ = why;
  tick_.cancel();
  stream_->close();
  stream_.reset();
  retry_later();
  auto abandoned = std::exchange(in_flight_, {});
  in_flight_bytes_ = 0;
  for (auto& command : abandoned) command.done(errc::lost);
  if (was_ready) tell(false);
}

void connection::core::retry_later() {
  const auto doubled = options_.back_off_min * (1u << std::min(failures_, 10u));
  ++failures_;
  const auto longest = std::min(doubled, options_.back_off_max);
  std::uniform_int_distribution<milliseconds::rep> spread(longest.count() / 2, longest.count());
  alarm_.expires_after(milliseconds{spread(jitter_)});
  alarm_.async_wait([self = shared_from_this(), generation = generation_](base::error_code error) {
    if (!error && self->generation_ == generation && self->phase_ == phase::waiting)
      self->connect();
  });
}

void connection::core::complete_later(reply_handler done, errc why) {
  asio::post(io_, [done = std::move(done), why] { done(why); });
}

void connection::core::tell(bool now_connected) {
  // By index: a listener may add another.
  for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i](now_connected);
}

std::shared_ptr<connection> connection::create(asio::io_context& io, endpoint where,
                                               connection_options options) {
  return std::shared_ptr<connection>(
      new connection(std::make_shared<core>(io, std::move(where), std::move(options))));
}

connection::connection(std::shared_ptr<core> c) : core_(std::move(c)) {}
connection::~connection() {
  core_->forget_listeners();
  core_->stop();
}

void connection::start() { core_->start(); }
void connection::stop() { core_->stop(); }
void connection::reconnect() { core_->reconnect(); }

void connection::send(const arguments& command, reply_handler done) {
  std::vector<std::string_view> views(command.begin(), command.end());
  core_->send(views, std::move(done));
}
void connection::send(std::span<const std::string_view> command, reply_handler done) {
  core_->send(command, std::move(done));
}

void connection::on_state(std::function<void(bool)> listener) {
  core_->on_state(std::move(listener));
}
bool connection::connected() const noexcept { return core_->connected(); }
base::error_code connection::last_error() const noexcept { return core_->last_error(); }
std::size_t connection::in_flight() const noexcept { return core_->in_flight(); }
const endpoint& connection::where() const noexcept { return core_->where(); }

}  // namespace varde::redis
