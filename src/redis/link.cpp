// The life of a link: idle → finding → connecting → greeting → ready → waiting → finding …, until
// stopped; without a finder the address is fixed and the finding is left out. One generation number
// per attempt makes the handlers of an earlier life fall silent.

#include <fmt/format.h>
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
#include "redis/channel.hpp"
#include "redis/finder.hpp"
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

/// Deadlines are kept to within an eighth.
constexpr int ticks_per_limit = 8;
/// Longest back-off where sentinels are asked: a failover must not wait for us.
constexpr milliseconds find_again_max{200};

std::int64_t steady_s() {
  return std::chrono::duration_cast<std::chrono::seconds>(steady::now().time_since_epoch()).count();
}

/// Redis quotes arguments in some errors; they may be personal data.
std::string_view without_arguments(std::string_view error_text) {
  return error_text.substr(0, error_text.find(", with args"));
}

}  // namespace

class link final : public channel, public std::enable_shared_from_this<link> {
 public:
  link(asio::io_context& io, endpoint where, connection_options options, error_replies errors)
      : io_(io),
        where_(std::move(where)),
        options_(std::move(options)),
        errors_(errors),
        server_(where_),
        alarm_(io),
        tick_(io) {
    if (where_.kind == deployment::sentinel) finder_ = make_sentinel_finder(io, where_, options_);
  }
  ~link() override {
    if (finder_) finder_->stop();
  }

  void start() override;
  void stop() override;
  void reconnect() override;
  void send(std::span<const std::string_view> command, reply_handler done) override;
  void on_state(std::function<void(bool)> listener) override {
    listeners_.push_back(std::move(listener));
  }
  void forget_listeners() override { listeners_.clear(); }

  [[nodiscard]] bool connected() const override { return phase_ == phase::ready; }
  [[nodiscard]] base::error_code last_error() const override { return last_error_; }
  [[nodiscard]] std::size_t in_flight() const override { return in_flight_.size(); }
  [[nodiscard]] const endpoint& where() const override { return where_; }

 private:
  enum class phase { idle, finding, connecting, greeting, ready, waiting, stopped };

  struct waiting_command {
    reply_handler done;
    std::size_t bytes;
  };

  void begin();
  void find();
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
  [[nodiscard]] milliseconds tick_period() const;
  void tick();
  void check_clocks();
  void ping_if_quiet();

  /// Ends this connection; every command in flight completes with `lost`, and a new attempt is
  /// scheduled.
  void fail(base::error_code why);
  void retry_later();
  void complete_later(reply_handler done, errc why);
  void tell(bool now_connected);
  /// For the log.
  [[nodiscard]] std::string name() const;

  [[nodiscard]] bool alive(std::uint64_t generation) const {
    return generation == generation_ && phase_ != phase::stopped && phase_ != phase::waiting;
  }

  asio::io_context& io_;
  const endpoint where_;
  const connection_options options_;
  const error_replies errors_;
  endpoint server_;                 // of this attempt
  std::shared_ptr<finder> finder_;  // none: the server is `where_`
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
  bool heard_ = false;        // anything since the last tick
  unsigned quiet_ticks_ = 0;  // in a row, with a reply or the connect outstanding
  unsigned failures_ = 0;
  base::error_code last_error_;
  std::vector<std::function<void(bool)>> listeners_;
  base::log_limiter error_lines_{error_lines_per_s_max};
  std::minstd_rand jitter_{std::random_device{}()};
  asio::steady_timer alarm_;  // the back-off
  asio::steady_timer tick_;   // deadlines while connected or connecting
};

void link::start() {
  if (phase_ != phase::idle) return;
  if (finder_)
    finder_->start([weak = weak_from_this()] {
      const auto self = weak.lock();
      if (self && self->alive(self->generation_) && self->phase_ != phase::finding)
        self->fail(errc::not_master);
    });
  begin();
}

void link::stop() {
  if (phase_ == phase::stopped) return;
  const bool was_ready = phase_ == phase::ready;
  phase_ = phase::stopped;
  ++generation_;
  alarm_.cancel();
  tick_.cancel();
  if (finder_) finder_->stop();
  if (stream_) stream_->close();
  stream_.reset();
  for (auto& command : in_flight_) complete_later(std::move(command.done), errc::stopped);
  in_flight_.clear();
  in_flight_bytes_ = 0;
  if (was_ready) asio::post(io_, [self = shared_from_this()] { self->tell(false); });
}

