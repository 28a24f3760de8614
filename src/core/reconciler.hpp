// Reconciling: after every time the ledger was away, and at the start, this node's vault is held
// against the ledger before anything new is written. What Redis has forgotten is committed again as
// it was; where the ledger went on without us, what is ours is merged.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "base/result.hpp"
#include "core/input.hpp"
#include "core/ledger_port.hpp"
#include "core/vault_port.hpp"

namespace varde::core {

enum class standing : std::uint8_t {
  there,      // the ledger has all of it, where we put it or where another decision put it
  forgotten,  // the ledger ends right before what is missing
  parted,     // the ledger went on without it
};

struct comparison {
  standing where = standing::there;
  /// What the ledger lacks, in order.
  std::vector<alarm::v1::Entry> missing;
};

/// Holds what this node committed of one subject (`ours`, ascending versions, not empty) against
/// the ledger's entries from the version before ours[0] on (from 1 if that is the first). Pure.
[[nodiscard]] comparison compare(std::span<const alarm::v1::Entry> ours,
                                 std::span<const alarm::v1::Entry> ledger);

/// A subject in memory whose newest entry the ledger should have.
struct suspect {
  std::string municipality;
  std::string subject;
  std::uint64_t version = 0;
  std::uint64_t tip = 0;
};

/// Not thread-safe; on the engine's thread.
class reconciler {
 public:
  /// Records compared at a time.
  static constexpr std::size_t page_records = 8'000;
  /// Of a full page the newest wait for the next, so that a record and its withdrawal meet.
  static constexpr std::size_t held_back_records = 1'024;

  /// What the engine does for it.
  struct hooks {
    /// An entry the ledger has again.
    std::function<void(const alarm::v1::Entry&)> restored;
    /// What else should be compared, once the vault's records were.
    std::function<std::vector<suspect>()> suspects;
    /// The ledger has another history of this subject than we have in memory.
    std::function<void(const suspect&)> differs;
    /// Stops deciding; `held` is called when nothing is under way any more.
    std::function<void(std::function<void()> held)> hold;
    /// All was compared. `parted` is to be merged; `upto` is the last record that was looked at.
    std::function<void(std::vector<merge_input> parted, vault_sequence upto)> finished;
    /// The ledger went away again, or the vault can't be read.
    std::function<void(base::error_code)> failed;
  };

  reconciler(ledger_port& ledger, vault_port& vault, hooks to);

  /// Compares the vault's records from `from` on.
  void begin(vault_sequence from);
  /// Forgets what is under way; no hook is called for it any more.
  void abandon();
  [[nodiscard]] bool under_way() const { return under_way_; }
  /// Entries committed again since it was made.
  [[nodiscard]] std::uint64_t recommitted() const { return recommitted_; }

 private:
  using subject_key = std::pair<std::string, std::string>;
  struct numbered {
    vault_sequence sequence = 0;
    alarm::v1::Entry entry;
  };
  struct part {
    subject_key about;
    std::vector<numbered> ours;
    comparison outcome;
  };

  enum class stage : std::uint8_t {
    catching_up,  // full pages
    caught_up,    // the first page that was not full; the suspects come next
    holding,      // nothing new is decided; what came meanwhile
  };

  void next_page();
  void take_page(std::vector<vaulted> page);
  void look_at(std::vector<vaulted> records);
  void compare_with_ledger(std::vector<part> parts);
  void commit_again(std::vector<part>& parts);
  void page_is_done();
  void look_at_suspects();
  void finish();
  void fail(base::error_code error);
  /// Wraps a handler so that it does nothing once this run was abandoned.
  template <class F>
  auto while_current(F f) {
    return [this, run = run_, f = std::move(f)](auto&&... args) mutable {
      if (run == run_) f(std::forward<decltype(args)>(args)...);
    };
  }

  ledger_port& ledger_;
  vault_port& vault_;
  hooks hooks_;
  vault_sequence next_ = 1;
  std::vector<vaulted> held_back_;
  std::unordered_set<vault_sequence> withdrawn_;
  std::map<subject_key, std::vector<numbered>> parted_;
  std::uint64_t run_ = 0;
  std::uint64_t recommitted_ = 0;
  bool under_way_ = false;
  stage stage_ = stage::catching_up;
};

}  // namespace varde::core
