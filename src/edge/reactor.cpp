// epoll, level-triggered: what was not read to its end is told again, so nobody has to ask a socket
// whether it is empty.
#include "edge/reactor.hpp"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace varde::edge {

namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error{errno, std::generic_category(), what};
}

/// A failed descriptor is reported whether it is waited for or not. Where nothing is wanted it
/// shall be so once, not in each turn.
std::uint32_t events_of(interest in) {
  return in == interest::none ? EPOLLET : static_cast<std::uint32_t>(in);
}

}  // namespace

reactor::reactor()
    : epoll_{::epoll_create1(EPOLL_CLOEXEC)}, wake_{::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)} {
  if (!epoll_ || !wake_) fail("edge: no descriptors for a thread");
  epoll_event event{.events = EPOLLIN, .data = {.ptr = this}};
  if (::epoll_ctl(epoll_.get(), EPOLL_CTL_ADD, wake_.get(), &event) != 0)
    fail("edge: can't wait for work from other threads");
}

void reactor::watch(watched& one, int socket, interest in) {
  if (one.interest_ == in) return;
  epoll_event event{.events = events_of(in), .data = {.ptr = &one}};
  const int how = one.interest_ ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
  // Fails only when the system has no memory left: the deadline then ends what is not heard of.
  if (::epoll_ctl(epoll_.get(), how, socket, &event) == 0) one.interest_ = in;
}

void reactor::forget(watched& one, int socket) {
  if (!one.interest_) return;
  ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, socket, nullptr);
  one.interest_.reset();
  for (auto& event : unserved_)
    if (event.data.ptr == &one) event.data.ptr = nullptr;
}

void reactor::post(std::function<void()> work) {
  bool is_first = false;
  {
    const std::scoped_lock lock{mutex_};
    posted_.push_back(std::move(work));
    is_first = posted_.size() == 1;
  }
  // Whoever is woken wants the lock.
  if (is_first) ::eventfd_write(wake_.get(), 1);
}

void reactor::run_posted() {
  // First the bell and then the work: what is posted in between rings again, for nothing at worst.
  eventfd_t ignored = 0;
  ::eventfd_read(wake_.get(), &ignored);
  std::vector<std::function<void()>> work;
  {
    const std::scoped_lock lock{mutex_};
    work.swap(posted_);
  }
  for (const auto& one : work) one();
}

std::size_t reactor::turn(std::chrono::milliseconds patience) {
  const int found = ::epoll_wait(epoll_.get(), ready_.data(), static_cast<int>(ready_.size()),
                                 static_cast<int>(patience.count()));
  unserved_ = std::span{ready_}.first(static_cast<std::size_t>(std::max(found, 0)));
  std::size_t served = 0;
  while (!unserved_.empty()) {
    void* const ready = unserved_.front().data.ptr;
    unserved_ = unserved_.subspan(1);
    if (ready == this) {
      run_posted();
    } else if (ready != nullptr) {
      ++served;
      static_cast<watched*>(ready)->on_ready();
    }
  }
  return served;
}

}  // namespace varde::edge
