// A model of a Redis that replicates late and may be failed over: what its replica did not have yet
// is then forgotten. It knows versions and bytes, as the real one's function does.
#pragma once

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "core/housekeeping.hpp"
#include "ledger/commit.hpp"
#include "ledger/entry.hpp"
#include "simulation/world.hpp"

namespace varde::simulation {

/// Rules that can be switched off, to see that the checkers notice.
struct mutations {
  bool no_vault = false;            // the disk keeps nothing
  bool no_version_check = false;    // every commit is appended
  bool no_fencing = false;          // guards are not looked at
  bool no_recommit = false;         // nothing is read from the vault
  bool no_duplicate_check = false;  // a retransmission looks like a new signal
};

class model_redis {
 public:
  explicit model_redis(const mutations& off) : off_(off) {}

  /// Appends or refuses, at `now`; the entries are in the replica `lag` later.
  ledger::commit_result commit(const ledger::commit& c, moment now) {
    auto& list = subjects_[{c.municipality, c.subject}];
    if (c.guarded_by && !off_.no_fencing) {
      const auto guard = subjects_.find({c.municipality, c.guarded_by->subject});
      const auto version = guard == subjects_.end() ? 0 : guard->second.size();
      if (version != c.guarded_by->version) return {ledger::commit_status::fenced, list.size()};
    }
    if (list.size() != c.expected_version && !off_.no_version_check)
      return {ledger::commit_status::stale, list.size()};
    for (const auto& bytes : c.entries) {
      const auto entry = *ledger::parse_entry(bytes);
      list.push_back(entry);
      log_.push_back(entry);
      times_.push_back(now);
      if (on_append) on_append(entry);
    }
    return {ledger::commit_status::committed, list.size(), replica_alive ? 1u : 0u};
  }

  [[nodiscard]] std::vector<alarm::v1::Entry> read(const std::string& municipality,
                                                   const std::string& subject,
                                                   std::uint64_t from) const {
    const auto at = subjects_.find({municipality, subject});
    if (at == subjects_.end() || at->second.size() < from) return {};
    return {at->second.begin() + static_cast<std::ptrdiff_t>(from - 1), at->second.end()};
  }

  /// The replica takes over with what it has. With WAIT every acknowledged commit is there, so the
  /// caller says how late it is.
  std::size_t fail_over(moment now, moment lag) {
    std::size_t forgotten = 0;
    while (!log_.empty() && times_.back() > now - lag) {
      const auto& entry = log_.back();
      subjects_[{entry.municipality(), entry.subject()}].pop_back();
      log_.pop_back();
      times_.pop_back();
      ++forgotten;
    }
    return forgotten;
  }

  /// How many entries, from the first, are older than `when`.
  [[nodiscard]] std::size_t settled_before(moment when) const {
    return static_cast<std::size_t>(std::ranges::lower_bound(times_, when) - times_.begin());
  }
  /// All entries in their order, as a tail reads them.
  [[nodiscard]] const std::vector<alarm::v1::Entry>& log() const { return log_; }
  [[nodiscard]] const auto& subjects() const { return subjects_; }

  struct presence {
    std::uint64_t beat = 0;
    std::vector<std::string> users;
  };
  std::map<std::string, presence> presences;
  std::function<void(const alarm::v1::Entry&)> on_append;
  bool replica_alive = true;

 private:
  const mutations& off_;
  std::map<std::pair<std::string, std::string>, std::vector<alarm::v1::Entry>> subjects_;
  std::vector<alarm::v1::Entry> log_;
  std::vector<moment> times_;
};

}  // namespace varde::simulation
