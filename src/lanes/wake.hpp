// How the sleeping consumer is woken: one eventfd, written only when the consumer has said that it
// is going to sleep. So a busy consumer costs its producers one read of a shared line, an idle one
// costs no CPU at all, and no push between "nothing there" and "asleep" is missed.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace varde::lanes {

/// Why no wake-up is lost. The consumer arms and then looks; a producer pushes and then looks
/// whether it is armed. All four are sequentially consistent, so they have one order that both
/// agree on. If the producer finds the consumer unarmed, its look came before the arming (or after
/// somebody else's wake), so its push came before the consumer's look, which then finds the item
/// and does not sleep.
///
/// Why the arming has a number. The producer writes the eventfd *before* it takes the arming away:
/// were it the other way round, a producer frozen between the two would leave the consumer asleep
/// and everyone else thinking that it was woken. But then a producer can come late, when the
/// consumer has been up and has armed again; it may take away only the arming that it saw. A late
/// write costs one needless turn of the consumer, no more.
///
/// An arming says for which lanes it is: a push into another one doesn't ring. For those lanes it
/// is as if the consumer were not going to sleep at all, and it must not rely on being woken by
/// them.
class wake {
 public:
  static constexpr std::size_t lanes_max = 3;

  /// Start-up only: throws std::system_error if the system has no eventfd left.
  wake();
  ~wake();
  wake(const wake&) = delete;
  wake& operator=(const wake&) = delete;

  /// Readable when there is something to do. Non-blocking, owned by this object.
  [[nodiscard]] int fd() const noexcept { return fd_; }

  /// Consumer: from now on a push into one of the first `lanes` lanes, at most lanes_max, writes
  /// the eventfd. Look at each of them after this, and only then sleep.
  void arm(std::size_t lanes) noexcept {
    armed_.store(++arming_ * (lanes_max + 1) + lanes, std::memory_order_seq_cst);
  }

  /// Consumer: awake, or not going to sleep after all. Consumes what was written.
  void disarm() noexcept {
    armed_.store(unarmed, std::memory_order_relaxed);
    drain();
  }
  /// Consumer: not going to sleep after all, and the eventfd may stay as it is.
  void stay_awake() noexcept { armed_.store(unarmed, std::memory_order_relaxed); }

  /// Producer, after its push into `lane`. Any thread. One system call if the consumer sleeps until
  /// then, else none.
  void after_push(std::size_t lane) noexcept {
    std::uint64_t seen = armed_.load(std::memory_order_seq_cst);
    if (lane >= seen % (lanes_max + 1)) return;
    ring();
    armed_.compare_exchange_strong(seen, unarmed, std::memory_order_seq_cst,
                                   std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint64_t unarmed = 0;  // for no lane

  void ring() noexcept;
  void drain() noexcept;

  int fd_;
  std::uint64_t arming_ = 0;  // the consumer's; 62 bits don't come round
  alignas(64) std::atomic<std::uint64_t> armed_{unarmed};
};

}  // namespace varde::lanes
