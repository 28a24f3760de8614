// The two doors between the core thread and everyone who looks or acts: commands go in, changes
// come out. The desk and the field know only this; the core implements it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "base/time.hpp"
#include "varde/alarm/v1/case.pb.h"
#include "varde/alarm/v1/command.pb.h"

namespace varde::board {

/// One case as it stands after one or more entries. Immutable once published; shared between
/// threads.
struct case_change {
  std::shared_ptr<const alarm::v1::Case> now;
  std::string trace;          // of the signal or command behind it
  base::steady_time cause{};  // when that reached this node's socket; for latencies
  /// What was shown before did not come to be: this counts, whatever the versions. After an outage.
  bool corrected = false;
};
using subject_pointer = std::shared_ptr<const alarm::v1::SubjectState>;
/// Told by one call of gateway::waiting.
inline constexpr std::size_t waiting_subjects_max = 5'000;

/// In the order of commitment.
using change_batch = std::vector<case_change>;

enum class command_status : std::uint8_t {
  done,         // committed; `now` is the case after it
  repeated,     // this idempotency key was carried out before; `now` is the case as it stands
  stale,        // the case changed since the person saw it; `now` shows what it is
  refused,      // the rules of state say no; `code` says which
  not_found,    // no such case or visit
  unavailable,  // the ledger can't be reached; nothing was done
};

struct command_result {
  command_status status = command_status::unavailable;
  std::string
      code;  // machine-readable, e.g. "already_claimed", "not_owner", "closed", "outcome_required"
  std::shared_ptr<const alarm::v1::Case> now;  // may be null
};

/// Ask for the next waiting case of these municipalities, atomically claimed.
struct next_request {
  std::string id;  // idempotency key
  std::vector<std::string> municipalities;
  alarm::v1::Actor actor;
  std::string trace;
};

/// How this node is, for screens, probes and metrics.
struct node_condition {
  /// Set from when the ledger was lost until this node's disk and the ledger are one again.
  std::optional<base::wall_time> island_since;
  /// The ledger is back, and what is on this node's disk is being held against it.
  bool reconciling = false;
  /// Set while this node's disk takes no records: only life alarms are acknowledged.
  std::optional<base::wall_time> disk_failed_since;
  /// The ledger has fewer replicas than the policy asks for.
  bool replicas_missing = false;
  friend bool operator==(const node_condition&, const node_condition&) = default;
};

class gateway {
 public:
  virtual ~gateway() = default;
  /// Any thread. `done` is called once, on the core thread; hop to your own thread in it.
  virtual void submit(alarm::v1::Command command, std::function<void(command_result)> done) = 0;
  /// Any thread. Status not_found when nothing waits.
  virtual void take_next(next_request request, std::function<void(command_result)> done) = 0;
  /// Any thread. The subject's state as it is now, with what is not committed yet; an empty one if
  /// it has none. `done` is called once, on the core thread, with nullptr if it could not be read.
  virtual void look(std::string municipality, std::string subject,
                    std::function<void(subject_pointer)> done) = 0;
  /// Any thread. The subjects of these municipalities that something waits at: signals that are
  /// held, tests, absences; at most waiting_subjects_max. `done` as with look.
  virtual void waiting(std::vector<std::string> municipalities,
                       std::function<void(std::vector<subject_pointer>)> done) = 0;
  /// Any thread. Says that a console of `user` is alive at this node; keeps their claims. Call at
  /// least every 10 s while a console is connected, and with gone = true when the last one closed.
  virtual void presence(std::string user, bool gone) = 0;
  /// Any thread, before the server opens. `listener` is called on the core thread with each batch;
  /// it must not block. The first batch is everything that is open and what closed recently.
  virtual void subscribe(std::function<void(std::shared_ptr<const change_batch>)> listener) = 0;
  /// Any thread, before the server opens. `listener` is called on the core thread when the
  /// condition changes; it must not block.
  virtual void subscribe_condition(std::function<void(const node_condition&)> listener) = 0;
};

}  // namespace varde::board
