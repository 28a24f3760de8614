// Counting by home and parent, with an entry only where something is down.
#include "triage/down_counts.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace varde::triage {

bool dependencies::is_under(std::uint32_t device, std::uint32_t parent) const {
  return std::ranges::find(parents_of(device), parent) != parents_of(device).end();
}

void down_counts::shift(std::uint32_t device, int unexplained, int explained) {
  for (const auto parent : on_.parents_of(device)) {
    auto& sum = parents_[parent];
    shift_under(parent, on_.unit_of(device, parent), sum, unexplained, explained);
    if (sum.any == 0)
      parents_.erase(parent);
    else if (!std::exchange(sum.changed, true))
      changed_.push_back(parent);
  }
  shift_under(dependencies::no_parent, on_.homes[device], all_, unexplained, explained);
}

void down_counts::shift_under(std::uint32_t parent, std::uint32_t unit, counts& sum,
                              int unexplained, int explained) {
  const auto key = std::uint64_t{parent} << 32 | unit;
  auto& down = units_[key];
  const bool was_unexplained = down.unexplained != 0;
  const bool was_any = was_unexplained || down.explained != 0;
  down.unexplained = static_cast<std::uint16_t>(down.unexplained + unexplained);
  down.explained = static_cast<std::uint16_t>(down.explained + explained);
  const bool is_unexplained = down.unexplained != 0;
  const bool is_any = is_unexplained || down.explained != 0;
  sum.unexplained += is_unexplained - was_unexplained;
  sum.any += is_any - was_any;
  if (!is_any) units_.erase(key);
}

tally down_counts::with_all(std::uint32_t parent, std::uint32_t down_under,
                            std::uint32_t down) const {
  tally t{on_.home_count + imagined_homes,
          down + static_cast<std::uint32_t>(std::ceil(imagined_homes * share_)),
          on_.size_of(parent), down_under};
  // One home stands in the sums for the devices that are counted here.
  if (on_.in_one_home(parent) && down_under != 0) {
    t.all += t.under - 1;
    t.down += t.down_under - 1;
  }
  return t;
}

tally down_counts::unexplained(std::uint32_t parent) const {
  const auto at = parents_.find(parent);
  return with_all(parent, at == parents_.end() ? 0 : at->second.unexplained, all_.unexplained);
}

tally down_counts::any(std::uint32_t parent) const {
  const auto at = parents_.find(parent);
  return with_all(parent, at == parents_.end() ? 0 : at->second.any, all_.any);
}

std::vector<std::uint32_t> down_counts::take_changed() {
  for (const auto parent : changed_)
    if (const auto at = parents_.find(parent); at != parents_.end()) at->second.changed = false;
  return std::exchange(changed_, {});
}

void down_counts::learn(double share, double weight) {
  share_ = std::clamp(share_ + weight * (share - share_), share_least, share_most);
}

}  // namespace varde::triage
