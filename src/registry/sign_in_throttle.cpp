// Three counters a try: the pair's, the origin's and the user's.
#include "registry/sign_in_throttle.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace varde::registry {

namespace {

// '\n' stands in no address, so no two keys can be the same by accident.
std::string pair_key(std::string_view user, std::string_view origin) {
  return fmt::format("p{}\n{}", origin, user);
}
std::string origin_key(std::string_view origin) { return fmt::format("o{}", origin); }
std::string user_key(std::string_view user) { return fmt::format("u{}", user); }

/// The wait after this many wrong tries.
std::chrono::seconds wait_after(unsigned failures, const back_off_rule& rule) {
  if (failures <= rule.free_failures) return std::chrono::seconds{0};
  constexpr unsigned doublings_max = 20;  // beyond any wait_max
  const unsigned doublings = std::min(failures - rule.free_failures - 1, doublings_max);
  return std::min(rule.first_wait * (1u << doublings), rule.wait_max);
}

}  // namespace

sign_in_throttle::counter& sign_in_throttle::touch(std::string key, base::wall_time now) {
  auto [at, fresh] = by_key_.try_emplace(key);
  if (fresh) {
    if (counters_.size() == counters_max) {
      by_key_.erase(counters_.front().key);
      counters_.pop_front();
    }
    at->second = counters_.insert(counters_.end(), counter{std::move(key)});
  } else {
    counters_.splice(counters_.end(), counters_, at->second);
  }
  counter& found = *at->second;
  if (now - found.touched > memory) {
    found.failures = 0;
    found.blocked_until = {};
  }
  found.touched = now;
  return found;
}

std::chrono::seconds sign_in_throttle::longest_wait(const counter& pair, const counter& origin,
                                                    const counter& user,
                                                    base::wall_time now) const {
  auto until = pair.blocked_until;
  if (!pair.succeeded_before) {
    until = std::max(until, origin.blocked_until);
    if (origin.failures > 0) until = std::max(until, user.blocked_until);
  }
  return until > now ? std::chrono::ceil<std::chrono::seconds>(until - now)
                     : std::chrono::seconds{0};
}

std::chrono::seconds sign_in_throttle::admit(std::string_view user, std::string_view origin,
                                             base::wall_time now) {
  counter& of_user = touch(user_key(user), now);
  counter& of_origin = touch(origin_key(origin), now);
  counter& of_pair = touch(pair_key(user, origin), now);
  const auto wait = longest_wait(of_pair, of_origin, of_user, now);
  if (wait.count() > 0) return wait;
  const auto charge = [now](counter& one, const back_off_rule& rule) {
    one.blocked_until = now + wait_after(++one.failures, rule);
  };
  charge(of_pair, pair_rule);
  charge(of_origin, origin_rule);
  charge(of_user, user_rule);
  return std::chrono::seconds{0};
}

void sign_in_throttle::withdraw(std::string_view user, std::string_view origin,
                                base::wall_time now) {
  for (auto key : {user_key(user), origin_key(origin), pair_key(user, origin)}) {
    counter& one = touch(std::move(key), now);
    if (one.failures == 0) continue;
    --one.failures;
    one.blocked_until = std::min(one.blocked_until, now);
  }
}

void sign_in_throttle::succeeded(std::string_view user, std::string_view origin,
                                 base::wall_time now) {
  withdraw(user, origin, now);
  counter& of_pair = touch(pair_key(user, origin), now);
  of_pair.failures = 0;
  of_pair.blocked_until = {};
  of_pair.succeeded_before = true;
}

}  // namespace varde::registry
