// The engine of the core: takes signals and commands, asks triage, commits to the ledger, and only
// then answers and publishes. No socket, no thread, no clock of its own: the shell gives it inputs,
// a ledger and the time, so the same engine runs in the server and in a simulation.
//
// One batch is under way at a time. Decisions are made on the state as it will be when the batch is
// committed; if a commit turns out stale, that subject's entries are read back and its inputs are
// decided again. If the ledger can't be reached the very same batch is offered again until it can,
// so nothing that was admitted is dropped.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "alarm/admission.hpp"
#include "base/metrics.hpp"
#include "board/gateway.hpp"
#include "board/view.hpp"
#include "core/input.hpp"
#include "core/ledger_port.hpp"
#include "core/subjects.hpp"
#include "registry/directory.hpp"

namespace varde::core {

struct engine_options {
  std::string node = "node";
  /// Inputs decided in one batch; more wait in the lanes.
  std::size_t batch_inputs_max = 1'024;
  /// Wall and steady time; the simulation gives its own.
  std::function<base::wall_time()> wall = [] { return base::wall_now(); };
  std::function<base::steady_time()> steady = [] { return std::chrono::steady_clock::now(); };
  /// Called when a batch is settled and there is room for more. The shell drains the lanes and
  /// flushes.
  std::function<void()> room_again = [] {};
};

/// Not thread-safe: everything on the core thread.
class engine {
 public:
  /// Commands waiting for a batch; beyond it they are answered unavailable.
  static constexpr std::size_t commands_waiting_max = 10'000;

  using listener = std::function<void(std::shared_ptr<const board::change_batch>)>;

  engine(engine_options options, ledger_port& ledger, const registry::directory& directory,
         base::metrics& metrics);
  ~engine();

  /// Index = reply_address::edge. Before the first signal.
  void set_sinks(std::vector<alarm::answer_sink*> sinks) { sinks_ = std::move(sinks); }
  void subscribe(listener to) { listeners_.push_back(std::move(to)); }

  /// Restoring, before open(): a state out of a snapshot, then the entries after it. An entry that
  /// leaves a gap makes the engine read the whole subject.
  void restore(alarm::v1::SubjectState state);
  /// An entry that is in the ledger already: replayed at start, or made by another node.
  void follow(const alarm::v1::Entry& entry);
  /// Restoring is over: publishes what is open and what closed recently.
  void open();

  /// Room for more inputs in the batch that is being gathered; 0 while one is under way.
  [[nodiscard]] std::size_t room() const;
  void admit(alarm::admission admission);
  void submit(alarm::v1::Command command, command_answer done);
  void take_next(board::next_request request, command_answer done);
  void presence(const std::string& user, bool gone);
  /// Decides what was gathered and submits it. Nothing happens while a batch is under way.
  void flush();
  /// The ledger can be reached again: offers the held batch once more.
  void ledger_reachable(bool reachable);
  /// Once a second: what time alone asks for.
  void tick();

  /// Every subject that was followed with a gap has been read; open() may be called.
  [[nodiscard]] bool restored() const { return readings_ == 0 && unread_.empty(); }
  /// True while anything is undecided or uncommitted.
  [[nodiscard]] bool busy() const;
  /// A batch failed and is held until the ledger can be reached.
  [[nodiscard]] bool stalled() const { return stalled_; }
  [[nodiscard]] const subjects& in_memory() const { return subjects_; }
  [[nodiscard]] const board::view& view() const { return view_; }

 private:
  /// An input whose answer waits for a commit.
  struct settled {
    input in;
    board::command_status status = board::command_status::done;
    std::string code;
    std::string case_id;
  };
  /// One subject's part of the batch.
  struct pending {
    subject* about = nullptr;
    std::vector<settled> inputs;
  };
  struct meters;

  void decide(input&& in);
  void decide_admission(subject& s, alarm::admission&& admission);
  void decide_command(subject& s, command_input&& command);
  void decide_next(next_input&& next);
  [[nodiscard]] std::string case_taken_by(const board::next_request& request);
  void append(subject& s, std::vector<alarm::v1::Entry> entries, settled&& from);
  void answer_with_batch(subject& s, settled&& from);
  void offer();
  void settle(std::vector<ledger::commit_result> results);
  void answer(settled& s, alarm::verdict outcome);
  void deliver_answers();
  void read_back(subject& s);
  void rebuild(subject& s, const std::vector<alarm::v1::Entry>& entries);
  void changed_cases(const pending& p, const ledger::commit& c, board::change_batch& changes) const;
  void publish(board::change_batch changes);
  void publish_all(const subject& s);
  void measure_open_cases();

  engine_options options_;
  ledger_port& ledger_;
  registry::directory_reader registry_;
  std::unique_ptr<meters> meters_;
  std::vector<alarm::answer_sink*> sinks_;
  std::vector<listener> listeners_;
  subjects subjects_;
  board::view view_;
  std::vector<std::vector<alarm::admission_answer>> answers_;  // by edge, gathered per batch
  std::deque<input> gathered_;
  std::vector<pending> batch_;  // side by side with commits_
  std::vector<ledger::commit> commits_;
  std::vector<subject*> unread_;  // reading back failed; tried again
  std::unordered_map<std::string, base::steady_time> last_seen_;  // consoles, by user
  base::steady_time opened_at_{};
  base::steady_time offered_at_{};
  std::size_t readings_ = 0;
  bool under_way_ = false;
  bool stalled_ = false;
  bool open_ = false;
};

}  // namespace varde::core
