// Slows down guessing without ever locking the right person out. What is slowed is first the pair
// of user and origin, then the origin as a whole, then strangers at a user's door; an origin's
// first try, and an origin where the user has signed in before, are never held up by what others
// do. Pure: time is an argument.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/time.hpp"

namespace varde::registry {

/// How many wrong tries are free, and how the waiting grows after them: doubling from `first_wait`
/// to `wait_max`.
struct back_off_rule {
  unsigned free_failures;
  std::chrono::seconds first_wait;
  std::chrono::seconds wait_max;
};

class sign_in_throttle {
 public:
  static constexpr back_off_rule pair_rule{5, std::chrono::seconds{1}, std::chrono::minutes{5}};
  /// A whole centre may sit behind one address, so the wait stays short.
  static constexpr back_off_rule origin_rule{30, std::chrono::seconds{1}, std::chrono::seconds{30}};
  /// For origins that have failed before and never signed this user in.
  static constexpr back_off_rule user_rule{50, std::chrono::seconds{1}, std::chrono::minutes{5}};
  /// Without a wrong try for this long the count begins anew.
  static constexpr std::chrono::minutes memory{60};
  /// Counters kept; the one longest untouched goes first.
  static constexpr std::size_t counters_max = 50'000;

  /// How long this try has to wait; zero if it may be checked now. Then it is counted as wrong
  /// beforehand, so that many at once gain nothing, until one of the next two says otherwise.
  [[nodiscard]] std::chrono::seconds admit(std::string_view user, std::string_view origin,
                                           base::wall_time now);
  /// It was right: forgets the pair's wrong tries and remembers the origin as the user's own.
  void succeeded(std::string_view user, std::string_view origin, base::wall_time now);
  /// It was not checked, or only half of it was asked for: takes the count back.
  void withdraw(std::string_view user, std::string_view origin, base::wall_time now);

  [[nodiscard]] std::size_t counter_count() const noexcept { return counters_.size(); }

 private:
  struct counter {
    std::string key;
    unsigned failures = 0;
    bool succeeded_before = false;
    base::wall_time touched{};
    base::wall_time blocked_until{};
  };
  using place = std::list<counter>::iterator;

  /// Makes it if need be, moves it to the end, and lets it forget what is too old.
  counter& touch(std::string key, base::wall_time now);
  [[nodiscard]] std::chrono::seconds longest_wait(const counter& pair, const counter& origin,
                                                  const counter& user, base::wall_time now) const;

  std::list<counter> counters_;  // the longest untouched first
  std::unordered_map<std::string, place> by_key_;
};

}  // namespace varde::registry
