// Wiring of the core thread: the wake-up of the lanes, the ledger's connection, the second's tick,
// and the hops of the gateway onto this thread.
#include "core/core_thread.hpp"

#include <spdlog/spdlog.h>

#include <unistd.h>

#include <atomic>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <optional>
#include <thread>

#include "core/disk_vault.hpp"
#include "core/engine.hpp"
#include "core/neighbours.hpp"
#include "core/redis_ledger.hpp"
#include "core/restore.hpp"
#include "core/snapshots.hpp"
#include "core/supervising.hpp"
#include "supervision/redis_seen_store.hpp"

namespace varde::core {

namespace asio = boost::asio;

namespace {

engine_options engine_options_of(const core_options& options, std::function<void()> room_again) {
  engine_options out;
  out.node = options.node;
  out.batch_inputs_max = options.batch_inputs_max;
  out.policy = options.policy;
  out.replicas = options.replicas;
  out.patience = options.patience;
  out.recheck = options.recheck;
  out.room_again = std::move(room_again);
  return out;
}

ledger::writer_options writer_options_of(const core_options& options) {
  if (options.policy != acknowledgement::disk_redis_replica) return {};
  return {options.replicas, options.replicas_limit};
}

constexpr std::chrono::milliseconds pulse_every{100};
/// Signals that are decided together at most while life alarms wait. So many wait only when the
/// disks are slow or the node is full, and then one long batch is through before four short ones.
constexpr std::size_t together_max = 512;
/// The same while none does: one that comes right behind them shall hardly wait. Twice as many
/// would let a third more through, and life alarms wait half as long again.
constexpr std::size_t patient_together_max = 16;

}  // namespace

struct core_thread::state {
  state(core_options given, lanes::lane_set<alarm::admission>& in, const registry::directory& known,
        base::metrics& all)
      : options(std::move(given)),
        lanes(in),
        directory(known),
        metrics(all),
        wake(io, ::dup(in.wake_fd())),
        second(io),
        pulse(io) {}

  /// What works once the vault is open.
  struct working {
    working(state& of, std::unique_ptr<disk_vault> opened)
        : connection(redis::connection::create(of.io, of.options.redis)),
          ledger(*connection, writer_options_of(of.options)),
          vault(std::move(opened)),
          engine(engine_options_of(of.options, [&of] { of.pump(); }), ledger, *vault, of.directory,
                 of.metrics),
          restoring(of.io, *connection, of.options.redis, engine),
          snapshots(*connection, engine, restoring),
          neighbours(*connection, of.options.node,
                     [this](const neighbourhood& others) {
                       engine.neighbours(others);
                       if (supervising) supervising->neighbours(others);
                     }),
          seen_store(*connection) {
      if (of.options.seen != nullptr)
        supervising.emplace(engine, of.directory, *of.options.seen, seen_store, of.metrics,
                            std::chrono::steady_clock::now());
    }

    std::shared_ptr<redis::connection> connection;
    redis_ledger ledger;
    std::unique_ptr<disk_vault> vault;
    core::engine engine;
    restore restoring;
    core::snapshots snapshots;
    core::neighbours neighbours;
    supervision::redis_seen_store seen_store;
    std::optional<core::supervising> supervising;
  };

  core::engine& engine() { return work->engine; }

  /// So many more may be decided before the next batch leaves.
  std::size_t room_below(std::size_t most) {
    return std::min(engine().room(), most - std::min(engine().ahead(), most));
  }
  std::size_t room_for_life() { return room_below(together_max); }
  /// What can wait does so in its lane until it could leave.
  std::size_t room_for_patient() {
    return engine().may_fly(false) ? room_below(patient_together_max) : 0;
  }

  /// How many of those that wait in the lanes are decided next. While life alarms wait, no more
  /// than they are, so that of the less urgent only their share is written down with them.
  std::size_t appetite() {
    const auto life = life_waiting();
    return life > 0 ? std::min(life, room_for_life()) : room_for_patient();
  }

  std::size_t life_waiting() const { return lanes.size(lanes::index(lanes::lane::life)); }

