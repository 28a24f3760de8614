// How many homes are down under each thing that devices depend on. A home counts once however many
// of its devices are down, since what stands in one home fails together; only under something that
// lies within one home do the devices count themselves.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <span>
#include <vector>

#include "triage/unlikely.hpp"

namespace varde::triage {

/// What the registry's index of dependencies looks like from here: devices, parents and homes by
/// number. The spans belong to the index, which must outlive whoever counts with them.
struct dependencies {
  std::span<const std::uint32_t> begins;         // of each device's links, and their end
  std::span<const std::uint32_t> links;          // parents
  std::span<const std::uint32_t> homes;          // by device
  std::span<const std::uint32_t> devices_under;  // by parent
  std::span<const std::uint32_t> homes_under;    // by parent
  std::uint32_t home_count = 0;
  /// Parents from this number on carry signals and no power.
  std::uint32_t signals_only_from = ~std::uint32_t{0};

  static constexpr std::uint32_t no_parent = ~std::uint32_t{0};

  [[nodiscard]] std::span<const std::uint32_t> parents_of(std::uint32_t device) const {
    return links.subspan(begins[device], begins[device + 1] - begins[device]);
  }
  [[nodiscard]] bool is_under(std::uint32_t device, std::uint32_t parent) const;
  /// True if everything under it is in one home.
  [[nodiscard]] bool in_one_home(std::uint32_t parent) const {
    return parent != no_parent && homes_under[parent] == 1;
  }
  /// Homes, or devices where it lies within one home.
  [[nodiscard]] std::uint32_t size_of(std::uint32_t parent) const {
    if (parent == no_parent) return 0;
    return in_one_home(parent) ? devices_under[parent] : homes_under[parent];
  }
  /// What of a device counts under a parent: its home, or itself.
  [[nodiscard]] std::uint32_t unit_of(std::uint32_t device, std::uint32_t parent) const {
    return in_one_home(parent) ? device : homes[device];
  }
};

/// Not thread-safe. No call's cost grows with the fleet.
class down_counts {
 public:
  /// Homes of an imagined fleet that stands beside the real one, so that a small fleet, or one of
  /// which all hangs on one thing, has something to be compared with.
  static constexpr std::uint32_t imagined_homes = 2'000;
  /// Of those, so many are taken to go within a window before anything was learned.
  static constexpr double share_at_first = 0.001;
  static constexpr double share_least = 0.000'25;
  static constexpr double share_most = 0.05;

  explicit down_counts(dependencies on) : on_{on} {}

  /// A device went down and nothing explains it yet / an outage does; +1 or -1 each.
  void add_unexplained(std::uint32_t device, int by) { shift(device, by, 0); }
  void add_explained(std::uint32_t device, int by) { shift(device, 0, by); }
  void explain(std::uint32_t device) { shift(device, -1, 1); }

  /// Under this parent, of what no outage explains; with the imagined homes.
  [[nodiscard]] tally unexplained(std::uint32_t parent) const;
  /// Of all that is counted.
  [[nodiscard]] tally any(std::uint32_t parent) const;
  /// Parents whose counts changed since this was called last, each once or more.
  [[nodiscard]] std::vector<std::uint32_t> take_changed();
  [[nodiscard]] bool changed() const { return !changed_.empty(); }

  /// The share of homes that goes within a window by itself, as it is being learned.
  void learn(double share, double weight);
  [[nodiscard]] double usual_share() const { return share_; }
  [[nodiscard]] std::uint32_t unexplained_homes() const { return all_.unexplained; }

 private:
  struct counts {
    std::uint32_t unexplained = 0;
    std::uint32_t any = 0;
    bool changed = false;
  };
  struct devices_down {
    std::uint16_t unexplained = 0;
    std::uint16_t explained = 0;
  };

  void shift(std::uint32_t device, int unexplained, int explained);
  void shift_under(std::uint32_t parent, std::uint32_t unit, counts& sum, int unexplained,
                   int explained);
  [[nodiscard]] tally with_all(std::uint32_t parent, std::uint32_t down_under,
                               std::uint32_t down) const;

  dependencies on_;
  boost::unordered_flat_map<std::uint64_t, devices_down> units_;  // by parent and unit
  boost::unordered_flat_map<std::uint32_t, counts> parents_;
  counts all_;
  std::vector<std::uint32_t> changed_;
  double share_ = share_at_first;
};

}  // namespace varde::triage
