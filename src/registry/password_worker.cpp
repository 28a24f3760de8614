// The bounded queue and its threads.
#include "registry/password_worker.hpp"

#include <algorithm>

#include "base/hash.hpp"

namespace varde::registry {

password_worker::password_worker(poster post, password_cost cost, std::size_t threads)
    : post_{std::move(post)}, stand_in_{hash_password(base::random_token(16), cost).value()} {
  for (std::size_t i = 0; i < std::clamp<std::size_t>(threads, 1, threads_max); ++i)
    threads_.emplace_back([this] { run(); });
}

password_worker::~password_worker() {
  {
    const std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  work_.notify_all();
}

bool password_worker::verify(std::string hash, std::string password,
                             std::function<void(bool)> done) {
  {
    const std::lock_guard lock{mutex_};
    if (waiting_.size() >= waiting_max) return false;
    waiting_.push_back({std::move(hash), std::move(password), std::move(done)});
  }
  work_.notify_one();
  return true;
}

void password_worker::run() {
  for (;;) {
    std::unique_lock lock{mutex_};
    work_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    job next = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    const bool for_nobody = next.hash.empty();
    const bool equal = password_matches(for_nobody ? stand_in_ : next.hash, next.password);
    post_([done = std::move(next.done), matches = equal && !for_nobody] { done(matches); });
  }
}

}  // namespace varde::registry
