// The vault: this node's append-only log of opaque records, where an alarm and every command lie
// before anybody hears that they were received. It has a thread of its own that is mostly asleep in
// a write; whatever waits then goes to disk together. docs/vault.md tells the whole story.
#pragma once

#include <cstddef>
#include <functional>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/metrics.hpp"
#include "vault/error.hpp"
#include "vault/options.hpp"

namespace varde::vault {

class log {
 public:
  static constexpr sequence newest = std::numeric_limits<sequence>::max();

  using done_handler = std::function<void(base::result<sequence>)>;
  /// `written` is when the vault wrote the record; `payload` is good during the call only.
  using reader =
      std::function<void(sequence number, base::wall_time written, std::string_view payload)>;

  /// Reads what is there, cuts a torn end, sets a corrupt vault aside and prepares the first
  /// segment. Start-up work: it takes as long as reading all segments does. Fails with `in_use`,
  /// `no_directory` or `unknown_format`; corrupt content never makes it fail, and neither does a
  /// disk that can be read but not written: then state() says degraded. `figures` outlives the log.
  [[nodiscard]] static base::result<std::unique_ptr<log>> open(options given,
                                                               base::metrics& figures);
  /// Writes what was appended, calls what is to be called, and ends the thread.
  ~log();
  log(const log&) = delete;
  log& operator=(const log&) = delete;

  [[nodiscard]] const recovery_report& recovered() const noexcept;

  /// Appends the records, in this order, all or none. From one thread at a time; takes no lock.
  /// `done` is called exactly once, on the vault thread, in the order of the appends, with the
  /// sequence of the last record when all of them are on disk, or with an error: `failed`, `full`,
  /// `overloaded`, `too_large`. After an error nothing was promised, but a later recovery may still
  /// find the records. `done` may be empty. It must be quick, and must not destroy the log. A
  /// disk that does not answer delays it without end: look at degraded() meanwhile.
  void append(std::vector<std::string> records, done_handler done);

  /// Everything up to `upto` is safe elsewhere, so it may be removed: `keep` after it was written,
  /// or before if `bytes_max` asks for it. Forgotten at a restart: confirm again. Any thread.
  void confirm(sequence upto) noexcept;

  /// The last record that is on disk; 0 if there was never one. Any thread.
  [[nodiscard]] sequence last() const noexcept;

  /// Calls `each` for the records that are on disk at the call, oldest first, from `from` (or the
  /// oldest that is still there) to `upto`. Any thread, also while appending; holds one segment in
  /// memory.
  [[nodiscard]] base::result<void> read(sequence from, const reader& each,
                                        sequence upto = newest) const;

  /// Any thread.
  [[nodiscard]] health state() const;
  /// True while appends fail or the disk does not answer. Any thread; no lock.
  [[nodiscard]] bool degraded() const noexcept;

 private:
  struct parts;
  explicit log(std::unique_ptr<parts> p);

  std::unique_ptr<parts> parts_;
};

}  // namespace varde::vault
