// The states of a connection. Every entry (readiness, deadline, answer) does what can be done now,
// then arms what it needs next; nothing blocks and no turn is longer than its budget.
#include "edge/connection.hpp"

#include <utility>

#include "edge/edge_thread.hpp"

namespace varde::edge {

namespace {

/// What is read from one connection before its neighbours have their turn.
constexpr std::size_t turn_bytes_max = 1024;
/// Our last words get this long to arrive…
constexpr std::chrono::milliseconds linger_max{2'000};
/// …while the peer sends no more than this.
constexpr std::size_t discard_bytes_max = 256 * 1024;
/// What an idle connection may keep of its buffer: room for the answer to a heartbeat.
constexpr std::size_t idle_bytes_max = 64;

}  // namespace

connection::connection(edge_thread& home, listener via, descriptor socket,
                       std::unique_ptr<byte_stream> stream, const socket_address& peer)
    : home_{home},
      socket_{std::move(socket)},
      stream_{std::move(stream)},
      source_{host_text(peer)},
      source_port_{port_of(peer)},
      via_{via} {}

connection::~connection() = default;

void connection::start() { on_ready(); }

void connection::on_ready() {
  const bool waits = state_ == state::opening ||
                     (state_ == state::open && !heard_.is_quiet(std::chrono::steady_clock::now()));
  flush_is_due_ = true;
  if (waits)
    stand_in_line();
  else
    go_on();
  flush();
}

void connection::take_turn() {
  turn_is_due_ = false;
  flush_is_due_ = true;
  go_on();
  flush();
}

void connection::go_on() {
  switch (state_) {
    case state::opening:
      step_handshake();
      break;
    case state::open:
      send_queued();
      read_turn();
      break;
    case state::lingering:
      discard_turn();
      break;
    case state::answering:
    case state::finishing:
    case state::ended:
      break;
  }
}

base::steady_time connection::handshake_began() const {
  const bool began = phase_until_ != base::steady_time::max();
  return began ? phase_until_ - home_.bounds().handshake_max : phase_until_;
}

void connection::step_handshake() {
  if (phase_until_ == base::steady_time::max())
    phase_until_ = std::chrono::steady_clock::now() + home_.bounds().handshake_max;
  const auto result = stream_->open();
  needs_write_ = result.state == io_state::want_write;
  if (result.state == io_state::closed || result.state == io_state::failed)
    return end(cause::handshake_failed);
  if (result.state != io_state::done) return;
  if (stream_->resumed()) home_.counted().resumed->add();
  state_ = state::open;
  home_.opened(*this);
  on_open();
  read_turn();
}

void connection::read_turn() {
  paused_ = false;
  std::size_t read = 0;
  while (state_ == state::open && unsent() < home_.bounds().outgoing_bytes_max) {
    if (read >= turn_bytes_max) return stand_in_line();
    const auto buffer = home_.read_buffer().first(turn_bytes_max - read);
    const auto result = stream_->read(buffer);
    if (result.state != io_state::done) return take(result.state);
    read += result.bytes;
    heard_.heard(result.bytes);
    home_.counted().bytes_in[static_cast<std::size_t>(via_)]->add(result.bytes);
    on_bytes({buffer.data(), result.bytes}, std::chrono::steady_clock::now());
    if (result.drained) return take(io_state::want_read);
  }
  paused_ = state_ == state::open;
}

/// Nothing is waited for meanwhile: its socket may be readable, and what OpenSSL has taken from it
/// already makes no socket readable.
void connection::stand_in_line() {
  if (std::exchange(turn_is_due_, true)) return;
  if (state_ == state::opening)
    home_.knock(shared_from_this());
  else
    home_.stand_in_line(shared_from_this());
}

void connection::take(io_state outcome) {
  switch (outcome) {
    case io_state::done:
    case io_state::want_read:
      needs_write_ = false;
      break;
    case io_state::want_write:
      needs_write_ = true;
      break;
    case io_state::closed:
      stop_input(cause::peer_closed);
      break;
    case io_state::failed:
      end(cause::peer_lost);
      break;
  }
}

void connection::discard_turn() {
  while (state_ == state::lingering) {
    const auto buffer = home_.read_buffer();
    const auto result = stream_->read(buffer);
    if (result.state == io_state::want_read || result.state == io_state::want_write) return;
    discarded_ += result.bytes;
    if (result.state != io_state::done || discarded_ > discard_bytes_max) return end(ending_);
  }
}

std::string& connection::outgoing() {
  if (!flush_is_due_) {
    flush_is_due_ = true;
    home_.flush_later(shared_from_this());
  }
  return out_;
}

void connection::flush() {
  flush_is_due_ = false;
  send_queued();
  arm();
}

void connection::send_queued() {
  bool moved = false;
  while (state_ != state::ended && state_ != state::opening && unsent() > 0) {
    const auto result = stream_->write(std::string_view{out_}.substr(sent_));
    if (result.state == io_state::failed || result.state == io_state::closed) {
      end(cause::peer_lost);
      return;
    }
    if (result.state != io_state::done) {
      needs_write_ = result.state == io_state::want_write;
      break;
    }
    moved = true;
    needs_write_ = false;
    sent_ += result.bytes;
    home_.counted().bytes_out[static_cast<std::size_t>(via_)]->add(result.bytes);
  }
  if (unsent() == 0) {
    if (out_.capacity() > idle_bytes_max) std::string{}.swap(out_);
    out_.clear();
    sent_ = 0;
    stalled_since_ = base::steady_time::max();
    if (state_ == state::finishing) linger();
  } else if (moved || stalled_since_ == base::steady_time::max()) {
    out_.erase(0, sent_);
    sent_ = 0;
    stalled_since_ = std::chrono::steady_clock::now();
  }
}

void connection::arm() {
  if (state_ == state::ended) return;
  if (paused_ && unsent() < home_.bounds().outgoing_bytes_max) {
    paused_ = false;
    stand_in_line();
  }
  const bool reads = state_ == state::lingering ||
                     (!turn_is_due_ && ((state_ == state::opening && !needs_write_) ||
                                        (state_ == state::open && !paused_)));
  const bool writes = (needs_write_ && !turn_is_due_) || (state_ != state::opening && unsent() > 0);
  home_.waits().watch(*this, socket_.get(),
                      reads && writes ? interest::both
                      : reads         ? interest::readable
                      : writes        ? interest::writable
                                      : interest::none);
  set_deadline();
}

void connection::set_deadline() {
  auto due = phase_until_;
  if (state_ == state::open) due = input_patience().until;
  if (stalled_since_ != base::steady_time::max())
    due = std::min(due, stalled_since_ + home_.bounds().write_stall_max);
  home_.due().set(*this, due);
}

void connection::on_deadline() {
  const auto now = std::chrono::steady_clock::now();
  if (stalled_since_ != base::steady_time::max() &&
      now >= stalled_since_ + home_.bounds().write_stall_max) {
    end(cause::reader_slow);
  } else if (state_ == state::open) {
    const auto patient = input_patience();
    if (now >= patient.until) on_overdue(patient.why);
    flush();
  } else {
    end(state_ == state::opening ? cause::handshake_slow : ending_);
  }
}

void connection::stop_input(cause why) {
  if (state_ != state::open) return;
  ending_ = why;
  state_ = state::answering;
  phase_until_ = std::chrono::steady_clock::now() + home_.bounds().answer_max;
  answer_came();
}

void connection::answer_came() {
  if (state_ != state::answering || pending() > 0) return;
  if (draining_) on_farewell();
  finish(ending_);
}

void connection::drain() {
  if (state_ == state::opening) return end(cause::draining);
  draining_ = true;
  stop_input(cause::draining);
  flush();
}

void connection::cut_short() {
  if (state_ != state::answering) return;
  on_farewell();
  finish(ending_);
  flush();
}

void connection::finish(cause why) {
  if (state_ == state::finishing || state_ == state::lingering || state_ == state::ended) return;
  ending_ = why;
  state_ = state::finishing;
  phase_until_ = std::chrono::steady_clock::now() + home_.bounds().write_stall_max;
  (void)outgoing();
}

void connection::linger() {
  stream_->close();
  if (ending_ == cause::peer_closed) return end(ending_);
  state_ = state::lingering;
  phase_until_ = std::chrono::steady_clock::now() + linger_max;
  needs_write_ = false;
}

void connection::end(cause why) {
  if (state_ == state::ended) return;
  state_ = state::ended;
  home_.due().set(*this, base::steady_time::max());
  home_.waits().forget(*this, socket_.get());
  socket_ = {};
  home_.forget(*this, via_, why);
}

}  // namespace varde::edge
