// Segment files: how one is prepared ahead of need, and what is remembered of each. A prepared
// segment has its final size and its blocks are written with zeros, so that later writes change no
// metadata and are one trip to the disk.
#pragma once

#include <memory>
#include <string>

#include "base/result.hpp"
#include "vault/files.hpp"
#include "vault/format.hpp"

namespace varde::vault {

/// Folder of the segments inside a configured directory. The configured one may be a mount point,
/// which can't be renamed; this can, when it has to be set aside.
inline constexpr char segments_folder[] = "segments";
inline constexpr char segment_suffix[] = ".segment";
inline constexpr char preparing_suffix[] = ".preparing";

[[nodiscard]] std::string segment_path(const std::string& directory, std::uint64_t ordinal);

/// A segment on disk. Owned by the vault thread; readers get copies.
struct segment_info {
  std::string path;
  std::size_t directory = 0;  ///< index of the configured directory
  std::uint64_t ordinal = 0;
  std::uint64_t mark = 0;
  sequence first = 0, last = 0;  ///< its part of the vault; 0 if it has none
  base::wall_time newest{};
  std::uint64_t file_bytes = 0;
};

/// A segment open for writing. `end` is where the next batch goes.
struct open_segment {
  segment_info info;
  descriptor file;
  std::size_t end = block_bytes;
};

/// Makes one segment, a small step at a time, so that a waiting batch is never held up for longer
/// than a step. Until the last step the file has another name and counts for nothing.
class segment_maker {
 public:
  segment_maker(file_ops& files, std::string directory, std::size_t directory_index,
                const segment_header& header, std::size_t bytes);
  /// Removes what was begun, if it was not finished and taken.
  ~segment_maker();
  segment_maker(const segment_maker&) = delete;
  segment_maker& operator=(const segment_maker&) = delete;

  /// One step; 0 or an errno value, after which this maker is of no more use.
  [[nodiscard]] int step();
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  [[nodiscard]] std::size_t prepared_bytes() const noexcept { return at_; }
  [[nodiscard]] std::size_t directory() const noexcept { return segment_.info.directory; }
  /// The finished segment. Once.
  [[nodiscard]] open_segment take();

 private:
  [[nodiscard]] int finish();

  file_ops& files_;
  std::string folder_, preparing_;
  segment_header header_;
  std::size_t bytes_;
  open_segment segment_;
  std::size_t at_ = 0;
  bool created_ = false, finished_ = false, taken_ = false;
};

}  // namespace varde::vault
