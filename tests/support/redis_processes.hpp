// Real redis-servers and sentinels on loopback, each in a directory of its own, that a test can
// kill, freeze and thaw. What runs here ends with the test, however that ends.
#pragma once

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "redis/child.hpp"
#include "redis/connection.hpp"
#include "redis/live_redis.hpp"
#include "redis/program.hpp"
#include "support/free_port.hpp"

namespace varde::test {

/// One redis-server or sentinel on a port that stays its own over restarts.
class redis_node {
 public:
  /// `settings` are lines of redis.conf. `arguments` go behind it on the command line.
  redis_node(const std::filesystem::path& parent, const std::string& settings,
             std::vector<std::string> arguments = {})
      : port_(free_port()),
        home_(parent / std::to_string(port_)),
        arguments_(std::move(arguments)) {
    std::filesystem::create_directory(home_);
    std::ofstream(home_ / "redis.conf") << "bind 127.0.0.1\nport " << port_ << "\nsave \"\"\n"
                                        << settings;
    arguments_.insert(arguments_.begin(), "redis.conf");
    start();
  }
  ~redis_node() { kill(); }
  redis_node(const redis_node&) = delete;
  redis_node& operator=(const redis_node&) = delete;

  void start() {
    process_ = std::make_unique<redis::child>(
        redis::child_plan{redis::find_program("redis-server")->string(), arguments_, home_,
                          home_ / "log", std::chrono::seconds{5}});
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (process_->pid() == 0 && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
  }
  /// As kill -9 does; also a frozen one.
  void kill() {
    signal(SIGKILL);
    process_.reset();
  }
  void freeze() { signal(SIGSTOP); }
  void thaw() { signal(SIGCONT); }

  [[nodiscard]] std::uint16_t port() const { return port_; }
  [[nodiscard]] redis::address where() const { return {"127.0.0.1", port_}; }
  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] pid_t pid() const { return process_ ? process_->pid() : 0; }

 private:
  void signal(int number) {
    if (const pid_t running = pid(); running != 0) ::kill(running, number);
  }

  std::uint16_t port_;
  std::filesystem::path home_;
  std::vector<std::string> arguments_;
  std::unique_ptr<redis::child> process_;
};

/// A ready connection to one node, whatever its role.
inline std::shared_ptr<redis::connection> connect_to(boost::asio::io_context& io,
                                                     const redis_node& node) {
  redis::connection_options options;
  options.role = redis::server_role::any;
  return connect(io, {.host = "127.0.0.1", .port = node.port()}, options);
}

/// A master with replicas and the sentinels that watch over it.
class watched_redis {
 public:
  static constexpr std::size_t sentinel_count = 3;
  static constexpr std::string_view master_name = "varde";

  explicit watched_redis(std::size_t replicas = 1, const std::string& settings = "") {
    const std::string common =
        "appendonly yes\nrepl-diskless-sync-delay 0\nrepl-ping-replica-period 1\n" + settings;
    const auto& root = directory_.path();
    nodes_.push_back(std::make_unique<redis_node>(root, common));
    const auto replica_of =
        common + "replicaof 127.0.0.1 " + std::to_string(nodes_[0]->port()) + "\n";
    for (std::size_t i = 0; i < replicas; ++i)
      nodes_.push_back(std::make_unique<redis_node>(root, replica_of));
    for (std::size_t i = 0; i < sentinel_count; ++i)
      sentinels_.push_back(std::make_unique<redis_node>(root, sentinel_settings(nodes_[0]->port()),
                                                        std::vector<std::string>{"--sentinel"}));
    wait_until_watched();
  }

  /// The servers; the first is the master at the beginning.
  [[nodiscard]] redis_node& node(std::size_t i) { return *nodes_.at(i); }
  [[nodiscard]] redis_node& sentinel(std::size_t i) { return *sentinels_.at(i); }
  /// True if the machine stood still for so long that a sentinel noticed: it then trusts no clock
  /// and does nothing for half a minute.
  [[nodiscard]] bool sentinels_stood_still() const {
    return std::ranges::any_of(sentinels_, [](const auto& one) {
      std::ifstream log(one->home() / "log");
      const std::string text{std::istreambuf_iterator<char>{log}, {}};
      return text.find("+tilt") != std::string::npos;
    });
  }
  /// By way of the sentinels.
  [[nodiscard]] redis::endpoint where() const {
    redis::endpoint out;
    out.kind = redis::deployment::sentinel;
    out.master_name = master_name;
    for (const auto& one : sentinels_) out.nodes.push_back(one->where());
    return out;
  }

