// How registry facts look in the API: an address with its dwelling number taken apart, the way in
// without its code, a resident's card. The operators' and the teams' API show them alike.
#pragma once

#include <optional>

#include "base/json_writer.hpp"
#include "base/time.hpp"
#include "registry/set_view.hpp"

namespace varde::registry {

/// Whole years at the end of this year; nullopt if the year of birth is unknown or can't be.
[[nodiscard]] std::optional<unsigned> age_of(std::uint32_t birth_year, base::wall_time now);

/// True if anything of it is filled in.
[[nodiscard]] bool is_known(const v1::Address& address);
[[nodiscard]] bool is_known(const v1::Access& access);

/// These write one value: an object, or null if nothing is known.
void write_address(base::json_writer& json, const v1::Address& address);
/// Without the code: only whether there is one.
void write_access(base::json_writer& json, const v1::Access& access);
void write_age(base::json_writer& json, std::uint32_t birth_year, base::wall_time now);
/// `set` is the one the resident is of.
void write_resident(base::json_writer& json, const set_view& set, const resident_record& resident,
                    base::wall_time now);

}  // namespace varde::registry
