// One node of the real engine on modelled ledger, disk and clock: it can be killed, frozen, cut
// off, started again, and its disk can fail, be slow or lose what was not synced.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "core/engine.hpp"
#include "simulation/model_redis.hpp"
#include "simulation/world.hpp"

namespace varde::simulation {

/// What is on the disk: outlives the process.
struct model_disk {
  std::vector<core::vaulted> records;
  core::vault_sequence confirmed = 0;
  bool failing = false;
  moment works_since = 0;
  moment write_time = 300;
};

/// State of the Redis service as all see it.
struct redis_service {
  explicit redis_service(const mutations& off) : data(off) {}
  model_redis data;
  bool down = false;
  bool hung = false;
  std::uint64_t term = 0;  // another after each failover or restart: connections of before are gone
};

inline constexpr int residents = 12;  // numbered from 1
/// Of a resident, or of a municipality by its own number.
[[nodiscard]] inline std::string municipality_of(int number) {
  return number % 2 == 0 ? "9901" : "9902";
}

class sim_node final : public core::ledger_port, public core::vault_port, alarm::answer_sink {
 public:
  using answered = std::function<void(std::uint64_t ticket, alarm::verdict)>;

  sim_node(world& w, redis_service& redis, const mutations& off, std::string name,
           core::acknowledgement policy, std::int64_t clock_error, answered on_answer);
  ~sim_node() override;

  void start();
  /// The process dies; what it had not synced is gone.
  void kill();
  void freeze(moment how_long);
  /// Freezes it between finding that something falls due and acting on it, the worst moment.
  void freeze_when_due(moment how_long) { freeze_when_due_ = how_long; }
  void cut_off(bool cut);
  /// Redis's end of all connections went away.
  void lost_redis();
  void step_clock(std::int64_t by) { clock_error_ += by; }

  [[nodiscard]] bool serves() const { return engine_ && opened_; }
  [[nodiscard]] bool frozen() const { return w_.now() < thaws_; }
  [[nodiscard]] bool together() const {
    return serves() && !frozen() && !engine_->now_is().island_since;
  }
  /// Since when it has been neither cut off, frozen nor restarted.
  [[nodiscard]] moment well_since() const { return std::max(connected_since_, thaws_); }
  [[nodiscard]] const std::string& name() const { return name_; }
  model_disk disk;

  /// What comes in from outside. Nothing happens if the node is dead; later, if it is frozen.
  void signal(alarm::admission admission);
  void command(alarm::v1::Command command, core::command_answer done);
  void take_next(board::next_request request, core::command_answer done);
  void presence(const std::string& user);
  /// Open cases by id → owner, as this node's consoles see them.
  [[nodiscard]] std::map<std::string, std::string> board() const;
  [[nodiscard]] bool has_work() const {
    return serves() &&
           (engine_->view().open_count() > 0 || engine_->busy() || engine_->now_is().island_since);
  }

  // ledger_port
  void submit(const std::vector<ledger::commit>& commits,
              std::function<void(std::vector<ledger::commit_result>)> done) override;
  void read_subject(const std::string& municipality, const std::string& subject, std::uint64_t from,
                    std::function<void(base::result<std::vector<alarm::v1::Entry>>)> done) override;
  void give_up() override;
  // vault_port
  void append(const std::vector<ledger::commit>& commits,
              std::vector<core::vault_sequence> withdrawn,
              std::function<void(base::result<core::vault_sequence>)> done) override;
  void read(core::vault_sequence from, std::size_t most,
            std::function<void(base::result<std::vector<core::vaulted>>)> done) override;
  void confirm(core::vault_sequence upto) override { disk.confirmed = upto; }
  [[nodiscard]] core::vault_sequence doubtful_from() const override { return disk.confirmed + 1; }

 private:
  void deliver(std::span<const alarm::admission_answer> answers) override;
  /// Runs `what` on this node after `delay`, if it lives then; when it is frozen, after that.
  void post(moment delay, std::function<void()> what);
  void connect_soon();
  void disconnect();
  void follow_soon();
  void tick();
  void beat();
  [[nodiscard]] base::steady_time steady() const;
  [[nodiscard]] base::wall_time wall() const;

  world& w_;
  redis_service& redis_;
  const mutations& off_;
  std::string name_;
  core::acknowledgement policy_;
  std::int64_t clock_error_;
  answered answered_;
  registry::directory directory_;
  std::unique_ptr<base::metrics> metrics_;
  std::unique_ptr<core::engine> engine_;
  std::map<std::string, std::pair<std::uint64_t, base::steady_time>> beats_;
  std::deque<std::function<void()>> on_disconnect_;
  std::size_t followed_ = 0;
  std::uint64_t life_ = 0, link_ = 0, beat_ = 0;
  moment thaws_ = 0;
  moment freeze_when_due_ = 0;
  moment connected_since_ = 0;
  bool opened_ = false, connected_ = false, cut_ = false, following_ = false, ticking_ = false;
  bool appending_ = false;
};

}  // namespace varde::simulation
