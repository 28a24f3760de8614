// Redis Streams: pipelined XADD, acknowledged when Redis replies, which with `appendfsync always`
// is after the disk has it; and a subscriber by blocking XREAD. This is the physical limit for
// anything that keeps its truth in Redis.
#pragma once

#include <deque>

#include "peers/peer_link.hpp"

namespace varde::load {

class xadd_link : public peer_link {
 public:
  using peer_link::peer_link;
  void publish(std::uint64_t number, unsigned priority, std::string_view payload) override;

 private:
  void on_open() override;
  std::size_t take(std::string_view input) override;
  std::size_t take_replies(std::string_view input);
  std::size_t take_entries(std::string_view input);
  void read_on();

  std::deque<std::uint64_t> waiting_;
  std::string last_id_ = "0";
  std::size_t entries_left_ = 0;  // of the XREAD reply that is being read
  unsigned strings_seen_ = 0;     // of the entry that is being read
  bool in_reply_ = false;
};

}  // namespace varde::load
