// What the vault's tests share: scratch directories, a disk that fails when it is told to, and
// short ways to write and to read back.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "base/metrics.hpp"
#include "vault/files.hpp"
#include "vault/log.hpp"
#include "vault/segment.hpp"

namespace varde::vault::test {

namespace fs = std::filesystem;

class scratch_directory {
 public:
  explicit scratch_directory(const fs::path& parent = fs::temp_directory_path()) {
    std::string pattern = (parent / "varde-vault-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~scratch_directory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;
  std::string operator/(const char* name) const { return path_ + '/' + name; }

 private:
  std::string path_;
};

enum class operation { create, allocate, write, sync, rename, remove, truncate, sync_directory };

/// Memory if there is such a file system: for tests that open many vaults and don't ask for speed.
inline fs::path quick_place() {
  std::error_code ignored;
  return fs::is_directory("/dev/shm", ignored) ? fs::path("/dev/shm") : fs::temp_directory_path();
}

/// The real file system, except where `fault` gives an errno value.
class faulty_files final : public file_ops {
 public:
  /// Asked before each operation, on the thread that does it; `path` of the file or directory.
  std::function<int(operation, const std::string& path)> fault = [](operation, const std::string&) {
    return 0;
  };
  /// How much of a write that fails is on the disk all the same.
  std::function<std::size_t(std::size_t bytes)> leaves = [](std::size_t bytes) {
    return bytes / 2;
  };

  int create(const std::string& path, descriptor& made) override {
    if (const int error = fault(operation::create, path)) return error;
    const int error = real_.create(path, made);
    paths_[made.get()] = path;
    return error;
  }
  int allocate(const descriptor& file, std::size_t bytes) override {
    if (const int error = fault(operation::allocate, paths_[file.get()])) return error;
    return real_.allocate(file, bytes);
  }
  int write(const descriptor& file, std::string_view bytes, std::uint64_t offset) override {
    if (const int error = fault(operation::write, paths_[file.get()])) {
      real_.write(file, bytes.substr(0, leaves(bytes.size())), offset);
      return error;
    }
    return real_.write(file, bytes, offset);
  }
  int sync(const descriptor& file) override {
    if (const int error = fault(operation::sync, paths_[file.get()])) return error;
    return real_.sync(file);
  }
  int rename(const std::string& from, const std::string& to) override {
    if (const int error = fault(operation::rename, from)) return error;
    for (auto& [fd, path] : paths_)
      if (path == from) path = to;
    return real_.rename(from, to);
  }
  int remove(const std::string& path) override {
    if (const int error = fault(operation::remove, path)) return error;
    return real_.remove(path);
  }
  int truncate(const std::string& path, std::uint64_t bytes) override {
    if (const int error = fault(operation::truncate, path)) return error;
    return real_.truncate(path, bytes);
  }
  int sync_directory(const std::string& path) override {
    if (const int error = fault(operation::sync_directory, path)) return error;
    return real_.sync_directory(path);
  }

 private:
  file_ops& real_ = system_files();
  std::map<int, std::string> paths_;
};

inline bool is_under(const std::string& path, const std::string& directory) {
  return path.starts_with(directory + '/');
}

inline options small_options(std::vector<std::string> directories) {
  return {.directories = std::move(directories), .segment_bytes = segment_bytes_min};
}

inline std::unique_ptr<log> open_log(const options& given, base::metrics& figures) {
  auto opened = log::open(given, figures);
  EXPECT_TRUE(opened) << opened.error().message();
  return opened ? std::move(*opened) : nullptr;
}

/// Appends and waits for the answer.
inline base::result<sequence> append(log& to, std::vector<std::string> records) {
  const auto answer = std::make_shared<std::promise<base::result<sequence>>>();
  auto later = answer->get_future();
  to.append(std::move(records), [answer](base::result<sequence> r) { answer->set_value(r); });
  return later.get();
}

/// True when `holds` became so; false if it did not within a time that is far too long.
template <class Condition>
bool eventually(const Condition& holds) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (!holds() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  return holds();
}

using contents = std::map<sequence, std::string>;

inline contents read_all(const log& from, sequence first = 1) {
  contents all;
  const auto read = from.read(first, [&](sequence n, base::wall_time, std::string_view payload) {
    EXPECT_TRUE(all.empty() || all.rbegin()->first + 1 == n) << "a gap before " << n;
    EXPECT_TRUE(all.emplace(n, payload).second) << n << " twice";
  });
  EXPECT_TRUE(read) << read.error().message();
  return all;
}

inline std::vector<std::string> segments_in(const std::string& directory) {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(directory + '/' + segments_folder))
    if (entry.path().extension() == segment_suffix) found.push_back(entry.path().string());
  std::ranges::sort(found);
  return found;
}

inline std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}
inline void overwrite(const std::string& path, std::uint64_t offset, std::string_view bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

}  // namespace varde::vault::test
