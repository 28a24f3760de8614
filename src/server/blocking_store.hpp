// Redis for commands that run and end: one connection, asked one question at a time, waited for.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "base/result.hpp"
#include "redis/connection.hpp"
#include "registry/error.hpp"

namespace varde::server {

/// Redis, used one question at a time, by commands that run and end.
class blocking_store {
 public:
  /// Longest for one question, connecting included.
  static constexpr std::chrono::seconds patience{30};
  /// Longest for what reads or writes a whole ledger.
  static constexpr std::chrono::hours patience_of_long_work{24};

  explicit blocking_store(const redis::endpoint& where)
      : connection_{redis::connection::create(io_, where)} {
    connection_->start();
  }
  ~blocking_store() {
    connection_->stop();
    io_.restart();
    io_.run_for(std::chrono::seconds{1});
  }
  blocking_store(const blocking_store&) = delete;
  blocking_store& operator=(const blocking_store&) = delete;

  bool connect() {
    return run_until([this] { return connection_->connected(); });
  }
  [[nodiscard]] redis::connection& connection() { return *connection_; }
  [[nodiscard]] const std::shared_ptr<redis::connection>& shared() const { return connection_; }
  [[nodiscard]] std::string why_not() const { return connection_->last_error().message(); }

  /// One command and its reply.
  base::result<redis::reply> ask(const redis::arguments& command) {
    return wait_for<redis::reply>([&command](redis::connection& connection, auto done) {
      connection.send(command, std::move(done));
    });
  }

  /// Reading a whole ledger takes `longest` as long as it is; each of its questions is still bound
  /// by the connection.
  template <class Value, class Start>
  base::result<Value> wait_for(Start start, std::chrono::seconds longest = patience) {
    std::optional<base::result<Value>> got;
    start(*connection_, [&got](base::result<Value> value) { got = std::move(value); });
    if (!run_until([&got] { return got.has_value(); }, longest))
      return registry::make_error_code(registry::error::store_unreachable);
    return std::move(*got);
  }

  /// Runs the connection until `condition()`; false if it doesn't come true in time.
  template <class Condition>
  bool run_until(Condition condition, std::chrono::milliseconds longest = patience) {
    const auto deadline = std::chrono::steady_clock::now() + longest;
    while (!condition() && std::chrono::steady_clock::now() < deadline) {
      io_.restart();
      io_.run_one_until(deadline);
    }
    return condition();
  }

 private:
  boost::asio::io_context io_;
  std::shared_ptr<redis::connection> connection_;
};

}  // namespace varde::server
