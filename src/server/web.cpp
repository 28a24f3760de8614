// The web thread's parts in the order of their dependence, each made before the thread runs.
#include "server/web.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <filesystem>
#include <future>
#include <optional>
#include <set>
#include <thread>

#include "board/condition_json.hpp"
#include "board/watch.hpp"
#include "desk/desk.hpp"
#include "desk/front_door.hpp"
#include "field/field.hpp"
#include "http/server.hpp"
#include "http/web_thread.hpp"
#include "ledger/read.hpp"
#include "redis/connection.hpp"
#include "registry/account_store.hpp"
#include "registry/accounts.hpp"
#include "registry/audit.hpp"
#include "registry/audit_store.hpp"
#include "registry/centre_tail.hpp"
#include "registry/password_worker.hpp"
#include "report/ledger_reader.hpp"
#include "report/reports.hpp"
#include "supervision/seen_table.hpp"

namespace varde::server {

namespace asio = boost::asio;
namespace fs = std::filesystem;

namespace {

/// Longest wait for Redis to hand over registry and accounts.
constexpr std::chrono::seconds load_limit{120};
/// Longest wait for something that runs on the web thread.
constexpr std::chrono::seconds step_limit{10};
/// Consoles that were told "bye" get so long to close their feeds.
constexpr std::chrono::milliseconds goodbye{300};

/// The pages: where the configuration says, else beside the program, else in the source tree it was
/// built in.
std::string console_directory(const config& c) {
  if (!c.http.console_dir.empty()) return c.http.console_dir;
  std::error_code failed;
  const auto program = fs::read_symlink("/proc/self/exe", failed).parent_path();
  for (const auto& candidate :
       {program / "console", program / "../share/varde/console", program / "../src/console/dist"})
    if (fs::exists(candidate / "index.html", failed))
      return fs::weakly_canonical(candidate, failed).string();
  spdlog::warn(
      "the pages are not beside the program; build them (deploy/quickstart.sh does) or set "
      "http.console_dir");
  return {};
}

http::server_options http_options_of(const config& c) {
  http::server_options out;
  out.https = c.listen.https;
  out.metrics = c.listen.metrics;
  out.certificate_file = c.tls.certificate;
  out.key_file = c.tls.key;
  out.console_dir = console_directory(c);
  out.origins = c.http.allowed_origins;
  return out;
}

/// Where the municipalities' map tiles come from, for the content security policy.
std::string tile_origins_of(const registry::view& all) {
  std::set<std::string> origins;
  for (const auto& set : all.municipalities())
    if (auto origin = http::origin_of(set->municipality().map_tiles()); !origin.empty())
      origins.insert(std::move(origin));
  return fmt::format("{}", fmt::join(origins, " "));
}

registry::account_options account_options_of(const config& c) {
  registry::account_options out;
  out.node = c.node.name;
  out.session_idle = std::chrono::minutes{c.http.session_idle_min};
  out.session_max = std::chrono::hours{c.http.session_max_h};
  return out;
}

}  // namespace

struct web::state {
  state(const config& c, const redis::endpoint& redis, registry::directory& known,
        board::gateway& gateway, const supervision::seen_table& seen, base::metrics& metrics)
      : directory(known),
        post([this](std::function<void()> task) { thread_of.post(std::move(task)); }),
        connection(redis::connection::create(io, redis)),
        tail_connection(redis::connection::create(io, redis)),
        worker(post),
        journal(connection),
        accounts(worker, journal, account_options_of(c)),
        tail(tail_connection, directory, accounts),
        audit(registry::redis_audit_store(connection), post),
        watch(gateway, post),
        server(thread_of, http_options_of(c), metrics),
        door(accounts, directory, server.origins(), audit, page_options_of(c)),
        field({thread_of, server.routes(),
               [this](const http::exchange_pointer& e) { return door.admit(e); }, gateway, watch,
               directory, accounts, audit, c.http.centre_phone}),
        desk({thread_of, server.routes(), door, gateway, watch, directory, accounts, audit, metrics,
              [this](const std::string& municipality, const std::string& subject,
                     std::uint64_t from, std::uint64_t to, desk::history_handler done) {
                ledger::read_subject(*connection, municipality, subject, from, to, std::move(done));
              },
              [this](const http::request& in, const registry::session_holder& who) {
                return field.open_feed(in, who);
              },
              [&seen](registry::thing_number number) { return seen.look(number).heard_s; }}),
        ledgers(redis),
        figures({thread_of, server.routes(),
                 [this](const http::exchange_pointer& e) { return door.admit(e); }, directory,
                 audit,
                 [this](report::ledger_reader::job job, report::ledger_reader::handler done) {
                   ledgers.read(std::move(job), std::move(done));
                 }}) {
    door.add_routes(server.routes());
    thread_of.every(std::chrono::seconds{5}, [this] {
      accounts.end_expired();
      audit.retry();
      allow_tiles();
    });
  }

