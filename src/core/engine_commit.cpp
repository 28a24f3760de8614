// From a decided batch to its answers: offered to the vault and the ledger side by side, settled
// when both have spoken or one has been waited for long enough, answered, published. What was
// decided meanwhile goes out before any of that.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cassert>

#include "alarm/fold.hpp"
#include "core/engine.hpp"
#include "core/meters.hpp"

namespace varde::core {

namespace {

using alarm::v1::Case;
using board::command_status;

base::steady_time received_at(const input& in) {
  return std::visit([](const auto& i) { return i.received; }, in);
}

std::string trace_of(const input& in) {
  if (const auto* a = std::get_if<alarm::admission>(&in)) return a->signal.trace();
  if (const auto* c = std::get_if<command_input>(&in)) return c->command.trace();
  return {};
}

/// Life alarms, and what people do about them, go on without the disk if the ledger is safe enough.
bool is_urgent(const input& in) {
  const auto* a = std::get_if<alarm::admission>(&in);
  return a == nullptr || a->lane == alarm::v1::LANE_LIFE;
}

}  // namespace

/// What was decided ahead, which nothing is added to from here on.
engine::batch engine::take_ahead() {
  ahead_ = 0;
  for (auto& p : next_.parts) {
    p.about->batch_place = subject::npos;
    p.about->offered = true;
  }
  return std::exchange(next_, {});
}

void engine::offer_next() {
  if (auto ready = take_ahead(); !ready.parts.empty()) {
    offered_ = std::move(ready);
    offer();
  }
}

void engine::offer() {
  under_way_ = true;
  stalled_ = false;
  meters_->batches.add();
  const bool ask_ledger = link_ == link::together;
  round_ = {round_.number + 1, options_.steady(), ask_ledger, {}, {}};
  const auto number = round_.number;
  if (!ask_ledger) round_.ledger.emplace(offered_.commits.size());

  auto withdrawn = std::exchange(withdrawn_, {});
  const auto kept = withdrawn;
  vault_.append(offered_.commits, std::move(withdrawn),
                [this, number, kept](base::result<vault_sequence> last) {
                  if (last)
                    newest_ = std::max(newest_, *last);
                  else
                    withdrawn_.insert(withdrawn_.end(), kept.begin(), kept.end());
                  if (number != round_.number || round_.vault) return;
                  round_.vault = last;
                  answer_on_disk();
                  settle_if_known();
                });
  if (!ask_ledger) return;
  ledger_.submit(offered_.commits, [this, number](std::vector<ledger::commit_result> results) {
    if (number != round_.number || round_.ledger) return;
    meters_->committed.record(options_.steady() - round_.offered);
    round_.ledger = std::move(results);
    settle_if_known();
  });
}

/// With policy `disk` the devices need not wait for the ledger: whatever it says, what they sent is
/// on disk and will be decided again until it is in.
void engine::answer_on_disk() {
  if (options_.policy != acknowledgement::disk || !*round_.vault) return;
  for (auto& p : offered_.parts)
    for (auto& s : p.inputs)
      if (std::holds_alternative<alarm::admission>(s.in)) answer(s, alarm::verdict::received);
  deliver_answers();
}

void engine::settle_if_known() {
  // A disk that is known to fail or hang is asked again, and not waited for once the ledger has it.
  if (!round_.vault && round_.ledger && round_.asked_ledger && condition_.disk_failed_since)
    round_.vault = base::result<vault_sequence>{
        boost::system::errc::make_error_code(boost::system::errc::timed_out)};
  // What goes out while one is settled may be answered at once: in its turn.
  while (!settling_ && under_way_ && !stalled_ && round_.vault && round_.ledger) {
    settling_ = true;
    settle();
    settling_ = false;
  }
}

/// A disk or a ledger that hangs is not waited for: an alarm must not hang with it.
void engine::pulse() {
  correlate();
  if (!under_way_ || stalled_ || options_.steady() - round_.offered < options_.patience) return;
  if (!round_.vault && round_.ledger)
    round_.vault = base::result<vault_sequence>{
        boost::system::errc::make_error_code(boost::system::errc::timed_out)};
  if (!round_.ledger && round_.vault && *round_.vault)
    round_.ledger.emplace(offered_.commits.size());
  settle_if_known();
}

void engine::settle() {
  const auto results = std::move(*round_.ledger);
  assert(results.size() == offered_.parts.size());
  const bool on_disk = round_.vault->has_value();
  const vault_sequence first = on_disk ? **round_.vault - results.size() + 1 : 0;
  landed_ = std::exchange(offered_, {});
  disk_works(on_disk);
  const bool smooth = on_disk && std::ranges::none_of(results, [](const auto& one) {
                        return one.status == ledger::commit_status::failed;
                      });
  const bool gone_on = smooth && !next_.parts.empty();
  if (gone_on) offer_what_is_ahead();

  board::change_batch changes;
  batch held;
  std::vector<pending> done;
  std::vector<subject*> again;
  const bool wants_replicas = options_.policy == acknowledgement::disk_redis_replica;
  bool replicas_missing = false;
  bool alone = false;

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
        s.offered = false;
        if (on_disk) {
          const auto& newest = c.entries.back();
          s.refused.push_back({first + i, newest.version(), alarm::tip_after(newest)});
        }
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
    s.offered = false;
    if (std::exchange(s.missed, false) && !s.afloat) again.push_back(&s);
    has_changed(s);
    meters_->entries.add(c.entries.size());
    changed_cases(p, c, changes);
    for (const auto& entry : c.entries) outages_.saw(entry);
    done.push_back(std::move(p));
  }
  landed_ = {};
  if (!done.empty() && !alone && condition_.replicas_missing != replicas_missing) {
    condition_.replicas_missing = !condition_.replicas_missing;
    changed_condition();
  }
  if ((alone || !held.parts.empty()) && link_ == link::together) become_island();

