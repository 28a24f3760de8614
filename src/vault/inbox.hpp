// What waits to be written: a stack on which the core pushes by compare-and-swap and from which the
// vault thread takes everything with one exchange and turns it around, as the lanes do. The core
// never takes a lock here, and a sleeping vault thread costs it one futex call.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "vault/error.hpp"
#include "vault/format.hpp"

namespace varde::vault {

/// One append, as it travels from the core to the vault thread and back as a call of `done`.
struct append_request {
  std::vector<std::string> records;
  std::function<void(base::result<sequence>)> done;
  std::size_t waiting_bytes = 0;  ///< what it takes of `waiting_bytes_max`
  std::size_t batch_bytes = 0;    ///< what it takes in a segment
  base::error_code refused;       ///< set if it must not be written
  std::unique_ptr<append_request> next;
};

class inbox {
 public:
  ~inbox() {
    for (auto left = take_all(); left;) left = std::move(left->next);
  }

  /// Any thread, lock-free.
  void push(std::unique_ptr<append_request> request) noexcept {
    append_request* const mine = request.release();
    append_request* top = top_.load(std::memory_order_relaxed);
    do {
      // The link owns what it names only when the swap has succeeded.
      mine->next.release();
      mine->next.reset(top);
    } while (!top_.compare_exchange_weak(top, mine, std::memory_order_seq_cst,
                                         std::memory_order_relaxed));
    wake();
  }

  /// Everything pushed so far, oldest first. The vault thread only.
  [[nodiscard]] std::unique_ptr<append_request> take_all() noexcept {
    std::unique_ptr<append_request> newest(top_.exchange(nullptr, std::memory_order_seq_cst));
    std::unique_ptr<append_request> oldest;
    while (newest) {
      auto rest = std::move(newest->next);
      newest->next = std::move(oldest);
      oldest = std::move(newest);
      newest = std::move(rest);
    }
    return oldest;
  }

  /// Returns when something was pushed or somebody called wake(), at the latest after `limit`. May
  /// return early. The vault thread only.
  void sleep(std::chrono::nanoseconds limit) noexcept;

  /// Ends a sleep, or the next one before it begins. Any thread.
  void wake() noexcept {
    // Either the sleeper's last look (after it said that it sleeps) saw the push, or this sees that
    // it sleeps: all of it is in one sequentially consistent order.
    if (state_.exchange(awake, std::memory_order_seq_cst) == asleep) ring();
  }

 private:
  static constexpr std::uint32_t idle = 0, asleep = 1, awake = 2;

  void ring() noexcept;

  alignas(64) std::atomic<append_request*> top_{nullptr};
  /// `awake`: rung since the last sleep, so the next one does not begin.
  alignas(64) std::atomic<std::uint32_t> state_{idle};
};

}  // namespace varde::vault
