// Asks the nodes of a cluster, one at a time, who serves which slot: twice a second while all is
// well, and often while it is not. Internal to this room.
#pragma once

#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <vector>

#include "redis/connection.hpp"
#include "redis/slot_map.hpp"

namespace varde::redis {

/// On the io_context's thread.
class cluster_watch final : public std::enable_shared_from_this<cluster_watch> {
 public:
  cluster_watch(boost::asio::io_context& io, endpoint where, connection_options options);

  /// `told` gets every answer, from the io_context.
  void start(std::function<void(slot_map)> told);
  /// No handler is called any more.
  void stop();

  /// Asks often until told otherwise.
  void hurry(bool often);
  /// Goes on to the next node: this one tells nothing, or an old story.
  void ask_another();
  /// Asks now.
  void ask();

 private:
  void visit(std::size_t place);
  void tick();
  void take(const base::result<reply>& answer);

  boost::asio::io_context& io_;
  const endpoint where_;
  const connection_options options_;
  std::vector<address> known_;
  std::size_t place_ = 0;  // in `known_`
  address asked_;
  unsigned visit_ = 0;  // counts the nodes asked, to tell a late answer
  std::shared_ptr<connection> link_;
  bool answer_awaited_ = false;
  std::chrono::steady_clock::time_point last_answer_;
  bool often_ = true;
  bool stopped_ = false;
  std::function<void(slot_map)> told_;
  boost::asio::steady_timer timer_;
};

}  // namespace varde::redis
