// The native run: sessions, the open and the closed loop over them.
#include "native_run.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>
#include <stdexcept>

#include "base/time.hpp"
#include "pace.hpp"
#include "wire/native.hpp"

namespace varde::load {

namespace asio = boost::asio;
namespace device = varde::device::v1;

namespace {

// A safety alarm by a personal trigger, pressed by hand.
constexpr std::uint32_t personal_trigger = 3;
constexpr std::uint32_t manual_alarm = 10;
// Handshakes under way at once: a real reconnect storm is another test's business.
constexpr std::size_t opening_max = 8;
// A centre on a busy machine may find a handshake too slow; a connection that fails as often is in
// earnest.
constexpr unsigned attempts_max = 5;
// Between two looks at the clock; below it a sleep costs more than it gives.
constexpr std::chrono::microseconds tick_min{200};
constexpr std::chrono::milliseconds look_interval{20};

}  // namespace

struct native_run::session {
  std::size_t device = 0;  // in the tally
  std::shared_ptr<tls_client> client;
  wire::native_framer framer;
  unsigned attempts = 0;
  bool welcomed = false;
  bool gone = false;
  bool dirty = false;
  std::size_t in_flight = 0;
  std::size_t window = 0;
};

class native_run::driver : public std::enable_shared_from_this<driver> {
 public:
  driver(asio::io_context& io, const demo& where, const plan& what, tally& book)
      : io_(io),
        timer_(io),
        where_(where),
        to_(loopback_target(where.native_tls, "native_tls in demo.json")),
        plan_(what),
        book_(book),
        base_(static_cast<std::uint64_t>(base::to_us(base::wall_now()))) {
    if (where.native_devices.empty()) throw std::runtime_error("demo.json lists no native device");
    sessions_.resize(what.connections);
    for (std::size_t i = 0; i < sessions_.size(); ++i) {
      const demo_device& one = where.native_devices[i % where.native_devices.size()];
      sessions_[i].device = book.add_device(one.id);
    }
  }

  void open(std::function<void()> ready) {
    ready_ = std::move(ready);
    for (std::size_t i = 0; i < opening_max; ++i) open_next();
  }

  void send(std::function<void()> done) {
    done_ = std::move(done);
    started_ = clock::now();
    last_verdict_ = started_;
    const double count = std::min(plan_.rate_per_s * plan_.run_s, static_cast<double>(signals_max));
    pace_ = pace(started_, plan_.rate_per_s, static_cast<std::uint64_t>(count));
    if (plan_.saturate) {
      for (session& each : sessions_) fill(each);
      flush();
    }
    tick();
  }

  void close() {
    closing_ = true;
    timer_.cancel();
    for (session& each : sessions_) {
      if (each.client) each.client->close();
    }
  }

  findings found;

 private:
  const demo_device& device_of(std::size_t i) const {
    return where_.native_devices[i % where_.native_devices.size()];
  }

  ssl_context context_for(const demo_device& one) {
    auto& context = contexts_[one.certificate];
    if (!context) context = make_ssl_context(where_.ca_file, one.certificate, one.key);
    return context;
  }

  void open_next() {
    if (opened_ == sessions_.size()) return;
    connect(opened_++);
  }

  void connect(std::size_t i) {
    ++sessions_[i].attempts;
    sessions_[i].framer = {};
    sessions_[i].client = std::make_shared<tls_client>(
        io_, context_for(device_of(i)),
        tls_client::events{.on_ready = [this, i] { say_hello(i); },
                           .on_bytes = [this, i](std::string_view bytes) { receive(i, bytes); },
                           .on_gone = [this, i](const std::string& why) { lose(i, why); }});
    sessions_[i].client->connect(to_);
  }

  void say_hello(std::size_t i) {
    const demo_device& one = device_of(i);
    device::FromDevice message;
    auto& hello = *message.mutable_hello();
    hello.set_device(one.id);
    if (!one.secret.empty()) hello.set_secret(one.secret);
    hello.set_model("varde-load");
    hello.set_protocol_version(wire::native_protocol_version);
    put(sessions_[i], message);
    sessions_[i].client->flush();
  }

  void put(session& to, const device::FromDevice& message) {
    scratch_.clear();
    wire::append_frame(message, scratch_);
    to.client->queue(scratch_);
  }

  void receive(std::size_t i, std::string_view bytes) {
    session& from = sessions_[i];
    from.framer.feed(bytes);
    for (;;) {
      const auto frame = from.framer.next();
      if (!frame) return lose(i, "a frame that can't be read: " + frame.error().message());
      if (!*frame) break;
      const auto message = wire::parse_from_centre(**frame);
      if (!message) return lose(i, "a message that can't be read: " + message.error().message());
      take(i, *message);
      if (from.gone) return;
    }
    if (plan_.saturate && running()) {
      fill(from);
      flush();
    }
  }

  void take(std::size_t i, const device::FromCentre& message) {
    session& from = sessions_[i];
    switch (message.body_case()) {
      case device::FromCentre::kWelcome:
        from.welcomed = true;
        from.window = std::min<std::size_t>(plan_.window, message.welcome().window());
        if (++welcomed_ == sessions_.size()) return ready_();
        return open_next();
      case device::FromCentre::kAcknowledge:
        return settle(from, message.acknowledge());
      case device::FromCentre::kFailure:
        return lose(i, fmt::format("the centre says {}: {}", message.failure().code(),
                                   message.failure().detail()));
      case device::FromCentre::kHeartbeat:
      case device::FromCentre::BODY_NOT_SET:
        return;
    }
  }

