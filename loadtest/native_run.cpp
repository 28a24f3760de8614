// The native run: the open and the closed loop over its connections, and when it is over.
#include "native_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/asio/steady_timer.hpp>
#include <stdexcept>

#include "base/time.hpp"
#include "native_links.hpp"
#include "pace.hpp"

namespace varde::load {

namespace asio = boost::asio;
namespace device = varde::device::v1;

namespace {

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
// What a flood still has on its way at the end is waited for so long and no longer: the server
// keeps whoever floods in line, and a minute's worth may stand in the kernel's buffers.
constexpr std::chrono::seconds flood_drain{2};

std::vector<stream> streams_of(const plan& what) {
  if (!what.streams.empty()) return what.streams;
  return {{.rate_per_s = what.rate_per_s,
           .saturate = what.saturate,
           .window = what.window,
           .connections = what.connections}};
}

}  // namespace

class native_run::driver : public std::enable_shared_from_this<driver> {
 public:
  driver(asio::io_context& io, const demo& where, const plan& what, tally& book)
      : timer_(io),
        plan_(what),
        book_(book),
        base_(static_cast<std::uint64_t>(base::to_us(base::wall_now()))),
        streams_(streams_of(what)),
        pace_(streams_.size()),
        links_(io, where, what, streams_, book, found, events()) {
    // The last one is of the signals that look for the server's capacity.
    book.set_streams(streams_.size() + 1);
  }

  void open(std::function<void()> ready) {
    ready_ = std::move(ready);
    links_.open();
  }

