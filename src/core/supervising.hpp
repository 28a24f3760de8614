// The supervision's place in the core: lets the sweep step on the core thread, brings what it finds
// to the engine as ordinary admissions, and tells it what the ledger made of them.
#pragma once

#include <map>
#include <string>

#include "core/engine.hpp"
#include "core/housekeeping.hpp"
#include "supervision/sweep.hpp"

namespace varde::core {

/// On the engine's thread; engine, store and table outlive it. Made before the engine opens, so
/// that it sees the cases that are open.
class supervising {
 public:
  /// Findings admitted in one step: so many decisions delay a life alarm by less than a
  /// millisecond.
  static constexpr std::size_t admitted_max = 64;

  supervising(engine& to, const registry::directory& directory, supervision::seen_table& seen,
              supervision::seen_store& store, base::metrics& metrics, base::steady_time now);

  /// Several times a second. True if something was admitted and wants to be flushed.
  bool step(base::steady_time now, base::wall_time wall);
  /// Devices of a node that is gone come to the others; until then they are silent.
  void neighbours(const neighbourhood& others);

  [[nodiscard]] supervision::sweep& watch() { return sweep_; }

 private:
  void follow(const alarm::v1::Case& now);

  engine& engine_;
  registry::directory_reader registry_;
  supervision::sweep sweep_;
  std::map<std::string, bool> alive_;  // the other nodes, as last told
};

}  // namespace varde::core
