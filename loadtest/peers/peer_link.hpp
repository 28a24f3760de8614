// One connection to a peer in the peer's own protocol, reduced to what a comparison asks: messages
// go in with a number each, acknowledgements come back by number, and a subscriber is shown what
// arrived. Each protocol is a file of its own beside this one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "peers/peer_address.hpp"

namespace varde::load {

enum class peer_role { publisher, subscriber };

/// What a link is to be called and to ask for.
struct peer_terms {
  peer_role role = peer_role::publisher;
  std::string client;              // its own name, unlike any other's
  std::string place = "alarms";    // the stream, topic or queue
  bool has_priorities = false;     // AMQP: a priority queue instead of a quorum queue
  std::uint32_t prefetch = 1'000;  // AMQP subscriber: unacknowledged at once
};

/// Owned by one io_context's thread; callbacks come from there.
class peer_link {
 public:
  struct events {
    std::function<void()> on_ready;
    std::function<void(std::uint64_t number)> on_acknowledged;
    std::function<void(std::string_view payload)> on_shown;  // subscribers; good until it returns
    std::function<void(const std::string& why)> on_gone;
  };

  peer_link(peer_terms terms, events handlers);
  virtual ~peer_link();
  peer_link(const peer_link&) = delete;
  peer_link& operator=(const peer_link&) = delete;

  void open(boost::asio::io_context& io, const peer_address& to);
  /// Queues one message; flush() sends. `priority` counts only where the peer knows priorities.
  virtual void publish(std::uint64_t number, unsigned priority, std::string_view payload) = 0;
  void flush();
  void close();

 protected:
  /// Connected: begin the protocol's own opening.
  virtual void on_open() = 0;
  /// Takes whole messages from the front of `input` and says how many bytes that was.
  virtual std::size_t take(std::string_view input) = 0;
  void put(std::string_view bytes);
  /// The peer said something that this link can't go on with.
  void give_up(const std::string& why);

  const peer_terms terms_;
  const events handlers_;

 private:
  std::shared_ptr<byte_client> client_;
  std::string input_;
  bool gone_ = false;
};

/// `protocol` is "xadd", "mqtt", "amqp" or "alerts". Throws std::runtime_error for another.
[[nodiscard]] std::unique_ptr<peer_link> make_peer_link(std::string_view protocol, peer_terms terms,
                                                        peer_link::events handlers);

}  // namespace varde::load
