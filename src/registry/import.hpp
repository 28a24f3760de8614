// Reading a municipality's set from files, all or nothing. Every bad row is reported with its file
// and line; passwords and secrets are turned into hashes on the way in and kept nowhere.
// docs/import.md describes the format.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "registry/import_node.hpp"
#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

/// The realm of SIP digest, part of each device's HA1.
inline constexpr std::string_view digest_realm = "varde";
/// A device secret has at least 128 bits: 22 characters of base64.
inline constexpr std::size_t secret_characters_min = 22;
/// One file; more is refused unread.
inline constexpr std::size_t import_bytes_max = 256u << 20;

struct import_file {
  std::string name;  // as shown in problems; for CSV its last part says what it holds
  std::string text;
};

/// Where a device was described, by its index in the set.
struct import_place {
  std::string file;
  std::size_t line = 0;
};

/// A team of another municipality that a policy sends somebody from.
struct foreign_team {
  std::string municipality;
  std::string team;
  bool must_be_staffed = false;
  import_place place;
};

struct import_outcome {
  v1::MunicipalitySet set;  // whole only without problems; its version is 0
  std::vector<import_problem> problems;
  std::vector<import_place> devices;
  std::vector<foreign_team> foreign_teams;
};

/// One JSON file.
[[nodiscard]] import_outcome import_json(const import_file& file);
/// municipality.csv, and any of households.csv, residents.csv, devices.csv, teams.csv, plans.csv.
[[nodiscard]] import_outcome import_csv(const std::vector<import_file>& files);

/// One JSON file that holds a policy alone, to stand in `set` in the place of the one that is
/// there. The set with municipality id "centre" holds the defaults that all municipalities share.
[[nodiscard]] import_outcome import_policy(const import_file& file, v1::MunicipalitySet set);

/// Devices that call themselves like one of another municipality. `others` may hold the set's own
/// older version, which doesn't count.
[[nodiscard]] std::vector<import_problem> clashes_with(
    const import_outcome& outcome, const std::vector<const v1::MunicipalitySet*>& others);

/// Teams of other municipalities that are named and that no set has, or that must be staffed.
[[nodiscard]] std::vector<import_problem> missing_teams(
    const import_outcome& outcome, const std::vector<const v1::MunicipalitySet*>& others);

/// "residents.csv:12: …"
[[nodiscard]] std::string describe(const import_problem& problem);

}  // namespace varde::registry
