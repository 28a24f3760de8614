// Where Argon2id runs: a few threads of its own behind a bounded queue, so that sign-ins never slow
// the pages and a flood of them never eats the machine.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "registry/password.hpp"

namespace varde::registry {

class password_worker {
 public:
  static constexpr std::size_t threads_max = 2;   // each needs the memory of one hash
  static constexpr std::size_t waiting_max = 64;  // about four seconds of work

  /// Runs a function on the thread that waits for answers, e.g. boost::asio::post on the web
  /// thread's io_context.
  using poster = std::function<void(std::function<void()>)>;

  /// Computes one hash for users that do not exist, so that they cost the same.
  explicit password_worker(poster post, password_cost cost = {}, std::size_t threads = threads_max);
  /// Drops what waits and joins the threads.
  ~password_worker();

  password_worker(const password_worker&) = delete;
  password_worker& operator=(const password_worker&) = delete;

  /// Checks a password against a kept hash; against the stand-in if `hash` is empty, and then the
  /// answer is always false. `done` is posted. False if the queue is full: nothing was done. Any
  /// thread.
  [[nodiscard]] bool verify(std::string hash, std::string password,
                            std::function<void(bool matches)> done);

 private:
  struct job {
    std::string hash;
    std::string password;
    std::function<void(bool)> done;
  };
  void run();

  const poster post_;
  const std::string stand_in_;
  std::mutex mutex_;
  std::condition_variable work_;
  std::deque<job> waiting_;
  bool stopping_ = false;
  std::vector<std::jthread> threads_;
};

}  // namespace varde::registry
