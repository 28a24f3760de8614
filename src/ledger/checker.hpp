// The check of what a whole ledger says: every signal in one place, no case with two owners,
// nothing carried out twice. It shares no code with what decides, folds or writes entries, so that
// a mistake there can't hide itself. Pure: the command reads Redis, the simulation its model, and
// both ask here.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>

#include "ledger/breach.hpp"
#include "ledger/case_replay.hpp"
#include "ledger/position.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::ledger {

/// The subject whose version is a municipality's fencing token.
inline constexpr std::string_view lease_subject = "housekeeping";

/// What of one municipality was looked at.
struct checked_counts {
  std::uint64_t entries = 0;
  std::uint64_t subjects = 0;
  std::uint64_t cases = 0;
  std::uint64_t cases_open = 0;
  std::uint64_t signals = 0;
  std::uint64_t commands = 0;
  std::uint64_t visits = 0;
  std::uint64_t leases = 0;
  std::uint64_t outage_deeds = 0;
  std::uint64_t unknown = 0;  // entries that say what only a newer version knows; not judged
};

/// Holds every signal id, command id and case in memory: some hundred bytes an entry.
class checker {
 public:
  explicit checker(breach_handler found);

  /// The next entry of its municipality's ledger. Municipalities may come in any order, also mixed.
  void take(const alarm::v1::Entry& entry, position at);

  /// All zeros for a municipality without entries.
  [[nodiscard]] checked_counts counts(const std::string& municipality) const;

 private:
  struct subject_history {
    std::uint64_t version = 0;
    std::uint64_t tip = 0;                                    // 0: not known
    std::unordered_map<std::string, std::uint64_t> commands;  // "<case>/<command id>" → version
    std::map<std::string, case_replay> cases;
    std::map<std::string, std::string> held;  // signal id → its key
    std::string let_go;  // key of what waited till now: its case is to follow at once
  };
  struct municipality_history {
    std::unordered_map<std::string, subject_history> subjects;
    std::uint64_t lease = 0;
    checked_counts counts;
  };
  /// Whether a signal may still move: from waiting or from the record to a case of its subject.
  enum class standing : std::uint8_t { settled, held, let_go, kept_back };
  struct place {
    std::string subject;  // "<municipality>/<subject>"
    std::uint64_t version;
    standing is;
  };

  void check_history(subject_history& subject, const alarm::v1::Entry& entry, position at);
  void check_signal(subject_history& subject, const alarm::v1::Entry& entry, position at);
  void check_hold(subject_history& subject, const alarm::v1::Entry& entry, position at);
  void check_let_go(subject_history& subject, const alarm::v1::Entry& entry, position at);
  void check_command(subject_history& subject, const alarm::v1::Entry& entry, position at);
  void check_lease(municipality_history& municipality, const alarm::v1::Entry& entry, position at);
  void complain(breach what, const alarm::v1::Entry& entry, position at, std::string detail) const;

  const breach_handler found_;
  std::unordered_map<std::string, municipality_history> municipalities_;
  std::unordered_map<std::string, place> signals_;  // "<protocol>/<signal id>" → where it is
};

}  // namespace varde::ledger
