// A device's connection, whatever it speaks: readiness, reading in fair turns, writing with a
// bound, deadlines, and an ending in good order. What the bytes mean is the session's, which
// derives from it. While it is idle it holds no buffer and no coroutine: an open descriptor, its
// TLS keys and a place in the deadline tree.
#pragma once

#include <boost/intrusive/list_hook.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/time.hpp"
#include "edge/byte_stream.hpp"
#include "edge/counters.hpp"
#include "edge/deadlines.hpp"
#include "edge/loudness.hpp"
#include "edge/reactor.hpp"
#include "edge/sockets.hpp"

namespace varde::edge {

class edge_thread;

/// Links the connections that no registered device has identified itself on, oldest first: those in
/// their handshake in one list, and those behind it in another.
struct unidentified_hook : boost::intrusive::list_base_hook<> {
  bool in_handshake = true;
};

/// Owned by its edge thread's roster and used on that thread only.
class connection : public std::enable_shared_from_this<connection>,
                   private watched,
                   private deadline_entry,
                   public unidentified_hook {
 public:
  connection(edge_thread& home, listener via, descriptor socket,
             std::unique_ptr<byte_stream> stream, const socket_address& peer);
  ~connection() override;

  /// Begins the handshake.
  void start();
  /// Takes no more input, waits for the answers that are due, says goodbye, ends.
  void drain();
  /// While draining: no longer waits for answers, says goodbye now.
  void cut_short();
  /// Ends at once.
  void end(cause why);
  /// Sends what has been queued as far as the peer takes it, and waits for what comes next.
  void flush();
  /// Its place in the thread's line has come.
  void take_turn();
  /// When its handshake had its first turn; time_point::max() before that.
  [[nodiscard]] base::steady_time handshake_began() const;

  /// Where the connection stands in its thread's roster.
  std::size_t roster_place = 0;

 protected:
  /// Until when the session waits for the peer, and what it is then.
  struct patience {
    base::steady_time until;
    cause why;
  };

  /// The handshake is done.
  virtual void on_open() = 0;
  virtual void on_bytes(std::string_view bytes, base::steady_time now) = 0;
  [[nodiscard]] virtual patience input_patience() const = 0;
  /// The patience is over. Should finish() or end().
  virtual void on_overdue(cause why) = 0;
  /// Answers that are still to come from the core.
  [[nodiscard]] virtual std::size_t pending() const = 0;
  /// Everything is answered and the server is going down: say so. The connection finishes after it.
  virtual void on_farewell() = 0;

  /// Where to append what is to be sent; it goes at the end of this turn of the thread.
  [[nodiscard]] std::string& outgoing();
  /// No more input; ends when everything queued has been sent.
  void finish(cause why);
  /// One of the answers has come: an ending connection may now be through.
  void answer_came();
  [[nodiscard]] bool takes_input() const noexcept { return state_ == state::open; }
  [[nodiscard]] bool has_ended() const noexcept { return state_ == state::ended; }

  [[nodiscard]] edge_thread& home() noexcept { return home_; }
  [[nodiscard]] const edge_thread& home() const noexcept { return home_; }
  [[nodiscard]] byte_stream& stream() noexcept { return *stream_; }
  [[nodiscard]] listener via() const noexcept { return via_; }
  /// The peer's address without port.
  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] std::uint16_t source_port() const noexcept { return source_port_; }

 private:
  enum class state : std::uint8_t {
    opening,    // in the handshake
    open,       // taking input
    answering,  // no more input, answers of the core are still due
    finishing,  // sending what is queued
    lingering,  // our side is closed; input is thrown away so that the peer reads our last words
    ended,
  };

  void on_ready() override;
  void go_on();
  void step_handshake();
  void read_turn();
  void send_queued();
  void stand_in_line();
  void discard_turn();
  void stop_input(cause why);
  void linger();
  void take(io_state outcome);
  void arm();
  void set_deadline();
  void on_deadline() override;
  [[nodiscard]] std::size_t unsent() const noexcept { return out_.size() - sent_; }

  edge_thread& home_;
  descriptor socket_;
  std::unique_ptr<byte_stream> stream_;
  std::string source_;
  std::string out_;  // given back to the heap when everything is sent
  std::size_t sent_ = 0;
  std::size_t discarded_ = 0;
  /// Deadline of the states other than open; a handshake's begins with its first turn.
  base::steady_time phase_until_ = base::steady_time::max();
  base::steady_time stalled_since_ = base::steady_time::max();
  loudness heard_;
  std::uint16_t source_port_;
  state state_ = state::opening;
  cause ending_ = cause::peer_closed;
  listener via_;
  bool draining_ = false;
  bool needs_write_ = false;   // the stream can go on only when the descriptor is writable
  bool turn_is_due_ = false;   // stands in the thread's line
  bool paused_ = false;        // not read from until the peer takes what is queued
  bool flush_is_due_ = false;  // at the end of its own turn, or it stands in the thread's queue
};

}  // namespace varde::edge
