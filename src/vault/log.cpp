// The vault thread: takes what waits, writes it together, tells how it went, and uses its spare
// time to prepare the next segment.
#include "vault/log.hpp"

#include <pthread.h>
#include <signal.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <span>
#include <thread>

#include "base/log.hpp"
#include "vault/inbox.hpp"
#include "vault/recovery.hpp"
#include "vault/store.hpp"

namespace varde::vault {

namespace {

using steady = std::chrono::steady_clock;

/// How often an idle vault looks for what may be removed.
constexpr std::chrono::seconds prune_every{30};

options within_bounds(options given) {
  for (auto& directory : given.directories)
    while (directory.size() > 1 && directory.ends_with('/')) directory.pop_back();
  given.segment_bytes =
      next_block(std::clamp(given.segment_bytes, segment_bytes_min, segment_bytes_max));
  given.bytes_max = std::max(given.bytes_max, segments_min * given.segment_bytes);
  return given;
}

}  // namespace

struct log::parts {
  parts(options o, file_ops& f, std::vector<descriptor> l, base::metrics& m)
      : given(std::move(o)), files(f), locks(std::move(l)), figures(m) {}

  void save_what_was_set_aside(const std::vector<std::string>& folders);
  void run();
  void collect();
  /// Writes the requests at the front that fit into one batch. There is at least one.
  void write_group();
  void finish_front(base::result<sequence> outcome);

  options given;
  file_ops& files;
  std::vector<descriptor> locks;
  instruments figures;
  recovery_report report;
  std::unique_ptr<store> kept;

  inbox in;
  std::atomic<std::size_t> waiting_bytes{0};
  std::atomic<bool> stopping{false};

  // The vault thread's.
  std::unique_ptr<append_request> front;
  append_request* back = nullptr;
  std::vector<std::string_view> batch;

  std::thread thread;
};

base::result<std::unique_ptr<log>> log::open(options given, base::metrics& figures) {
  given = within_bounds(std::move(given));
  file_ops& files = given.files ? *given.files : system_files();
  auto claimed = claim(given.directories, files);
  if (!claimed) return claimed.error();

  auto p = std::make_unique<parts>(std::move(given), files, std::move(claimed->locks), figures);
  auto state = recover(p->given, files, claimed->usable, p->report);
  if (!state) return state.error();

  auto aside = unsalvaged(p->given, state->usable);
  aside.insert(aside.end(), state->immovable.begin(), state->immovable.end());
  salvage(aside, [&](const record& r) { state->last = std::max(state->last, r.number); });
  p->kept = std::make_unique<store>(p->given, files, std::move(*state), p->figures);
  p->save_what_was_set_aside(aside);
  p->kept->begin(steady::now());

  p->figures.torn_bytes.add(p->report.torn_bytes_cut);
  p->figures.set_aside.add(p->report.set_aside.size());
  spdlog::info("vault_open records={} first={} last={} torn_bytes_cut={} set_aside={} salvaged={}",
               p->report.records, p->report.first, p->report.last, p->report.torn_bytes_cut,
               p->report.set_aside.size(), p->report.salvaged);
  p->thread = std::thread([parts = p.get()] { parts->run(); });
  return std::unique_ptr<log>(new log(std::move(p)));
}

log::log(std::unique_ptr<parts> p) : parts_(std::move(p)) {}

log::~log() {
  parts_->stopping.store(true, std::memory_order_seq_cst);
  parts_->in.wake();
  parts_->thread.join();
}

const recovery_report& log::recovered() const noexcept { return parts_->report; }
void log::confirm(sequence upto) noexcept { parts_->kept->confirm(upto); }
sequence log::last() const noexcept { return parts_->kept->last(); }
health log::state() const { return parts_->kept->state(steady::now()); }
bool log::degraded() const noexcept {
  return parts_->kept->degraded() || parts_->kept->stalled(steady::now());
}

void log::append(std::vector<std::string> records, done_handler done) {
  auto request = std::make_unique<append_request>();
  request->done = std::move(done);
  request->waiting_bytes = sizeof(append_request);
  for (const auto& payload : records) {
    request->waiting_bytes += sizeof payload + payload.size();
    request->batch_bytes += record_bytes(payload.size());
  }
  const auto waiting =
      parts_->waiting_bytes.fetch_add(request->waiting_bytes, std::memory_order_relaxed);
  if (request->batch_bytes > parts_->kept->batch_bytes_max())
    request->refused = errc::too_large;
  else if (waiting + request->waiting_bytes > parts_->given.waiting_bytes_max)
    request->refused = errc::overloaded;
  if (request->refused) {
    // It keeps its turn, but not its memory.
    parts_->waiting_bytes.fetch_sub(request->waiting_bytes - sizeof(append_request),
                                    std::memory_order_relaxed);
    request->waiting_bytes = sizeof(append_request);
  } else {
    request->records = std::move(records);
  }
  parts_->in.push(std::move(request));
}

base::result<void> log::read(sequence from, const reader& each, sequence upto) const {
  upto = std::min(upto, last());
  sequence next = from;
  while (next <= upto) {
    const auto segment = parts_->kept->load(next);
    if (!segment) return segment.error();
    if (!*segment) break;
    const auto& [info, bytes] = **segment;
    const sequence here_last = std::min(info.last, upto);
    next = std::max(next, info.first);
    scan(bytes, info.mark, [&](const record& r) {
      if (r.number != next || r.number > here_last) return;
      each(r.number, r.written, r.payload);
      ++next;
    });
    if (next <= here_last) return errc::unreadable;
  }
  return {};
}

void log::parts::save_what_was_set_aside(const std::vector<std::string>& folders) {
  if (folders.empty()) return;
  base::error_code error;
  std::vector<std::string> payloads;
  std::size_t bytes = 0;
  const auto flush = [&] {
    batch.assign(payloads.begin(), payloads.end());
    const auto first = kept->last() + 1;
    const auto last = error ? base::result<sequence>(error) : kept->write(batch, steady::now());
    if (!last) {
      error = last.error();
    } else if (!payloads.empty()) {
      if (report.first == 0) report.first = first;
      report.last = *last;
      report.records += payloads.size();
      report.salvaged += payloads.size();
    }
    payloads.clear();
    bytes = 0;
  };
  salvage(folders, [&](const record& r) {
    if (error) return;
    const auto more = record_bytes(r.payload.size());
    if (bytes + more > kept->batch_bytes_max()) flush();
    payloads.emplace_back(r.payload);
    bytes += more;
  });
  flush();
  if (error)
    spdlog::error("vault_salvage_failed error=\"{}\" again=\"at the next start\"", error.message());
  for (const auto& folder : folders)
    if (!error && mark_salvaged(files, folder) != 0)
      spdlog::warn("vault_salvage_not_marked folder=\"{}\" meaning=\"again at the next start\"",
                   base::log_safe(folder));
}

void log::parts::run() {
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "varde-vault");

