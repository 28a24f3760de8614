// The engine of the core: takes signals and commands, asks triage, puts what was decided into the
// vault and the ledger side by side, and only then answers and publishes. No socket, no thread, no
// clock of its own: the shell gives it inputs, a vault, a ledger and the time, so the same engine
// runs in the server and in a simulation.
//
// A few batches are under way at a time, settled in the order in which they left; what the next one
// holds is decided meanwhile. What can't wait leaves at once, beside batches that can. Decisions
// are made on the state as it will be when they are committed. What is about a subject that is
// itself under way waits for that; if its commit turns out stale, the subject's entries are read
// back and its inputs are decided again. If the ledger does not answer, a batch stands on the vault
// alone and the node is an island; when the ledger is back, the vault is held against it before
// anything new is written to it. A batch that neither of the two has is kept and offered again.
#pragma once

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "alarm/admission.hpp"
#include "base/metrics.hpp"
#include "board/frozen.hpp"
#include "board/gateway.hpp"
#include "board/view.hpp"
#include "core/acknowledgement.hpp"
#include "core/expectations.hpp"
#include "core/housekeeping.hpp"
#include "core/input.hpp"
#include "core/ledger_port.hpp"
#include "core/outages.hpp"
#include "core/reconciler.hpp"
#include "core/subjects.hpp"
#include "core/vault_port.hpp"
#include "core/waiting.hpp"
#include "registry/directory.hpp"

namespace varde::core {

struct engine_options {
  std::string node = "node";
  acknowledgement policy = acknowledgement::disk_redis;
  /// With disk_redis_replica: how many replicas are enough.
  std::uint32_t replicas = 1;
  /// A ledger, or a vault, that has not answered for so long is not waited for.
  std::chrono::milliseconds patience{1'000};
  /// After the ledger was away, and at a start, what this node wrote in this time before is held
  /// against it: longer than a replica's lag.
  std::chrono::seconds recheck{60};
  /// Inputs decided in one batch; more wait in the lanes.
  std::size_t batch_inputs_max = 1'024;
  /// Batches under way at once. Of those whose inputs can all wait only one is, so that a life
  /// alarm finds the ledger hardly busy.
  std::size_t flights_max = 4;
  /// Wall and steady time; the simulation gives its own.
  std::function<base::wall_time()> wall = [] { return base::wall_now(); };
  std::function<base::steady_time()> steady = [] { return std::chrono::steady_clock::now(); };
  /// Called when a batch is settled and there is room for more. The shell drains the lanes and
  /// flushes.
  std::function<void()> room_again = [] {};
};

enum class link : std::uint8_t {
  island,       // the ledger can't be reached
  reconciling,  // it can, and the vault is being held against it
  together,
};

/// Not thread-safe: everything on the core thread.
class engine {
 public:
  /// Commands waiting for a batch; beyond it they are answered unavailable.
  static constexpr std::size_t commands_waiting_max = 10'000;
  /// Subjects whose newest entry is compared after the ledger was away, the most recently changed.
  static constexpr std::size_t suspects_max = 8'000;

  using listener = std::function<void(std::shared_ptr<const board::change_batch>)>;

  engine(engine_options options, ledger_port& ledger, vault_port& vault,
         const registry::directory& directory, base::metrics& metrics);
  ~engine();

  /// Index = reply_address::edge. Before the first signal.
  void set_sinks(std::vector<alarm::answer_sink*> sinks) { sinks_ = std::move(sinks); }
  void subscribe(listener to) { listeners_.push_back(std::move(to)); }
  /// Called with the condition when it changes.
  void on_condition(std::function<void(const board::node_condition&)> to) {
    tell_condition_ = std::move(to);
  }

  /// Restoring, before open(): a state out of a snapshot, then the entries after it. An entry that
  /// leaves a gap makes the engine read the whole subject.
  void restore(alarm::v1::SubjectState state);
  /// An entry that is in the ledger already: replayed at start, or made by another node.
  void follow(const alarm::v1::Entry& entry);
  /// Restoring is over: publishes what is open and what closed recently, and begins to hold the
  /// vault against the ledger.
  void open();

