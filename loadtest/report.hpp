// The outcome of a run, for a person as a table and for a script as JSON.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "cpu_watch.hpp"
#include "plan.hpp"
#include "watcher.hpp"

namespace varde::load {

struct outcome {
  std::string protocol;  // "native" or "scaip"
  plan asked;
  findings found;
  watcher::numbers watched;
  audience::numbers listened;
  std::optional<tally::audit> audit;  // none if the board was not looked at
  std::vector<std::string> in_two_cases;
  std::vector<std::string> decided_twice;  // by the ledger
  std::vector<cpu_share> cpu;
  /// Of the server; 0: not known.
  struct {
    double before_kb = 0, after_kb = 0;
    double peak_kb = 0;  // since the server began
  } memory;

  /// Nothing lost, nothing doubled; true as well if the board was not looked at.
  [[nodiscard]] bool kept_the_promise() const {
    return in_two_cases.empty() && decided_twice.empty() && watched.missed_bases == 0 &&
           (!audit || (audit->lost == 0 && audit->doubled == 0));
  }
};

[[nodiscard]] std::string as_table(const outcome& run, const tally& book);
[[nodiscard]] std::string as_json(const outcome& run, const tally& book);

}  // namespace varde::load
