// The only way into the ledger: compare and append. A commit says "append these entries if the
// subject's version is still the one I decided from"; a stale one comes back with the version now,
// and the caller decides again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "ledger/commit.hpp"

namespace varde::redis {
class connection;
}

namespace varde::ledger {

/// The newest entry format this node writes and reads.
inline constexpr std::uint32_t entry_format = 1;

/// Bounds on one function call, since Redis does nothing else while it runs. A larger submit is
/// split into several calls; one commit is never split.
inline constexpr std::size_t call_entries_max = 256;
inline constexpr std::size_t call_bytes_max = 1u << 20;

/// On the connection's thread. The connection must outlive it; several writers may share one.
class writer {
 public:
  /// Loads the function now if connected, and again after every reconnect, before any commit.
  explicit writer(redis::connection& connection);
  ~writer();
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  /// Loads the function library. The library's names carry its version, so an older node loads its
  /// own beside a newer one's and overwrites nothing.
  void load_function(std::function<void(base::error_code)> done);

  /// Commits of one municipality are carried out in their order, each by itself: one may be stale
  /// while the next is committed. Municipality, subject, version and format of every entry are set
  /// here, from the commit. `done` gets one result per commit, in their order, from the io_context;
  /// an empty batch is answered at once.
  void submit(std::vector<commit> commits, std::function<void(std::vector<commit_result>)> done);

 private:
  redis::connection& connection_;
  std::shared_ptr<writer*> self_;  // null in listeners once we are gone
};

}  // namespace varde::ledger