  // Looks for the server's capacity, if a stream wants so many times of it; else `found` is called
  // at once.
  void calibrate(std::function<void()> then) {
    if (std::ranges::none_of(streams_, floods)) return then();
    calibrated_ = std::move(then);
    calibrating_ = true;
    started_ = last_verdict_ = clock::now();
    fill_all();
    timer_.expires_after(calibration);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && !self->closing_) self->end_calibration();
    });
  }

  void send(std::function<void()> done) {
    done_ = std::move(done);
    started_ = last_verdict_ = last_awaited_ = clock::now();
    sending_ = true;
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      const stream& one = streams_[s];
      if (one.kind == stream_kind::silent || one.saturate) continue;
      const double asked = floods(one) ? one.times_capacity * found.capacity_per_s : one.rate_per_s;
      const double most = static_cast<double>(signals_max) / plan_.run_s;
      pace_[s] =
          pace(started_, floods(one) ? asked : std::min(asked, most), plan_.run_s, one.profile);
    }
    fill_all();
    tick();
  }

  static bool floods(const stream& one) { return one.times_capacity > 0; }

  void close() {
    closing_ = true;
    timer_.cancel();
    links_.close();
  }

  findings found;

 private:
  native_links::events events() {
    return {.on_all_welcomed = [this] { ready_(); },
            .on_reopened = [this] { last_verdict_ = last_awaited_ = clock::now(); },
            .on_acknowledge = [this](native_link& from,
                                     const device::Acknowledge& a) { settle(from, a); },
            .on_heartbeat = [this](native_link& from) { settle_beat(from); },
            .on_read = [this](native_link& from) { fill(from); }};
  }

  std::uint64_t& unanswered_of(std::size_t s) {
    return floods(streams_[s]) ? flood_unanswered_ : unanswered_;
  }

  void settle_beat(native_link& from) {
    if (from.beats.empty()) return;
    book_.beat(from.stream, from.beats.front(), clock::now());
    from.beats.pop_front();
  }

  void settle(native_link& from, const device::Acknowledge& answer) {
    const fate verdict = answer.verdict() == device::VERDICT_RECEIVED ? fate::acknowledged
                         : answer.verdict() == device::VERDICT_BUSY   ? fate::busy
                                                                      : fate::refused;
    const auto now = clock::now();
    if (!book_.settle(from.device, answer.sequence() - base_, verdict, now)) return;
    last_verdict_ = now;
    if (!floods(streams_[from.stream])) last_awaited_ = now;
    --unanswered_of(from.stream);
    if (from.in_flight > 0) --from.in_flight;
    if (verdict == fate::refused && found.first_trouble.empty()) {
      found.first_trouble = "refused: " + answer.detail();
    }
  }

  // One more signal on a connection; it leaves with the next flush.
  void send_one(native_link& from, clock::time_point intended, clock::time_point now) {
    found.lateness.record(static_cast<std::uint64_t>(
        std::chrono::duration_cast<std::chrono::microseconds>(now - intended).count()));
    const stream& kind = streams_[from.stream];
    message_.Clear();
    if (kind.kind == stream_kind::heartbeats) {
      from.beats.push_back(intended);
      message_.mutable_heartbeat()->set_sequence(++beats_);
      return links_.put(from, message_);
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
    ++unanswered_of(from.stream);
    links_.put(from, message_);
    repeats_due_ += plan_.duplicates;
    if (repeats_due_ < 1) return;
    repeats_due_ -= 1;
    links_.put(from, message_);
  }

  bool running() const {
    return clock::now() - started_ < std::chrono::duration<double>(plan_.run_s) &&
           book_.planned() < signals_max;
  }

  // Only a closed loop has something to fill.
  void fill(native_link& each) {
    const stream& of = streams_[each.stream];
    if (calibrating_ ? !floods(of) : !of.saturate || !sending_ || !running()) return;
    const auto now = clock::now();
    while (!each.gone && each.welcomed && each.in_flight < each.window) send_one(each, now, now);
  }

  void fill_all() {
    for (native_link& each : links_.all()) fill(each);
    links_.flush();
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
      native_link* const from = links_.next(s);
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

  void tick() {
    const auto now = clock::now();
    const double since_s = std::chrono::duration<double>(now - started_).count();
    // A server that is killed on purpose ends the run.
    if (!plan_.book_file.empty() && found.connections_lost > 0) return finish();
    bool sending = false;
    auto next = now + look_interval;
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      if (streams_[s].reconnect_at_s > 0 && since_s >= streams_[s].reconnect_at_s) {
        streams_[s].reconnect_at_s = 0;
        links_.cut(s);
      }
      sending = sending || streams_[s].reconnect_at_s > 0;
      sending = sending || (streams_[s].saturate ? running() : !pace_[s].done());
      if (send_due(s, now)) next = now;
      if (!pace_[s].done() && next > now)
        next = std::min(next, std::max(pace_[s].next_at(), now + tick_min));
    }
    links_.flush();
    if (sending) {
      found.sent_in_s = since_s;
      sending_ended_ = now;
    }
    if (!sending && is_over(now)) return finish();
    timer_.expires_at(next);
    timer_.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error && !self->closing_) self->tick();
    });
  }

  bool is_over(clock::time_point now) const {
    const bool is_settled = links_.all_back() && unanswered_ == 0;
    const bool given_up = now - last_awaited_ > std::chrono::duration<double>(plan_.drain_s);
    const bool is_drained = flood_unanswered_ == 0 || now - sending_ended_ > flood_drain;
    return (is_settled || given_up) && is_drained;
  }

  void finish() {
    found.settled_in_s = std::chrono::duration<double>(last_verdict_ - started_).count();
    for (std::size_t s = 0; s < streams_.size(); ++s) {
      if (floods(streams_[s])) links_.abort(s);
    }
    done_();
  }

  asio::steady_timer timer_;
  const plan plan_;
  tally& book_;
  const std::uint64_t base_;  // wall-clock microseconds: rises from run to run
  std::vector<stream> streams_;
  std::vector<pace> pace_;
  native_links links_;
  device::FromDevice message_;
  std::function<void()> ready_, calibrated_, done_;
  clock::time_point started_, sending_ended_;
  clock::time_point last_verdict_, last_awaited_;  // the latter of the streams that don't flood
  std::uint64_t unanswered_ = 0, flood_unanswered_ = 0;
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
