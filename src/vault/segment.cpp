// The steps of making a segment.
#include "vault/segment.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace varde::vault {

namespace {

/// Bytes zeroed in one step: half a millisecond of a disk, which is what an alarm may wait for it.
constexpr std::size_t step_bytes = std::size_t{128} << 10;

}  // namespace

std::string segment_path(const std::string& directory, std::uint64_t ordinal) {
  return fmt::format("{}/{}/{:020}{}", directory, segments_folder, ordinal, segment_suffix);
}

segment_maker::segment_maker(file_ops& files, std::string directory, std::size_t directory_index,
                             const segment_header& header, std::size_t bytes)
    : files_(files), folder_(directory + '/' + segments_folder), header_(header), bytes_(bytes) {
  segment_.info = {.path = segment_path(directory, header.ordinal),
                   .directory = directory_index,
                   .ordinal = header.ordinal,
                   .mark = header.mark,
                   .file_bytes = bytes};
  preparing_ = segment_.info.path + preparing_suffix;
}

segment_maker::~segment_maker() {
  if (created_ && !taken_) files_.remove(finished_ ? segment_.info.path : preparing_);
}

int segment_maker::step() {
  if (!created_) {
    if (const int error = files_.create(preparing_, segment_.file)) return error;
    created_ = true;
    return files_.allocate(segment_.file, bytes_);
  }
  if (at_ < bytes_) {
    std::string block = at_ == 0 ? encode(header_) : std::string();
    block.resize(std::min(step_bytes, bytes_ - at_));
    if (const int error = files_.write(segment_.file, block, at_)) return error;
    at_ += block.size();
    return 0;
  }
  return finished_ ? 0 : finish();
}

int segment_maker::finish() {
  if (const int error = files_.sync(segment_.file)) return error;
  if (const int error = files_.rename(preparing_, segment_.info.path)) return error;
  finished_ = true;
  return files_.sync_directory(folder_);
}

open_segment segment_maker::take() {
  taken_ = true;
  return std::move(segment_);
}

}  // namespace varde::vault
