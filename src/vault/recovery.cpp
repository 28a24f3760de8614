// Reading the folders, judging what they hold, cutting and setting aside.
#include "vault/recovery.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <limits>

#include "base/log.hpp"
#include "vault/error.hpp"

namespace varde::vault {

namespace fs = std::filesystem;

namespace {

constexpr sequence no_limit = std::numeric_limits<sequence>::max();
constexpr char lock_name[] = "lock";
constexpr std::string_view aside_infix = ".corrupt-";
constexpr std::string_view salvaged_suffix = ".salvaged";
constexpr int names_tried_max = 100;  // vaults set aside within one second

std::string folder_of(const std::string& directory) { return directory + '/' + segments_folder; }

std::vector<std::string> names_in(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end; it.increment(error))
    names.push_back(it->path().filename().string());
  std::ranges::sort(names);
  return names;
}

/// For each segment, the lowest sequence that a later segment begins with.
std::vector<sequence> limits_of(const std::vector<surveyed_segment>& segments) {
  std::vector<sequence> limits(segments.size(), no_limit);
  for (std::size_t i = segments.size(); i-- > 1;) {
    const auto& later = segments[i].scan;
    limits[i - 1] = later.records ? std::min(limits[i], later.first) : limits[i];
  }
  return limits;
}

/// True if a record behind the end belongs to a write that came after the damaged one: then the
/// damaged one had been promised. A single write may have any of its blocks missing.
bool written_after(const scan_result& scan, sequence expected) {
  return scan.rest_batch_max > expected;
}

bool is_aside(const std::string& path) {
  return fs::path(path).filename().string().starts_with(
      fmt::format("{}{}", segments_folder, aside_infix));
}

bool make_private_directory(const std::string& path) {
  return ::mkdir(path.c_str(), 0700) == 0 || errno == EEXIST;
}

std::string aside_path(const std::string& folder, base::wall_time now, int attempt) {
  auto time = base::to_rfc3339(now).substr(0, 19);
  std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
  return fmt::format("{}{}{}Z{}", folder, aside_infix, time,
                     attempt == 0 ? "" : fmt::format("-{}", attempt));
}

/// For what can be saved of a segment whose header is damaged: its name gives the ordinal, and its
/// first record begins with the mark. No payload lies there, so nobody outside can have put it.
void read_past_header(const std::string& name, std::string_view bytes, surveyed_segment& segment) {
  std::from_chars(name.data(), name.data() + name.size(), segment.info.ordinal);
  if (bytes.size() >= block_bytes + sizeof segment.info.mark)
    std::memcpy(&segment.info.mark, bytes.data() + block_bytes, sizeof segment.info.mark);
}

/// Renames the folder of the segments and makes an empty one.
bool set_aside(const std::string& directory, base::wall_time now, file_ops& files,
               recovery_report& report) {
  const auto folder = folder_of(directory);
  int error = EEXIST;
  std::string aside;
  for (int attempt = 0; error == EEXIST && attempt < names_tried_max; ++attempt) {
    aside = aside_path(folder, now, attempt);
    error = files.rename(folder, aside);
  }
  if (error == 0) {
    report.set_aside.push_back(aside);
    if (!make_private_directory(folder)) error = errno;
  }
  if (error == 0) error = files.sync_directory(directory);
  if (error != 0)
    spdlog::error("vault_set_aside_failed folder=\"{}\" error=\"{}\"", base::log_safe(folder),
                  std::strerror(error));
  return error == 0;
}

/// Gives back the blocks that a segment does not need: those of the torn end, and those that were
/// only prepared. The last block with a record is not touched. And syncs the rest: of a process
/// that was killed, the last write may be here for us to read and still not on the disk.
int cut(const surveyed_segment& segment, file_ops& files) {
  return segment.info.first == 0 ? files.remove(segment.info.path)
                                 : files.truncate(segment.info.path, next_block(segment.scan.end));
}

/// Sets all folders aside. Where that fails, the directory is of no more use, and its folder is to
/// be salvaged where it is.
void set_all_aside(const options& given, file_ops& files, recovered_state& state,
                   recovery_report& report) {
  state.segments.clear();
  state.vault_id = 0;
  for (std::size_t i = 0; i < given.directories.size(); ++i) {
    if (!state.usable[i] || set_aside(given.directories[i], given.wall(), files, report)) continue;
    state.usable[i] = false;
    state.immovable.push_back(folder_of(given.directories[i]));
  }
}

}  // namespace

