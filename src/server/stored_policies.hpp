// The sets that policies stand in, read from Redis once for a command that works on one of them.
#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "registry/set_store.hpp"
#include "server/blocking_store.hpp"

namespace varde::server {

class stored_policies {
 public:
  /// False if Redis does not answer or holds something else, which is then said on `errors`.
  [[nodiscard]] bool load(blocking_store& store, const redis::endpoint& where,
                          std::ostream& errors);

  /// The municipality's set, or the centre's with the shared defaults (version 0 if there are
  /// none). An empty name is the only municipality there is. nullptr if there is none of that name,
  /// which is then said on `errors` with those that there are.
  [[nodiscard]] registry::stored_set* choose(const std::string& municipality, std::ostream& errors);
  /// The shared defaults; empty if there are none.
  [[nodiscard]] const registry::v1::Policy& defaults() const;
  [[nodiscard]] std::vector<const registry::v1::MunicipalitySet*> sets() const;

 private:
  std::vector<registry::stored_set> all_;  // the centre's too, by id
};

/// "9901 Fjordvik", or "the shared defaults".
[[nodiscard]] std::string name_of(const registry::v1::MunicipalitySet& set);

}  // namespace varde::server
