// Taking devices down and up, and the work that is done a step at a time. What is weighed against
// what is in outage_weigh.cpp.
#include "triage/outage.hpp"

#include <algorithm>
#include <utility>

namespace varde::triage {

namespace {

constexpr std::size_t expired_at_once = 1'000;

std::uint8_t bit(down_sign sign) { return static_cast<std::uint8_t>(sign); }

}  // namespace

outage_rules::outage_rules(const registry::v1::OutagePolicy& policy)
    : off(policy.off()),
      window_us(std::int64_t{policy.window_s() != 0 ? policy.window_s() : 300} * 1'000'000),
      homes_min(policy.devices_min() != 0 ? policy.devices_min() : 3),
      chance_max(policy.chance_max() > 0 ? policy.chance_max() : 1e-6) {}

outage_correlator::outage_correlator(dependencies on, outage_rules rules)
    : on_{on}, rules_{rules}, counts_{on} {}

// --- Down and up ---------------------------------------------------------------------------------

void outage_correlator::down(std::uint32_t device, down_sign sign, std::int64_t at_us) {
  auto& one = down_[device];
  const bool known = one.signs != 0;
  const bool new_sign = (one.signs & bit(sign)) == 0;
  one.signs |= bit(sign);
  one.up_us = 0;
  if (one.outage != 0 || one.fresh || (known && !new_sign)) return;
  one.since_us = at_us;
  if (const auto into = active_.find(outage_of(device, sign)); into != active_.end())
    return take_in(one, device, into);
  one.fresh = true;
  fresh_.emplace_back(device, at_us);
  counts_.add_unexplained(device, 1);
}

void outage_correlator::up(std::uint32_t device, down_sign sign, std::int64_t at_us) {
  const auto at = down_.find(device);
  if (at == down_.end()) return;
  auto& one = at->second;
  one.signs &= static_cast<std::uint8_t>(~bit(sign));
  if (one.signs != 0) return;
  if (one.outage != 0) {
    one.up_us = at_us;
    returning_.emplace_back(device, at_us);
    return;
  }
  if (one.fresh) counts_.add_unexplained(device, -1);
  down_.erase(at);
}

std::uint32_t outage_correlator::outage_of(std::uint32_t device, down_sign sign) const {
  if (const auto at = down_.find(device); at != down_.end() && at->second.outage != 0)
    return at->second.outage;
  for (const auto& [number, one] : active_)
    if ((one.mains || sign != down_sign::mains) && on_.is_under(device, one.parent)) return number;
  return 0;
}

void outage_correlator::count_in(active& in, std::uint32_t device, int by) {
  const auto unit =
      in.parent == dependencies::no_parent ? on_.homes[device] : on_.unit_of(device, in.parent);
  auto& devices = in.units[unit];
  devices = static_cast<std::uint16_t>(devices + by);
  if (devices == 0) in.units.erase(unit);
  in.peak = std::max(in.peak, in.units.size());
}

void outage_correlator::take_in(down_device& one, std::uint32_t device, actives::iterator into) {
  one.outage = into->first;
  counts_.add_explained(device, 1);
  count_in(into->second, device, 1);
  into->second.members.push_back(device);
  into->second.events.push_back({device, true});
}

void outage_correlator::leave(std::uint32_t device, down_device& one) {
  counts_.add_explained(device, -1);
  const auto of = active_.find(one.outage);
  if (of != active_.end()) {
    count_in(of->second, device, -1);
    of->second.events.push_back({device, false});
  }
  down_.erase(device);
}

std::uint32_t outage_correlator::restore(std::uint32_t parent, std::int64_t began_us) {
  active_[++newest_] = {
      .parent = parent, .opened_us = began_us, .mains = parent < on_.signals_only_from};
  return newest_;
}

void outage_correlator::restore_device(std::uint32_t outage, std::uint32_t device, down_sign sign,
                                       std::int64_t since_us) {
  auto& one = down_[device];
  if (one.outage != 0) return;
  auto& in = active_.at(outage);
  one = {.since_us = since_us, .outage = outage, .signs = bit(sign)};
  in.mains = in.mains || sign == down_sign::mains;
  counts_.add_explained(device, 1);
  count_in(in, device, 1);
  in.members.push_back(device);
}

void outage_correlator::for_each_alone(
    const std::function<void(std::uint32_t, down_sign, std::int64_t)>& tell) const {
  for (const auto& [device, one] : down_) {
    if (one.outage != 0) continue;
    for (const auto sign : {down_sign::mains, down_sign::link, down_sign::silent})
      if ((one.signs & bit(sign)) != 0) tell(device, sign, one.since_us);
  }
}

// --- The work ------------------------------------------------------------------------------------

bool outage_correlator::step(std::int64_t now_us, outage_change& out) {
  out = {};
  if (rules_.off) return false;
  if (!absorbing_.empty()) {
    absorb(out);
    return true;
  }
  learn(now_us);
  return tell(out) || expire(now_us) || let_return(now_us) || scan(now_us) || end(now_us, out);
}

/// What went longer ago than the window goes together with nothing any more.
bool outage_correlator::expire(std::int64_t now_us) {
  std::size_t expired = 0;
  while (!fresh_.empty() && fresh_.front().second + rules_.window_us <= now_us) {
    if (expired++ == expired_at_once) return true;
    const auto [device, since_us] = fresh_.front();
    fresh_.pop_front();
    const auto at = down_.find(device);
    if (at == down_.end() || !at->second.fresh || at->second.since_us != since_us) continue;
    at->second.fresh = false;
    counts_.add_unexplained(device, -1);
  }
  return false;
}

bool outage_correlator::let_return(std::int64_t now_us) {
  bool any = false;
  for (std::size_t i = 0; i < step_devices; ++i) {
    if (returning_.empty() || returning_.front().second + back_after_us > now_us) return any;
    const auto [device, up_us] = returning_.front();
    returning_.pop_front();
    any = true;
    const auto at = down_.find(device);
    if (at != down_.end() && at->second.up_us == up_us && at->second.signs == 0)
      leave(device, at->second);
  }
  return any;
}

void outage_correlator::describe(outage_change& out, std::uint32_t number, active& one) {
  out.outage = number;
  out.parent = one.parent;
  out.opened = std::exchange(one.untold, false);
  out.moved = std::exchange(one.moved, false);
}

/// Joined and back of one outage in the order they happened, one kind at a time.
bool outage_correlator::tell(outage_change& out) {
  for (auto& [number, one] : active_) {
    if (one.events.empty() && !one.moved) continue;
    describe(out, number, one);
    const bool joined = !one.events.empty() && one.events.front().joined;
    auto& list = joined ? out.joined : out.back;
    while (!one.events.empty() && one.events.front().joined == joined &&
           list.size() < step_devices) {
      list.push_back(one.events.front().device);
      one.events.pop_front();
    }
    return true;
  }
  return false;
}

void outage_correlator::absorb_alone(std::uint32_t into) {
  absorption all{.into = into};
  all.devices.reserve(fresh_.size());
  for (const auto& [device, since_us] : fresh_) all.devices.push_back(device);
  absorbing_.push_back(std::move(all));
}

void outage_correlator::absorb(outage_change& out) {
  auto& work = absorbing_.front();
  auto& into = active_.at(work.into);
  if (work.next == work.devices.size()) {
    if (work.from != 0) {
      out.outage = work.from;
      out.parent = active_.at(work.from).parent;
      out.over = true;
      out.swallowed_by = work.into;
      active_.erase(work.from);
    } else if (into.untold) {
      active_.erase(work.into);  // they were all up again
    }
    absorbing_.pop_front();
    return;
  }
  for (std::size_t looked = 0; work.next < work.devices.size() && looked < 4 * step_devices &&
                               out.joined.size() < step_devices;
       ++looked) {
    const auto device = work.devices[work.next++];
    const auto at = down_.find(device);
    if (at == down_.end() || at->second.outage != work.from) continue;
    auto& one = at->second;
    if (work.from == 0) {
      if (!one.fresh || !on_.is_under(device, into.parent)) continue;
      counts_.explain(device);
      into.mains = into.mains || (one.signs & bit(down_sign::mains)) != 0;
    }
    one.fresh = false;
    one.outage = work.into;
    count_in(into, device, 1);
    into.members.push_back(device);
    out.joined.push_back(device);
  }
  if (!out.joined.empty()) describe(out, work.into, into);
}

// --- Endings -------------------------------------------------------------------------------------

/// Its devices are in no outage any more. Those that are still down.
std::vector<std::uint32_t> outage_correlator::let_go(std::uint32_t number, const active& one) {
  std::vector<std::uint32_t> left;
  for (const auto device : one.members) {
    const auto at = down_.find(device);
    if (at == down_.end() || at->second.outage != number) continue;
    at->second.outage = 0;
    counts_.add_explained(device, -1);
    if (at->second.signs == 0)
      down_.erase(at);
    else
      left.push_back(device);
  }
  return left;
}

void outage_correlator::drop(std::uint32_t outage) {
  const auto at = active_.find(outage);
  if (at == active_.end()) return;
  (void)let_go(outage, at->second);
  std::erase_if(absorbing_,
                [&](const absorption& work) { return work.into == outage || work.from == outage; });
  active_.erase(at);
}

outage_correlator::seen_down outage_correlator::seen(std::uint32_t device) const {
  const auto at = down_.find(device);
  if (at == down_.end()) return {};
  return {at->second.since_us, at->second.signs == bit(down_sign::silent)};
}

bool outage_correlator::end(std::int64_t now_us, outage_change& out) {
  if (now_us - looked_us_ < 1'000'000) return false;
  for (auto at = active_.begin(); at != active_.end(); ++at) {
    auto& [number, one] = *at;
    if (!is_quiet(one)) {
      one.quiet_us = 0;
      continue;
    }
    if (one.quiet_us == 0) one.quiet_us = now_us;
    if (now_us - one.quiet_us < (one.units.empty() ? all_back_after_us : over_after_us)) continue;
    describe(out, number, one);
    out.over = true;
    out.left = let_go(number, one);
    active_.erase(at);
    return true;
  }
  looked_us_ = now_us;
  return false;
}

}  // namespace varde::triage
