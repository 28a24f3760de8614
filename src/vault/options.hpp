// What an administrator or a test may set, and what the vault says of itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "vault/format.hpp"

namespace varde::vault {

class file_ops;

inline constexpr std::size_t segment_bytes_min = std::size_t{64} << 10;
inline constexpr std::size_t segment_bytes_max = std::size_t{256} << 20;
/// One segment is written, one is prepared, one is kept: with fewer nothing could ever be pruned.
inline constexpr std::uint64_t segments_min = 3;

struct options {
  /// The first is used; the next ones when writing to it fails. Each best on a disk of its own.
  std::vector<std::string> directories;
  /// Brought to `segment_bytes_min`…`segment_bytes_max` and whole blocks. One append must fit.
  std::size_t segment_bytes = std::size_t{32} << 20;
  /// What all segments of all directories may take; at least `segments_min` segments. Confirmed
  /// records give way to this bound before `keep` is over, unconfirmed ones never.
  std::uint64_t bytes_max = std::uint64_t{4} << 30;
  /// How long a confirmed record stays at least, if there is room.
  std::chrono::seconds keep = std::chrono::hours{24};
  /// What may wait to be written: payloads and a fixed cost for each record and append.
  std::size_t waiting_bytes_max = std::size_t{64} << 20;
  /// When nothing could be written: how soon a new segment is tried.
  std::chrono::milliseconds retry_every = std::chrono::seconds{3};
  /// When a later directory is in use: how soon the earlier ones are tried again.
  std::chrono::milliseconds first_again_after = std::chrono::minutes{10};
  /// A write that takes longer makes state() say degraded while it lasts. The records wait.
  std::chrono::milliseconds stall_after = std::chrono::seconds{2};
  /// Called from any thread that calls the log, and on its own.
  std::function<base::wall_time()> wall = base::wall_now;
  /// For tests; the system's if null. Outlives the log.
  file_ops* files = nullptr;
};

/// What open() found on the disk.
struct recovery_report {
  std::uint64_t records = 0;
  sequence first = 0, last = 0;  ///< 0 if there are no records
  /// Of the last write before the end, which nobody was told had succeeded.
  std::uint64_t torn_bytes_cut = 0;
  /// Where a corrupt vault now lies, one path for each directory. Nothing in them was changed.
  std::vector<std::string> set_aside;
  /// Sound records of a corrupt vault that were written anew, with new sequences; also in
  /// `records`.
  std::uint64_t salvaged = 0;
};

struct health {
  /// Appends fail, or did at the last try, or the disk does not answer.
  bool degraded = false;
  /// Appends succeed, but not in the first directory.
  bool on_spare = false;
  std::string reason;       ///< a sentence for an administrator; empty if all is well
  base::wall_time since{};  ///< since when `reason` is so
  std::uint64_t bytes = 0;  ///< what the segments take on disk
};

}  // namespace varde::vault
