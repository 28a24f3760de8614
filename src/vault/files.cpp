// POSIX behind the vault's interface.
#include "vault/files.hpp"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace varde::vault {

namespace {

constexpr std::size_t read_bytes = std::size_t{1} << 20;  // what one bad spot costs at most

int outcome(int returned) { return returned == 0 ? 0 : errno; }

class posix_files final : public file_ops {
 public:
  int create(const std::string& path, descriptor& made) override {
    made = descriptor(
        ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_DSYNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    return made.get() < 0 ? errno : 0;
  }
  int allocate(const descriptor& file, std::size_t bytes) override {
    return ::posix_fallocate(file.get(), 0, static_cast<off_t>(bytes));
  }
  int write(const descriptor& file, std::string_view bytes, std::uint64_t offset) override {
    const auto written =
        ::pwrite(file.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0) return errno;
    return static_cast<std::size_t>(written) == bytes.size() ? 0 : ENOSPC;
  }
  int sync(const descriptor& file) override { return outcome(::fsync(file.get())); }
  int rename(const std::string& from, const std::string& to) override {
    // Never over something: what is there was not expected and may be precious.
    return outcome(::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE));
  }
  int remove(const std::string& path) override { return outcome(::unlink(path.c_str())); }
  int truncate(const std::string& path, std::uint64_t bytes) override {
    const descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
    if (file.get() < 0 || ::ftruncate(file.get(), static_cast<off_t>(bytes)) != 0) return errno;
    return sync(file);
  }
  int sync_directory(const std::string& path) override {
    const descriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return directory.get() < 0 ? errno : sync(directory);
  }
};

}  // namespace

descriptor::~descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

file_ops& system_files() {
  static posix_files files;
  return files;
}

int read_file(const std::string& path, std::size_t bytes_max, std::string& bytes, bool& damaged) {
  const descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  struct stat about {};
  if (file.get() < 0 || ::fstat(file.get(), &about) != 0) return errno;
  damaged = static_cast<std::uint64_t>(about.st_size) > bytes_max;
  bytes.assign(std::min(static_cast<std::size_t>(about.st_size), bytes_max), '\0');
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t wanted = std::min(read_bytes, bytes.size() - at);
    const auto got = ::pread(file.get(), bytes.data() + at, wanted, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got == 0) break;  // shortened meanwhile: the rest stays zero
    damaged = damaged || got < 0;
    at += got < 0 ? wanted : static_cast<std::size_t>(got);
  }
  return 0;
}

}  // namespace varde::vault
