// What must be true of a ledger, looked at from outside: nothing here uses the fold, the rules or
// the engine that made it.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "simulation/model_redis.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::simulation {

/// What devices and people were told, as they wrote it down.
struct records {
  std::map<std::string, moment> signals;  // true signal id → when acknowledged
  std::set<std::string> commands;         // "user/key" of notes, dispatches, visits and endings
};

/// Every sentence is one broken promise; empty is a whole ledger.
[[nodiscard]] std::vector<std::string> broken_promises(const model_redis& redis,
                                                       const records& told);

}  // namespace varde::simulation
