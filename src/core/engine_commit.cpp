// From a decided batch to its answers: offered to the vault and the ledger side by side, settled
// when both have spoken or one has been waited for long enough. Then devices hear, what was decided
// meanwhile goes out, and last it is published and whoever waits at a screen is answered.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cassert>

#include "alarm/fold.hpp"
#include "alarm/lane.hpp"
#include "core/engine.hpp"
#include "core/meters.hpp"

namespace varde::core {

namespace {

using alarm::v1::Case;
using board::command_status;

base::steady_time received_at(const input& in) {
  return std::visit(
      [](const auto& i) {
        if constexpr (requires { i->received; })
          return i->received;
        else
          return i.received;
      },
      in);
}

std::string trace_of(const input& in) {
  if (const auto* a = admission_in(in)) return a->signal.trace();
  if (const auto* c = std::get_if<command_input>(&in)) return c->command.trace();
  return {};
}

/// Life alarms, and what is done about them, go on without the disk if the ledger is safe enough.
bool may_stand_on_the_ledger(const input& in) {
  const auto* a = admission_in(in);
  return a == nullptr || a->lane == alarm::v1::LANE_LIFE;
}

}  // namespace

void engine::batch::take(batch&& other) {
  std::ranges::move(other.parts, std::back_inserter(parts));
  std::ranges::move(other.commits, std::back_inserter(commits));
  urgent = urgent || other.urgent;
}

// --- Offering ------------------------------------------------------------------------------------

/// What was decided ahead, which nothing is added to from here on.
engine::batch engine::take_ahead() {
  ahead_ = 0;
  for (auto& p : next_.parts) {
    p.about->batch_place = subject::npos;
    p.about->offered = true;
  }
  batch ahead;
  // The next one is as long as this one, as far as anybody knows.
  ahead.parts.reserve(next_.parts.size());
  ahead.commits.reserve(next_.parts.size());
  std::swap(ahead, next_);
  return ahead;
}

/// While something is wrong, what is under way is waited for first.
bool engine::may_fly(bool urgent) const {
  if (stalled()) return false;
  if (flights_.empty()) return true;
  if (link_ != link::together || condition_.disk_failed_since) return false;
  return flights_.size() < options_.flights_max &&
         (urgent || std::ranges::all_of(flights_, [](const flight& f) { return f.of.urgent; }));
}

void engine::offer_next() {
  if (next_.parts.empty())
    ahead_ = 0;
  else if (may_fly(next_.urgent))
    offer(take_ahead());
}

void engine::offer(batch&& ready) {
  meters_->batches.add();
  const bool ask_ledger = link_ == link::together;
  const auto number = ++offers_;
  // Either place may answer before it returns, but nothing lands before both were asked.
  const bool was_settling = std::exchange(settling_, true);
  flight& f = flights_.emplace_back(
      flight{std::move(ready), number, options_.steady(), ask_ledger, {}, {}});
  if (!ask_ledger) f.ledger_is_silent();

  auto withdrawn = std::exchange(withdrawn_, {});
  const auto kept = withdrawn;
  vault_.append(f.of.commits, std::move(withdrawn),
                [this, number, kept](base::result<vault_sequence> last) {
                  if (last)
                    newest_ = std::max(newest_, *last);
                  else
                    withdrawn_.insert(withdrawn_.end(), kept.begin(), kept.end());
                  flight* const of = find_flight(number);
                  if (of == nullptr || of->vault) return;
                  of->vault = last;
                  answer_on_disk(*of);
                  settle_known();
                });
  if (ask_ledger)
    ledger_.submit(f.of.commits, [this, number](std::vector<ledger::commit_result> results) {
      flight* const of = find_flight(number);
      if (of == nullptr || of->ledger) return;
      meters_->committed.record(options_.steady() - of->offered);
      of->ledger = std::move(results);
      settle_known();
    });
  settling_ = was_settling;
  settle_known();
}

/// nullptr if it was settled without what comes late.
engine::flight* engine::find_flight(std::uint64_t number) {
  const auto at = std::ranges::find(flights_, number, &flight::number);
  return at == flights_.end() ? nullptr : &*at;
}

/// With policy `disk` the devices need not wait for the ledger: whatever it says, what they sent is
/// on disk and will be decided again until it is in.
void engine::answer_on_disk(flight& f) {
  if (options_.policy != acknowledgement::disk || !f.on_disk()) return;
  const auto now = options_.steady();
  for (auto& p : f.of.parts)
    for (auto& s : p.inputs)
      if (admission_in(s.in) != nullptr) answer(s, alarm::verdict::received, now);
  deliver_answers();
}

// --- Settling ------------------------------------------------------------------------------------

/// Those that both places have spoken of, in the order in which they left.
void engine::settle_known() {
  if (settling_) return;
  settling_ = true;
  while (!flights_.empty()) {
    flight& f = flights_.front();
    // A disk that is known to fail or hang is asked again, and not waited for once the ledger has
    // it.
    if (!f.vault && f.ledger && f.asked_ledger && condition_.disk_failed_since) f.disk_is_silent();
    if (!f.vault || !f.ledger) break;
    flight landed = std::move(f);
    flights_.pop_front();
    settle(std::move(landed));
  }
  settling_ = false;
}

/// A disk or a ledger that hangs is not waited for: an alarm must not hang with it.
void engine::pulse() {
  correlate();
  if (flights_.empty()) return;
  flight& f = flights_.front();
  if (options_.steady() - f.offered < options_.patience) return;
  if (!f.vault && f.ledger) f.disk_is_silent();
  if (f.on_disk() && !f.ledger) f.ledger_is_silent();
  settle_known();
}

void engine::settle(flight f) {
  landing_ = true;
  const auto results = std::move(*f.ledger);
  assert(results.size() == f.of.parts.size());
  const bool on_disk = f.on_disk();
  const vault_sequence first = on_disk ? **f.vault - results.size() + 1 : 0;
  landed_ = std::move(f.of);
  disk_works(on_disk);
  batch held;
  std::vector<pending*> done;
  done.reserve(results.size());
  std::vector<subject*> again;
  const bool wants_replicas = options_.policy == acknowledgement::disk_redis_replica;
  bool replicas_missing = false;
  bool alone = false;
  const auto now = options_.steady();

  for (std::size_t i = 0; i < results.size(); ++i) {
    pending& p = landed_.parts[i];
    ledger::commit& c = landed_.commits[i];
    subject& s = *p.about;
    switch (results[i].status) {
      case ledger::commit_status::committed:
        p.elsewhere = !wants_replicas || results[i].replicas >= options_.replicas;
        replicas_missing = replicas_missing || !p.elsewhere;
        if (c.expected_version == 0) s.read = true;
        break;
      case ledger::commit_status::fenced:
        meters_->fenced.add();
        if (subject* lease = subjects_.find(c.municipality, lease_subject)) again.push_back(lease);
        std::erase_if(p.inputs, [](const settled& one) { return is_by_system(one.in); });
        [[fallthrough]];
      case ledger::commit_status::stale:
        meters_->stale.add();
        has_landed(s);
        if (on_disk) s.refused.push_back({first + i, c.version(), p.tip});
        for (auto at = p.inputs.rbegin(); at != p.inputs.rend(); ++at)
          s.waiting.push_front(std::move(at->in));
        again.push_back(&s);
        continue;
      case ledger::commit_status::failed:
        if (!on_disk) {
          held.parts.push_back(std::move(p));
          held.commits.push_back(std::move(c));
          continue;
        }
        if (!alone) island_from_ = std::min(island_from_.value_or(first + i), first + i);
        alone = true;
        if (!s.afloat) afloat_.push_back(&s);
        s.afloat = true;
        break;
    }
    has_landed(s);
    if (s.missed != 0 && !s.afloat) again.push_back(&s);
    has_changed(s, now);
    meters_->entries.add(c.entries.size());
    done.push_back(&p);
  }
  const auto answer_all = [&](bool devices) {
    for (pending* p : done)
      for (auto& s : p->inputs) {
        if ((admission_in(s.in) != nullptr) != devices) continue;
        if (on_disk || (p->elsewhere && may_stand_on_the_ledger(s.in)))
          answer(s, alarm::verdict::received, now);
        else
          ask_to_try_again(s, now);
      }
  };
  answer_all(true);
  deliver_answers();
  // The ledger needn't wait until the rest is done.
  if (on_disk && !alone) offer_next();

  if (!done.empty() && !alone && condition_.replicas_missing != replicas_missing) {
    condition_.replicas_missing = !condition_.replicas_missing;
    changed_condition();
  }
  if ((alone || !held.parts.empty()) && link_ == link::together) become_island();

  board::change_batch changes;
  for (const pending* p : done) {
    changed_cases(*p, changes);
    for (const auto& entry : p->told_to_outages) outages_.saw(entry);
  }
  publish(std::move(changes));
  answer_all(false);
  if (on_disk) confirm_oldest();
  for (subject* s : again) {
    if (s->uncommitted())
      s->missed = s->state.version() + 1;
    else
      read_back(*s);
  }
  for (const pending* p : done) take_up(*p->about);
  landed_ = {};
  landing_ = false;
  if (!held.parts.empty()) hold_back(std::move(held));
  batch_is_over();
}

/// What a failover could still forget stays doubtful, so that it is compared after a restart too.
void engine::confirm_oldest() {
  if (link_ == link::together && merging_ == 0 && !island_from_)
    vault_.confirm(marks_.front().second);
}

void engine::has_landed(subject& s) {
  s.offered = false;
  put_off_ -= std::exchange(s.put_off, 0);
}

/// Neither on disk nor in the ledger: kept, and offered again each second.
void engine::hold_back(batch&& held) {
  meters_->failed.add(held.parts.size());
  spdlog::error("neither the disk nor the ledger took {} commits; they are kept and offered again",
                held.parts.size());
  // What was decided meanwhile is kept with it.
  held.take(take_ahead());
  // Whoever waits at a screen is told now and may try again with the same key; devices wait and
  // repeat by themselves.
  for (auto& p : held.parts)
    for (auto& s : p.inputs)
      if (auto* command = std::get_if<command_input>(&s.in); command != nullptr && command->done)
        std::exchange(command->done,
                      nullptr)({command_status::unavailable, "retry", view_.find(s.case_id)});
  held_.take(std::move(held));
}

/// Once everything that left beside it has landed, too.
void engine::offer_held() {
  if (stalled() && !under_way()) offer(std::exchange(held_, {}));
}

void engine::batch_is_over() {
  offer_next();
  if (!under_way() && when_held_) std::exchange(when_held_, nullptr)();
  options_.room_again();
}

/// What waited for the subject's commit is decided next.
void engine::take_up(subject& s) {
  if (s.reading) return;
  for (auto at = s.waiting.rbegin(); at != s.waiting.rend(); ++at)
    gathered_.push_front(std::move(*at));
  s.waiting.clear();
}

// --- Answering and publishing --------------------------------------------------------------------

void engine::answer(settled& s, alarm::verdict outcome, base::steady_time now) {
  if (auto* a = admission_in(s.in)) {
    const auto edge = std::exchange(a->reply.edge, alarm::reply_address::nobody);
    if (edge == alarm::reply_address::nobody) return;
    if (outcome == alarm::verdict::received)
      meters_->acknowledged[alarm::lane_index(a->lane)]->record(now - a->received);
    if (answers_.size() <= edge) answers_.resize(edge + 1);
    answers_[edge].push_back({a->reply.ticket, outcome});
  } else if (auto* command = std::get_if<command_input>(&s.in)) {
    meters_->commands[static_cast<std::size_t>(s.status)]->add();
    if (command->done)
      std::exchange(command->done, nullptr)({s.status, s.code, view_.find(s.case_id)});
  } else if (std::holds_alternative<merge_input>(s.in)) {
    if (--merging_ == 0) spdlog::info("what was done during the outage is merged");
  }
}

/// It is in the ledger, but not where it would survive everything: whoever waits tries again with
/// the same id, and hears "received" when it is safe.
void engine::ask_to_try_again(settled& s, base::steady_time now) {
  if (std::holds_alternative<command_input>(s.in)) {
    s.status = command_status::unavailable;
    s.code = "retry";
  }
  answer(s, alarm::verdict::busy, now);
}

void engine::deliver_answers() {
  for (std::size_t edge = 0; edge < answers_.size(); ++edge) {
    if (answers_[edge].empty()) continue;
    if (edge < sinks_.size()) sinks_[edge]->deliver(answers_[edge]);
    answers_[edge].clear();
  }
}

void engine::changed_cases(const pending& p, board::change_batch& changes) const {
  // The earliest input is the cause: the one that has waited longest to be seen.
  const auto& first = p.inputs.front().in;
  for (const auto& id : p.cases)
    if (Case* now = alarm::find_case(p.about->state, id))
      changes.push_back(
          {board::freeze_again(*now, view_.find(id)), trace_of(first), received_at(first)});
}

void engine::has_changed(subject& s, base::steady_time now) {
  s.changed = now;
  look_at(s);
}

void engine::publish(board::change_batch changes) {
  if (changes.empty()) return;
  view_.apply(changes);
  const auto shared = std::make_shared<const board::change_batch>(std::move(changes));
  for (const auto& listen : listeners_) listen(shared);
}

}  // namespace varde::core
