// The core thread: the engine on a real ledger. It sleeps on the lanes' eventfd, drains them into
// the engine whenever there is room, and owns the Redis connection that the ledger is written
// through.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "alarm/admission.hpp"
#include "base/metrics.hpp"
#include "base/result.hpp"
#include "board/gateway.hpp"
#include "core/acknowledgement.hpp"
#include "lanes/lane_set.hpp"
#include "redis/endpoint.hpp"
#include "registry/directory.hpp"
#include "vault/options.hpp"

namespace varde::supervision {
class seen_table;
}

namespace varde::core {

struct core_options {
  std::string node = "node";
  std::size_t batch_inputs_max = 1'024;
  redis::endpoint redis;
  /// Silence of Redis after which a commit's fate is called unknown. A slow fsync is no silence of
  /// seconds; a hanging master is.
  std::chrono::milliseconds redis_reply_limit{3'000};
  /// Other nodes may write to the same ledger, so their entries are followed. Off where the Redis
  /// is this process's own.
  bool follow_others = true;
  std::chrono::seconds snapshot_every{300};
  acknowledgement policy = acknowledgement::disk_redis;
  /// With disk_redis_replica: how many, and how long a commit waits for them.
  std::uint32_t replicas = 1;
  std::chrono::milliseconds replicas_limit{500};
  std::chrono::milliseconds patience{1'000};
  std::chrono::seconds recheck{60};
  /// Where this node's vault is, and its bounds.
  vault::options vault;
  /// Which devices were heard, marked by the edge; outlives the core. Null: nobody is supervised.
  supervision::seen_table* seen = nullptr;
  /// start() gives up when the ledger could not be read by then.
  std::chrono::seconds restore_limit{120};
};

/// start and stop are for the thread that owns it; the gateway's calls are for any thread.
class core_thread final : public board::gateway {
 public:
  core_thread(core_options options, lanes::lane_set<alarm::admission>& lanes,
              const registry::directory& directory, base::metrics& metrics);
  /// Stops if that has not been done.
  ~core_thread() override;

  /// Opens the vault, connects, restores the board from snapshot and ledger, holds the vault
  /// against the ledger, and goes to work. Listeners are subscribed before. The error says why the
  /// vault could not be opened or the ledger not be read.
  base::result<void> start(std::vector<alarm::answer_sink*> sinks);
  /// Finishes what the lanes hold, writes a snapshot, ends the thread. No more signals may be
  /// pushed. Waits at most `limit` for the ledger.
  void stop(std::chrono::milliseconds limit);
  /// The ledger answers and the board is restored. Any thread.
  [[nodiscard]] bool ready() const;

  void submit(alarm::v1::Command command, std::function<void(board::command_result)> done) override;
  void take_next(board::next_request request,
                 std::function<void(board::command_result)> done) override;
  void look(std::string municipality, std::string subject,
            std::function<void(board::subject_pointer)> done) override;
  void waiting(std::vector<std::string> municipalities,
               std::function<void(std::vector<board::subject_pointer>)> done) override;
  void presence(std::string user, bool gone) override;
  void subscribe(std::function<void(std::shared_ptr<const board::change_batch>)> listener) override;
  void subscribe_condition(std::function<void(const board::node_condition&)> listener) override;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace varde::core