  std::size_t drain(std::size_t budget) {
    return lanes.drain(budget,
                       [this](std::size_t, alarm::admission&& a) { engine().admit(std::move(a)); });
  }

  /// Moves what waits in the lanes into the engine and lets it work. Then sleeps on the eventfd:
  /// for life alone if nothing else could leave, and for nobody if not even life could; the end of
  /// a batch pumps again.
  void pump() {
    if (!serving) return;
    if (engine().quiet()) work->snapshots.take();
    for (;;) {
      if (engine().under_way() && work->snapshots.wants_quiet()) return;
      const auto taken = drain(appetite());
      engine().flush();
      if (taken != 0) continue;
      if (room_for_patient() > 0) {
        if (lanes.arm()) break;
      } else if (engine().may_fly(true) && room_for_life() > 0) {
        if (lanes.arm_for_life()) break;
      } else {
        return;
      }
    }
    if (waiting) return;
    waiting = true;
    wake.async_wait(asio::posix::stream_descriptor::wait_read,
                    [this](boost::system::error_code error) {
                      waiting = false;
                      if (error) return;
                      lanes.disarm();
                      pump();
                    });
  }

  void tick_each_second() {
    second.expires_after(std::chrono::seconds{1});
    second.async_wait([this](boost::system::error_code error) {
      if (error) return;
      engine().tick();
      const auto now = std::chrono::steady_clock::now();
      if (now >= next_beat) {
        next_beat = now + neighbours::beat_every;
        work->neighbours.beat();
      }
      if (now >= next_snapshot && engine().together()) {
        next_snapshot = now + options.snapshot_every;
        work->snapshots.begin(municipalities(), [] {});
      }
      pump();
      tick_each_second();
    });
  }

  void pulse_often() {
    pulse.expires_after(pulse_every);
    pulse.async_wait([this](boost::system::error_code error) {
      if (error) return;
      engine().pulse();
      supervise();
      pulse_often();
    });
  }

  void supervise() {
    if (work->supervising &&
        work->supervising->step(std::chrono::steady_clock::now(), base::wall_now()))
      pump();
  }

  std::vector<std::string> municipalities() const {
    std::vector<std::string> out{std::string{alarm::centre}};
    for (const auto& set : directory.current()->municipalities()) out.push_back(set->id());
    return out;
  }

  void serve() {
    serving = true;
    ready = true;
    engine().open();
    next_snapshot = std::chrono::steady_clock::now() + options.snapshot_every;
    tick_each_second();
    pulse_often();
    pump();
  }

  /// Goes on until nothing is left to commit, then calls `done`.
  void finish(std::function<void()> done) {
    pump();
    if (!engine().busy() && lanes.free_slots() == lanes.bounds().slots) {
      work->neighbours.leave();
      // What is on our disk alone is not for a snapshot; it is merged at the next start.
      if (!engine().quiet()) return done();
      work->snapshots.begin(municipalities(), std::move(done));
      return;
    }
    second.expires_after(std::chrono::milliseconds{5});
    second.async_wait([this, done = std::move(done)](boost::system::error_code) mutable {
      finish(std::move(done));
    });
  }

