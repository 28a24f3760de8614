// The sleep of the vault thread: a futex, since the standard's atomic wait has no time limit.
#include "vault/inbox.hpp"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace varde::vault {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

void inbox::sleep(std::chrono::nanoseconds limit) noexcept {
  std::uint32_t expected = idle;
  if (state_.compare_exchange_strong(expected, asleep, std::memory_order_seq_cst) &&
      limit.count() > 0) {
    const auto whole = std::chrono::floor<std::chrono::seconds>(limit);
    const timespec time{.tv_sec = whole.count(), .tv_nsec = (limit - whole).count()};
    ::syscall(SYS_futex, &state_, FUTEX_WAIT_PRIVATE, asleep, &time, nullptr, 0);
  }
  state_.exchange(idle, std::memory_order_seq_cst);
}

void inbox::ring() noexcept {
  ::syscall(SYS_futex, &state_, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

}  // namespace varde::vault