void link::reconnect() {
  if (phase_ != phase::ready) return;
  asio::post(io_, [self = shared_from_this(), generation = generation_] {
    if (self->alive(generation)) self->fail(errc::lost);
  });
}

void link::begin() {
  ++generation_;
  last_heard_ = steady::now();
  heard_ = false;
  quiet_ticks_ = 0;
  if (finder_)
    find();
  else
    connect();
  tick();
}

void link::find() {
  phase_ = phase::finding;
  finder_->find([weak = weak_from_this(), generation = generation_](base::result<endpoint> found) {
    const auto self = weak.lock();
    if (!self || !self->alive(generation)) return;
    if (!found) return self->fail(found.error());
    self->server_ = std::move(*found);
    self->connect();
  });
}

void link::connect() {
  phase_ = phase::connecting;
  parser_.emplace(options_.replies);
  gathering_.clear();
  writing_now_ = false;
  stream_ = make_transport(io_, server_);
  stream_->connect([self = shared_from_this(), generation = generation_](base::error_code error) {
    if (!self->alive(generation)) return;
    if (error) return self->fail(error);
    self->greet();
  });
}

void link::greet() {
  phase_ = phase::greeting;
  std::vector<std::string_view> hello{"HELLO", "2"};
  if (!server_.password.empty()) {
    const std::string_view user = server_.user.empty() ? "default" : std::string_view{server_.user};
    hello.insert(hello.end(), {"AUTH", user, server_.password});
  }
  hello.insert(hello.end(), {"SETNAME", options_.client_name});
  const auto weak = weak_from_this();
  const auto step = [weak](void (link::*next)(const base::result<reply>&)) {
    return [weak, next](const base::result<reply>& r) {
      if (const auto self = weak.lock(); self && self->phase_ == phase::greeting) (*self.*next)(r);
    };
  };
  enqueue(hello, step(&link::on_hello));
  enqueue(std::array<std::string_view, 1>{"ROLE"}, step(&link::on_role));
  enqueue(std::array<std::string_view, 1>{"PING"}, step(&link::on_ping));
  read();
}

/// HELLO's reply is a flat list of names and values; we look for the version.
void link::on_hello(const base::result<reply>& answer) {
  if (!answer) return fail(answer.error());
  const auto& fields = answer->elements;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    if (fields[i].text != "version") continue;
    if (!is_at_least(fields[i + 1].text, server_version_min)) fail(errc::version_too_old);
    return;
  }
  fail(errc::malformed_reply);
}

void link::on_role(const base::result<reply>& answer) {
  if (!answer) return fail(answer.error());
  if (answer->elements.empty()) return fail(errc::malformed_reply);
  const auto& role = answer->elements.front().text;
  if (options_.role == server_role::master && role != "master") fail(errc::not_master);
  if (options_.role == server_role::sentinel && role != "sentinel") fail(errc::not_sentinel);
}

/// The last of the greeting: PING is refused while the server loads its files.
void link::on_ping(const base::result<reply>& answer) {
  if (!answer) return fail(answer.error());
  become_ready();
}

void link::become_ready() {
  phase_ = phase::ready;
  failures_ = 0;
  quiet_ticks_ = 0;
  spdlog::log(options_.role == server_role::master ? spdlog::level::info : spdlog::level::debug,
              "redis {} connected", name());
  tell(true);
}

void link::send(std::span<const std::string_view> command, reply_handler done) {
  if (phase_ == phase::stopped) return complete_later(std::move(done), errc::stopped);
  if (phase_ != phase::ready) return complete_later(std::move(done), errc::not_connected);
  std::size_t bytes = 0;
  for (const auto argument : command) bytes += argument.size();
  if (in_flight_.size() >= options_.in_flight_max ||
      in_flight_bytes_ + bytes > options_.in_flight_bytes_max)
    return complete_later(std::move(done), errc::too_many_in_flight);
  enqueue(command, std::move(done));
}

void link::enqueue(std::span<const std::string_view> command, reply_handler done) {
  const auto before = gathering_.size();
  if (!append_command(gathering_, command))
    return complete_later(std::move(done), errc::too_many_in_flight);
  const auto bytes = gathering_.size() - before;
  in_flight_.push_back({std::move(done), bytes});
  in_flight_bytes_ += bytes;
  schedule_flush();
}

void link::schedule_flush() {
  if (flush_scheduled_ || writing_now_) return;
  flush_scheduled_ = true;
  asio::post(io_, [self = shared_from_this()] {
    self->flush_scheduled_ = false;
    self->flush();
  });
}

