// AMQP 0-9-1 as far as publisher confirms go: one channel, one queue (a quorum queue, or a durable
// classic one with priorities), persistent messages, and a consumer that acknowledges what it was
// shown.
#pragma once

#include <deque>

#include "peers/peer_link.hpp"

namespace varde::load {

class amqp_link : public peer_link {
 public:
  using peer_link::peer_link;
  void publish(std::uint64_t number, unsigned priority, std::string_view payload) override;

 private:
  void on_open() override;
  std::size_t take(std::string_view input) override;
  void take_frame(unsigned kind, std::string_view body);
  void take_method(std::string_view body);
  void take_confirm(std::string_view arguments);
  void declare_queue();
  void begin_role();
  void acknowledge_shown();
  void call(unsigned channel, std::uint32_t method, std::string_view arguments);

  std::deque<std::uint64_t> waiting_;  // numbers; the first has the delivery tag confirmed_ + 1
  std::deque<bool> settled_;           // of the same: confirmed out of order
  std::uint64_t confirmed_ = 0;
  std::uint64_t shown_tag_ = 0, acknowledged_tag_ = 0;
  std::size_t body_left_ = 0;
  std::string body_;
};

}  // namespace varde::load
