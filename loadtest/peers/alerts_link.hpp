// Alertmanager's API (v2) over HTTP 1.1: one POST an alert, as alarms come one by one, and
// acknowledged by its 200. What it shows comes to a webhook, see webhook.hpp.
#pragma once

#include <deque>

#include "peers/peer_link.hpp"

namespace varde::load {

class alerts_link : public peer_link {
 public:
  using peer_link::peer_link;
  void publish(std::uint64_t number, unsigned priority, std::string_view payload) override;

 private:
  void on_open() override;
  std::size_t take(std::string_view input) override;

  std::deque<std::uint64_t> waiting_;
};

/// The whole HTTP message at the front of `input`, by its Content-Length: how many bytes it has
/// and where its body begins; 0 if it is not whole yet.
struct http_extent {
  std::size_t bytes = 0;
  std::size_t body_at = 0;
};
[[nodiscard]] http_extent http_message_at(std::string_view input);

}  // namespace varde::load