base::result<std::vector<surveyed_segment>> survey(const std::vector<std::string>& folders) {
  std::vector<surveyed_segment> found;
  std::string bytes;
  for (std::size_t directory = 0; directory < folders.size(); ++directory) {
    for (const auto& name : names_in(folders[directory])) {
      if (!name.ends_with(segment_suffix)) continue;
      surveyed_segment one;
      one.info.path = folders[directory] + '/' + name;
      one.info.directory = directory;
      if (read_file(one.info.path, segment_bytes_max, bytes, one.damaged) != 0) {
        one.damaged = true;
        bytes.clear();
      }
      one.info.file_bytes = bytes.size();
      const auto decoded = decode_header(bytes);
      if (decoded.header) {
        one.header = *decoded.header;
        one.info.ordinal = one.header.ordinal;
        one.info.mark = one.header.mark;
      } else if (decoded.fault == header_fault::newer_format) {
        spdlog::error("vault_unknown_format segment=\"{}\"", base::log_safe(one.info.path));
        return errc::unknown_format;
      } else {
        one.damaged = true;
        read_past_header(name, bytes, one);
      }
      one.scan = scan(bytes, one.info.mark);
      one.info.newest = one.scan.newest;
      found.push_back(std::move(one));
    }
  }
  std::ranges::stable_sort(found, {}, [](const auto& s) { return s.info.ordinal; });
  return found;
}

std::string judge(std::vector<surveyed_segment>& segments) {
  const auto limits = limits_of(segments);
  sequence expected = 0;  // the next record; 0 while nothing is known
  for (std::size_t i = 0; i < segments.size(); ++i) {
    auto& [info, header, scan, damaged] = segments[i];
    if (damaged) return fmt::format("{} can't be read or has no sound header", info.path);
    if (header.vault_id != segments.front().header.vault_id)
      return fmt::format("{} is of another vault", info.path);
    if (i > 0 && info.ordinal == segments[i - 1].info.ordinal)
      return fmt::format("{} is there twice", info.path);
    if (expected != 0 && header.floor >= expected)
      return fmt::format("records {} to {} before {} are missing", expected, header.floor,
                         info.path);
    if (scan.records != 0 && scan.first < limits[i]) {
      if (expected != 0 && scan.first > expected)
        return fmt::format("records {} to {} before {} are missing", expected, scan.first - 1,
                           info.path);
      info.first = scan.first;
      info.last = std::min(scan.last, limits[i] - 1);
      expected = info.last + 1;
    }
    const sequence next = expected != 0 ? expected : header.floor + 1;
    if (limits[i] == no_limit && written_after(scan, next))
      return fmt::format("record {} in {} is damaged", next, info.path);
  }
  return {};
}

