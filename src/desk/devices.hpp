// The technicians' list: devices that are offline, low on battery, noisy, broken or being tested,
// from the open technical cases and from what waits at the subjects; and test mode, begun and
// ended.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "desk/device_rows.hpp"
#include "desk/parts.hpp"
#include "desk/subject_commands.hpp"

namespace varde::desk {

class devices {
 public:
  static constexpr std::size_t list_max = 1'000;
  /// Registered devices that one search gives.
  static constexpr std::size_t found_max = 50;

  explicit devices(desk_parts& parts) : parts_{parts}, acting_{parts} {}

  void add_routes();

 private:
  void list(const http::exchange_pointer& e);
  void answer(const http::exchange_pointer& e, std::vector<device_row>& rows,
              const registry::view& all) const;
  [[nodiscard]] std::optional<subject_place> subject_of(std::string_view device_id) const;

  desk_parts& parts_;
  subject_commands acting_;
};

}  // namespace varde::desk