  /// Room for more inputs in the batch that is being decided; 0 while nothing can be.
  [[nodiscard]] std::size_t room() const;
  void admit(alarm::admission&& admission);
  void submit(alarm::v1::Command command, command_answer done);
  void take_next(board::next_request request, command_answer done);
  /// The subject's state, read first if it isn't in memory; nullptr if it could not be read.
  void look(const std::string& municipality, const std::string& subject_id,
            std::function<void(board::subject_pointer)> done);
  /// See board::gateway::waiting.
  [[nodiscard]] std::vector<board::subject_pointer> waiting_in(
      const std::vector<std::string>& municipalities) const;
  /// A console of `user` is at this node, or just said goodbye; its claims have their lease from
  /// now on in either case.
  void presence(const std::string& user);
  void neighbours(const neighbourhood& others);
  /// Decides what was gathered, and offers it unless batches enough are under way, whose end will.
  void flush();
  /// The ledger's connection came or went.
  void ledger_reachable(bool reachable);
  /// Once a second: what time alone asks for.
  void tick();
  /// Ten times a second: doesn't wait for ever.
  void pulse();

  /// Every subject that was followed with a gap has been read; open() may be called.
  [[nodiscard]] bool restored() const { return readings_ == 0 && unread_.empty(); }
  /// True while anything is undecided or uncommitted.
  [[nodiscard]] bool busy() const;
  /// A batch is neither on disk nor in the ledger, and is held.
  [[nodiscard]] bool stalled() const { return !held_.parts.empty(); }
  /// A batch was offered and has not come back, or is being settled.
  [[nodiscard]] bool under_way() const { return !flights_.empty() || landing_; }
  /// A batch may leave: one that can't wait, or even one that can.
  [[nodiscard]] bool may_fly(bool urgent) const;
  /// Inputs that were taken in and have not been offered yet: decided, or put off because their
  /// subject is under way.
  [[nodiscard]] std::size_t ahead() const { return ahead_ + put_off_; }
  /// Nothing is half done, and everything in memory is in the ledger: a snapshot may be taken.
  [[nodiscard]] bool quiet() const;
  /// The ledger can be reached, and nothing is being held against it.
  [[nodiscard]] bool together() const { return link_ == link::together; }
  /// True if it is for this node to do what time asks for in this municipality. Cut off, every node
  /// keeps house for what it shows; together only the lease's holder does.
  [[nodiscard]] bool keeps_house(const std::string& municipality);
  [[nodiscard]] const board::node_condition& now_is() const { return condition_; }
  [[nodiscard]] const subjects& in_memory() const { return subjects_; }
  [[nodiscard]] const board::view& view() const { return view_; }

 private:
  /// An input whose answer waits for a commit.
  struct settled {
    input in;
    board::command_status status = board::command_status::done;
    std::string code;
    std::string case_id;  // of a command: what its giver is shown
  };
  /// One subject's part of the batch.
  struct pending {
    subject* about = nullptr;
    std::vector<settled> inputs = {};
    bool elsewhere = false;  // in the ledger, and in as many replicas as the policy wants
    /// What the entries say that is asked for once they have landed.
    boost::container::small_vector<std::string, 1> cases = {};  // each once
    std::uint64_t tip = 0;                                      // after the newest
    std::vector<alarm::v1::Entry> told_to_outages = {};

    void remember(alarm::v1::Entry&& entry);
  };
  /// Decided together, side by side: a subject's part, and its commit.
  struct batch {
    std::vector<pending> parts;
    std::vector<ledger::commit> commits;
    bool urgent = false;  // a life alarm is in it, or what somebody at a screen waits for

    void take(batch&& other);
  };
  struct meters;

  /// A batch under way, and what the two places say of it.
  struct flight {
    batch of;
    std::uint64_t number = 0;
    base::steady_time offered{};
    bool asked_ledger = false;
    std::optional<base::result<vault_sequence>> vault;  // the last record's
    std::optional<std::vector<ledger::commit_result>> ledger;

    [[nodiscard]] bool on_disk() const { return vault && vault->has_value(); }
    /// No longer waited for: as if it had failed.
    void ledger_is_silent() { ledger.emplace(of.commits.size()); }
    void disk_is_silent() {
      vault = base::result<vault_sequence>{
          boost::system::errc::make_error_code(boost::system::errc::timed_out)};
    }
  };

