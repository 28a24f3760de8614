// The frame around a run is the same for every protocol; only the middle differs.
#include "run.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <fstream>
#include <stdexcept>
#include <unordered_map>
#include <utility>

#include "base/time.hpp"
#include "cpu_watch.hpp"
#include "crowd.hpp"
#include "ledger_book.hpp"
#include "native_run.hpp"
#include "process_stat.hpp"
#include "scaip_crowd.hpp"
#include "scaip_run.hpp"
#include "watcher.hpp"

namespace varde::load {

namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds look_interval{20};
// The board shows within milliseconds what it shows at all.
constexpr std::chrono::seconds nothing_shown_max{3};

double rss_kb(int pid) {
  const auto now = pid == 0 ? std::nullopt : read_process_stat(pid);
  return now ? static_cast<double>(now->rss_bytes) / 1024 : 0;
}

template <class Run>
outcome measured(asio::io_context& io, std::string protocol, const demo& where,
                 const std::vector<demo_device>& devices, const plan& what, tally& book,
                 crowd* beside = nullptr) {
  outcome result{.protocol = protocol, .asked = what};
  const auto started = base::wall_now();
  Run run(io, where, what, book);
  const bool audited = what.book_file.empty() && !what.acknowledged_by_200;
  std::vector<demo_operator> operators;
  if (audited) {
    operators = operators_for(where, devices);
    std::vector<shown_device> before = read_board(where, operators, protocol).totals();
    for (const shown_device& one : before) book.set_baseline(one.device, one.signals);
    if (beside != nullptr) beside->set_baseline(std::move(before));
  }
  clock::time_point last_shown;
  std::optional<audience> others;
  if (what.consoles_reading + what.consoles_slow + what.consoles_dead > 0) {
    others.emplace(where, operators, what.consoles_reading, what.consoles_slow, what.consoles_dead);
  }
  // The console that measures comes last, and so is the last that a frame is sent to.
  std::optional<watcher> watching;
  if (what.watch) {
    watching.emplace(where, operators, protocol,
                     [&](std::vector<shown_device> shown, clock::time_point at) {
                       asio::post(io, [&, shown = std::move(shown), at]() mutable {
                         last_shown = std::max(last_shown, at);
                         for (const shown_device& one : shown)
                           book.show(one.device, one.signals, at);
                         if (beside != nullptr) beside->show(std::move(shown), at);
                       });
                     });
  }
  std::optional<cpu_watch> cpu;
  asio::steady_timer timer(io);
  clock::time_point give_up;
  // After the last verdict the WebSocket may still have something to show.
  std::function<void()> wait_for_board = [&] {
    if (!what.watch || book.all_shown() || clock::now() > give_up) return io.stop();
    // What rules keep off the board is not waited for.
    if (clock::now() - last_shown > nothing_shown_max) return io.stop();
    timer.expires_after(look_interval);
    timer.async_wait([&](boost::system::error_code) { wait_for_board(); });
  };
  const auto work = asio::make_work_guard(io);
  findings found_beside;
  const auto after_last_verdict = [&] {
    result.cpu = cpu->since();
    if (beside != nullptr) {
      found_beside = beside->stop();
      book.absorb(std::exchange(beside, nullptr)->book());
    }
    last_shown = clock::now();
    give_up = clock::now() + std::chrono::duration_cast<clock::duration>(
                                 std::chrono::duration<double>(what.drain_s));
    wait_for_board();
  };
  int under_way = beside != nullptr ? 2 : 1;
  const auto one_ended = [&] {
    if (--under_way == 0) after_last_verdict();
  };
  run.open([&] {
    run.calibrate([&] {
      if (beside != nullptr) beside->calibrate();
      result.memory.before_kb = rss_kb(what.server_pid);
      cpu.emplace(what.server_pid);
      if (beside != nullptr) beside->start([&] { asio::post(io, one_ended); });
      run.send(one_ended);
    });
  });
  io.run();
  result.memory.after_kb = rss_kb(what.server_pid);
  result.memory.peak_kb = peak_rss_kb(what.server_pid);
  run.close();
  if (watching) result.watched = watching->stop();
  if (others) result.listened = others->stop();
  result.found = run.found();
  add(found_beside, result.found);
  if (!audited) return result;
  const board_book board = read_board(where, operators, protocol);
  result.in_two_cases = board.signals_in_two_cases();
  // A server with a Redis of its own elsewhere is audited by its board alone.
  ledger_book ledger(protocol);
  if (std::filesystem::exists(where.redis_socket)) {
    read_ledgers(where.redis_socket, base::to_us(started) / 1'000, ledger);
  }
  result.audit = book.check(board.totals(), ledger.kept_by_rules(board.cases()));
  result.decided_twice = ledger.twice();
  return result;
}

}  // namespace

outcome run_native(const demo& where, const plan& what, tally& book) {
  const divided_plan parts = divide(where, what);
  asio::io_context io(1);  // outlives the crowd, whose thread posts to it
  std::optional<crowd> beside;
  if (parts.has_two) {
    beside.emplace(where, parts.beside);
    beside->open();
  }
  outcome result = measured<native_run>(io, "native", where, where.native_devices, parts.measured,
                                        book, beside ? &*beside : nullptr);
  result.asked = what;
  return result;
}
outcome run_scaip(const demo& where, const plan& what, tally& book) {
  asio::io_context io(1);
  return measured<scaip_run>(io, "scaip", where, where.scaip_devices, what, book);
}

void write_book(const std::string& file, const tally& book) {
  std::ofstream out(file);
  for (const tally::device_count& one : book.counts()) {
    out << one.device << ' ' << one.acknowledged << ' ' << one.sent << '\n';
  }
  if (!out.flush()) throw std::runtime_error("can't write " + file);
}

book_audit audit_book(const demo& where, const std::string& file) {
  std::ifstream in(file);
  if (!in) throw std::runtime_error("can't read " + file);
  const auto operators = operators_for(where, where.native_devices);
  std::unordered_map<std::string, std::uint64_t> shown;
  for (const shown_device& one : read_board(where, operators, "native").totals()) {
    shown[one.device] = one.signals;
  }
  book_audit found;
  std::string device;
  for (std::uint64_t acknowledged = 0, sent = 0; in >> device >> acknowledged >> sent;) {
    found.acknowledged += acknowledged;
    found.lost += acknowledged - std::min(acknowledged, shown[device]);
    found.doubled += shown[device] - std::min(sent, shown[device]);
  }
  return found;
}

namespace {

template <class Crowd>
idle_outcome held(asio::io_context& io, Crowd& run, const plan& what, const process_stat& before) {
  idle_outcome result{.connections = what.connections};
  asio::steady_timer timer(io);
  const auto wait =
      std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(what.run_s));
  std::optional<cpu_watch> cpu;
  run.open([&] {
    cpu.emplace(what.server_pid);
    timer.expires_after(wait);
    timer.async_wait([&](boost::system::error_code) { io.stop(); });
  });
  io.run();
  const auto after = read_process_stat(what.server_pid);
  if (!after) throw std::runtime_error("the server ended during the run");
  const findings seen = run.found();
  if (seen.connections_lost > 0) {
    throw std::runtime_error(
        fmt::format("{} connections were lost: {}", seen.connections_lost, seen.first_trouble));
  }
  const auto shares = cpu->since();
  result.cpu_percent = shares[0].percent();
  result.children_cpu_percent = shares[1].percent();
  result.rss_before_kb = static_cast<double>(before.rss_bytes) / 1024;
  result.rss_after_kb = static_cast<double>(after->rss_bytes) / 1024;
  result.kb_per_connection =
      (result.rss_after_kb - result.rss_before_kb) / static_cast<double>(what.connections);
  run.close();
  return result;
}

}  // namespace

idle_outcome run_idle(const demo& where, const plan& what) {
  const auto before = read_process_stat(what.server_pid);
  if (what.server_pid == 0 || !before) {
    throw std::runtime_error("idle needs --server-pid, the process id of the running server");
  }
  asio::io_context io(1);
  if (what.plain_tcp) {
    scaip_crowd crowd(io, where, what.connections);
    return held(io, crowd, what, *before);
  }
  tally book;
  native_run run(io, where, what, book);
  return held(io, run, what, *before);
}

}  // namespace varde::load
