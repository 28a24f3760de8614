// The few things the vault asks of a file system, behind one interface, so that tests can let any
// of them fail as disks do. Every call gives 0 or an errno value; nothing here tries twice.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace varde::vault {

/// An open file, closed at its end. What close() says is of no use: all that matters was synced.
class descriptor {
 public:
  descriptor() = default;
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~descriptor();
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_ = -1;
};

/// Called by the vault thread, and by open() before there is one.
class file_ops {
 public:
  virtual ~file_ops() = default;

  /// A new file, mode 0600, on which every write is on the disk when it returns (O_DSYNC).
  virtual int create(const std::string& path, descriptor& made) = 0;
  virtual int allocate(const descriptor& file, std::size_t bytes) = 0;
  /// All of `bytes` or an error; a short write is an error (ENOSPC if the system gives no other).
  virtual int write(const descriptor& file, std::string_view bytes, std::uint64_t offset) = 0;
  virtual int sync(const descriptor& file) = 0;
  virtual int rename(const std::string& from, const std::string& to) = 0;
  virtual int remove(const std::string& path) = 0;
  /// Shortens a closed file and syncs it.
  virtual int truncate(const std::string& path, std::uint64_t bytes) = 0;
  virtual int sync_directory(const std::string& path) = 0;
};

/// The real ones. They have no state.
[[nodiscard]] file_ops& system_files();

/// Reads a file of at most `bytes_max` bytes. Where the disk gives an error there are zeros
/// instead, and `damaged` is set, so that the rest can still be used. An errno value if it can't be
/// opened.
[[nodiscard]] int read_file(const std::string& path, std::size_t bytes_max, std::string& bytes,
                            bool& damaged);

}  // namespace varde::vault
