// The step: what changed around us, whose timer went off, who rang, and what is to be told. How the
// nodes agree on who is gone is in sweep_nodes.cpp.
#include "supervision/sweep.hpp"

#include <algorithm>

#include "supervision/sweep_meters.hpp"

namespace varde::supervision {

using registry::thing_number;

namespace {

/// A node looks at a slot at least this often, and tells the others what it heard since.
std::uint32_t half(const expectation& of) { return std::max<std::uint32_t>(of.limit_s / 2, 1); }

/// A lease that was away for a moment only was not away.
constexpr std::uint32_t lease_blink_s = 10;

}  // namespace

sweep::sweep(sweep_options options, surroundings with, base::steady_time now)
    : options_(options),
      with_(std::move(with)),
      meters_(std::make_unique<meters>(with_.metrics)),
      watched_(with_.directory, with_.seen,
               {.taken = [this](thing_number n, watched& w, bool fresh) { taken(n, w, fresh); },
                .dropped = [this](thing_number n, watched& w) { dropped(n, w); }}),
      wheel_(with_.seen.second_of(now)),
      now_s_(with_.seen.second_of(now)) {
  could_not_hear("this node started");
}

sweep::~sweep() = default;

void sweep::step(base::steady_time now, base::wall_time wall) {
  const auto began = std::chrono::steady_clock::now();
  const auto before_s = std::exchange(now_s_, with_.seen.second_of(now));
  wall_ahead_s_ =
      std::chrono::floor<std::chrono::seconds>(wall).time_since_epoch().count() - now_s_;
  if (now_s_ > before_s + options_.frozen_after_s) could_not_hear("this node stood still");
  notice_our_outages();
  taken_up_ = watched_.follow(now_s_, options_.devices_max);
  keep_places();
  wheel_.advance(now_s_, options_.looks_max, [this](thing_number n) { look(n); });
  with_.seen.take_bells(options_.looks_max,
                        [this](thing_number n, bool alarm) { answer_bell(n, alarm); });
  for (std::uint16_t at = 0; at < places_.size(); ++at) {
    place& p = places_[at];
    if (!p.missing.empty() && !p.asking && now_s_ >= p.gathered_at_s) ask(at);
    if (p.heard.size() >= options_.fields_max || now_s_ != flushed_at_s_) flush(at);
  }
  flushed_at_s_ = now_s_;
  meters_->watched.set(static_cast<std::int64_t>(watched_.watched_count()));
  meters_->absent.set(static_cast<std::int64_t>(absent_));
  meters_->time.record(std::chrono::steady_clock::now() - began);
}

void sweep::could_not_hear(std::string_view why) { spared_ = {now_s_, why}; }

void sweep::notice_our_outages() {
  const bool together = with_.together() && with_.store.reachable();
  const bool listens = with_.seen.listens();
  if (together && listens && !(was_together_ && listened_))
    could_not_hear(!std::exchange(began_, true) ? "this node started"
                   : listens != listened_       ? "this node opened its device listeners"
                                                : "this node was cut off from the others");
  was_together_ = together;
  listened_ = listens;
}

/// Who keeps house for the municipalities, and whether what other nodes heard was read.
void sweep::keep_places() {
  places_.resize(watched_.municipalities().size());
  for (std::uint16_t at = 0; at < places_.size(); ++at) {
    place& p = places_[at];
    if (with_.keeps(watched_.municipalities()[at])) {
      if (p.kept_at_s == 0 || now_s_ > p.kept_at_s + lease_blink_s) {
        p.spared = {now_s_, "this node took over"};
        if (p.times == loaded::yes) p.times = loaded::no;
      }
      p.kept_at_s = now_s_;
    }
    if (p.times == loaded::no && taken_up_ && !loading_ && was_together_) load(at);
  }
}

bool sweep::may_judge(const place& at) const {
  return was_together_ && listened_ && at.times == loaded::yes;
}

const sweep::outage_of_ours& sweep::spared(const place& at) const {
  return at.spared.since_s > spared_.since_s ? at.spared : spared_;
}

const watched* sweep::gateway_of(thing_number number, const watched& w) {
  return w.sensor == 0 ? nullptr : watched_.find(number - w.sensor);
}

/// A sensor can't be heard while its gateway is away, as nobody can while we are.
std::uint32_t sweep::gone_at(thing_number number, const watched& w) {
  auto since_s = spared(places_[w.municipality]).since_s;
  if (const watched* gateway = gateway_of(number, w))
    since_s = std::max(since_s, gateway->now.returned_s());
  return w.now.gone_at(with_.seen.look(number).heard_s, w.of, {since_s});
}

std::uint32_t sweep::to_unix(std::uint32_t s) const {
  return s == 0 ? 0 : static_cast<std::uint32_t>(s + wall_ahead_s_);
}

/// A node whose clock is ahead heard nobody in the future.
std::uint32_t sweep::from_unix(std::uint32_t s) const {
  return s == 0
             ? 0
             : static_cast<std::uint32_t>(std::clamp<std::int64_t>(s - wall_ahead_s_, 0, now_s_));
}

// --- One thing -----------------------------------------------------------------------------------

void sweep::taken(thing_number number, watched& w, bool fresh) {
  wheel_.grow(watched_.size());
  if (places_.size() <= w.municipality) places_.resize(w.municipality + 1u);
  if (!fresh) {
    if (w.now.state() == presence_state::present) arm(number, now_s_ + 1);
    return;
  }
  with_.seen.stand(number, standing::present);
  // Spread, so that not all are looked at in the same second for ever.
  arm(number, now_s_ + 1 + number % std::min(half(w.of), w.of.grace_s()));
  if (absent_in_.empty()) return;
  const auto& municipality = watched_.municipalities()[w.municipality];
  const auto name = watched_.thing_of(w).name();
  if (const auto at = absent_in_.find(municipality + "/" + name); at != absent_in_.end())
    ledger_says(municipality, name, std::string{at->second}, ledger_word::open);
}

void sweep::dropped(thing_number number, watched& w) {
  wheel_.cancel(number);
  if (w.now.state() == presence_state::absent) --absent_;
  with_.seen.stand(number, standing::unwatched);
}

void sweep::arm(thing_number number, std::uint32_t when_s) { wheel_.set(number, when_s); }

void sweep::look(thing_number number) {
  watched* const found = watched_.find(number);
  if (found == nullptr) return;
  watched& w = *found;
  if (w.now.state() == presence_state::absent) return look_at_absent(number, w);
  if (w.now.state() == presence_state::missing) return;  // being asked about
  place& p = places_[w.municipality];
  tell_nodes(number, w);
  const auto due_s = gone_at(number, w);
  if (now_s_ < due_s) {
    arm(number, std::min(due_s, now_s_ + half(w.of)));
  } else if (!may_judge(p)) {
    arm(number, now_s_ + half(w.of));
  } else {
    w.now.miss();
    if (p.missing.empty()) p.gathered_at_s = now_s_ + options_.gather_s;
    p.missing.push_back(number);
  }
  if (w.in_case && w.now.state() == presence_state::present) tell_ledger_again(number, w);
}

/// Only for what may have been missed: a bell, or what the ledger was told.
void sweep::look_at_absent(thing_number number, watched& w) {
  const auto heard_s = with_.seen.look(number).heard_s;
  if (heard_s > w.lost_s) answer_bell(number, false);
  if (w.now.state() != presence_state::absent || !w.told || w.in_case || w.seen_in_case) return;
  tell_ledger_again(number, w);
  arm(number, w.tell_again_s);
}

void sweep::answer_bell(thing_number number, bool alarm) {
  watched* const w = watched_.find(number);
  if (w == nullptr || w->now.state() != presence_state::absent) return;
  if (w->now.sign(with_.seen.look(number).heard_s, alarm, w->of)) come_back(number, *w);
}

void sweep::come_back(thing_number number, watched& w) {
  --absent_;
  with_.seen.stand(number, standing::present);
  tell_nodes(number, w);
  arm(number, now_s_ + half(w.of));
  if (back_eye_)
    back_eye_(watched_.municipalities()[w.municipality],
              {watched_.thing_of(w), to_unix(with_.seen.look(number).heard_s)});
  if (w.told || w.in_case) tell_ledger(number, finding::kind::back);
  w.told = w.seen_in_case = w.kept = false;
}

// --- Telling the ledger --------------------------------------------------------------------------

void sweep::tell_ledger(thing_number number, finding::kind what) {
  found_.push_back({number, what});
  (what == finding::kind::gone ? meters_->went : meters_->returned).add();
  watched& w = *watched_.find(number);
  w.tries = 0;
  w.tell_again_s = now_s_ + options_.told_again_after_s;
}

/// What the ledger was told went astray (a full disk, a node that died); a repetition is known by
/// its id.
void sweep::tell_ledger_again(thing_number number, watched& w) {
  constexpr std::uint8_t tries_max = 10;
  if (now_s_ < w.tell_again_s) return;
  const bool is_gone = w.now.state() == presence_state::absent;
  found_.push_back({number, is_gone ? finding::kind::gone : finding::kind::back});
  w.tries = std::min<std::uint8_t>(w.tries + 1, tries_max);
  w.tell_again_s = now_s_ + (options_.told_again_after_s << w.tries);
}

bool sweep::take_finding(finding& into) {
  while (!found_.empty()) {
    const auto next = found_.front();
    found_.pop_front();
    watched* const w = watched_.find(next.number);
    const bool is_gone = next.what == finding::kind::gone;
    if (w == nullptr || is_gone != (w->now.state() == presence_state::absent)) continue;
    const auto heard_s = with_.seen.look(next.number).heard_s;
    into = {next.what,
            watched_.thing_of(*w),
            w->of,
            to_unix(is_gone ? w->lost_s : heard_s),
            to_unix(now_s_),
            {},
            0};
    if (const auto& ours = spared(places_[w->municipality]);
        is_gone && ours.since_s + w->of.grace_s() > w->lost_s + w->of.limit_s) {
      into.spared_because = ours.why;
      into.spared_from_s = to_unix(ours.since_s);
    }
    return true;
  }
  return false;
}

void sweep::ledger_says(const std::string& municipality, const std::string& name,
                        const std::string& case_id, ledger_word word) {
  auto key = municipality + "/" + name;
  if (word == ledger_word::open) {
    absent_in_[std::move(key)] = case_id;
  } else {
    const auto at = absent_in_.find(key);
    if (at == absent_in_.end() || at->second != case_id) return;
    absent_in_.erase(at);
  }
  const auto number = find_by_name(watched_.view(), municipality, name);
  watched* const w = watched_.find(number);
  if (w == nullptr) return;
  w->in_case = word == ledger_word::open;
  w->tell_again_s = now_s_ + options_.told_again_after_s;
  const bool absent = w->now.state() == presence_state::absent;
  if (word == ledger_word::open) {
    w->told = w->seen_in_case = true;
    wheel_.cancel(number);
    if (absent) return;
    w->now.lose();
    w->lost_s = with_.seen.look(number).heard_s;
    ++absent_;
    with_.seen.stand(number, standing::absent);
  } else if (word == ledger_word::cleared && absent) {
    // Whoever cleared it heard it; its time begins now.
    --absent_;
    w->now.restore(now_s_);
    w->told = w->seen_in_case = w->kept = false;
    with_.seen.stand(number, standing::present);
    arm(number, now_s_ + half(w->of));
  }
}

}  // namespace varde::supervision
