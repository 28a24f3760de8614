// Table and JSON from the same figures.
#include "report.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "figures.hpp"

namespace varde::load {

std::string as_table(const outcome& run, const tally& book) {
  const findings& f = run.found;
  const plan& p = run.asked;
  std::string text;
  text += p.saturate
              ? fmt::format("{} saturation: {} connections, {} in flight on each, {:.0f} s\n",
                            run.protocol, p.connections, p.window, p.run_s)
              : fmt::format("{} open loop: {:.0f}/s over {} connections, {:.0f} s\n", run.protocol,
                            p.rate_per_s, p.connections, p.run_s);
  text += latency_head();
  text += latency_row("signal to acknowledge", book.acknowledge_latency());
  if (p.watch) text += latency_row("signal to WebSocket", book.show_latency());
  for (std::size_t s = 0; s < p.streams.size(); ++s) {
    const tally::stream_book& one = book.streams()[s];
    text += latency_row(p.streams[s].name + " to acknowledge", one.to_acknowledge);
    if (p.watch) text += latency_row(p.streams[s].name + " to WebSocket", one.to_show);
  }
  if (f.connections_reopened > 0) text += latency_row("cut to welcome again", f.reopening);
  if (!p.saturate) text += latency_row("generator's own lateness", f.lateness);
  text += fmt::format("\nsent {}  acknowledged {} ({:.0f}/s)  busy {}  refused {}  unanswered {}\n",
                      book.planned(), book.acknowledged(),
                      per_second(book.acknowledged(), f.settled_in_s), book.busy(), book.refused(),
                      book.planned() - book.settled());
  if (f.retransmissions > 0) text += fmt::format("retransmissions {}\n", f.retransmissions);
  if (f.connections_lost > 0) text += fmt::format("connections lost {}\n", f.connections_lost);
  if (!f.first_trouble.empty()) text += fmt::format("first trouble: {}\n", f.first_trouble);
  if (p.watch) {
    text += fmt::format("WebSocket: {} frames, {:.1f} MB, {} snapshots\n", run.watched.frames,
                        static_cast<double>(run.watched.bytes) / 1e6, run.watched.snapshots);
  }
  if (run.listened.reading > 0) {
    text += fmt::format("{} other consoles read {} frames, {:.1f} MB; {} were lost\n",
                        run.listened.reading, run.listened.frames,
                        static_cast<double>(run.listened.bytes) / 1e6, run.listened.lost);
  }
  if (f.capacity_per_s > 0) {
    text += fmt::format("capacity {:.0f}/s in a closed loop; held back {} that found a full line\n",
                        f.capacity_per_s, f.held_back);
  }
  if (!f.reopening_cpu.empty()) {
    text +=
        "while the connections came back:\n" + cpu_rows(f.reopening_cpu, f.connections_reopened);
  }
  text += cpu_rows(run.cpu, book.acknowledged());
  if (run.memory.after_kb > 0) {
    text += fmt::format("memory, server: {:.0f} MB before, {:.0f} MB after, {:.0f} MB at most\n",
                        run.memory.before_kb / 1024, run.memory.after_kb / 1024,
                        run.memory.peak_kb / 1024);
  }
  if (run.audit) {
    text += run.kept_the_promise()
                ? fmt::format(
                      "audit: every acknowledged signal is in exactly one case, or in the ledger's "
                      "record of a rule ({})\n",
                      run.audit->by_rules)
                : fmt::format(
                      "audit FAILED: {} lost, {} doubled, {} in two cases, {} decided twice, "
                      "{} differences from what was never sent (e.g. device {})\n",
                      run.audit->lost, run.audit->doubled, run.in_two_cases.size(),
                      run.decided_twice.size(), run.watched.missed_bases,
                      run.audit->example.empty() ? "-" : run.audit->example);
  }
  return text;
}

namespace {

// What was asked of the server, and how much processor it took: the line of a run in the fit of the
// cost model (loadtest/fit.py). Rates are of what was answered.
boost::json::object cost_json(const outcome& run, const tally& book) {
  const plan& p = run.asked;
  double span_s = 0;
  boost::json::object cores;
  for (const cpu_share& each : run.cpu) {
    span_s = each.span_s;
    cores[each.what] = each.percent() / 100;
  }
  std::uint64_t signals = 0;
  std::uint64_t heartbeats = 0;
  std::size_t connections = p.streams.empty() ? p.connections : 0;
  if (p.streams.empty()) signals = book.acknowledged();
  for (std::size_t s = 0; s < p.streams.size(); ++s) {
    const bool beats = p.streams[s].kind == stream_kind::heartbeats;
    (beats ? heartbeats : signals) += book.streams()[s].acknowledged;
    connections += p.streams[s].connections;
  }
  return {{"span_s", span_s},
          {"signals_per_s", per_second(signals, span_s)},
          {"heartbeats_per_s", per_second(heartbeats, span_s)},
          {"connections", connections},
          {"consoles", (p.watch ? 1 : 0) + p.consoles_reading + p.consoles_slow + p.consoles_dead},
          {"cores", std::move(cores)}};
}

}  // namespace

std::string as_json(const outcome& run, const tally& book) {
  namespace json = boost::json;
  const findings& f = run.found;
  const plan& p = run.asked;
  json::object cpu;
  for (const cpu_share& each : run.cpu) cpu[each.what] = each.percent();
  json::object o{{"protocol", run.protocol},
                 {"mode", p.saturate ? "saturate" : "open_loop"},
                 {"rate_per_s", p.rate_per_s},
                 {"run_s", p.run_s},
                 {"connections", p.connections},
                 {"window", p.window},
                 {"sent", book.planned()},
                 {"acknowledged", book.acknowledged()},
                 {"acknowledged_per_s", per_second(book.acknowledged(), f.settled_in_s)},
                 {"busy", book.busy()},
                 {"refused", book.refused()},
                 {"unanswered", book.planned() - book.settled()},
                 {"retransmissions", f.retransmissions},
                 {"connections_lost", f.connections_lost},
                 {"acknowledge", latency_json(book.acknowledge_latency())},
                 {"lateness", latency_json(f.lateness)},
                 {"cpu_percent", std::move(cpu)},
                 {"cpu", cpu_json(run.cpu, book.acknowledged())},
                 {"cost", cost_json(run, book)}};
  json::array streams;
  for (std::size_t s = 0; s < p.streams.size(); ++s) {
    const tally::stream_book& one = book.streams()[s];
    streams.push_back(
        json::object{{"name", p.streams[s].name},
                     {"sent", one.planned},
                     {"acknowledged", one.acknowledged},
                     {"acknowledged_per_s", per_second(one.acknowledged, f.settled_in_s)},
                     {"acknowledge", latency_json(one.to_acknowledge)},
                     {"show", latency_json(one.to_show)}});
  }
  o["streams"] = std::move(streams);
  o["reopening"] = latency_json(f.reopening);
  o["reopened"] = f.connections_reopened;
  if (!f.reopening_cpu.empty()) {
    o["reopening_cpu"] = cpu_json(f.reopening_cpu, f.connections_reopened);
  }
  o["capacity_per_s"] = f.capacity_per_s;
  o["held_back"] = f.held_back;
  o["memory_kb"] = json::object{{"before", run.memory.before_kb},
                                {"after", run.memory.after_kb},
                                {"peak", run.memory.peak_kb}};
  o["audience"] = json::object{{"reading", run.listened.reading},
                               {"lost", run.listened.lost},
                               {"frames", run.listened.frames},
                               {"bytes", run.listened.bytes}};
  if (p.watch) o["websocket"] = latency_json(book.show_latency());
  if (run.audit) {
    o["audit"] = json::object{{"lost", run.audit->lost},
                              {"doubled", run.audit->doubled},
                              {"by_rules", run.audit->by_rules},
                              {"in_two_cases", run.in_two_cases.size()},
                              {"decided_twice", run.decided_twice.size()}};
  }
  return json::serialize(o) + "\n";
}

}  // namespace varde::load
