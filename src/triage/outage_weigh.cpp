// What is an outage, of what, and whether it still is one: the correlator's judgement.
#include <algorithm>
#include <cmath>

#include "triage/outage.hpp"

namespace varde::triage {

namespace {

constexpr std::size_t weighed_at_once = 500;
/// Members of an outage that are asked whether they hang on something wider.
constexpr std::size_t asked_max = 32;
/// A wider cause must explain this much better than the outages that it takes the place of.
constexpr double widen_factor = 1.1;
constexpr double widen_margin = 10;
/// Outages that began together under one wider thing by no greater chance than this are its own.
constexpr double together_chance = 1e-4;
/// On any day so many homes in a hundred have something that doesn't answer, …
constexpr std::uint32_t compared_homes = 10'000;
constexpr std::uint32_t compared_down = 100;
/// … and an outage is over when what is left of it could be that.
constexpr double usual_chance = 1e-3;
constexpr std::size_t over_fraction = 4;
constexpr double day_us = 24.0 * 3600 * 1'000'000;

/// Among equals the lower number: the index numbers parents by how near a cause of power failures
/// they are.
bool better(double ratio, std::uint32_t parent, double than, std::uint32_t than_parent) {
  return ratio > than || (ratio == than && parent < than_parent);
}

}  // namespace

bool outage_correlator::is_unlikely(const tally& t) const {
  const auto parents = std::max<std::size_t>(on_.homes_under.size(), 1);
  return log_chance(t) < std::log(rules_.chance_max / static_cast<double>(parents));
}

bool outage_correlator::scan(std::int64_t now_us) {
  if (scanning_.empty()) {
    if (!counts_.changed() && enough_.empty()) return false;
    scanning_ = counts_.take_changed();
    scanning_.insert(scanning_.end(), enough_.begin(), enough_.end());
    enough_.clear();
    opening_ = widening_ = {};
  }
  const auto count = std::min(weighed_at_once, scanning_.size());
  for (std::size_t i = 0; i < count; ++i) {
    weigh(scanning_.back(), now_us);
    scanning_.pop_back();
  }
  if (!scanning_.empty()) return true;
  if (widening_.parent != dependencies::no_parent)
    widen(widening_.parent);
  else if (opening_.parent != dependencies::no_parent)
    open(opening_.parent, now_us);
  else
    enough_.clear();
  return true;
}

void outage_correlator::weigh(std::uint32_t parent, std::int64_t now_us) {
  const auto t = counts_.unexplained(parent);
  if (t.down_under >= rules_.homes_min) {
    enough_.push_back(parent);
    const auto ratio = log_likelihood_ratio(t);
    if (better(ratio, parent, opening_.ratio, opening_.parent) && is_unlikely(t))
      opening_ = {parent, ratio};
  }
  if (!active_.empty()) weigh_widening(parent, now_us);
}

bool outage_correlator::is_inside(const active& one, std::uint32_t parent) const {
  if (one.parent == parent || on_.size_of(one.parent) >= on_.size_of(parent)) return false;
  const auto asked = std::min(one.members.size(), asked_max);
  const auto under =
      std::count_if(one.members.end() - static_cast<std::ptrdiff_t>(asked), one.members.end(),
                    [&](std::uint32_t device) { return on_.is_under(device, parent); });
  return asked != 0 && static_cast<std::size_t>(under) * 10 >= asked * 9;
}

/// Is this a better explanation of outages that are there than they are themselves?
void outage_correlator::weigh_widening(std::uint32_t parent, std::int64_t now_us) {
  const auto t = counts_.any(parent);
  if (t.down_under < rules_.homes_min) return;
  std::uint32_t inside = 0, began_inside = 0, began = 0;
  double explained = 0;
  for (const auto& [number, one] : active_) {
    const bool lately = now_us - one.opened_us < rules_.window_us;
    began += lately;
    if (!is_inside(one, parent)) continue;
    ++inside;
    began_inside += lately;
    explained += log_likelihood_ratio(counts_.any(one.parent));
  }
  if (inside == 0) return;
  const auto ratio = log_likelihood_ratio(t);
  const double share = static_cast<double>(on_.homes_under[parent]) / on_.home_count;
  const bool explains_more = ratio > widen_factor * explained + widen_margin;
  const bool began_together =
      log_binomial_bound(began, began_inside, share) < std::log(together_chance);
  if ((explains_more || began_together) &&
      better(ratio, parent, widening_.ratio, widening_.parent) && is_unlikely(t))
    widening_ = {parent, ratio};
}

void outage_correlator::open(std::uint32_t parent, std::int64_t now_us) {
  const auto known =
      std::ranges::find_if(active_, [&](const auto& of) { return of.second.parent == parent; });
  if (known != active_.end()) return absorb_alone(known->first);
  active_[++newest_] = {.parent = parent,
                        .opened_us = now_us,
                        .mains = parent < on_.signals_only_from,
                        .untold = true};
  absorb_alone(newest_);
}

void outage_correlator::move_to(std::uint32_t number, active& one, std::uint32_t parent) {
  const bool counted_devices = on_.in_one_home(one.parent);
  one.parent = parent;
  one.moved = true;
  one.mains = one.mains || parent < on_.signals_only_from;
  if (!counted_devices) return;
  one.units.clear();
  std::ranges::sort(one.members);
  const auto repeated = std::ranges::unique(one.members);
  one.members.erase(repeated.begin(), repeated.end());
  for (const auto device : one.members)
    if (const auto at = down_.find(device); at != down_.end() && at->second.outage == number)
      count_in(one, device, 1);
}

/// The outage that hangs on it already, or else the oldest inside, is its outage from now on.
void outage_correlator::widen(std::uint32_t parent) {
  auto of = std::ranges::find_if(active_, [&](const auto& o) { return o.second.parent == parent; });
  std::vector<std::uint32_t> inside;
  for (const auto& [number, one] : active_)
    if (is_inside(one, parent)) inside.push_back(number);
  if (of == active_.end()) {
    of = active_.find(inside.front());
    inside.erase(inside.begin());
    move_to(of->first, of->second, parent);
  }
  for (const auto number : inside) {
    const auto& one = active_.at(number);
    of->second.mains = of->second.mains || one.mains;
    absorbing_.push_back({.into = of->first, .from = number, .devices = one.members});
  }
  absorb_alone(of->first);
}

/// So few are down that it could be any day, and no more than a part of what was down.
bool outage_correlator::is_quiet(const active& one) const {
  const auto still = one.units.size();
  if (still < rules_.homes_min) return true;
  if (still * over_fraction > one.peak || one.parent == dependencies::no_parent) return false;
  const auto down = static_cast<std::uint32_t>(still);
  const auto size = std::max(on_.size_of(one.parent), down);
  return log_chance({size + compared_homes, down + compared_down, size, down}) >
         std::log(usual_chance);
}

void outage_correlator::learn(std::int64_t now_us) {
  if (now_us - learned_us_ < rules_.window_us) return;
  if (learned_us_ != 0 && on_.home_count != 0)
    counts_.learn(static_cast<double>(counts_.unexplained_homes()) / on_.home_count,
                  static_cast<double>(rules_.window_us) / day_us);
  learned_us_ = now_us;
}

}  // namespace varde::triage
