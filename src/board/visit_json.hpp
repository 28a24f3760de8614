// How a case's parts look in the API, for both the operators' and the teams': visits, times,
// positions and the place in the order of urgency.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/json_writer.hpp"
#include "varde/alarm/v1/case.pb.h"

namespace varde::board {

/// 1 life, 2 care, 3 low care, 4 technical: the number on the badge.
[[nodiscard]] unsigned priority_of(const alarm::v1::Case& c);

/// RFC 3339, or null for 0.
void write_time(base::json_writer& json, std::string_view name, std::int64_t at_us);
/// One value: an object.
void write_position(base::json_writer& json, const alarm::v1::Position& position);
/// The members of a visit, inside an object that the caller opens and closes.
void write_visit_members(base::json_writer& json, std::string_view case_id,
                         const alarm::v1::Visit& visit);

}  // namespace varde::board
