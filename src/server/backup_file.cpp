// Plain system calls, since what counts here is what is on the disk and when.
#include "server/backup_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/crc32c.hpp"
#include "base/time.hpp"

namespace varde::server {

namespace fs = std::filesystem;

namespace {

using ledger::v1::BackupBlock;

constexpr std::string_view magic = "vardebak";
constexpr std::size_t frame_bytes = 8;

void append_u32(std::string& to, std::uint32_t number) {
  for (unsigned shift = 0; shift < 32; shift += 8) to += static_cast<char>(number >> shift);
}

std::uint32_t read_u32(const char* from) {
  std::uint32_t number = 0;
  for (unsigned i = 0; i < 4; ++i)
    number |= std::uint32_t{static_cast<unsigned char>(from[i])} << (8 * i);
  return number;
}

std::uint32_t checksum_of(std::uint32_t before, std::uint32_t length, std::string_view block) {
  std::string head;
  append_u32(head, before);
  append_u32(head, length);
  return base::crc32c(block, base::crc32c(head));
}

}  // namespace

backup_writer::~backup_writer() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(part_.c_str());
}

std::string backup_writer::failed(const char* what) const {
  return fmt::format("{} can't be {}: {}.", part_.string(), what, std::strerror(errno));
}

std::string backup_writer::open(const fs::path& file) {
  file_ = file;
  part_ = file;
  part_ += ".part";
  std::error_code ignored;
  if (fs::exists(file_, ignored))
    return fmt::format("{} is there already. Choose another name.", file_.string());
  ::unlink(part_.c_str());  // of a backup that was cut off
  fd_ = ::open(part_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd_ < 0) return failed("made");
  if (auto wrong = write(std::string{magic}); !wrong.empty()) return wrong;
  BackupBlock first;
  first.mutable_header()->set_format(backup_format);
  first.mutable_header()->set_made_at_us(base::to_us(base::wall_now()));
  return add(first);
}

std::string backup_writer::add(const BackupBlock& block) {
  const auto bytes = block.SerializeAsString();
  if (bytes.size() > backup_block_bytes_max)
    return fmt::format("{} would get a block of {} bytes, which is more than can be read again.",
                       part_.string(), bytes.size());
  const auto length = static_cast<std::uint32_t>(bytes.size());
  checksum_ = checksum_of(checksum_, length, bytes);
  std::string frame;
  append_u32(frame, length);
  append_u32(frame, checksum_);
  ++blocks_;
  return write(frame + bytes);
}

std::string backup_writer::finish() {
  BackupBlock last;
  last.mutable_trailer()->set_blocks(blocks_);
  if (auto wrong = add(last); !wrong.empty()) return wrong;
  if (::fsync(fd_) != 0) return failed("brought to the disk");
  if (::close(std::exchange(fd_, -1)) != 0) return failed("closed");
  if (::rename(part_.c_str(), file_.c_str()) != 0) return failed("renamed");
  const auto folder = fs::absolute(file_).parent_path();
  const int fd = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = fd >= 0 && ::fsync(fd) == 0;
  const int error = errno;
  if (fd >= 0) ::close(fd);
  return synced ? std::string{}
                : fmt::format("{} is complete, but its directory can't be brought to the disk: {}.",
                              file_.string(), std::strerror(error));
}

std::string backup_writer::write(const std::string& bytes) {
  for (std::size_t done = 0; done < bytes.size();) {
    const auto n = ::write(fd_, bytes.data() + done, bytes.size() - done);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return failed("written");
    done += static_cast<std::size_t>(n);
  }
  bytes_ += bytes.size();
  return {};
}

backup_reader::~backup_reader() {
  if (fd_ >= 0) ::close(fd_);
}

std::string backup_reader::open(const fs::path& file) {
  name_ = file.string();
  fd_ = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd_ < 0) return fmt::format("{} can't be opened: {}.", name_, std::strerror(errno));
  std::array<char, magic.size()> begin{};
  if (read(begin.data(), begin.size()) != begin.size() ||
      std::string_view(begin.data(), begin.size()) != magic)
    return fmt::format("{} is no backup of Varde.", name_);
  BackupBlock first;
  if (!read_block(first)) return problem_;
  if (!first.has_header()) return fmt::format("{} has no header.", name_);
  header_ = first.header();
  if (header_.format() == 0 || header_.format() > backup_format)
    return fmt::format("{} is of format {}, which a newer version of Varde made.", name_,
                       header_.format());
  return {};
}

bool backup_reader::next(BackupBlock& block) {
  if (!read_block(block)) return false;
  if (!block.has_trailer()) return true;
  char more = 0;
  if (block.trailer().blocks() + 1 != blocks_)
    problem_ = fmt::format("{} lacks blocks.", name_);
  else if (read(&more, 1) != 0)
    problem_ = fmt::format("{} goes on after its end.", name_);
  return false;
}

bool backup_reader::read_block(BackupBlock& block) {
  const auto fail = [this](std::string_view what) {
    problem_ = fmt::format("{} is {} in block {}. Nothing can be restored from it.", name_, what,
                           blocks_ + 1);
    return false;
  };
  std::array<char, frame_bytes> frame{};
  if (read(frame.data(), frame.size()) != frame.size()) return fail("cut short");
  const auto length = read_u32(frame.data());
  const auto checksum = read_u32(frame.data() + 4);
  if (length > backup_block_bytes_max) return fail("damaged");
  std::string bytes(length, '\0');
  if (read(bytes.data(), bytes.size()) != bytes.size()) return fail("cut short");
  checksum_ = checksum_of(checksum_, length, bytes);
  if (checksum_ != checksum || !block.ParseFromString(bytes)) return fail("damaged");
  ++blocks_;
  return true;
}

std::size_t backup_reader::read(char* into, std::size_t bytes) {
  std::size_t done = 0;
  while (done < bytes) {
    const auto n = ::read(fd_, into + done, bytes - done);
    if (n < 0 && errno == EINTR) continue;
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  return done;
}

}  // namespace varde::server