  core_options options;
  lanes::lane_set<alarm::admission>& lanes;
  const registry::directory& directory;
  base::metrics& metrics;
  asio::io_context io{1};
  asio::posix::stream_descriptor wake;
  asio::steady_timer second, pulse;
  std::vector<engine::listener> listeners;
  std::vector<std::function<void(const board::node_condition&)>> condition_listeners;
  std::optional<working> work;
  base::steady_time next_snapshot{}, next_beat{};
  bool waiting = false;
  bool serving = false;
  std::atomic<bool> ready{false};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> guard;
  std::thread thread;
};

core_thread::core_thread(core_options options, lanes::lane_set<alarm::admission>& lanes,
                         const registry::directory& directory, base::metrics& metrics)
    : state_(std::make_unique<state>(std::move(options), lanes, directory, metrics)) {}

core_thread::~core_thread() {
  if (state_->thread.joinable()) stop(std::chrono::seconds{5});
}

base::result<void> core_thread::start(std::vector<alarm::answer_sink*> sinks) {
  state& s = *state_;
  auto opened = disk_vault::open(s.options.vault, s.io, s.metrics);
  if (!opened) return opened.error();
  s.work.emplace(s, std::move(*opened));
  s.engine().set_sinks(std::move(sinks));
  for (auto& listener : s.listeners) s.engine().subscribe(std::move(listener));
  s.engine().on_condition([&s](const board::node_condition& now) {
    for (const auto& listen : s.condition_listeners) listen(now);
  });
  s.guard.emplace(asio::make_work_guard(s.io));
  auto restored = std::make_shared<std::promise<base::error_code>>();
  auto outcome = restored->get_future();
  asio::post(s.io, [&s, restored] {
    s.work->restoring.begin(s.municipalities(), s.options.follow_others,
                            [&s, restored](base::error_code error) {
                              if (!error) s.serve();
                              restored->set_value(error);
                            });
    s.work->connection->on_state([&s](bool connected) {
      s.engine().ledger_reachable(connected);
      s.pump();
    });
    s.work->connection->start();
  });
  s.thread = std::thread([&s] { s.io.run(); });

  if (outcome.wait_for(s.options.restore_limit) != std::future_status::ready) {
    s.io.stop();
    s.thread.join();
    return boost::system::errc::make_error_code(boost::system::errc::timed_out);
  }
  if (const auto error = outcome.get()) {
    s.io.stop();
    s.thread.join();
    return error;
  }
  return {};
}

void core_thread::stop(std::chrono::milliseconds limit) {
  state& s = *state_;
  if (!s.thread.joinable()) return;
  auto finished = std::make_shared<std::promise<void>>();
  auto done = finished->get_future();
  asio::post(s.io, [&s, finished] { s.finish([finished] { finished->set_value(); }); });
  if (done.wait_for(limit) != std::future_status::ready)
    spdlog::warn(
        "stopping before everything was safe; devices were not told \"received\" for the rest");
  s.ready = false;
  s.io.stop();
  s.thread.join();
}

bool core_thread::ready() const { return state_->ready; }

void core_thread::submit(alarm::v1::Command command,
                         std::function<void(board::command_result)> done) {
  asio::post(state_->io,
             [s = state_.get(), command = std::move(command), done = std::move(done)]() mutable {
               s->engine().submit(std::move(command), std::move(done));
               s->pump();
             });
}

void core_thread::take_next(board::next_request request,
                            std::function<void(board::command_result)> done) {
  asio::post(state_->io,
             [s = state_.get(), request = std::move(request), done = std::move(done)]() mutable {
               s->engine().take_next(std::move(request), std::move(done));
               s->pump();
             });
}

void core_thread::look(std::string municipality, std::string subject,
                       std::function<void(board::subject_pointer)> done) {
  asio::post(state_->io, [s = state_.get(), municipality = std::move(municipality),
                          subject = std::move(subject), done = std::move(done)]() mutable {
    s->engine().look(municipality, subject, std::move(done));
  });
}

void core_thread::waiting(std::vector<std::string> municipalities,
                          std::function<void(std::vector<board::subject_pointer>)> done) {
  asio::post(state_->io,
             [s = state_.get(), municipalities = std::move(municipalities),
              done = std::move(done)] { done(s->engine().waiting_in(municipalities)); });
}

void core_thread::presence(std::string user, bool gone) {
  asio::post(state_->io, [s = state_.get(), user = std::move(user), gone] {
    // A console that said goodbye was last seen now; its claims get the same lease as
    // one that vanished.
    s->engine().presence(user);
    s->work->neighbours.saw(user, gone);
  });
}

void core_thread::subscribe(
    std::function<void(std::shared_ptr<const board::change_batch>)> listener) {
  state_->listeners.push_back(std::move(listener));
}

void core_thread::subscribe_condition(std::function<void(const board::node_condition&)> listener) {
  state_->condition_listeners.push_back(std::move(listener));
}

}  // namespace varde::core
