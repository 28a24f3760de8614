// What the consoles' WebSocket has shown so far: for each case, how many signals of each device it
// stands for. Reads the live feed's frames (docs/openapi.json, /api/v1/live) and says which
// devices' totals a frame changed.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tally.hpp"

namespace varde::load {

/// One thread's. Frames of several operators may be mixed: a case is known by its id, and its
/// newest version counts.
class board_book {
 public:
  enum class frame { snapshot, changes, other, unreadable };

  /// Only alarms of this protocol are counted ("native", "scaip").
  explicit board_book(std::string protocol) : protocol_(std::move(protocol)) {}

  /// Reads one frame and appends the totals that it changed to `changed`.
  frame read(std::string_view json, std::vector<shown_device>& changed);

  /// Every device's total.
  [[nodiscard]] std::vector<shown_device> totals() const;
  /// The ids of all cases.
  [[nodiscard]] std::unordered_set<std::string> cases() const;
  /// Differences from a version that is not held; there should be none.
  [[nodiscard]] std::uint64_t missed_bases() const noexcept { return missed_bases_; }
  /// Listed signal ids that stand in more than one case; there should be none.
  [[nodiscard]] std::vector<std::string> signals_in_two_cases() const;

 private:
  struct alarm_line {
    std::string device, protocol, signal_id;
    std::uint64_t count = 0;
  };
  struct case_line {
    std::uint64_t version = 0;
    std::map<std::string, std::uint64_t, std::less<>> by_device;
    std::vector<alarm_line> alarms;
  };
  void take_case(const void* json_object, std::vector<shown_device>& changed);
  void take_difference(const void* json_object, std::vector<shown_device>& changed);
  /// Keeps the case that this difference is from, as it is before the frame.
  void keep_example(const void* json_object);
  void count_devices(case_line& line, std::vector<shown_device>& changed);

  std::string protocol_;
  std::uint64_t missed_bases_ = 0;
  std::unordered_map<std::string, case_line> cases_;
  std::unordered_map<std::string, case_line> examples_;  // of the frame being read
  std::unordered_map<std::string, std::uint64_t> by_device_;
};

}  // namespace varde::load
