// What an edge thread waits for, in one place: descriptors, the next deadline, and work from other
// threads. The system calls are our own and few: a descriptor is registered once and stays so while
// it is read from, so that a heartbeat costs one wait, one read and one write. Asio arms each wait
// anew, which is one call more, and keeps an operation in memory for each idle connection.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "edge/sockets.hpp"

namespace varde::edge {

/// What a descriptor is waited for.
enum class interest : std::uint32_t {
  none = 0,
  readable = EPOLLIN,
  writable = EPOLLOUT,
  both = EPOLLIN | EPOLLOUT,
};

/// Something whose descriptor a reactor watches.
class watched {
 public:
  virtual ~watched() = default;
  /// What it is watched for is there, or the descriptor failed: reading or writing will say. Comes
  /// again in the next turn for as long as it is so.
  virtual void on_ready() = 0;

 private:
  friend class reactor;
  std::optional<interest> interest_;  // nullopt: not registered
};

/// On one thread, except for post().
class reactor {
 public:
  /// Descriptors that are served in one turn.
  static constexpr std::size_t batch_max = 64;
  static constexpr std::chrono::milliseconds for_ever{-1};

  /// Throws std::system_error if the system gives no descriptors.
  reactor();

  /// Sets what `one` is waited for on `socket`; costs nothing if that is so already.
  void watch(watched& one, int socket, interest in);
  /// No longer waited for, and not told what this turn has found already. To be called before the
  /// descriptor is closed.
  void forget(watched& one, int socket);

  /// Any thread. `work` runs on the reactor's, in its next turn.
  void post(std::function<void()> work);
  /// Waits until something is ready, at most for `patience`, and serves it. Returns how many
  /// descriptors were ready.
  std::size_t turn(std::chrono::milliseconds patience);
  /// Runs what was posted. turn() does so too.
  void run_posted();

 private:
  descriptor epoll_;
  descriptor wake_;  // an eventfd, written when there is work and there was none
  std::array<epoll_event, batch_max> ready_{};
  std::span<epoll_event> unserved_;  // of ready_
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
};

}  // namespace varde::edge
