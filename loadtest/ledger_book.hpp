// What the ledger has of a run's signals: those that a rule kept off the board (waiting for a
// restoral, recorded only, explained by another subject's case), and those that it has twice. Read
// from the demo's own Redis by this file's own few lines of RESP, so that the server is not its own
// witness.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "tally.hpp"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::load {

/// One thread's.
class ledger_book {
 public:
  /// Only signals of this protocol are counted ("native", "scaip").
  explicit ledger_book(std::string protocol) : protocol_(std::move(protocol)) {}

  /// The next entry of some subject, in the order of the subject's versions.
  void take(const alarm::v1::Entry& entry);

  /// For each device, how many of its signals are held or were recorded by a rule that names
  /// itself, and whose collecting case, if there is one, is in the ledger or in `cases_before`.
  [[nodiscard]] std::vector<shown_device> kept_by_rules(
      const std::unordered_set<std::string>& cases_before) const;
  /// Ids of signals that were decided twice. There should be none.
  [[nodiscard]] const std::vector<std::string>& twice() const noexcept { return twice_; }

 private:
  enum class where : std::uint8_t { in_case, held, recorded };
  struct decided {
    where is;
    std::string device, collected_in;
  };
  void put(const alarm::v1::Signal& signal, where is, const std::string& collected_in = {});

  std::string protocol_;
  std::unordered_map<std::string, decided> signals_;
  std::unordered_set<std::string> cases_;
  std::vector<std::string> twice_;
};

/// Reads what every ledger behind this Unix socket took in since a moment of the wall clock (Unix
/// milliseconds). Throws std::runtime_error.
void read_ledgers(const std::filesystem::path& redis_socket, std::int64_t since_ms,
                  ledger_book& into);

}  // namespace varde::load
