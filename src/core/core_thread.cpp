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
#include <thread>

#include "core/engine.hpp"
#include "core/redis_ledger.hpp"
#include "core/restore.hpp"
#include "core/snapshots.hpp"

namespace varde::core {

namespace asio = boost::asio;

namespace {

engine_options engine_options_of(const core_options& options, std::function<void()> room_again) {
  engine_options out;
  out.node = options.node;
  out.batch_inputs_max = options.batch_inputs_max;
  out.room_again = std::move(room_again);
  return out;
}

}  // namespace

struct core_thread::state {
  state(core_options given, lanes::lane_set<alarm::admission>& in, const registry::directory& known,
        base::metrics& all)
      : options(std::move(given)),
        lanes(in),
        directory(known),
        wake(io, ::dup(in.wake_fd())),
        second(io),
        connection(redis::connection::create(io, options.redis,
                                             {.reply_limit = options.redis_reply_limit})),
        ledger(*connection),
        engine(engine_options_of(options, [this] { pump(); }), ledger, known, all),
        restoring(io, *connection, options.redis, engine),
        snapshots(*connection, engine, restoring) {}

  /// Moves what waits in the lanes into the engine and lets it work; sleeps on the eventfd when
  /// nothing is left.
  void pump() {
    if (!serving) return;
    for (;;) {
      const auto taken = lanes.drain(
          engine.room(), [this](std::size_t, alarm::admission&& a) { engine.admit(std::move(a)); });
      engine.flush();
      if (engine.room() == 0) return;  // a batch is under way; its end pumps again
      if (taken == 0 && lanes.arm()) break;
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
      engine.tick();
      pump();
      if (std::chrono::steady_clock::now() >= next_snapshot) {
        next_snapshot = std::chrono::steady_clock::now() + options.snapshot_every;
        snapshots.begin(municipalities(), [] {});
      }
      tick_each_second();
    });
  }

  std::vector<std::string> municipalities() const {
    std::vector<std::string> out{std::string{alarm::centre}};
    for (const auto& set : directory.current()->municipalities()) out.push_back(set->id());
    return out;
  }

  void serve() {
    engine.open();
    serving = true;
    ready = true;
    next_snapshot = std::chrono::steady_clock::now() + options.snapshot_every;
    tick_each_second();
    pump();
  }

  /// Goes on until nothing is left to commit, then calls `done`.
  void finish(std::function<void()> done) {
    pump();
    if (!engine.busy() && lanes.free_slots() == lanes.bounds().slots) {
      snapshots.begin(municipalities(), std::move(done));
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
  asio::io_context io{1};
  asio::posix::stream_descriptor wake;
  asio::steady_timer second;
  std::shared_ptr<redis::connection> connection;
  redis_ledger ledger;
  core::engine engine;
  restore restoring;
  core::snapshots snapshots;
  base::steady_time next_snapshot{};
  bool waiting = false;
  bool serving = false;
  std::atomic<bool> ready{false};
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
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
  s.engine.set_sinks(std::move(sinks));
  s.work.emplace(asio::make_work_guard(s.io));
  auto restored = std::make_shared<std::promise<base::error_code>>();
  auto outcome = restored->get_future();
  asio::post(s.io, [&s, restored] {
    s.restoring.begin(s.municipalities(), s.options.follow_others,
                      [&s, restored](base::error_code error) {
                        if (!error) s.serve();
                        restored->set_value(error);
                      });
    s.connection->on_state([&s](bool connected) {
      s.ready = connected && s.serving;
      s.engine.ledger_reachable(connected);
      if (connected) s.pump();
    });
    s.connection->start();
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
        "stopping before the ledger took everything; devices were not told \"received\" for the "
        "rest");
  s.ready = false;
  s.io.stop();
  s.thread.join();
}

bool core_thread::ready() const { return state_->ready; }

void core_thread::submit(alarm::v1::Command command,
                         std::function<void(board::command_result)> done) {
  asio::post(state_->io,
             [s = state_.get(), command = std::move(command), done = std::move(done)]() mutable {
               s->engine.submit(std::move(command), std::move(done));
               s->pump();
             });
}

void core_thread::take_next(board::next_request request,
                            std::function<void(board::command_result)> done) {
  asio::post(state_->io,
             [s = state_.get(), request = std::move(request), done = std::move(done)]() mutable {
               s->engine.take_next(std::move(request), std::move(done));
               s->pump();
             });
}

void core_thread::presence(std::string user, bool gone) {
  asio::post(state_->io,
             [s = state_.get(), user = std::move(user), gone] { s->engine.presence(user, gone); });
}

void core_thread::subscribe(
    std::function<void(std::shared_ptr<const board::change_batch>)> listener) {
  state_->engine.subscribe(std::move(listener));
}

}  // namespace varde::core
