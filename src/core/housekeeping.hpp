// Housekeeping: what time alone asks for (claims whose console is gone, visits nobody accepts, care
// that has waited), done by the one node that has the municipality's lease. The lease is an entry
// of the subject "housekeeping"; that subject's version is the fencing token, so a failover can't
// rewind it without rewinding what it guards.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/time.hpp"
#include "board/view.hpp"
#include "registry/view.hpp"
#include "varde/alarm/v1/command.pb.h"
#include "varde/alarm/v1/entry.pb.h"

namespace varde::core {

/// The subject that a municipality's lease is taken on.
inline constexpr std::string_view lease_subject = "housekeeping";

/// The entry that takes the lease for `node`, as the next version after `state`.
[[nodiscard]] alarm::v1::Entry lease_entry(const alarm::v1::SubjectState& state,
                                           const std::string& node, base::wall_time now);

/// What is known of another node: from the presence that all write and read.
struct neighbour {
  bool alive = false;
  std::vector<std::string> users;  // with a console there
};
/// By node name, ourselves left out.
using neighbourhood = std::map<std::string, neighbour>;

/// Who has been seen where and when, by this node's steady clock only. Not thread-safe.
class housekeeping {
 public:
  /// A lease whose holder was not seen alive for this long may be taken. What the old holder
  /// decided before and writes after that is fenced; so this also bounds how stale an act can be.
  static constexpr std::chrono::seconds lease_gone_after{6};
  /// More than this between two looks means that we were frozen: nobody could be seen meanwhile.
  static constexpr std::chrono::seconds frozen_after{5};

  explicit housekeeping(std::string node) : node_(std::move(node)) {}

  /// Everybody counts as seen now: we were cut off, frozen or not there.
  void start_over(base::steady_time now);
  /// To be called at least each second; notices that we were frozen.
  void look(base::steady_time now);
  /// A console of this user is at this node, or said goodbye just now.
  void saw(const std::string& user, base::steady_time now) { seen_[user] = now; }
  void saw_neighbours(const neighbourhood& others, base::steady_time now);
  /// True if the node was not heard of for as long as a lease allows.
  [[nodiscard]] bool is_gone(const std::string& node, base::steady_time now) const;
  /// The commands due on this case. `cut_off`: consoles at other nodes can't be seen.
  [[nodiscard]] std::vector<alarm::v1::Command> due(const alarm::v1::Case& c,
                                                    const registry::v1::Policy& policy,
                                                    bool cut_off, base::steady_time now,
                                                    base::wall_time wall) const;
  [[nodiscard]] const std::string& node() const { return node_; }

 private:
  std::string node_;
  std::unordered_map<std::string, base::steady_time> seen_;   // users
  std::unordered_map<std::string, base::steady_time> nodes_;  // when last alive
  base::steady_time since_{};                                 // nobody can be seen earlier
  base::steady_time looked_{};
};

}  // namespace varde::core
