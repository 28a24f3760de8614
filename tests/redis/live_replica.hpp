// A replica of a live_redis: a second real redis-server, which a test may freeze and wake. The
// master gets a TCP port on loopback for it, since Redis replicates over TCP only.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <boost/asio/io_context.hpp>
#include <string>

#include "redis/child.hpp"
#include "redis/live_redis.hpp"
#include "redis/program.hpp"
#include "support/free_port.hpp"

namespace varde::test {

class live_replica {
 public:
  /// Ready when it has copied all that `master`, a connection to the master, holds now.
  live_replica(boost::asio::io_context& io, redis::connection& master)
      : process_(plan(open_port(io, master))) {
    EXPECT_TRUE(run_until(io, [&] {
      return ask(io, master, {"INFO", "replication"})->text.find("state=online") !=
             std::string::npos;
    }));
  }
  ~live_replica() { wake(); }
  live_replica(const live_replica&) = delete;
  live_replica& operator=(const live_replica&) = delete;

  void freeze() { ASSERT_EQ(::kill(process_.pid(), SIGSTOP), 0); }
  void wake() { ::kill(process_.pid(), SIGCONT); }

 private:
  static int open_port(boost::asio::io_context& io, redis::connection& master) {
    const int port = free_port();
    EXPECT_TRUE(ask(io, master, {"CONFIG", "SET", "repl-diskless-sync-delay", "0"}));
    EXPECT_TRUE(ask(io, master, {"CONFIG", "SET", "port", std::to_string(port)}));
    return port;
  }
  [[nodiscard]] redis::child_plan plan(int master_port) const {
    const auto& here = directory_.path();
    return {redis::find_program("redis-server")->string(),
            {"--port", "0", "--unixsocket", (here / "redis.sock").string(), "--save", "",
             "--replicaof", "127.0.0.1 " + std::to_string(master_port)},
            here,
            here / "redis.log",
            std::chrono::seconds{5}};
  }

  scratch_directory directory_;
  redis::child process_;
};

}  // namespace varde::test
