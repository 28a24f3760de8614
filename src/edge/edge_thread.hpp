// One thread of the edge: its reactor, the connections that live on it, the door to the core,
// and the mailbox for the core's answers. A connection never leaves its thread, so nothing in here
// is locked.
#pragma once

#include <boost/intrusive/list.hpp>
#include <deque>
#include <functional>
#include <memory>
#include <span>
#include <thread>
#include <vector>

#include "alarm/admission.hpp"
#include "base/log.hpp"
#include "edge/connection.hpp"
#include "edge/counters.hpp"
#include "edge/deadlines.hpp"
#include "edge/intake.hpp"
#include "edge/options.hpp"
#include "edge/reactor.hpp"
#include "edge/service.hpp"
#include "edge/signs_of_life.hpp"
#include "registry/directory.hpp"

namespace varde::edge {

class edge_thread final : public alarm::answer_sink {
 public:
  /// `index` is the reply address's edge. What is passed by reference must outlive the thread.
  edge_thread(std::uint32_t index, const options& given, lane_set& lanes,
              const registry::directory& directory, counters& counted);
  ~edge_thread() override;

  void start();
  /// Any thread. Runs `work` on this one.
  void post(std::function<void()> work);
  /// Another thread. Drains what lives here, at most for the configured time, and ends the thread.
  void stop();

  /// The core thread. One piece of work for the batch.
  void deliver(std::span<const alarm::admission_answer> answers) override;

  // From here on: only on the thread itself.

  /// False if there are too many connections; the caller drops it.
  bool adopt(std::shared_ptr<connection> newcomer, listener via);
  /// A connection has ended. Its object lives on until the end of the turn.
  void forget(connection& gone, listener via, cause why);
  /// A registered device stands behind it: it is no longer ended to make room.
  void identified(connection& one);
  /// Its handshake is done.
  void opened(connection& one);
  /// For more than a quiet device says: the connection has its turn when nobody else is ready, or
  /// at the latest when some have gone before it.
  void stand_in_line(std::shared_ptr<connection> one) { line_.push_back(std::move(one)); }
  /// Likewise for a piece of a handshake, which may take a millisecond: after each the others are
  /// looked at, and while a signal waits for the core, which may need this processor, there is a
  /// pause.
  void knock(std::shared_ptr<connection> one) { knocking_.push_back(std::move(one)); }
  /// New peers should wait in the kernel until those who knock have been let in.
  [[nodiscard]] bool is_crowded() const;
  /// At the end of this turn the connection is flushed.
  void flush_later(std::shared_ptr<connection> one) { to_flush_.push_back(std::move(one)); }
  void add(std::shared_ptr<service> one) { services_.push_back(std::move(one)); }

  [[nodiscard]] reactor& waits() noexcept { return reactor_; }
  [[nodiscard]] const options& given() const noexcept { return options_; }
  [[nodiscard]] const limits& bounds() const noexcept { return options_.limits; }
  [[nodiscard]] counters& counted() noexcept { return counted_; }
  [[nodiscard]] deadlines& due() noexcept { return deadlines_; }
  [[nodiscard]] intake& door() noexcept { return intake_; }
  [[nodiscard]] signs_of_life& signs() noexcept { return signs_; }
  [[nodiscard]] const registry::view& registry() { return registry_.current(); }
  [[nodiscard]] std::uint64_t registry_generation() const { return directory_.generation(); }
  /// Shared by all connections of the thread; good until the next read.
  [[nodiscard]] std::span<char> read_buffer() noexcept { return read_buffer_; }
  /// Counts input that was turned away without a connection ending, and logs a bounded number of
  /// lines.
  void note_rejected(listener via, cause why);

 private:
  using strangers =
      boost::intrusive::list<connection, boost::intrusive::base_hook<unidentified_hook>,
                             boost::intrusive::constant_time_size<true>>;
  /// Comes round once a second for what has no deadline of its own.
  class sweep;

  void run();
  /// How long there is nothing to do at most.
  [[nodiscard]] std::chrono::milliseconds patience() const;
  using standing_in_line = std::deque<std::shared_ptr<connection>>;
  void serve(standing_in_line& line);
  void let_in();
  [[nodiscard]] bool may_let_in() const;
  /// Sends what this turn has queued and lets go of who has ended in it.
  void end_turn();
  static void make_room(strangers& among, std::size_t most);
  void begin_drain();
  void end_if_drained();
  void log_end(listener via, cause why);

  const options& options_;
  counters& counted_;
  const registry::directory& directory_;
  registry::directory_reader registry_;
  reactor reactor_;
  deadlines deadlines_;
  intake intake_;
  signs_of_life signs_;
  std::vector<char> read_buffer_;
  std::vector<std::shared_ptr<connection>> roster_;
  strangers& list_of(const unidentified_hook& one) noexcept {
    return one.in_handshake ? opening_ : unidentified_;
  }

  strangers opening_;  // in their handshake
  strangers unidentified_;
  standing_in_line line_;
  standing_in_line knocking_;
  base::steady_time next_let_in_{};
  std::size_t passed_over_ = 0;
  std::vector<std::shared_ptr<connection>> to_flush_;
  std::vector<std::shared_ptr<connection>> ended_;  // in this turn
  std::vector<std::shared_ptr<service>> services_;
  std::unique_ptr<sweep> sweep_;
  base::log_limiter log_ends_{10};
  bool draining_ = false;
  bool is_over_ = false;
  base::steady_time drain_until_ = base::steady_time::max();
  std::thread thread_;
};

}  // namespace varde::edge