base::result<claimed_directories> claim(const std::vector<std::string>& directories,
                                        file_ops& files) {
  claimed_directories claimed;
  for (const auto& directory : directories) {
    const auto unusable = [&](int error) {
      spdlog::error("vault_directory_unusable directory=\"{}\" error=\"{}\"",
                    base::log_safe(directory), std::strerror(error));
      claimed.usable.push_back(false);
    };
    std::error_code ignored;
    fs::create_directories(fs::path(directory).parent_path(), ignored);
    if (!make_private_directory(directory)) {
      unusable(errno);
      continue;
    }
    descriptor lock(::open((directory + '/' + lock_name).c_str(),
                           O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (lock.get() < 0) {
      unusable(errno);
      continue;
    }
    if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
      if (errno == EWOULDBLOCK) return errc::in_use;
      unusable(errno);
      continue;
    }
    if (!make_private_directory(folder_of(directory))) {
      unusable(errno);
      continue;
    }
    if (const int error = files.sync_directory(directory)) {
      unusable(error);
      continue;
    }
    if (const int error = files.sync_directory(fs::absolute(directory).parent_path().string()))
      spdlog::warn("vault_parent_not_synced directory=\"{}\" error=\"{}\"",
                   base::log_safe(directory), std::strerror(error));
    claimed.locks.push_back(std::move(lock));
    claimed.usable.push_back(true);
  }
  if (std::ranges::find(claimed.usable, true) == claimed.usable.end()) return errc::no_directory;
  return claimed;
}

base::result<recovered_state> recover(const options& given, file_ops& files,
                                      const std::vector<bool>& usable, recovery_report& report) {
  std::vector<std::string> folders;
  for (const auto& directory : given.directories) folders.push_back(folder_of(directory));
  auto surveyed = survey(folders);
  if (!surveyed) return surveyed.error();

  recovered_state state;
  state.usable = usable;
  sequence floor = 0;
  for (const auto& s : *surveyed) {
    state.next_ordinal = std::max(state.next_ordinal, s.info.ordinal + 1);
    floor = std::max(floor, s.header.floor);
    state.last = std::max({state.last, floor, s.scan.last});
  }
  if (const auto fault = judge(*surveyed); !fault.empty()) {
    spdlog::error("vault_corrupt fault=\"{}\"", base::log_safe(fault));
    set_all_aside(given, files, state, report);
    return state;
  }

  recovery_report sound = report;
  const auto limits = limits_of(*surveyed);
  for (std::size_t i = 0; i < surveyed->size(); ++i) {
    auto& segment = (*surveyed)[i];
    state.vault_id = segment.header.vault_id;
    if (limits[i] == no_limit) {
      sound.torn_bytes_cut += segment.scan.rest_bytes;
      if (const int error = cut(segment, files)) {
        spdlog::error("vault_cut_failed segment=\"{}\" error=\"{}\"",
                      base::log_safe(segment.info.path), std::strerror(error));
        set_all_aside(given, files, state, report);
        return state;
      }
      if (segment.info.first == 0) continue;
      segment.info.file_bytes = next_block(segment.scan.end);
    }
    if (segment.info.first != 0) {
      sound.records += segment.info.last - segment.info.first + 1;
      if (sound.first == 0) sound.first = segment.info.first;
      sound.last = segment.info.last;
    }
    state.segments.push_back(std::move(segment.info));
  }
  // What a failed write left behind the last record was never given to anybody.
  state.last = std::max(sound.last, floor);
  report = sound;
  for (const auto& folder : folders)
    for (const auto& name : names_in(folder))
      if (name.ends_with(preparing_suffix)) files.remove(folder + '/' + name);
  return state;
}

std::vector<std::string> unsalvaged(const options& given, const std::vector<bool>& usable) {
  std::vector<std::string> folders;
  for (std::size_t i = 0; i < given.directories.size(); ++i) {
    if (!usable[i]) continue;
    const auto names = names_in(given.directories[i]);
    for (const auto& name : names) {
      if (!is_aside(name) || name.ends_with(salvaged_suffix)) continue;
      if (std::ranges::binary_search(names, fmt::format("{}{}", name, salvaged_suffix))) continue;
      folders.push_back(given.directories[i] + '/' + name);
    }
  }
  return folders;
}

void salvage(const std::vector<std::string>& folders, const record_visitor& each) {
  const auto surveyed = survey(folders);
  if (!surveyed) return;
  const auto limits = limits_of(*surveyed);
  std::string bytes;
  for (std::size_t i = 0; i < surveyed->size(); ++i) {
    const auto& info = (*surveyed)[i].info;
    bool damaged = false;
    // Zeros in front of a record are no mark.
    if (info.mark == 0 || read_file(info.path, segment_bytes_max, bytes, damaged) != 0) continue;
    scan_everything(bytes, info.mark, [&](const record& r) {
      if (r.number < limits[i]) each(r);
    });
  }
}

int mark_salvaged(file_ops& files, const std::string& folder) {
  if (!is_aside(folder)) return EINVAL;  // one that could not be renamed
  descriptor made;
  if (const int error = files.create(fmt::format("{}{}", folder, salvaged_suffix), made))
    return error;
  return files.sync_directory(fs::path(folder).parent_path().string());
}

}  // namespace varde::vault