  void settle(session& from, const device::Acknowledge& answer) {
    const fate verdict = answer.verdict() == device::VERDICT_RECEIVED ? fate::acknowledged
                         : answer.verdict() == device::VERDICT_BUSY   ? fate::busy
                                                                      : fate::refused;
    const auto now = clock::now();
    if (!book_.settle(from.device, answer.sequence() - base_, verdict, now)) return;
    last_verdict_ = now;
    if (from.in_flight > 0) --from.in_flight;
    if (verdict == fate::refused && found.first_trouble.empty()) {
      found.first_trouble = "refused: " + answer.detail();
    }
  }

  void lose(std::size_t i, const std::string& why) {
    session& lost = sessions_[i];
    if (lost.gone || closing_) return;
    if (!lost.welcomed && lost.attempts < attempts_max) {
      lost.client->close();
      return asio::post(io_, [this, i] { connect(i); });
    }
    if (!lost.welcomed) {
      throw std::runtime_error(fmt::format("connection {} of {} ({}): {}", i + 1, sessions_.size(),
                                           device_of(i).id, why));
    }
    lost.gone = true;
    lost.client->close();
    ++found.connections_lost;
    if (found.first_trouble.empty()) found.first_trouble = why;
  }

  // One more signal on a connection; it leaves with the next flush.
  void send_one(session& from, clock::time_point intended, clock::time_point now) {
    const std::size_t number = book_.plan(from.device, intended);
    message_.Clear();
    auto& signal = *message_.mutable_signal();
    signal.set_sequence(base_ + number);
    signal.set_intent(device::INTENT_ALARM);
    signal.set_device_type(personal_trigger);
    signal.set_status(manual_alarm);
    signal.set_occurred_at_us(base::to_us(base::wall_now()));
    put(from, message_);
    ++from.in_flight;
    found.lateness.record(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - intended).count()));
    if (!from.dirty) {
      from.dirty = true;
      dirty_.push_back(&from);
    }
  }

  void flush() {
    for (session* each : dirty_) {
      each->dirty = false;
      if (!each->gone) each->client->flush();
    }
    dirty_.clear();
  }

  bool running() const {
    return clock::now() - started_ < std::chrono::duration<double>(plan_.run_s) &&
           book_.planned() < signals_max;
  }

  void fill(session& each) {
    const auto now = clock::now();
    while (!each.gone && each.in_flight < each.window) send_one(each, now, now);
  }

  // Round robin over the connections that are left; nullptr if none is.
  session* next_session() {
    for (std::size_t tried = 0; tried < sessions_.size(); ++tried) {
      session& each = sessions_[turn_++ % sessions_.size()];
      if (!each.gone) return &each;
    }
    return nullptr;
  }

  void tick() {
    const auto now = clock::now();
    bool sending = plan_.saturate ? running() : !pace_.done();
    if (!plan_.saturate) {
      while (!pace_.done() && pace_.next_at() <= now) {
        session* const next = next_session();
        if (next == nullptr)
          throw std::runtime_error("every connection was lost: " + found.first_trouble);
        send_one(*next, pace_.next_at(), now);
        pace_.advance();
      }
      flush();
    }
    const double since_s = std::chrono::duration<double>(now - started_).count();
    if (sending) found.sent_in_s = since_s;
    if (!sending && finished(now)) return done_();
    auto next = now + look_interval;
    if (!plan_.saturate && !pace_.done()) next = std::max(pace_.next_at(), now + tick_min);
    timer_.expires_at(next);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && !self->closing_) self->tick();
    });
  }

  bool finished(clock::time_point now) {
    found.settled_in_s = std::chrono::duration<double>(last_verdict_ - started_).count();
    return book_.settled() == book_.planned() ||
           now - last_verdict_ > std::chrono::duration<double>(plan_.drain_s);
  }

  asio::io_context& io_;
  asio::steady_timer timer_;
  const demo& where_;
  const target to_;
  const plan plan_;
  tally& book_;
  const std::uint64_t base_;  // wall-clock microseconds: rises from run to run
  std::map<std::string, ssl_context> contexts_;
  std::vector<session> sessions_;
  std::vector<session*> dirty_;
  std::string scratch_;
  device::FromDevice message_;
  pace pace_{{}, 1, 0};
  std::function<void()> ready_, done_;
  clock::time_point started_, last_verdict_;
  std::size_t opened_ = 0, welcomed_ = 0, turn_ = 0;
  bool closing_ = false;
};

native_run::native_run(asio::io_context& io, const demo& where, const plan& what, tally& book)
    : driver_(std::make_shared<driver>(io, where, what, book)) {}
native_run::~native_run() { driver_->close(); }
void native_run::open(std::function<void()> ready) { driver_->open(std::move(ready)); }
void native_run::send(std::function<void()> done) { driver_->send(std::move(done)); }
void native_run::close() { driver_->close(); }
const findings& native_run::found() const noexcept { return driver_->found; }

}  // namespace varde::load