  publish(std::move(changes));
  for (auto& p : done)
    for (auto& s : p.inputs) {
      if (on_disk || (p.elsewhere && is_urgent(s.in)))
        answer(s, alarm::verdict::received);
      else
        ask_to_try_again(s);
    }
  if (on_disk) confirm_oldest();
  for (subject* s : again) {
    if (s->uncommitted())
      s->missed = true;
    else
      read_back(*s);
  }
  for (const auto& p : done) take_up(*p.about);
  if (!held.parts.empty()) {
    hold_back(std::move(held));
    return;
  }
  deliver_answers();
  if (!gone_on) under_way_ = false;
  batch_is_over();
}

/// What a failover could still forget stays doubtful, so that it is compared after a restart too.
void engine::confirm_oldest() {
  if (link_ == link::together && merging_ == 0 && !island_from_)
    vault_.confirm(marks_.front().second);
}

/// Neither on disk nor in the ledger: kept, and offered again each second.
void engine::hold_back(batch held) {
  meters_->failed.add(held.parts.size());
  spdlog::error("neither the disk nor the ledger took {} commits; they are kept and offered again",
                held.parts.size());
  // What was decided meanwhile is kept with it.
  auto ahead = take_ahead();
  std::ranges::move(ahead.parts, std::back_inserter(held.parts));
  std::ranges::move(ahead.commits, std::back_inserter(held.commits));
  offered_ = std::move(held);
  under_way_ = stalled_ = true;
  // Whoever waits at a screen is told now and may try again with the same key; devices wait and
  // repeat by themselves.
  for (auto& p : offered_.parts)
    for (auto& s : p.inputs)
      if (auto* command = std::get_if<command_input>(&s.in); command != nullptr && command->done)
        std::exchange(command->done,
                      nullptr)({command_status::unavailable, "retry", view_.find(s.case_id)});
  deliver_answers();
  if (when_held_) std::exchange(when_held_, nullptr)();
}

void engine::batch_is_over() {
  if (!under_way_) offer_next();
  if (!under_way_ && when_held_) std::exchange(when_held_, nullptr)();
  options_.room_again();
}

/// The ledger needn't wait until the batch before is shown and answered.
void engine::offer_what_is_ahead() {
  if (!holding_) {
    options_.last_call();
    decide_gathered();
  }
  offer_next();
}

/// What waited for the subject's commit is decided next.
void engine::take_up(subject& s) {
  if (s.reading) return;
  for (auto at = s.waiting.rbegin(); at != s.waiting.rend(); ++at)
    gathered_.push_front(std::move(*at));
  s.waiting.clear();
}

// --- Answering and publishing --------------------------------------------------------------------

void engine::answer(settled& s, alarm::verdict outcome) {
  if (auto* a = std::get_if<alarm::admission>(&s.in)) {
    const auto edge = std::exchange(a->reply.edge, alarm::reply_address::nobody);
    if (edge == alarm::reply_address::nobody) return;
    if (outcome == alarm::verdict::received)
      meters_->acknowledged.record(options_.steady() - a->received);
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
void engine::ask_to_try_again(settled& s) {
  if (std::holds_alternative<command_input>(s.in)) {
    s.status = command_status::unavailable;
    s.code = "retry";
  }
  answer(s, alarm::verdict::busy);
}

void engine::deliver_answers() {
  for (std::size_t edge = 0; edge < answers_.size(); ++edge) {
    if (answers_[edge].empty()) continue;
    if (edge < sinks_.size()) sinks_[edge]->deliver(answers_[edge]);
    answers_[edge].clear();
  }
}

void engine::changed_cases(const pending& p, const ledger::commit& c,
                           board::change_batch& changes) const {
  // The earliest input is the cause: the one that has waited longest to be seen.
  const auto& first = p.inputs.front().in;
  std::vector<std::string_view> seen;
  for (const auto& entry : c.entries) {
    if (std::ranges::find(seen, entry.case_id()) != seen.end()) continue;
    seen.push_back(entry.case_id());
    if (const Case* now = alarm::find_case(p.about->state, entry.case_id()))
      changes.push_back({std::make_shared<const Case>(*now), trace_of(first), received_at(first)});
  }
}

void engine::has_changed(subject& s) {
  s.changed = options_.steady();
  look_at(s);
}

void engine::publish(board::change_batch changes) {
  if (changes.empty()) return;
  view_.apply(changes);
  const auto shared = std::make_shared<const board::change_batch>(std::move(changes));
  for (const auto& listen : listeners_) listen(shared);
}

}  // namespace varde::core
