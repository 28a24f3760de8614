// Outage correlation in one municipality: sees which devices go down and come up, and finds what
// they have in common when that many going together is no chance. Pure: no clock, no I/O; works in
// small steps, so that twenty thousand devices going at once don't hold up an alarm. The statistics
// are told in docs/outages.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <vector>

#include "triage/down_counts.hpp"
#include "varde/registry/v1/registry.pb.h"

namespace varde::triage {

/// The policy's numbers with their defaults.
struct outage_rules {
  explicit outage_rules(const registry::v1::OutagePolicy& policy);
  bool off = false;
  std::int64_t window_us;   // what goes within it goes together
  std::uint32_t homes_min;  // fewer are never an outage; devices, within one home
  double chance_max;        // over all parents
};

/// How a device shows that it is down; it is up when it shows none of them.
enum class down_sign : std::uint8_t { mains = 1, link = 2, silent = 4 };

/// What the ledger is to be told, in this order. At most outage_correlator::step_devices devices,
/// but for `left`.
struct outage_change {
  std::uint32_t outage = 0;  // the correlator's own number, from 1
  std::uint32_t parent = dependencies::no_parent;
  bool opened = false;
  bool moved = false;  // to another parent
  bool over = false;
  std::uint32_t swallowed_by = 0;  // with `over`: the outage that has its devices now
  std::vector<std::uint32_t> joined;
  std::vector<std::uint32_t> back;
  std::vector<std::uint32_t> left;  // with `over`: those that are still down
};

/// Times are microseconds since the epoch and never run backwards. Devices are numbers of the
/// dependencies. Not thread-safe.
class outage_correlator {
 public:
  /// Devices that one step moves or tells of, and parents that it weighs.
  static constexpr std::size_t step_devices = 500;
  /// A device has left when it was up for so long.
  static constexpr std::int64_t back_after_us = 15'000'000;
  /// An outage is over when it was none for so long, and sooner when everything is back.
  static constexpr std::int64_t over_after_us = 120'000'000;
  static constexpr std::int64_t all_back_after_us = 15'000'000;

  outage_correlator(dependencies on, outage_rules rules);

  void down(std::uint32_t device, down_sign sign, std::int64_t at_us);
  void up(std::uint32_t device, down_sign sign, std::int64_t at_us);

  /// The outage that a device is in, or would be taken into if it went down so; 0: none.
  [[nodiscard]] std::uint32_t outage_of(std::uint32_t device, down_sign sign) const;

  /// One piece of the work that is due. True if there may be more at once. `out` is filled if
  /// out.outage is not 0.
  [[nodiscard]] bool step(std::int64_t now_us, outage_change& out);

  /// An outage that was there before this correlator was. Returns its number.
  std::uint32_t restore(std::uint32_t parent, std::int64_t began_us);
  /// One of its devices that is down.
  void restore_device(std::uint32_t outage, std::uint32_t device, down_sign sign,
                      std::int64_t since_us);

  /// Somebody closed it: what is still down in it is in none, and opens none.
  void drop(std::uint32_t outage);

  /// Since when a device is down, and whether it only went silent.
  struct seen_down {
    std::int64_t since_us = 0;
    bool silent = false;
  };
  [[nodiscard]] seen_down seen(std::uint32_t device) const;

  /// Every device that is down and in no outage, for the correlator that takes over.
  void for_each_alone(const std::function<void(std::uint32_t device, down_sign sign,
                                               std::int64_t since_us)>& tell) const;

  [[nodiscard]] std::size_t outages() const { return active_.size(); }

 private:
  struct down_device {
    std::int64_t since_us = 0;
    std::int64_t up_us = 0;    // when it showed no sign any more; 0: it is down
    std::uint32_t outage = 0;  // 0: none
    std::uint8_t signs = 0;
    bool fresh = false;  // went within the window, and no outage explains it
  };
  struct event {
    std::uint32_t device;
    bool joined;
  };
  struct active {
    std::uint32_t parent = dependencies::no_parent;
    std::int64_t opened_us = 0;
    std::int64_t quiet_us = 0;  // since when it is no outage any more; 0: it is one
    std::size_t peak = 0;
    bool mains = false;   // mains failures belong to it
    bool untold = false;  // opened
    bool moved = false;
    boost::unordered_flat_map<std::uint32_t, std::uint16_t> units;  // down in it
    std::vector<std::uint32_t> members;                             // some have left
    std::deque<event> events;                                       // to be told
  };
  struct candidate {
    std::uint32_t parent = dependencies::no_parent;
    double ratio = 0;
  };
  /// Devices on their way into an outage.
  struct absorption {
    std::uint32_t into = 0;
    std::uint32_t from = 0;  // an outage that is swallowed; 0: those that are in none
    std::vector<std::uint32_t> devices;
    std::size_t next = 0;
  };
  using actives = std::map<std::uint32_t, active>;

  void take_in(down_device& one, std::uint32_t device, actives::iterator into);
  void count_in(active& in, std::uint32_t device, int by);
  void leave(std::uint32_t device, down_device& one);
  [[nodiscard]] std::vector<std::uint32_t> let_go(std::uint32_t number, const active& one);
  [[nodiscard]] bool expire(std::int64_t now_us);
  [[nodiscard]] bool let_return(std::int64_t now_us);
  void absorb(outage_change& out);
  [[nodiscard]] bool tell(outage_change& out);
  [[nodiscard]] bool scan(std::int64_t now_us);
  void weigh(std::uint32_t parent, std::int64_t now_us);
  void weigh_widening(std::uint32_t parent, std::int64_t now_us);
  [[nodiscard]] bool is_inside(const active& one, std::uint32_t parent) const;
  [[nodiscard]] bool is_unlikely(const tally& t) const;
  void open(std::uint32_t parent, std::int64_t now_us);
  void widen(std::uint32_t parent);
  void move_to(std::uint32_t number, active& one, std::uint32_t parent);
  void absorb_alone(std::uint32_t into);
  [[nodiscard]] bool end(std::int64_t now_us, outage_change& out);
  [[nodiscard]] bool is_quiet(const active& one) const;
  void learn(std::int64_t now_us);
  static void describe(outage_change& out, std::uint32_t number, active& one);

  dependencies on_;
  outage_rules rules_;
  down_counts counts_;
  boost::unordered_flat_map<std::uint32_t, down_device> down_;
  std::deque<std::pair<std::uint32_t, std::int64_t>> fresh_;      // with their since, oldest first
  std::deque<std::pair<std::uint32_t, std::int64_t>> returning_;  // with their up
  actives active_;                                                // by number
  std::deque<absorption> absorbing_;
  std::vector<std::uint32_t> scanning_;  // parents to weigh
  std::vector<std::uint32_t> enough_;    // weighed again when one of them was taken
  candidate opening_, widening_;         // the best so far
  std::int64_t looked_us_ = 0;           // for endings
  std::int64_t learned_us_ = 0;
  std::uint32_t newest_ = 0;
};

}  // namespace varde::triage
