// A handle on one process that stays its own even when the pid is used again (Linux's pidfd).
// Internal to this room.
#pragma once

#include <poll.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <unistd.h>

#include <chrono>

namespace varde::redis {

class process_handle {
 public:
  // By system call, since glibc 2.36's header for it is not usable from C++.
  explicit process_handle(pid_t pid) : fd_(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))) {}
  ~process_handle() {
    if (fd_ >= 0) close(fd_);
  }
  process_handle(const process_handle&) = delete;
  process_handle& operator=(const process_handle&) = delete;

  /// False if there was no such process.
  [[nodiscard]] bool valid() const noexcept { return fd_ >= 0; }
  /// Readable once the process has ended.
  [[nodiscard]] int fd() const noexcept { return fd_; }
  void send(int signal_number) const noexcept {
    syscall(SYS_pidfd_send_signal, fd_, signal_number, nullptr, 0);
  }
  /// True if the process has ended, waiting for that at most `limit`.
  [[nodiscard]] bool gone_within(std::chrono::milliseconds limit) const noexcept {
    pollfd one{fd_, POLLIN, 0};
    return poll(&one, 1, static_cast<int>(limit.count())) == 1;
  }

 private:
  int fd_;
};

}  // namespace varde::redis