  void decide_gathered();
  void decide(input&& in);
  void put_off(subject& s, input&& in);
  void decide_admission(subject& s, admission_input&& admission);
  void decide_command(subject& s, command_input&& command);
  [[nodiscard]] subject* home_for(const registry::set_view& set, const command_input& command);
  void decide_next(next_input&& next);
  void decide_merge(subject& s, merge_input&& merge);
  void decide_lease(subject& s, lease_input&& lease);
  [[nodiscard]] std::string case_taken_by(const board::next_request& request);
  [[nodiscard]] const alarm::v1::Case* case_being_taken_by(
      const board::next_request& request) const;
  [[nodiscard]] std::optional<ledger::guard> guard_of(const input& in);
  void append(subject& s, std::vector<alarm::v1::Entry> entries, settled&& from);
  void answer_with_batch(subject& s, settled&& from);

  [[nodiscard]] batch take_ahead();
  void offer_next();
  void offer(batch&& ready);
  [[nodiscard]] flight* find_flight(std::uint64_t number);
  void answer_on_disk(flight& f);
  void settle_known();
  void settle(flight f);
  void has_landed(subject& s);
  void hold_back(batch&& held);
  void offer_held();
  void take_up(subject& s);
  void confirm_oldest();
  void batch_is_over();
  void answer(settled& s, alarm::verdict outcome, base::steady_time now);
  void ask_to_try_again(settled& s, base::steady_time now);
  void deliver_answers();

  void become_island();
  void reconcile();
  void hold(std::function<void()> held);
  void reconciled(std::vector<merge_input> parted, vault_sequence upto);
  void not_reconciled(base::error_code error);
  void try_again();
  [[nodiscard]] std::vector<suspect> suspects() const;
  void disk_works(bool works);
  void changed_condition();

  void read_back(subject& s);
  void catch_up(subject& s);
  void rebuild(subject& s, const std::vector<alarm::v1::Entry>& entries);
  void give_up_reading();
  void changed_cases(const pending& p, board::change_batch& changes) const;
  void publish(board::change_batch changes);
  void has_changed(subject& s, base::steady_time now);
  void look_at(subject& s);
  void publish_rebuilt(const alarm::v1::SubjectState& before, const subject& s);
  void keep_lease(const std::string& municipality, base::steady_time now);
  void gather_due(std::vector<alarm::v1::Command> commands, base::steady_time now);
  void ask_cases(base::steady_time now, base::wall_time wall);
  void ask_subjects(base::steady_time now, base::wall_time wall);
  void correlate();
  void ask_residents(base::steady_time now, base::wall_time wall);
  void measure_open_cases();

  engine_options options_;
  ledger_port& ledger_;
  vault_port& vault_;
  registry::directory_reader registry_;
  std::unique_ptr<meters> meters_;
  std::vector<alarm::answer_sink*> sinks_;
  std::vector<listener> listeners_;
  std::function<void(const board::node_condition&)> tell_condition_;
  subjects subjects_;
  waiting waiting_;
  board::view view_;
  housekeeping house_;
  expectations expectations_;
  outages outages_;
  reconciler reconciler_;
  std::vector<std::vector<alarm::admission_answer>> answers_;  // by edge, gathered per batch
  std::deque<input> gathered_;
  batch next_;                  // being decided
  std::deque<flight> flights_;  // under way, the oldest first
  batch landed_;                // being settled
  batch held_;                  // has nowhere to go; offered again each second
  std::uint64_t offers_ = 0;
  std::vector<vault_sequence> withdrawn_;  // to be said in the next record
  std::vector<subject*> unread_;           // reading back failed; tried again
  std::vector<subject*> afloat_;           // with entries that are on our disk only
  std::function<void()> when_held_;        // waits for what is under way to settle
  /// When which record was the newest, a second apart: where rechecking begins.
  std::deque<std::pair<base::steady_time, vault_sequence>> marks_;
  std::optional<vault_sequence> island_from_;  // the first record the ledger may be without
  vault_sequence recheck_from_ = 1;            // where the last reconciling began
  vault_sequence newest_ = 0;                  // on disk
  board::node_condition condition_;
  link link_ = link::island;
  std::size_t ahead_ = 0;    // inputs decided since the last batch was offered
  std::size_t put_off_ = 0;  // inputs that wait for their subjects' commits to land
  std::size_t merging_ = 0;  // merges whose commit is not settled
  std::size_t readings_ = 0;
  bool reachable_ = false;
  bool holding_ = false;   // nothing new is decided while the last of the vault is compared
  bool settling_ = false;  // flights that have come back are gone through
  bool landing_ = false;   // one of them is being settled
  bool probing_ = false;   // a record is under way that only asks the disk
  bool open_ = false;
};

}  // namespace varde::core