  auto prune_at = steady::now();
  for (;;) {
    const bool last_round = stopping.load(std::memory_order_seq_cst);
    collect();
    const auto now = steady::now();
    if (front) {
      write_group();
      kept->keep_pace(now);
    } else if (last_round) {
      return;
    }
    if (now >= prune_at) {
      kept->prune();
      prune_at = now + prune_every;
    }
    if (front || last_round) continue;
    kept->recover_if_due(now);
    if (kept->prepare_step(now)) continue;
    in.sleep(std::min<std::chrono::nanoseconds>(kept->may_rest(now), prune_every));
  }
}

void log::parts::collect() {
  auto more = in.take_all();
  if (!more) return;
  append_request* const first = more.get();
  if (front)
    back->next = std::move(more);
  else
    front = std::move(more);
  for (back = first; back->next;) back = back->next.get();
}

void log::parts::write_group() {
  if (front->refused) {
    finish_front(front->refused);
    return;
  }
  batch.clear();
  std::size_t bytes = 0, requests = 0;
  for (const auto* r = front.get(); r && !r->refused; r = r->next.get(), ++requests) {
    if (requests > 0 && bytes + r->batch_bytes > kept->batch_bytes_max()) break;
    bytes += r->batch_bytes;
    batch.insert(batch.end(), r->records.begin(), r->records.end());
  }
  sequence number = kept->last();
  const auto outcome = kept->write(batch, steady::now());
  for (; requests > 0; --requests) {
    number += front->records.size();
    finish_front(outcome ? base::result<sequence>(number) : outcome);
  }
}

void log::parts::finish_front(base::result<sequence> outcome) {
  if (!outcome) figures.refused.add();
  if (front->done) front->done(outcome);
  const auto left = waiting_bytes.fetch_sub(front->waiting_bytes, std::memory_order_relaxed) -
                    front->waiting_bytes;
  figures.waiting_bytes.set(static_cast<std::int64_t>(left));
  front = std::move(front->next);
}

}  // namespace varde::vault
