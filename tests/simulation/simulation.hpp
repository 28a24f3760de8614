// One run of a small centre: nodes, devices that retransmit, people who act, and faults, for some
// hours of virtual time, checked at the end.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "simulation/checkers.hpp"

namespace varde::simulation {

struct plan {
  std::uint64_t seed = 1;
  int nodes = 3;
  int hours = 6;
  mutations off{};
  bool only_freezes = false;  // nothing else fails: what a frozen node does as it wakes
  bool tell = false;          // print who did what and what failed
};

struct outcome {
  std::vector<std::string> broken;
  std::map<std::string, int> faults;  // that were injected, by name
  std::uint64_t events = 0;
  std::uint64_t signals = 0, commands = 0;  // acknowledged
  std::uint64_t merged = 0;                 // entries decided again
  /// Of everything that the ledger holds: the same for the same seed.
  std::uint64_t fingerprint = 0;
};

[[nodiscard]] outcome run(const plan& p);

}  // namespace varde::simulation
