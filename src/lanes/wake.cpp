// The system calls of the wake-up, kept out of the header that every producer includes.
#include "lanes/wake.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace varde::lanes {

wake::wake() : fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (fd_ < 0) {
    throw std::system_error(errno, std::generic_category(), "eventfd for the lanes");
  }
}

wake::~wake() { ::close(fd_); }

void wake::ring() noexcept {
  const std::uint64_t one = 1;
  // EAGAIN says that the counter is full: then it is readable, which is all that is wanted.
  while (::write(fd_, &one, sizeof one) < 0 && errno == EINTR) {
  }
}

void wake::drain() noexcept {
  std::uint64_t count = 0;
  // EAGAIN says that nothing was written: then nothing is to be consumed.
  while (::read(fd_, &count, sizeof count) < 0 && errno == EINTR) {
  }
}

}  // namespace varde::lanes