  /// The policy follows the registry, which an import may change at any time.
  void allow_tiles() {
    if (const auto now = directory.generation(); std::exchange(tiles_of, now) != now)
      server.set_tile_origins(tile_origins_of(*directory.current()));
  }

  static desk::page_options page_options_of(const config& c) {
    desk::page_options out;
    out.centre_phone = c.http.centre_phone;
    out.session_idle_s = static_cast<unsigned>(c.http.session_idle_min * 60);
    return out;
  }

  /// Runs `task` on the web thread and waits for it. False if the thread didn't get to it.
  bool run(std::function<void()> task) {
    auto done = std::make_shared<std::promise<void>>();
    auto finished = done->get_future();
    thread_of.post([task = std::move(task), done] {
      task();
      done->set_value();
    });
    return finished.wait_for(step_limit) == std::future_status::ready;
  }

  asio::io_context io{1};
  http::web_thread thread_of{io};
  registry::directory& directory;
  std::function<void(std::function<void()>)> post;
  std::shared_ptr<redis::connection> connection, tail_connection;
  registry::password_worker worker;
  registry::account_journal journal;
  registry::accounts accounts;
  registry::centre_tail tail;
  registry::audit_trail audit;
  board::watch watch;
  http::server server;
  desk::front_door door;
  field::field field;
  desk::desk desk;
  report::ledger_reader ledgers;
  report::reports figures;
  std::uint64_t tiles_of = 0;  // the generation whose tiles are allowed
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;
  std::thread thread;
};

web::web(const config& config, redis::endpoint redis, registry::directory& directory,
         board::gateway& gateway, const supervision::seen_table& seen, base::metrics& metrics)
    : state_(std::make_unique<state>(config, redis, directory, gateway, seen, metrics)) {}

web::~web() { stop(); }

std::string web::load() {
  state& s = *state_;
  auto loaded = std::make_shared<std::promise<void>>();
  auto done = loaded->get_future();
  s.tail.start([loaded, first = true](base::error_code error) mutable {
    if (error || !std::exchange(first, false)) return;
    loaded->set_value();
  });
  s.connection->start();
  s.tail_connection->start();
  s.work.emplace(asio::make_work_guard(s.io));
  s.thread = std::thread([&s] { s.io.run(); });
  if (done.wait_for(load_limit) == std::future_status::ready) return {};
  return fmt::format(
      "Redis did not hand over the registry within {} s; is it running and reachable?",
      load_limit.count());
}

std::string web::open(std::function<bool()> ready) {
  state& s = *state_;
  base::error_code wrong;
  const bool ran = s.run([&] {
    s.allow_tiles();
    s.server.on_ready([&s, ready = std::move(ready)] {
      const auto& now = s.watch.condition();
      return http::readiness{ready() && board::can_acknowledge(now), board::degradations(now)};
    });
    if (const auto opened = s.server.start(); !opened) wrong = opened.error();
  });
  if (ran && !wrong) return {};
  return fmt::format("HTTPS could not be opened: {}. The log names the address or file.",
                     wrong.message());
}

std::string web::https_address() const { return state_->server.https_address(); }
std::string web::metrics_address() const { return state_->server.metrics_address(); }

void web::stop_accepting() {
  state& s = *state_;
  if (!s.thread.joinable()) return;
  s.run([&s] {
    s.server.stop_accepting();
    s.desk.drain();
    s.field.drain();
  });
}

void web::stop() {
  state& s = *state_;
  if (!s.thread.joinable()) return;
  std::this_thread::sleep_for(goodbye);
  s.run([&s] {
    s.server.stop();
    s.tail_connection->stop();
    s.connection->stop();
  });
  s.work.reset();
  s.io.stop();
  s.thread.join();
}

}  // namespace varde::server
