// The connection to a cluster: a link to each master, and for each slot with commands under way a
// lane. A lane that was redirected goes on one command at a time until one is taken, so that the
// slot's order is kept wherever it moves. Internal to this room.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "redis/channel.hpp"
#include "redis/cluster_watch.hpp"
#include "redis/command_route.hpp"
#include "redis/slot_map.hpp"

namespace varde::redis {

/// What the caller sent, until it is answered.
struct request {
  std::uint64_t number;             // in the order of sending
  std::vector<arguments> commands;  // several: a transaction
  std::vector<reply_handler> done;  // one a command
  std::size_t bytes = 0;
  std::chrono::steady_clock::time_point sent = std::chrono::steady_clock::now();
  bool closed = false;  // answered, or given up
};
using request_ptr = std::shared_ptr<request>;

/// The requests of one slot that are under way.
struct slot_lane {
  std::size_t on_the_wire = 0;
  bool careful = false;                        // redirected: one at a time
  std::map<std::uint64_t, request_ptr> queue;  // those that wait, by number
  std::optional<address> ask;                  // the first of them goes here, with ASKING
};

struct master_link {
  std::shared_ptr<channel> to;
  bool serves = false;  // slots, by the map; else it only takes in one that is on its way
};

/// `cluster.cpp` looks after the masters, `cluster_commands.cpp` after the commands.
class cluster final : public channel, public std::enable_shared_from_this<cluster> {
 public:
  cluster(boost::asio::io_context& io, endpoint where, connection_options options)
      : io_(io),
        where_(std::move(where)),
        options_(std::move(options)),
        watch_(std::make_shared<cluster_watch>(io, where_, options_)),
        rest_(io),
        again_(io) {}
  ~cluster() override { watch_->stop(); }

  void start() override;
  void stop() override;
  void reconnect() override;
  void send(std::span<const std::string_view> command, reply_handler done) override;
  void on_state(std::function<void(bool)> listener) override {
    listeners_.push_back(std::move(listener));
  }
  void forget_listeners() override { listeners_.clear(); }

  [[nodiscard]] bool connected() const override { return phase_ == phase::ready; }
  [[nodiscard]] base::error_code last_error() const override { return last_error_; }
  [[nodiscard]] std::size_t in_flight() const override { return open_.size(); }
  [[nodiscard]] const endpoint& where() const override { return where_; }

 private:
  enum class phase { idle, gathering, ready, resting, stopped };

  // The masters.
  void take_map(slot_map map);
  void drop_old_links();
  std::shared_ptr<channel> link_to(const address& node);
  void on_link(const address& node, bool connected);
  void become_ready_if_whole();
  void fail(base::error_code why);
  void tell(bool now_connected);

  // The commands.
  void send_one(std::span<const std::string_view> command, reply_handler done);
  void send_transaction();
  request_ptr open(std::vector<arguments> commands, std::vector<reply_handler> done);
  void enter_lane(std::uint16_t slot, const request_ptr& what);
  void put(std::uint16_t slot, const request_ptr& what);
  void take(std::uint16_t slot, const address& from, const request_ptr& what,
            std::vector<base::result<reply>> answers);
  void redirect(std::uint16_t slot, const address& from, const request_ptr& what,
                const redirection& to);
  void go_on(std::uint16_t slot);
  void try_again_later(std::uint16_t slot);
  void to_every_master(const request_ptr& what);
  void end_broadcast(const request_ptr& what, base::result<reply> answer);
  void read_several(const request_ptr& what, std::shared_ptr<const split_read> reads);
  void end_round(const request_ptr& what, std::shared_ptr<const split_read> reads,
                 base::result<reply> found);
  void scan(const request_ptr& what);
  void after(std::chrono::milliseconds pause, std::function<void()> then);
  void run_due();

  void close(const request_ptr& what, std::vector<base::result<reply>> answers);
  void close(const request_ptr& what, base::error_code why);
  void close_all(base::error_code why);
  void complete_later(reply_handler done, errc why) {
    boost::asio::post(io_, [done = std::move(done), why] { done(why); });
  }

  boost::asio::io_context& io_;
  const endpoint where_;
  const connection_options options_;
  phase phase_ = phase::idle;
  std::shared_ptr<cluster_watch> watch_;
  std::optional<slot_map> map_;
  std::map<address, master_link> links_;
  std::map<std::uint64_t, request_ptr> open_;
  std::size_t open_bytes_ = 0;
  std::uint64_t next_number_ = 0;
  std::unordered_map<std::uint16_t, slot_lane> lanes_;
  std::optional<std::pair<std::vector<arguments>, std::vector<reply_handler>>> transaction_;
  unsigned looks_in_vain_ = 0;
  base::error_code last_error_;
  std::vector<std::function<void(bool)>> listeners_;
  boost::asio::steady_timer rest_;
  boost::asio::steady_timer again_;
  std::multimap<std::chrono::steady_clock::time_point, std::function<void()>> due_;
};

}  // namespace varde::redis
