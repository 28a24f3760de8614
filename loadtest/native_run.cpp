// The native run: sessions, the open and the closed loop over them.
#include "native_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <deque>
#include <map>
#include <stdexcept>

#include "base/time.hpp"
#include "pace.hpp"
#include "wire/native.hpp"

namespace varde::load {

namespace asio = boost::asio;
namespace device = varde::device::v1;

namespace {

// Handshakes under way at once: a real reconnect storm is another test's business.
constexpr std::size_t opening_max = 8;
// A centre on a busy machine may find a handshake too slow; a connection that fails as often is in
// earnest.
constexpr unsigned attempts_max = 5;
// After the connections were cut on purpose, so many are on their way back at once. Each device has
// a processor of its own, and here all share one: with more it would be this program that is too
// slow for a handshake. The server has as much to do in any case.
constexpr std::size_t returning_max = 512;
// A device that is turned away then tries again for so long.
constexpr unsigned attempts_in_storm_max = 200;
constexpr std::chrono::milliseconds retry_in_storm{200};
// Between two looks at the clock; below it a sleep costs more than it gives.
constexpr std::chrono::microseconds tick_min{200};
constexpr std::chrono::milliseconds look_interval{20};
// Signals of one stream that leave in one go, so that a flood does not hold up the other streams
// inside this program.
constexpr unsigned batch_max = 64;
// How long the server's capacity is looked for.
constexpr std::chrono::seconds calibration{2};
// A device's line is full when so much waits in front of its socket.
constexpr std::size_t line_bytes_max = 16'384;
// A stream that floods does not catch up with what it could not send for so long.
constexpr std::chrono::milliseconds behind_max{50};

std::vector<stream> streams_of(const plan& what) {
  if (!what.streams.empty()) return what.streams;
  return {{.rate_per_s = what.rate_per_s,
           .saturate = what.saturate,
           .window = what.window,
           .connections = what.connections}};
}

}  // namespace

struct native_run::session {
  std::size_t stream = 0;
  std::size_t told = 0;    // in the demo's list
  std::size_t device = 0;  // in the tally
  std::shared_ptr<tls_client> client;
  wire::native_framer framer;
  unsigned attempts = 0;
  bool welcomed = false;
  bool gone = false;
  bool dirty = false;
  std::size_t in_flight = 0;
  std::size_t window = 0;
  std::deque<clock::time_point> beats;  // intended moments of heartbeats without an answer
  clock::time_point cut_at;             // when it was cut on purpose and not welcomed again
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
        base_(static_cast<std::uint64_t>(base::to_us(base::wall_now()))),
        streams_(streams_of(what)),
        dealt_(what.first_device) {
    if (where.native_devices.empty()) throw std::runtime_error("demo.json lists no native device");
    // The last one is of the signals that look for the server's capacity.
    book.set_streams(streams_.size() + 1);
    pace_.resize(streams_.size());
    turns_.resize(streams_.size());
    of_stream_.resize(streams_.size());
    for (std::size_t s = 0; s < streams_.size(); ++s) add_sessions(s);
  }

  void open(std::function<void()> ready) {
    ready_ = std::move(ready);
    for (std::size_t i = 0; i < opening_max; ++i) open_next();
  }