 private:
  static std::string sentinel_settings(std::uint16_t master) {
    const std::string name{master_name};
    return "sentinel monitor " + name + " 127.0.0.1 " + std::to_string(master) +
           " 2\nsentinel down-after-milliseconds " + name + " 1000\nsentinel failover-timeout " +
           name + " 5000\n";
  }

  /// Every sentinel must know the others and the replicas, or none dares to fail over.
  void wait_until_watched() {
    boost::asio::io_context io;
    for (const auto& one : sentinels_) {
      const auto link = connect_to(io, *one);
      ask(io, *link, {"SENTINEL", "DEBUG", "INFO-PERIOD", "100", "PUBLISH-PERIOD", "100"});
    }
    for (const auto& one : sentinels_) {
      const auto link = connect_to(io, *one);
      const auto number = [&](const char* field) {
        const auto state = ask(io, *link, {"SENTINEL", "MASTER", std::string{master_name}});
        for (std::size_t i = 0; state && i + 1 < state->elements.size(); i += 2)
          if (state->elements[i].text == field) return std::stoul(state->elements[i + 1].text);
        return 0UL;
      };
      EXPECT_TRUE(run_until(io, [&] {
        return number("num-other-sentinels") == sentinel_count - 1 &&
               number("num-slaves") == nodes_.size() - 1;
      }));
    }
    // As an administrator's sentinels are: what a failover takes depends on it.
    for (const auto& one : sentinels_)
      ask(io, *connect_to(io, *one),
          {"SENTINEL", "DEBUG", "INFO-PERIOD", "10000", "PUBLISH-PERIOD", "2000"});
    const auto master = connect_to(io, *nodes_[0]);
    EXPECT_TRUE(run_until(io, [&] {
      const auto state = ask(io, *master, {"INFO", "replication"});
      std::size_t online = 0;
      for (auto at = state->text.find("state=online"); at != std::string::npos;
           at = state->text.find("state=online", at + 1))
        ++online;
      return online == nodes_.size() - 1;
    }));
  }

  scratch_directory directory_;
  std::vector<std::unique_ptr<redis_node>> nodes_;
  std::vector<std::unique_ptr<redis_node>> sentinels_;
};

/// A cluster: its masters first, then a replica of each if asked for.
class clustered_redis {
 public:
  static constexpr std::size_t master_count = 3;

  explicit clustered_redis(std::size_t replicas_each = 0) {
    std::string create = "redis-cli --cluster create";
    for (std::size_t i = 0; i < master_count * (1 + replicas_each); ++i) {
      nodes_.push_back(std::make_unique<redis_node>(directory_.path(), settings()));
      create += " 127.0.0.1:" + std::to_string(nodes_.back()->port());
    }
    boost::asio::io_context io;
    for (const auto& one : nodes_) connect_to(io, *one);
    const auto log = (directory_.path() / "create.log").string();
    create += " --cluster-yes --cluster-replicas " + std::to_string(replicas_each);
    EXPECT_EQ(std::system((create + " >" + log + " 2>&1").c_str()), 0);
    wait_until_whole(io, replicas_each);
  }

  [[nodiscard]] redis_node& node(std::size_t i) { return *nodes_.at(i); }
  [[nodiscard]] std::size_t size() const { return nodes_.size(); }
  /// Named by the first and the last node.
  [[nodiscard]] redis::endpoint where() const {
    redis::endpoint out;
    out.kind = redis::deployment::cluster;
    out.nodes = {nodes_.front()->where(), nodes_.back()->where()};
    return out;
  }

 private:
  static std::string settings() {
    return "appendonly yes\nrepl-diskless-sync-delay 0\ncluster-enabled yes\n"
           "cluster-node-timeout 1000\ncluster-replica-validity-factor 0\ncluster-port " +
           std::to_string(free_port()) + "\n";
  }

  /// Every node must have heard that all is well, and of every replica.
  void wait_until_whole(boost::asio::io_context& io, std::size_t replicas_each) {
    for (const auto& one : nodes_) {
      const auto link = connect_to(io, *one);
      EXPECT_TRUE(run_until(io, [&] {
        const auto state = ask(io, *link, {"CLUSTER", "INFO"});
        const auto slots = ask(io, *link, {"CLUSTER", "SLOTS"});
        std::size_t served = 0;
        for (const auto& range : slots->elements)
          served += range.elements.size() == 3 + replicas_each ? 1 : 0;
        return state->text.starts_with("cluster_state:ok") && served == master_count;
      }));
    }
  }

  scratch_directory directory_;
  std::vector<std::unique_ptr<redis_node>> nodes_;
};

}  // namespace varde::test
