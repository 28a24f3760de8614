// A backup's file: blocks with checksums that hang together, so that a changed, missing, exchanged
// or cut piece is recognised before anything is restored from it.
//
// The frame: eight bytes "vardebak", then for each block its length in bytes and a CRC-32C, both 32
// bits little endian, and a serialized BackupBlock. The checksum is of the one before it (none for
// the first), the length and the block. The last block is a trailer, and nothing follows it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include "varde/ledger/v1/backup.pb.h"

namespace varde::server {

inline constexpr std::uint32_t backup_format = 2;
/// A block larger than this is not read: its length is wrong.
inline constexpr std::size_t backup_block_bytes_max = std::size_t{512} << 20;

/// Writes to `<file>.part`, which becomes the file itself when it is complete and on the disk. Mode
/// 0600. All functions give nothing, or what is wrong as a sentence.
class backup_writer {
 public:
  /// Removes a file that was not finished.
  ~backup_writer();
  backup_writer() = default;
  backup_writer(const backup_writer&) = delete;
  backup_writer& operator=(const backup_writer&) = delete;

  /// Refuses a file that is there: an older backup is not to be lost.
  [[nodiscard]] std::string open(const std::filesystem::path& file);
  [[nodiscard]] std::string add(const ledger::v1::BackupBlock& block);
  /// Adds the trailer, syncs and renames.
  [[nodiscard]] std::string finish();
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  [[nodiscard]] std::string write(const std::string& bytes);
  [[nodiscard]] std::string failed(const char* what) const;

  std::filesystem::path file_, part_;
  int fd_ = -1;
  std::uint32_t checksum_ = 0;
  std::uint64_t blocks_ = 0, bytes_ = 0;
};

class backup_reader {
 public:
  ~backup_reader();
  backup_reader() = default;
  backup_reader(const backup_reader&) = delete;
  backup_reader& operator=(const backup_reader&) = delete;

  /// Nothing, or what is wrong as a sentence. Takes the header.
  [[nodiscard]] std::string open(const std::filesystem::path& file);
  /// The next block that is neither header nor trailer. False after the last, or if `problem()`
  /// says something.
  [[nodiscard]] bool next(ledger::v1::BackupBlock& block);
  [[nodiscard]] const std::string& problem() const noexcept { return problem_; }
  [[nodiscard]] const ledger::v1::BackupHeader& header() const noexcept { return header_; }

 private:
  /// Any block; false with a problem.
  bool read_block(ledger::v1::BackupBlock& block);
  /// Exactly so many bytes; fewer at the end of the file.
  std::size_t read(char* into, std::size_t bytes);

  std::string name_, problem_;
  int fd_ = -1;
  std::uint32_t checksum_ = 0;
  std::uint64_t blocks_ = 0;
  ledger::v1::BackupHeader header_;
};

}  // namespace varde::server
