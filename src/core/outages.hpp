// Outages on the core thread: what goes down and comes back is told to each municipality's
// correlator, by the node that keeps its house; what the correlator finds becomes commands on the
// subject "outages" like any other, so that the ledger's versions make each of them exactly once.
// The state there is what a new house-keeper begins with.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "alarm/admission.hpp"
#include "board/view.hpp"
#include "core/subjects.hpp"
#include "registry/view.hpp"
#include "triage/outage.hpp"
#include "varde/alarm/v1/command.pb.h"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::core {

/// True for what an outage explains: mains failures and lost links.
[[nodiscard]] bool may_be_in_outage(alarm::v1::Kind kind);
/// The case of the outage that explains why this device fails so; empty: none. `state` is that of
/// the subject "outages"; the view lives as long as it.
[[nodiscard]] std::string_view covering_case(const registry::set_view& set,
                                             const alarm::v1::SubjectState& state,
                                             const alarm::v1::Signal& signal, alarm::v1::Kind kind);

/// Not thread-safe.
class outages {
 public:
  /// Steps of a correlator in one call, none of more than a few hundred devices; and devices whose
  /// own cases are looked for.
  static constexpr int steps_max = 8;
  static constexpr int own_cases_max = 100;
  /// What was asked for and never came to be is begun anew from the state.
  static constexpr std::chrono::seconds opening_limit{30};

  /// What one call asks of the engine.
  struct wishes {
    std::vector<alarm::v1::Command> commands;
    /// Devices that an outage that is over leaves down: alarms of their own.
    std::vector<alarm::admission> alarms;
    [[nodiscard]] bool empty() const { return commands.empty() && alarms.empty(); }
  };

  /// Of an entry that is settled, or another node's: only those that may_tell say anything.
  void saw(const alarm::v1::Entry& entry);
  /// A device's, about mains or link.
  [[nodiscard]] static bool may_tell(const alarm::v1::Entry& entry);
  /// A piece of what is due in this municipality; several times a second, for those whose house
  /// this node keeps.
  [[nodiscard]] wishes work(const registry::view& all,
                            const std::shared_ptr<const registry::set_view>& set,
                            subjects& in_memory, const board::view& shown, base::wall_time now);
  /// Another node keeps this municipality's house.
  void forget(const std::string& municipality) { places_.erase(municipality); }

 private:
  /// One outage as it was last told to the ledger.
  struct told {
    std::string case_id;  // empty until the ledger has opened it
    std::int64_t began_us = 0;
    std::uint32_t residents_down = 0;
    boost::unordered_flat_map<std::uint32_t, std::uint16_t> homes;  // devices down in each
    boost::unordered_flat_set<std::uint32_t> down, back;
  };
  struct place {
    std::shared_ptr<const registry::set_view> set;  // whose numbers the correlator uses
    std::unique_ptr<triage::outage_correlator> correlator;
    std::map<std::uint32_t, told> told_of;  // by the correlator's number
    std::uint32_t opening = 0;              // asked for, not yet in the state
    std::string opening_parent;
    base::wall_time opening_since{};
    std::deque<std::pair<std::uint32_t, std::uint32_t>> own_cases;  // outage, device: to close
    std::uint64_t asked = 0;
    bool stale = false;  // to be begun anew from the state
  };
  static void take_over(place& p, const std::shared_ptr<const registry::set_view>& set,
                        const alarm::v1::SubjectState* state, const board::view& shown);
  static void join(told& outage, const registry::dependency_index& all, std::uint32_t device);
  static void leave(told& outage, const registry::dependency_index& all, std::uint32_t device);
  static void drop_closed(place& p, const alarm::v1::SubjectState* state);
  [[nodiscard]] static bool waits_for_opening(place& p, const alarm::v1::SubjectState* state,
                                              base::wall_time now);
  static void ask(place& p, const registry::view& all, const triage::outage_change& change,
                  base::wall_time now, wishes& out);
  static void close_own_cases(place& p, const registry::view& all, subjects& in_memory,
                              base::wall_time now, wishes& out);

  std::map<std::string, place, std::less<>> places_;
};

}  // namespace varde::core
