// A made-up town for the correlator's tests: homes with devices, and what they hang on, without a
// registry; and a clock that only moves when it is told to.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "triage/outage.hpp"

namespace varde::triage::testing {

class outage_town {
 public:
  static constexpr std::int64_t second = 1'000'000;

  std::uint32_t parent(const std::string& name) {
    const auto [at, fresh] = names_.try_emplace(name, static_cast<std::uint32_t>(names_.size()));
    return at->second;
  }
  /// A device in the home with this number.
  std::uint32_t device(std::uint32_t home, const std::vector<std::string>& on) {
    for (const auto& name : on) links_.push_back(parent(name));
    begins_.push_back(static_cast<std::uint32_t>(links_.size()));
    homes_.push_back(home);
    return static_cast<std::uint32_t>(homes_.size() - 1);
  }
  /// So many homes with one device each. The numbers of the devices.
  std::vector<std::uint32_t> homes(std::size_t count, const std::vector<std::string>& on) {
    std::vector<std::uint32_t> made;
    for (std::size_t i = 0; i < count; ++i) made.push_back(device(next_home_++, on));
    return made;
  }
  std::uint32_t next_home() { return next_home_++; }

  /// After the last device.
  void open(registry::v1::OutagePolicy policy = {}) {
    put_signals_last();
    devices_under_.assign(names_.size(), 0);
    homes_under_.assign(names_.size(), 0);
    std::vector<std::set<std::uint32_t>> homes(names_.size());
    for (std::size_t d = 0; d < homes_.size(); ++d)
      for (auto i = begins_[d]; i < begins_[d + 1]; ++i) {
        ++devices_under_[links_[i]];
        homes[links_[i]].insert(homes_[d]);
      }
    for (std::size_t p = 0; p < homes.size(); ++p)
      homes_under_[p] = static_cast<std::uint32_t>(homes[p].size());
    correlator = std::make_unique<outage_correlator>(tables(), outage_rules{policy});
  }
  dependencies tables() const {
    return {begins_, links_, homes_, devices_under_, homes_under_, next_home_, power_like_};
  }

  void down(std::uint32_t device, down_sign sign = down_sign::mains) {
    correlator->down(device, sign, now);
  }
  void down(const std::vector<std::uint32_t>& devices, down_sign sign = down_sign::mains) {
    for (const auto device : devices) down(device, sign);
  }
  void up(const std::vector<std::uint32_t>& devices, down_sign sign = down_sign::mains) {
    for (const auto device : devices) correlator->up(device, sign, now);
  }

  /// All that is due now; laid over what is known of each outage.
  void work() {
    outage_change change;
    while (correlator->step(now, change)) {
      if (change.outage == 0) continue;
      changes.push_back(change);
      auto& known = outages[change.outage];
      known.parent = change.parent;
      known.opened += change.opened;
      for (const auto device : change.joined) known.down.insert(device);
      for (const auto device : change.back) known.down.erase(device);
      if (!change.over) continue;
      known.over = true;
      known.swallowed = change.swallowed_by != 0;
      for (const auto device : change.left) left.insert(device);
    }
  }
  void wait(std::int64_t seconds) {
    for (std::int64_t i = 0; i < seconds; ++i) {
      now += second;
      work();
    }
  }

  struct told {
    std::uint32_t parent = dependencies::no_parent;
    int opened = 0;
    bool over = false;
    bool swallowed = false;
    std::set<std::uint32_t> down;
  };
  std::vector<const told*> running() const {
    std::vector<const told*> out;
    for (const auto& [number, one] : outages)
      if (!one.over) out.push_back(&one);
    return out;
  }
  std::string name(std::uint32_t parent) const {
    for (const auto& [name, index] : names_)
      if (index == parent) return name;
    return "";
  }
  std::vector<std::string> running_names() const {
    std::vector<std::string> out;
    for (const auto* one : running()) out.push_back(name(one->parent));
    std::ranges::sort(out);
    return out;
  }

  std::int64_t now = 1'800'000'000 * second;
  std::unique_ptr<outage_correlator> correlator;
  std::map<std::uint32_t, told> outages;
  std::vector<outage_change> changes;
  std::set<std::uint32_t> left;

 private:
  /// As the registry numbers them.
  void put_signals_last() {
    std::vector<std::uint32_t> moved(names_.size());
    std::uint32_t next = 0;
    for (const bool signals : {false, true}) {
      for (const auto& [name, index] : names_)
        if ((name.starts_with("network:") || name.starts_with("station:") ||
             name.starts_with("gateway:")) == signals)
          moved[index] = next++;
      if (!signals) power_like_ = next;
    }
    for (auto& [name, index] : names_) index = moved[index];
    for (auto& link : links_) link = moved[link];
  }

  std::map<std::string, std::uint32_t> names_;
  std::vector<std::uint32_t> begins_{0}, links_, homes_, devices_under_, homes_under_;
  std::uint32_t next_home_ = 0;
  std::uint32_t power_like_ = 0;
};

}  // namespace varde::triage::testing
