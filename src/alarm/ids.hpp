// The ids of the domain and how they are made. Ids are opaque to people but locate themselves: a
// case id names its municipality and subject, so finding a case needs no index.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/id.hpp"

namespace varde::alarm {

using municipality_id = base::id<struct municipality_tag>;
using subject_id = base::id<struct subject_tag>;
using case_id = base::id<struct case_tag>;
using visit_id = base::id<struct visit_tag>;
using signal_id = base::id<struct signal_tag>;

/// The tenant that owns what belongs to no municipality: alarms of unknown devices, accounts.
inline constexpr std::string_view centre = "centre";
/// The subject of all of a municipality's outages.
inline constexpr std::string_view outages_subject = "outages";

/// Subjects: "r-<resident>", "h-<household>", "d-<protocol>-<device>" for a device without an
/// owner, "u-<source>" for unknown devices of one source address.
[[nodiscard]] subject_id resident_subject(std::string_view resident);
[[nodiscard]] subject_id household_subject(std::string_view household);
[[nodiscard]] subject_id device_subject(std::string_view protocol, std::string_view device);
[[nodiscard]] subject_id unknown_subject(std::string_view source);
/// The resident id if the subject is a resident.
[[nodiscard]] std::optional<std::string_view> resident_of(std::string_view subject);
/// The household id if the subject is a household.
[[nodiscard]] std::optional<std::string_view> household_of(std::string_view subject);

struct case_location {
  municipality_id municipality;
  subject_id subject;
  std::uint64_t opened_version = 0;
};

/// "<municipality>.<subject>.<version it was opened at>".
[[nodiscard]] case_id make_case_id(std::string_view municipality, std::string_view subject,
                                   std::uint64_t opened_version);
/// nullopt if the text is not a case id.
[[nodiscard]] std::optional<case_location> locate(std::string_view id);
/// "<case id>.v<n>", n from 1.
[[nodiscard]] visit_id make_visit_id(std::string_view of_case, unsigned n);
/// The case id of a visit id, or nullopt.
[[nodiscard]] std::optional<std::string_view> case_of_visit(std::string_view visit);

/// Letters, digits, '-' and '_' only, 1…`max` characters: what a registry id may be.
[[nodiscard]] bool is_plain_id(std::string_view text, std::size_t max = 40);

}  // namespace varde::alarm