void link::flush() {
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

void link::read() {
  stream_->read_some(read_buffer_, [self = shared_from_this(), generation = generation_](
                                       base::error_code error, std::size_t size) {
    if (self->alive(generation)) self->on_read(error, size);
  });
}

void link::on_read(base::error_code error, std::size_t size) {
  if (error) return fail(error);
  last_heard_ = steady::now();
  heard_ = true;
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

void link::answer(reply&& r) {
  auto command = std::move(in_flight_.front());
  in_flight_.pop_front();
  in_flight_bytes_ -= command.bytes;
  if (!r.is(reply::kind::error)) return command.done(std::move(r));
  const auto why = classify_error_reply(r.text);
  const bool told = options_.role == server_role::master && why != errc::moved;
  if (told && error_lines_.allow(steady_s()))
    spdlog::warn("redis {} answered: {}", name(), base::log_safe(without_arguments(r.text)));
  const auto generation = generation_;
  if (errors_ == error_replies::as_values)
    command.done(why);
  else
    command.done(std::move(r));
  // A master that became a replica will refuse every write: look for the master again.
  if (why == errc::read_only && alive(generation)) fail(errc::not_master);
}

milliseconds link::tick_period() const {
  const auto shortest =
      std::min({options_.connect_limit, options_.reply_limit, options_.ping_every});
  return std::clamp(shortest / ticks_per_limit, milliseconds{10}, milliseconds{1'000});
}

void link::tick() {
  tick_.expires_after(tick_period());
  tick_.async_wait([self = shared_from_this(), generation = generation_](base::error_code error) {
    if (error || !self->alive(generation)) return;
    self->check_clocks();
    if (self->alive(generation)) self->tick();
  });
}

/// Silence is counted in ticks, not read off the clock: when this process was stopped or starved,
/// one tick comes late, and the replies that lie in the socket are read before the next.
void link::check_clocks() {
  const bool connecting = phase_ != phase::ready;
  const bool owed = connecting || !in_flight_.empty();
  quiet_ticks_ = owed && (connecting || !heard_) ? quiet_ticks_ + 1 : 0;
  heard_ = false;
  const auto limit = connecting ? options_.connect_limit : options_.reply_limit;
  if (quiet_ticks_ * tick_period() > limit) return fail(errc::timed_out);
  if (!owed) ping_if_quiet();
}

void link::ping_if_quiet() {
  if (steady::now() - last_heard_ > options_.ping_every)
    enqueue(std::array<std::string_view, 1>{"PING"}, [](const base::result<reply>&) {});
}

void link::fail(base::error_code why) {
  const bool was_ready = phase_ == phase::ready;
  if (was_ready || why != last_error_) spdlog::warn("redis {}: {}", name(), why.message());
  phase_ = phase::waiting;
  ++generation_;
  last_error_ = why;
  tick_.cancel();
  if (stream_) stream_->close();
  stream_.reset();
  retry_later();
  auto abandoned = std::exchange(in_flight_, {});
  in_flight_bytes_ = 0;
  for (auto& command : abandoned) command.done(errc::lost);
  if (was_ready) tell(false);
}

void link::retry_later() {
  const auto doubled = options_.back_off_min * (1u << std::min(failures_, 10u));
  ++failures_;
  const auto longest = std::min(
      doubled, finder_ ? std::min(find_again_max, options_.back_off_max) : options_.back_off_max);
  std::uniform_int_distribution<milliseconds::rep> spread(longest.count() / 2, longest.count());
  alarm_.expires_after(milliseconds{spread(jitter_)});
  alarm_.async_wait([self = shared_from_this(), generation = generation_](base::error_code error) {
    if (!error && self->generation_ == generation && self->phase_ == phase::waiting) self->begin();
  });
}

void link::complete_later(reply_handler done, errc why) {
  asio::post(io_, [done = std::move(done), why] { done(why); });
}

std::string link::name() const {
  if (!finder_ || phase_ == phase::finding) return describe(where_);
  return fmt::format("{} at {}", describe(where_), describe(server_));
}

void link::tell(bool now_connected) {
  // By index: a listener may add another.
  for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i](now_connected);
}

std::shared_ptr<channel> make_link(asio::io_context& io, endpoint where, connection_options options,
                                   error_replies errors) {
  return std::make_shared<link>(io, std::move(where), std::move(options), errors);
}

}  // namespace varde::redis
