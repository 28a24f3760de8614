// Which devices, kinds and rules cost most without need, and whose use of the alarm has changed:
// counted from a municipality's entries, in their order. Pure and bounded; knows no Redis and no
// clock.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "varde/alarm/v1/entry.pb.h"

namespace varde::report {

/// How many of what, and how many of them were closed without action.
struct offender {
  std::string id;    // "<protocol>/<wire id>", a kind's name, a rule's id
  std::string name;  // of a rule: its reason
  std::uint64_t cases = 0;
  std::uint64_t without_action = 0;
};

/// Presses in the reported days, and how many were usual in so many days before them.
struct changed_use {
  std::string resident;
  std::uint64_t recent = 0;
  double usual = 0;
};

struct offenders {
  std::vector<offender> devices, kinds, rules;  // most without action first
  std::vector<changed_use> residents;           // the least likely change first
  bool whole = true;                            // false: something was beyond a bound
};

/// How likely it is to see `count` or something as far from `mean` on the same side, if nothing has
/// changed (Poisson).
[[nodiscard]] double chance_of(std::uint64_t count, double mean);

class offender_tally {
 public:
  static constexpr std::size_t cases_max = 200'000;
  static constexpr std::size_t things_max = 100'000;
  static constexpr std::size_t listed_max = 20;
  /// Days before the reported ones that are taken for usual.
  static constexpr unsigned usual_days = 30;
  /// A change of use that chance brings less often than this is told.
  static constexpr double chance_max = 0.001;
  /// Fewer presses than this are no change worth telling, up or down.
  static constexpr std::uint64_t presses_min = 5;

  /// Reports on the `days` before `now_us`.
  offender_tally(std::int64_t now_us, unsigned days);

  void take(const alarm::v1::Entry& entry);
  [[nodiscard]] offenders result() const;
  /// From when on entries matter.
  [[nodiscard]] std::int64_t begins_us() const noexcept { return usual_from_us_; }

 private:
  struct open_case {
    std::string device, kind, rule, reason;
  };
  struct use {
    std::uint64_t recent = 0, before = 0;
  };
  using counts = std::unordered_map<std::string, offender>;

  void press(const alarm::v1::Entry& entry, alarm::v1::Kind kind);
  void close(const alarm::v1::Entry& entry);
  void count(counts& in, const std::string& id, const std::string& name, bool without_action);

  const std::int64_t now_us_, from_us_, usual_from_us_;
  const unsigned days_;
  std::unordered_map<std::string, open_case> open_;
  std::unordered_map<std::string, use> uses_;  // by resident
  counts devices_, kinds_, rules_;
  bool whole_ = true;
};

}  // namespace varde::report
