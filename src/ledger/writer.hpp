// The only way into the ledger: compare and append. A commit says "append these entries if the
// subject's version is still the one I decided from"; a stale one comes back with the version now,
// and the caller decides again. A guarded one is refused as well when its guard has moved on.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "ledger/commit.hpp"

namespace varde::redis {
class connection;
}

namespace varde::ledger {

/// Bounds on one function call, since Redis does nothing else while it runs. A larger submit is
/// split into several calls; one commit is never split. What a call appends is one element of the
/// stream, and is read as one.
inline constexpr std::size_t call_entries_max = 128;
inline constexpr std::size_t call_bytes_max = 1u << 20;

/// Whether a submit is answered only after replicas have it. With either at 0 nobody is asked.
struct writer_options {
  std::size_t replicas = 0;  // so many are waited for
  /// The longest; well within the connection's reply limit.
  std::chrono::milliseconds replicas_limit{0};
};

/// On the connection's thread. The connection must outlive it; several writers may share one.
class writer {
 public:
  /// Loads the function now if connected, and again after every reconnect, before any commit.
  explicit writer(redis::connection& connection, writer_options options = {});
  ~writer();
  writer(const writer&) = delete;
  writer& operator=(const writer&) = delete;

  /// Loads the function library. The library's names carry its version, so an older node loads its
  /// own beside a newer one's and overwrites nothing.
  void load_function(std::function<void(base::error_code)> done);

  /// Commits of one municipality are carried out in their order, each by itself: one may be stale
  /// while the next is committed, and a guard sees what the commits before it did. `done` gets one
  /// result per commit, in their order, from the io_context; with nothing to send it is called at
  /// once. A commit whose entries do not say what it says (format, municipality, subject, the
  /// versions after the expected one) fails unsent.
  void submit(const std::vector<commit>& commits,
              std::function<void(std::vector<commit_result>)> done);

 private:
  redis::connection& connection_;
  const writer_options options_;
  std::shared_ptr<writer*> self_;  // null in listeners once we are gone
};

}  // namespace varde::ledger
