// SIP's transactions for requests other than INVITE (RFC 3261 17.1.2, 17.2.2), without sockets or
// clock. The server side remembers what it answered, so that a retransmission is answered alike;
// the client side repeats our own requests on UDP until they are answered. Both are bounded and not
// thread-safe: one of each per edge thread.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <queue>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "wire/peer.hpp"
#include "wire/sip.hpp"

namespace varde::wire {

/// RFC 3261's estimate of a round trip, and the longest interval between retransmissions.
inline constexpr std::chrono::milliseconds sip_t1{500};
inline constexpr std::chrono::milliseconds sip_t2{4000};
/// Timers F and J: how long a client goes on, and so how long a server may hear the same request
/// again.
inline constexpr std::chrono::milliseconds sip_transaction_time = 64 * sip_t1;

/// Bytes to send, to a UDP address or on a connection; what is for a connection that is gone is
/// dropped by the caller, and its device sends its alarm again.
struct outgoing {
  peer to;
  std::string bytes;
};

/// What makes two requests the same: branch, sent-by and method, or for a branch of older rules
/// Call-ID, CSeq, tags and Via (17.2.3); and the source host, so that nobody is answered with
/// another's response.
[[nodiscard]] std::string transaction_key(const sip_message& request, const peer& source);

/// Requests on UDP that were taken. On TCP and TLS there are no retransmissions (Timer J is 0):
/// don't begin one.
class server_transactions {
 public:
  enum class sighting { fresh, waiting, answered };
  struct found {
    sighting seen = sighting::fresh;
    const std::string* response = nullptr;  // if answered; good until the next call
  };

  explicit server_transactions(std::size_t transactions_max) : max_{transactions_max} {}

  [[nodiscard]] found find(const std::string& key) const;
  /// Remembers a request as waiting for its response. Over the limit the oldest is forgotten: its
  /// retransmission would be admitted anew, which the core recognises, so that a duplicate costs
  /// work but never an alarm.
  void begin(std::string key, base::steady_time now);
  /// The response, kept for 32 s from now (Timer J). Nothing happens for a transaction that is
  /// forgotten.
  void answer(const std::string& key, std::string response, base::steady_time now);
  /// Forgets what is due.
  void expire(base::steady_time now);
  /// When to expire(): up to a second late, so that a busy second costs one wake-up.
  [[nodiscard]] std::optional<base::steady_time> deadline() const;
  [[nodiscard]] std::size_t size() const noexcept { return by_expiry_.size(); }

 private:
  struct transaction {
    std::string key;
    std::string response;  // empty while waiting
    base::steady_time expires;
  };
  using order = std::list<transaction>;

  void forget_oldest();

  std::size_t max_;
  order by_expiry_;
  std::unordered_map<std::string_view, order::iterator> by_key_;  // keys live in by_expiry_
};

/// Our own requests.
class client_transactions {
 public:
  /// How one of them ended.
  struct ending {
    std::string label;
    int status = 0;  // of the final response; 0: none came in time
  };

  /// `seed`: random letters and digits, so that nobody off the path can guess a branch.
  client_transactions(std::string seed, std::size_t transactions_max)
      : seed_{std::move(seed)}, max_{transactions_max} {}

  /// A branch for the next request, never given before.
  [[nodiscard]] std::string new_branch();
  /// Sends `bytes`, whose top Via has `branch`; on UDP again after 0.5, 1, 2, 4, 4 … s until
  /// answered (Timer E). `label` comes back with the ending. Over the limit it is sent once and not
  /// followed: false.
  bool begin(std::string_view branch, peer to, std::string bytes, std::string label,
             base::steady_time now, std::vector<outgoing>& out);
  /// The ending, if this is the final response to a request that still waits. It is forgotten then,
  /// without Timer K: a repeated response finds nothing and is ignored.
  [[nodiscard]] std::optional<ending> receive(const sip_message& response, const peer& source);
  /// Repeats what is due and gives up what waited 32 s (Timer F).
  void tick(base::steady_time now, std::vector<outgoing>& out, std::vector<ending>& lost);
  [[nodiscard]] std::optional<base::steady_time> deadline() const;
  [[nodiscard]] std::size_t size() const noexcept { return waiting_.size(); }

 private:
  struct transaction {
    peer to;
    std::string bytes;
    std::string label;
    base::steady_time gives_up;
    std::chrono::milliseconds interval{};  // until the next retransmission
  };
  struct alarm_clock {
    base::steady_time due;
    std::uint64_t number;
    friend bool operator>(const alarm_clock& a, const alarm_clock& b) { return a.due > b.due; }
  };

  [[nodiscard]] std::optional<std::uint64_t> number_of(std::string_view branch) const;
  void set_alarm(std::uint64_t number, const transaction& t, base::steady_time now);
  void drop_answered();

  std::string seed_;
  std::size_t max_;
  std::uint64_t numbers_ = 0;
  std::unordered_map<std::uint64_t, transaction> waiting_;
  // One entry per waiting transaction, and some of answered ones that are dropped when they come to
  // the top.
  std::priority_queue<alarm_clock, std::vector<alarm_clock>, std::greater<>> alarms_;
};

}  // namespace varde::wire
