// The people in an outage: who is without, ordered by how dangerous that is to them, and how far
// one has come in reaching them. Who has all devices back is no longer on the list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "desk/parts.hpp"

namespace varde::desk {

/// A resident or household in an outage, with its devices that are still down.
struct outage_person {
  std::string_view subject;  // lives as long as the state it was made from
  /// Higher is more urgent; see vulnerability_of.
  unsigned vulnerability = 0;
  std::int64_t down_since_us = 0;  // the first of its devices
  std::int64_t reached_at_us = 0;
  std::vector<const alarm::v1::OutageChild*> devices;
};

/// What makes an outage dangerous to somebody: 8 for needing power to live (oxygen, a ventilator),
/// 4 for living alone, 2 for cognitive impairment, 1 for 80 years or more.
[[nodiscard]] unsigned vulnerability_of(const registry::resident_record& resident,
                                        base::wall_time now);
/// Everybody with a device that is still down: first those nobody has reached, the most vulnerable
/// first, then who has been without for the longest.
[[nodiscard]] std::vector<outage_person> people_in(const alarm::v1::OutageState& outage,
                                                   const registry::set_view* set,
                                                   base::wall_time now);

class outages {
 public:
  static constexpr std::size_t page_default = 200;
  static constexpr std::size_t page_max = 1'000;

  explicit outages(desk_parts& parts) : parts_{parts} {}

  void add_routes();

 private:
  void get(const http::exchange_pointer& e);

  desk_parts& parts_;
};

}  // namespace varde::desk
