// What lives on an edge thread beside its connections: a dialogue without a connection, a datagram
// socket.
#pragma once

namespace varde::edge {

/// Called on the edge thread.
class service {
 public:
  virtual ~service() = default;
  /// Sends what has been queued in this turn of the thread.
  virtual void flush() = 0;
  /// Takes no more input.
  virtual void drain() = 0;
  /// After drain(): nothing is owed to anyone any more.
  [[nodiscard]] virtual bool is_drained() const = 0;
  /// The thread ends: closes what is open.
  virtual void end() = 0;
};

}  // namespace varde::edge
