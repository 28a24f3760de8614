// A real redis-server in a directory of its own, and an io_context that is run until something
// holds. Shared by the tests of redis and ledger.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "redis/connection.hpp"
#include "redis/server_process.hpp"

namespace varde::test {

/// Long, since a test machine may be busy; nothing waits for it when all is well.
inline constexpr std::chrono::seconds patience{90};

/// A directory that is removed with all it holds.
class scratch_directory {
 public:
  scratch_directory() {
    std::string name = "/tmp/varde-test-XXXXXX";
    path_ = ::mkdtemp(name.data());
  }
  ~scratch_directory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Runs `io` until `condition` holds; false when patience is over.
template <class Condition>
bool run_until(boost::asio::io_context& io, Condition condition) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    io.restart();
    io.run_one_for(std::chrono::milliseconds{20});
  }
  return true;
}

/// Sends and runs until the answer is there.
inline base::result<redis::reply> ask(boost::asio::io_context& io, redis::connection& connection,
                                      const redis::arguments& command) {
  std::optional<base::result<redis::reply>> answer;
  connection.send(command, [&](base::result<redis::reply> r) { answer = std::move(r); });
  EXPECT_TRUE(run_until(io, [&] { return answer.has_value(); }));
  return *answer;
}

/// A connection that is ready; it reconnects quickly.
inline std::shared_ptr<redis::connection> connect(boost::asio::io_context& io,
                                                  const redis::endpoint& where,
                                                  redis::connection_options options = {}) {
  options.back_off_min = std::chrono::milliseconds{5};
  options.back_off_max = std::chrono::milliseconds{50};
  auto made = redis::connection::create(io, where, options);
  made->start();
  EXPECT_TRUE(run_until(io, [&] { return made->connected(); })) << made->last_error().message();
  return made;
}

/// The default options after a change.
template <class Change>
redis::connection_options options_with(Change change) {
  redis::connection_options options;
  change(options);
  return options;
}

/// One server for the tests of a suite; each test takes its own municipality.
class live_redis {
 public:
  live_redis() {
    auto started = redis::server_process::start(directory_.path());
    if (!started) ADD_FAILURE() << started.error().sentence;
    process_ = started ? std::move(*started) : nullptr;
  }
  [[nodiscard]] redis::server_process& process() { return *process_; }
  [[nodiscard]] const redis::endpoint& where() const { return process_->where(); }

 private:
  scratch_directory directory_;
  std::unique_ptr<redis::server_process> process_;
};

}  // namespace varde::test