  // Looks for the server's capacity, if a stream wants so many times of it; else `found` is called
  // at once.
  void calibrate(std::function<void()> found) {
    if (std::ranges::none_of(streams_, floods)) return found();
    calibrated_ = std::move(found);
    calibrating_ = true;
    started_ = last_verdict_ = clock::now();
    for (session& each : sessions_) fill(each);
    flush();
    timer_.expires_after(calibration);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && !self->closing_) self->end_calibration();
    });
  }

  void send(std::function<void()> done) {
    done_ = std::move(done);
    started_ = clock::now();
    last_verdict_ = started_;
    sending_ = true;
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      const stream& one = streams_[s];
      if (one.kind == stream_kind::silent || one.saturate) continue;
      const double asked = floods(one) ? one.times_capacity * found.capacity_per_s : one.rate_per_s;
      const double most = static_cast<double>(signals_max) / plan_.run_s;
      pace_[s] =
          pace(started_, floods(one) ? asked : std::min(asked, most), plan_.run_s, one.profile);
    }
    for (session& each : sessions_) fill(each);
    flush();
    tick();
  }

  static bool floods(const stream& one) { return one.times_capacity > 0; }

  void close() {
    closing_ = true;
    timer_.cancel();
    for (session& each : sessions_) {
      if (each.client) each.client->close();
    }
  }

  findings found;

 private:
  // Devices are dealt out one after the other, so that no two streams share one as long as there
  // are enough; with fewer, several connections are of one device.
  void add_sessions(std::size_t s) {
    const stream& one = streams_[s];
    const auto& devices = where_.native_devices;
    std::vector<std::size_t> usable;
    for (std::size_t i = 0; i < devices.size(); ++i) {
      const std::size_t told = (dealt_ + i) % devices.size();
      if (one.municipality.empty() || devices[told].municipality == one.municipality) {
        usable.push_back(told);
      }
    }
    const std::size_t share = std::min(usable.size(), share_of(s));
    if (usable.empty()) {
      throw std::runtime_error("demo.json lists no native device of " + one.municipality);
    }
    for (std::size_t i = 0; i < one.connections; ++i) {
      const std::size_t told = usable[i % share];
      of_stream_[s].push_back(sessions_.size());
      sessions_.push_back(
          {.stream = s, .told = told, .device = book_.add_device(devices[told].id)});
    }
    if (one.municipality.empty()) dealt_ += share;
  }

  // How many devices a stream gets: one for each connection if there are enough for all streams,
  // else its part of them.
  std::size_t share_of(std::size_t s) const {
    std::size_t connections = 0;
    for (const stream& each : streams_) connections += each.connections;
    const std::size_t devices = where_.native_devices.size();
    const std::size_t wanted = streams_[s].connections;
    return devices >= connections ? wanted
                                  : std::max<std::size_t>(1, devices * wanted / connections);
  }

  const demo_device& device_of(std::size_t i) const {
    return where_.native_devices[sessions_[i].told];
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
    sessions_[i].in_flight = 0;
    sessions_[i].beats.clear();
    sessions_[i].client = std::make_shared<tls_client>(
        io_, context_for(device_of(i)),
        tls_client::events{.on_ready = [this, i] { say_hello(i); },
                           .on_bytes = [this, i](std::string_view bytes) { receive(i, bytes); },
                           .on_gone = [this, i](const std::string& why) { lose(i, why); }});
    sessions_[i].client->connect(to_, i);
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
    fill(from);
    flush();
  }

  void take(std::size_t i, const device::FromCentre& message) {
    session& from = sessions_[i];
    switch (message.body_case()) {
      case device::FromCentre::kWelcome:
        from.welcomed = true;
        from.window =
            std::min<std::size_t>(streams_[from.stream].window, message.welcome().window());
        if (from.cut_at != clock::time_point{}) return reopened(from);
        if (++welcomed_ == sessions_.size()) return ready_();
        return open_next();
      case device::FromCentre::kAcknowledge:
        return settle(from, message.acknowledge());
      case device::FromCentre::kFailure:
        return lose(i, fmt::format("the centre says {}: {}", message.failure().code(),
                                   message.failure().detail()));
      case device::FromCentre::kHeartbeat:
        if (from.beats.empty()) return;
        book_.beat(from.stream, from.beats.front(), clock::now());
        from.beats.pop_front();
        return;
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
    const bool in_storm = lost.cut_at != clock::time_point{};
    if (!lost.welcomed && lost.attempts < (in_storm ? attempts_in_storm_max : attempts_max)) {
      lost.client->close();
      if (!in_storm) return asio::post(io_, [this, i] { connect(i); });
      const auto later = std::make_shared<asio::steady_timer>(io_, retry_in_storm);
      return later->async_wait(
          [this, i, later, self = shared_from_this()](boost::system::error_code error) {
            if (!error && !closing_) connect(i);
          });
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
    found.lateness.record(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - intended).count()));
    const stream& kind = streams_[from.stream];
    message_.Clear();
    if (kind.kind == stream_kind::heartbeats) {
      from.beats.push_back(intended);
      message_.mutable_heartbeat()->set_sequence(++beats_);
      return put_dirty(from);
    }
    const std::size_t number =
        book_.plan(from.device, intended, calibrating_ ? streams_.size() : from.stream);
    auto& signal = *message_.mutable_signal();
    signal.set_sequence(base_ + number);
    signal.set_intent(device::INTENT_ALARM);
    signal.set_device_type(kind.device_type);
    signal.set_status(kind.status);
    signal.set_occurred_at_us(base::to_us(base::wall_now()));
    ++from.in_flight;
    put_dirty(from);
    repeats_due_ += plan_.duplicates;
    if (repeats_due_ < 1) return;
    repeats_due_ -= 1;
    put_dirty(from);
  }

  void put_dirty(session& from) {
    put(from, message_);
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

  // Only a closed loop has something to fill.
  void fill(session& each) {
    const stream& of = streams_[each.stream];
    if (calibrating_ ? !floods(of) : !of.saturate || !sending_ || !running()) return;
    const auto now = clock::now();
    while (!each.gone && each.welcomed && each.in_flight < each.window) send_one(each, now, now);
  }

  // Round robin over the stream's connections that are left; nullptr if none is.
  session* next_session(std::size_t s) {
    for (std::size_t tried = 0; tried < of_stream_[s].size(); ++tried) {
      session& each = sessions_[of_stream_[s][turns_[s]++ % of_stream_[s].size()]];
      if (!each.gone && each.welcomed) return &each;
    }
    return nullptr;
  }

  void end_calibration() {
    if (calibrating_) {
      calibrating_ = false;
      const double in_s = std::chrono::duration<double>(clock::now() - started_).count();
      found.capacity_per_s =
          static_cast<double>(book_.streams()[streams_.size()].acknowledged) / in_s;
      if (found.capacity_per_s == 0) throw std::runtime_error("the server acknowledged nothing");
    }
    if (book_.settled() == book_.planned()) return calibrated_();
    if (clock::now() - last_verdict_ > std::chrono::duration<double>(plan_.drain_s)) {
      throw std::runtime_error(
          fmt::format("the server left {} of {} signals unanswered before the run began",
                      book_.planned() - book_.settled(), book_.planned()));
    }
    timer_.expires_after(look_interval);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && !self->closing_) self->end_calibration();
    });
  }

  // Sends what is due of a stream. True if more is due than may leave in one go.
  bool send_due(std::size_t s, clock::time_point now) {
    const bool may_hold_back = floods(streams_[s]);
    for (unsigned sent = 0; !pace_[s].done() && pace_[s].next_at() <= now;) {
      if (sent == batch_max) return true;
      const auto intended = pace_[s].next_at();
      pace_[s].advance();
      if (may_hold_back && (now - intended > behind_max || book_.planned() >= signals_max)) {
        ++found.held_back;
        continue;
      }
      session* const from = next_session(s);
      if (from == nullptr) {
        throw std::runtime_error("every connection was lost: " + found.first_trouble);
      }
      if (may_hold_back && from->client->queued_bytes() > line_bytes_max) {
        ++found.held_back;
        continue;
      }
      send_one(*from, intended, now);
      ++sent;
    }
    return false;
  }

  // Every connection of the stream at once, as when a network comes back.
  void cut(std::size_t s) {
    const auto now = clock::now();
    storm_cpu_.emplace(plan_.server_pid);
    for (const std::size_t i : of_stream_[s]) {
      if (sessions_[i].gone) continue;
      sessions_[i].client->close();
      sessions_[i].welcomed = false;
      sessions_[i].attempts = 0;
      sessions_[i].cut_at = now;
      ++away_;
      waiting_to_return_.push_back(i);
    }
    for (std::size_t i = 0; i < returning_max; ++i) return_next();
  }

  void return_next() {
    if (waiting_to_return_.empty()) return;
    const std::size_t i = waiting_to_return_.front();
    waiting_to_return_.pop_front();
    connect(i);
  }

  void reopened(session& one) {
    ++found.connections_reopened;
    const auto took = clock::now() - one.cut_at;
    found.reopening.record(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(took).count()));
    one.cut_at = {};
    last_verdict_ = clock::now();  // the others may still come, too
    return_next();
    if (--away_ == 0 && storm_cpu_) found.reopening_cpu = storm_cpu_->since();
  }

  void tick() {
    const auto now = clock::now();
    const double since_s = std::chrono::duration<double>(now - started_).count();
    // A server that is killed on purpose ends the run.
    if (!plan_.book_file.empty() && found.connections_lost > 0) {
      finished(now);
      return done_();
    }
    bool sending = false;
    auto next = now + look_interval;
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      if (streams_[s].reconnect_at_s > 0 && since_s >= streams_[s].reconnect_at_s) {
        streams_[s].reconnect_at_s = 0;
        cut(s);
      }
      sending = sending || streams_[s].reconnect_at_s > 0;
      sending = sending || (streams_[s].saturate ? running() : !pace_[s].done());
      if (send_due(s, now)) next = now;
      if (!pace_[s].done() && next > now)
        next = std::min(next, std::max(pace_[s].next_at(), now + tick_min));
    }
    flush();
    if (sending) found.sent_in_s = since_s;
    if (!sending && finished(now)) return done_();
    timer_.expires_at(next);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && !self->closing_) self->tick();
    });
  }

  bool finished(clock::time_point now) {
    found.settled_in_s = std::chrono::duration<double>(last_verdict_ - started_).count();
    const bool all_back = std::ranges::none_of(
        sessions_, [](const session& s) { return !s.gone && s.cut_at != clock::time_point{}; });
    return (all_back && book_.settled() == book_.planned()) ||
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
  std::vector<stream> streams_;
  std::vector<session> sessions_;
  std::vector<std::vector<std::size_t>> of_stream_;  // sessions
  std::vector<session*> dirty_;
  std::string scratch_;
  device::FromDevice message_;
  std::vector<pace> pace_;
  std::vector<std::size_t> turns_;
  std::function<void()> ready_, calibrated_, done_;
  clock::time_point started_, last_verdict_;
  std::size_t opened_ = 0, welcomed_ = 0;
  std::size_t dealt_;                          // devices, over all streams
  std::size_t away_ = 0;                       // cut on purpose and not welcomed again
  std::deque<std::size_t> waiting_to_return_;  // sessions of those
  std::optional<cpu_watch> storm_cpu_;
  std::uint64_t beats_ = 0;
  double repeats_due_ = 0;
  bool calibrating_ = false;
  bool sending_ = false;
  bool closing_ = false;
};

native_run::native_run(asio::io_context& io, const demo& where, const plan& what, tally& book)
    : driver_(std::make_shared<driver>(io, where, what, book)) {}
native_run::~native_run() { driver_->close(); }
void native_run::open(std::function<void()> ready) { driver_->open(std::move(ready)); }
void native_run::calibrate(std::function<void()> found) { driver_->calibrate(std::move(found)); }
void native_run::send(std::function<void()> done) { driver_->send(std::move(done)); }
void native_run::close() { driver_->close(); }
const findings& native_run::found() const noexcept { return driver_->found; }

}  // namespace varde::load
