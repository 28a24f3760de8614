// The vault without its thread: writes batches, changes to a new segment when one is full or bad,
// prepares the next and prunes the oldest. Everything here is decided on what the caller says the
// time is, and every failure of the disk comes through file_ops, so it is tested step by step.
#pragma once

#include <atomic>
#include <chrono>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/metrics.hpp"
#include "vault/error.hpp"
#include "vault/files.hpp"
#include "vault/options.hpp"
#include "vault/segment.hpp"

namespace varde::vault {

/// The vault's figures for the administrator's monitoring.
struct instruments {
  explicit instruments(base::metrics& all);
  base::counter& appended;
  base::counter& appended_bytes;
  base::counter& writes;
  base::counter& refused;
  base::counter& failures;
  base::counter& pruned;
  base::counter& torn_bytes;
  base::counter& set_aside;
  base::latency_histogram& write_time;
  base::gauge& degraded;
  base::gauge& on_spare;
  base::gauge& bytes;
  base::gauge& segments;
  base::gauge& waiting_bytes;
};

/// What recovery hands over: the segments in the order of their ordinals, and where to go on.
struct recovered_state {
  std::vector<segment_info> segments;
  std::uint64_t vault_id = 0;
  std::uint64_t next_ordinal = 1;
  sequence last = 0;
  std::vector<bool> usable;  ///< for each directory
  /// Folders of a corrupt vault that could not be renamed.
  std::vector<std::string> immovable;
};

struct loaded_segment {
  segment_info info;
  std::string bytes;
};

/// The vault thread's, except where a member says otherwise.
class store {
 public:
  store(const options& given, file_ops& files, recovered_state from, instruments& figures);

  /// Prepares the first segment, so that the first alarm need not wait for it. Degraded if it
  /// can't.
  void begin(base::steady_time now);

  /// Writes the payloads as one batch with one write, and gives the sequence of the last one. On an
  /// error nothing of it was promised; its sequences are used again. `payloads` take at most
  /// batch_bytes_max() with their headers. A failed write is never repeated on the same segment.
  [[nodiscard]] base::result<sequence> write(std::span<const std::string_view> payloads,
                                             base::steady_time now);

  /// One step of preparing the next segment while nothing waits to be written. False if there is
  /// nothing to do just now: what syncs its own files on this disk shall find it idle most of the
  /// time.
  bool prepare_step(base::steady_time now);
  /// As many steps as keep preparing ahead of writing: done when the present segment is half full.
  void keep_pace(base::steady_time now);
  /// Removes the oldest segments that are confirmed and past their time.
  void prune();
  /// While degraded, when it is time: tries to make a new segment, and is well again if it can.
  void recover_if_due(base::steady_time now);

  /// How long the owner may sleep until there is something to prepare or to try again.
  [[nodiscard]] std::chrono::nanoseconds may_rest(base::steady_time now) const;
  [[nodiscard]] std::size_t batch_bytes_max() const noexcept;

  /// Any thread.
  void confirm(sequence upto) noexcept;
  /// Any thread: the last record that is on disk.
  [[nodiscard]] sequence last() const noexcept { return last_.load(std::memory_order_acquire); }
  /// Any thread.
  [[nodiscard]] bool degraded() const noexcept { return degraded_.load(std::memory_order_acquire); }
  /// Any thread: the disk has been at one thing for longer than `stall_after`.
  [[nodiscard]] bool stalled(base::steady_time now) const noexcept;
  /// Any thread; takes a lock that the vault thread holds for moments only.
  [[nodiscard]] health state(base::steady_time now) const;
  /// Any thread: the first segment with a record numbered `from` or higher, nullopt if there is
  /// none. Of a segment that is being written it has what was on disk at the call, and maybe more
  /// behind.
  [[nodiscard]] base::result<std::optional<loaded_segment>> load(sequence from) const;

 private:
  struct place {
    std::string directory;
    bool usable = true;  ///< ours since the start; never changes
    bool bad = false;    ///< failed, and not to be tried just now
  };

  /// On the present segment, or on the next that takes it.
  [[nodiscard]] base::result<sequence> write_somewhere(std::span<const std::string_view> payloads,
                                                       std::size_t batch_bytes,
                                                       base::steady_time now);
  [[nodiscard]] base::error_code make_room(std::size_t bytes, base::steady_time now);
  /// One step of preparing, unless all is prepared or it failed a moment ago.
  bool step_ahead(base::steady_time now);
  [[nodiscard]] bool wants_step(base::steady_time now) const;
  [[nodiscard]] base::error_code begin_maker();
  /// False if the maker failed and is gone.
  [[nodiscard]] bool run_maker_step(base::steady_time now);
  void take_over_maker();
  void retire_active() { active_.reset(); }
  void abandon_active(int error, base::steady_time now);
  void note_bad(std::size_t place, const std::string& path, int error, base::steady_time now);
  void give_bad_places_another_try(base::steady_time now);
  [[nodiscard]] bool no_place_left() const;
  [[nodiscard]] bool room_for_segment();
  [[nodiscard]] bool oldest_may_go() const;
  [[nodiscard]] bool remove_oldest();
  void note_degraded(base::error_code error, base::steady_time now);
  void note_well();
  void update_health(bool is_degraded);
  [[nodiscard]] std::uint64_t bytes_on_disk() const;
  void show_bytes();

  const options& options_;
  file_ops& files_;
  instruments& figures_;
  std::vector<place> places_;
  std::uint64_t vault_id_;
  std::uint64_t next_ordinal_;
  std::optional<open_segment> active_;
  std::unique_ptr<segment_maker> maker_;
  std::string staging_;       // the batch as it goes to disk, kept for its capacity
  std::string last_failure_;  // what went wrong last, for people
  std::string warning_;       // why no next segment is prepared
  base::error_code last_error_ = errc::failed;
  base::steady_time retry_at_{};          // degraded: when a segment is tried again
  base::steady_time first_again_at_{};    // some place is bad: when all are tried again
  base::steady_time prepare_again_at_{};  // preparing failed: when it is tried again
  base::steady_time spare_step_at_{};     // when a step is next made without need

  std::atomic<sequence> last_;
  std::atomic<sequence> confirmed_{0};
  std::atomic<bool> degraded_{false};
  std::atomic<base::steady_time> busy_since_{base::steady_time{}};  // the epoch: not busy

  mutable std::mutex shared_;          // held for moments: what readers look at
  std::deque<segment_info> segments_;  // by ordinal; the active one is the last
  health health_;
};

}  // namespace varde::vault
