// What an outage changes: becoming an island, coming back, and reading subjects back whose history
// is not what we thought.
#include <spdlog/spdlog.h>

#include <algorithm>
#include <cassert>

#include "alarm/fold.hpp"
#include "alarm/lifecycle.hpp"
#include "core/engine.hpp"
#include "core/meters.hpp"

namespace varde::core {

using alarm::v1::Case;

// --- Away and back -------------------------------------------------------------------------------

void engine::ledger_reachable(bool reachable) {
  reachable_ = reachable;
  if (!open_) {
    // Restoring reads what it could not read before.
    if (reachable)
      for (subject* s : std::exchange(unread_, {})) {
        s->reading = false;
        read_back(*s);
      }
    return;
  }
  if (reachable)
    reconcile();
  else
    become_island();
}

void engine::become_island() {
  reconciler_.abandon();
  holding_ = false;
  when_held_ = nullptr;
  link_ = link::island;
  condition_.reconciling = false;
  if (!island_from_) island_from_ = newest_ + 1;
  if (!condition_.island_since) {
    condition_.island_since = options_.wall();
    spdlog::error("the ledger can't be reached: going on from this node's disk and board");
  }
  changed_condition();
  give_up_reading();
  if (reachable_) ledger_.give_up();
  for (auto& f : flights_)
    if (f.on_disk() && !f.ledger) f.ledger_is_silent();
  settle_known();
  if (!under_way()) options_.room_again();
}

void engine::reconcile() {
  if (reconciler_.under_way()) return;
  link_ = link::reconciling;
  condition_.reconciling = true;
  changed_condition();
  const auto marked = marks_.front().second + 1;
  recheck_from_ = std::min(island_from_.value_or(marked), marked);
  reconciler_.begin(recheck_from_);
}

void engine::hold(std::function<void()> held) {
  holding_ = true;
  if (!under_way())
    held();
  else
    when_held_ = std::move(held);
}

void engine::reconciled(std::vector<merge_input> parted, vault_sequence upto) {
  const bool was_island = condition_.island_since.has_value();
  link_ = link::together;
  holding_ = false;
  island_from_.reset();
  newest_ = std::max(newest_, upto);
  meters_->recommitted.set(static_cast<std::int64_t>(reconciler_.recommitted()));
  for (subject* s : std::exchange(afloat_, {})) {
    s->afloat = false;
    catch_up(*s);
  }
  for (auto& merge : parted) {
    ++merging_;
    subject& s = subjects_.touch(merge.municipality, merge.subject);
    merge.received = options_.steady();
    s.waiting.push_front(std::move(merge));
    read_back(s);
  }
  confirm_oldest();
  if (was_island)
    spdlog::warn("the ledger is back: the vault is in it, {} subjects are being merged",
                 parted.size());
  condition_.island_since.reset();
  condition_.reconciling = false;
  house_.start_over(options_.steady());
  changed_condition();
  try_again();
  if (!under_way()) options_.room_again();
}

void engine::not_reconciled(base::error_code error) {
  spdlog::error("the vault could not be held against the ledger: {}; trying again",
                error.message());
  become_island();
}

/// What could not be done and may succeed now.
void engine::try_again() {
  if (!holding_) offer_held();
  if (condition_.disk_failed_since && !under_way() && !probing_) {
    probing_ = true;
    vault_.append({}, {}, [this](base::result<vault_sequence> last) {
      probing_ = false;
      if (last) newest_ = std::max(newest_, *last);
      disk_works(last.has_value());
    });
  }
  if (link_ == link::island) return;
  for (subject* s : std::exchange(unread_, {})) {
    s->reading = false;
    read_back(*s);
  }
}

/// What other nodes wrote after a failover and what we still remember from before it may have the
/// same version: the newest of each subject is compared.
std::vector<suspect> engine::suspects() const {
  std::vector<suspect> out;
  const auto oldest = options_.steady() - options_.recheck;
  for (const subject* s : subjects_.by_recency()) {
    if (out.size() == suspects_max) break;
    if (s->afloat || s->reading || s->uncommitted() || s->changed < oldest ||
        s->state.version() == 0)
      continue;
    out.push_back(
        {s->state.municipality(), s->state.subject(), s->state.version(), s->state.tip()});
  }
  return out;
}

void engine::disk_works(bool works) {
  if (works != condition_.disk_failed_since.has_value()) return;
  if (works) {
    condition_.disk_failed_since.reset();
    spdlog::warn("the vault takes records again");
  } else {
    condition_.disk_failed_since = options_.wall();
    spdlog::error(
        "the vault takes no records: life alarms go on by the ledger, the other lanes are pushed "
        "back");
  }
  changed_condition();
}

void engine::changed_condition() {
  meters_->island.set(condition_.island_since ? 1 : 0);
  meters_->disk_failed.set(condition_.disk_failed_since ? 1 : 0);
  meters_->replicas_missing.set(condition_.replicas_missing ? 1 : 0);
  if (tell_condition_) tell_condition_(condition_);
}

// --- Reading back --------------------------------------------------------------------------------

void engine::read_back(subject& s) {
  if (s.reading) return;
  s.reading = true;
  s.missed = 0;
  ++readings_;
  ledger_.read_subject(s.state.municipality(), s.state.subject(), 1,
                       [this, about = &s](base::result<std::vector<alarm::v1::Entry>> entries) {
                         --readings_;
                         if (entries) {
                           rebuild(*about, *entries);
                           return;
                         }
                         unread_.push_back(about);
                         if (link_ == link::island && open_) give_up_reading();
                       });
}

/// Cut off, we go on from what we know: what the ledger refused stays ours, on our disk, and is
/// sorted out when it is back.
void engine::give_up_reading() {
  for (subject* s : std::exchange(unread_, {})) {
    s->reading = false;
    s->refused.clear();
    if (!s->afloat) afloat_.push_back(s);
    s->afloat = true;
    for (auto at = s->waiting.rbegin(); at != s->waiting.rend(); ++at) {
      if (std::holds_alternative<merge_input>(*at)) {
        // It is in the vault, and comes again when that is held against the ledger.
        --merging_;
        island_from_ = std::min(island_from_.value_or(recheck_from_), recheck_from_);
        continue;
      }
      gathered_.push_front(std::move(*at));
    }
    s->waiting.clear();
  }
}

void engine::rebuild(subject& s, const std::vector<alarm::v1::Entry>& entries) {
  alarm::v1::SubjectState state;
  state.set_municipality(s.state.municipality());
  state.set_subject(s.state.subject());
  for (const auto& entry : entries) {
    alarm::apply(state, entry);
    // What is in the ledger after all must not be withdrawn: a failover may still forget it.
    std::erase_if(s.refused, [&](const refused_record& one) {
      return one.version == state.version() && one.tip == state.tip();
    });
  }
  std::swap(s.state, state);
  s.reading = false;
  s.read = true;
  has_changed(s, options_.steady());
  for (const auto& one : s.refused) withdrawn_.push_back(one.record);
  s.refused.clear();
  if (open_) publish_rebuilt(state, s);
  catch_up(s);
  take_up(s);
  if (!under_way()) options_.room_again();
}

/// What came meanwhile and is in nothing that was read. It is asked for once: a failover may have
/// forgotten it.
void engine::catch_up(subject& s) {
  if (s.reading) return;
  const bool lacks_some = std::exchange(s.missed, 0) > s.state.version();
  if (lacks_some) read_back(s);
}

/// Shows the subject as the ledger has it. What was shown and did not come to be is corrected: a
/// case whose id the ledger gave to something else, or has not at all.
void engine::publish_rebuilt(const alarm::v1::SubjectState& before, const subject& s) {
  board::change_batch changes;
  for (const auto& c : s.state.cases()) {
    const auto shown = view_.find(c.id());
    if (!shown || shown->version() < c.version())
      changes.push_back({board::freeze(c), {}, options_.steady()});
    else if (shown->version() > c.version() || shown->opened_at_us() != c.opened_at_us() ||
             shown->SerializeAsString() != c.SerializeAsString())
      changes.push_back({board::freeze(c), {}, options_.steady(), true});
  }
  for (const auto& c : before.cases()) {
    const auto shown = view_.find(c.id());
    if (!shown || alarm::is_closed(*shown) || alarm::find_case(s.state, c.id()) != nullptr)
      continue;
    auto gone = std::make_shared<Case>(*shown);
    gone->set_state(alarm::v1::CASE_STATE_CLOSED);
    // What is merged next may give the id to a case again, at fewer versions than ours had.
    gone->set_version(s.state.version());
    gone->set_closed_at_us(base::to_us(options_.wall()));
    changes.push_back({std::move(gone), {}, options_.steady(), true});
  }
  publish(std::move(changes));
}

}  // namespace varde::core
