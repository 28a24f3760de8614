// Gathering and deciding: everything up to a batch that is ready to be offered. What happens to it
// then is in engine_commit.cpp, what time asks for in engine_time.cpp, what an outage changes in
// engine_outage.cpp.
#include "core/engine.hpp"

#include <algorithm>
#include <cassert>

#include "alarm/fold.hpp"
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "core/gather.hpp"
#include "core/meters.hpp"
#include "triage/decision.hpp"
#include "triage/merge.hpp"

namespace varde::core {

namespace {

using alarm::v1::Case;
using board::command_status;

struct place {
  std::string_view municipality, subject;
};

/// Of an input that is about one subject.
place place_of(const input& in) {
  if (const auto* a = admission_in(in)) return {a->municipality.str(), a->subject.str()};
  if (const auto* c = std::get_if<command_input>(&in))
    return {c->command.municipality(), c->command.subject()};
  if (const auto* m = std::get_if<merge_input>(&in)) return {m->municipality, m->subject};
  return {std::get<lease_input>(in).municipality, lease_subject};
}

/// A life alarm, or what somebody at a screen did.
bool somebody_waits(const input& in) {
  if (const auto* a = admission_in(in)) return a->lane == alarm::v1::LANE_LIFE;
  const auto* command = std::get_if<command_input>(&in);
  return command != nullptr && command->done;
}

/// The wish was answered with this case, which is still its user's.
bool is_taken_by(const Case& one, const alarm::v1::SubjectState& of,
                 const board::next_request& request) {
  if (!one.has_owner() || one.owner().user() != request.actor.user()) return false;
  const std::string command_id = request.actor.user() + "/" + request.id;
  return std::ranges::any_of(of.seen_commands(), [&](const auto& seen) {
    return seen.id() == command_id && seen.case_id() == one.id();
  });
}

}  // namespace

engine::engine(engine_options options, ledger_port& ledger, vault_port& vault,
               const registry::directory& directory, base::metrics& metrics)
    : options_(std::move(options)),
      ledger_(ledger),
      vault_(vault),
      registry_(directory),
      meters_(std::make_unique<meters>(metrics)),
      house_(options_.node),
      reconciler_(ledger, vault,
                  {.restored = [this](const alarm::v1::Entry& entry) { follow(entry); },
                   .suspects = [this] { return suspects(); },
                   .differs =
                       [this](const suspect& one) {
                         if (subject* s = subjects_.find(one.municipality, one.subject))
                           read_back(*s);
                       },
                   .hold = [this](std::function<void()> held) { hold(std::move(held)); },
                   .finished = [this](std::vector<merge_input> parted,
                                      vault_sequence upto) { reconciled(std::move(parted), upto); },
                   .failed = [this](base::error_code error) { not_reconciled(error); }}) {}

engine::~engine() = default;

// --- Restoring ---------------------------------------------------------------------------------

void engine::restore(alarm::v1::SubjectState state) {
  subject& s = subjects_.touch(state.municipality(), state.subject());
  s.state = std::move(state);
  s.read = true;
  look_at(s);
}

void engine::follow(const alarm::v1::Entry& entry) {
  subject& s = subjects_.touch(entry.municipality(), entry.subject());
  // What is only on our disk is sorted out by reconciling, and a reading may bring it or not.
  if (s.reading || s.afloat) {
    s.missed = std::max(s.missed, entry.version());
    return;
  }
  if (entry.version() <= s.state.version()) {
    const bool other_history = entry.version() == s.state.version() && s.state.tip() != 0 &&
                               s.state.tip() != alarm::tip_after(entry);
    if (other_history && !s.uncommitted()) read_back(s);
    return;
  }
  // While a batch is not committed, an entry that follows ours shows that ours is in the ledger;
  // one that doesn't will be seen when the batch is settled and the subject read.
  if (!alarm::follows(s.state, entry)) {
    if (s.uncommitted())
      s.missed = entry.version();
    else
      read_back(s);
    return;
  }
  alarm::apply(s.state, entry);
  s.read = true;
  has_changed(s, options_.steady());
  outages_.saw(entry);
  if (!open_) return;
  if (const Case* c = alarm::find_case(s.state, entry.case_id()))
    publish({{board::freeze(*c), entry.trace(), options_.steady()}});
}

void engine::open() {
  assert(restored());
  open_ = true;
  house_.start_over(options_.steady());
  newest_ = vault_.doubtful_from() - 1;
  marks_.assign(1, {options_.steady(), newest_});
  board::change_batch all;
  for (const subject* s : subjects_.by_recency())
    for (const auto& c : s->state.cases()) all.push_back({board::freeze(c), {}, options_.steady()});
  publish(std::move(all));
  measure_open_cases();
  if (reachable_)
    reconcile();
  else
    become_island();
}

// --- Gathering ---------------------------------------------------------------------------------

std::size_t engine::room() const {
  const auto taken = gathered_.size() + ahead_;
  if (stalled() || holding_ || taken >= options_.batch_inputs_max) return 0;
  return options_.batch_inputs_max - taken;
}

void engine::admit(alarm::admission&& admission) {
  meters_->signals[alarm::lane_index(admission.lane)]->add();
  gathered_.emplace_back(std::make_unique<alarm::admission>(std::move(admission)));
}

void engine::submit(alarm::v1::Command command, command_answer done) {
  if (stalled() || gathered_.size() >= commands_waiting_max) {
    if (done) done({command_status::unavailable, "nowhere_safe", view_.find(command.case_id())});
    return;
  }
  if (command.actor().kind() != alarm::v1::ACTOR_KIND_SYSTEM) presence(command.actor().user());
  gathered_.emplace_back(
      command_input{std::move(command), std::move(done), options_.steady(), nullptr});
}

void engine::take_next(board::next_request request, command_answer done) {
  if (stalled() || gathered_.size() >= commands_waiting_max) {
    done({command_status::unavailable, "nowhere_safe", nullptr});
    return;
  }
  presence(request.actor.user());
  gathered_.emplace_back(next_input{std::make_shared<const board::next_request>(std::move(request)),
                                    std::move(done), options_.steady()});
}

void engine::look(const std::string& municipality, const std::string& subject_id,
                  std::function<void(board::subject_pointer)> done) {
  const subject* s = subjects_.find(municipality, subject_id);
  if (s != nullptr && (s->read || s->state.version() != 0)) {
    done(std::make_shared<const alarm::v1::SubjectState>(s->state));
    return;
  }
  ledger_.read_subject(municipality, subject_id, 1,
                       [=](base::result<std::vector<alarm::v1::Entry>> entries) {
                         if (!entries) return done(nullptr);
                         auto state = std::make_shared<alarm::v1::SubjectState>();
                         state->set_municipality(municipality);
                         state->set_subject(subject_id);
                         for (const auto& entry : *entries) alarm::apply(*state, entry);
                         done(std::move(state));
                       });
}

std::vector<board::subject_pointer> engine::waiting_in(
    const std::vector<std::string>& municipalities) const {
  std::vector<board::subject_pointer> out;
  for (const auto& municipality : municipalities)
    for (const subject* s : waiting_.in(municipality)) {
      if (out.size() == board::waiting_subjects_max) return out;
      if (s->state.subject() == alarm::outages_subject) continue;
      out.push_back(std::make_shared<const alarm::v1::SubjectState>(s->state));
    }
  return out;
}

void engine::presence(const std::string& user) { house_.saw(user, options_.steady()); }

void engine::neighbours(const neighbourhood& others) {
  house_.saw_neighbours(others, options_.steady());
}

// --- Deciding ----------------------------------------------------------------------------------

void engine::flush() {
  if (stalled() || holding_) return;
  decide_gathered();
  offer_next();
  deliver_answers();
}

void engine::decide_gathered() {
  while (!gathered_.empty()) {
    input in = std::move(gathered_.front());
    gathered_.pop_front();
    ++ahead_;
    decide(std::move(in));
  }
}

void engine::decide(input&& in) {
  if (auto* next = std::get_if<next_input>(&in)) {
    decide_next(std::move(*next));
    return;
  }
  const auto [municipality, about] = place_of(in);
  subject& s = subjects_.touch(municipality, about);
  if (s.offered)
    put_off(s, std::move(in));
  else if (s.reading)
    s.waiting.push_back(std::move(in));
  else if (auto* admission = std::get_if<admission_input>(&in))
    decide_admission(s, std::move(*admission));
  else if (auto* command = std::get_if<command_input>(&in))
    decide_command(s, std::move(*command));
  else if (auto* merge = std::get_if<merge_input>(&in))
    decide_merge(s, std::move(*merge));
  else
    decide_lease(s, std::move(std::get<lease_input>(in)));
}

/// Until the subject's commit has landed.
void engine::put_off(subject& s, input&& in) {
  s.waiting.push_back(std::move(in));
  ++s.put_off;
  ++put_off_;
  --ahead_;
}

void engine::decide_admission(subject& s, admission_input&& admission) {
  if (condition_.disk_failed_since && admission->lane != alarm::v1::LANE_LIFE) {
    settled refused{std::move(admission), command_status::done, {}, {}};
    ask_to_try_again(refused, options_.steady());
    return;
  }
  const auto set = registry_.current().municipality(admission->municipality.str());
  const auto& policy = policy_in(registry_.current(), set);
  const auto what = admission->known_device
                        ? triage::classify(admission->signal, admission->device_kind, policy)
                        : triage::classify_unknown();
  std::vector<alarm::v1::Step> plan;
  if (set && triage::needs_plan(s.state, what)) plan = plan_for(*set, s.state.subject(), what.kind);
  auto about = set && admission->known_device
                   ? facts_about(*set, s.state.subject(), admission->signal)
                   : triage::facts{};
  const subject* site = set && may_be_in_outage(what.kind)
                            ? subjects_.find(s.state.municipality(), alarm::outages_subject)
                            : nullptr;
  if (site != nullptr)
    about.in_outage = covering_case(*set, site->state, admission->signal, what.kind);

  auto decision = triage::decide_signal(
      s.state, admission->signal, what, about, policy, plan,
      {s.state.municipality(), s.state.subject(), options_.node, options_.wall()});
  meters_->decided[alarm::lane_index(admission->lane)]->record(options_.steady() -
                                                               admission->received);
  settled from{std::move(admission), command_status::done, {}, {}};
  if (decision.repeated) {
    meters_->repeated.add();
    answer_with_batch(s, std::move(from));
    return;
  }
  append(s, std::move(decision.entries), std::move(from));
}

/// Where a resident may have been heard of too who is looked for; nullptr: nowhere else.
subject* engine::home_for(const registry::set_view& set, const command_input& command) {
  if (!command.command.has_look_for()) return nullptr;
  const auto home = home_of(set, command.command.subject());
  return home.empty() ? nullptr : &subjects_.touch(set.id(), home);
}

void engine::decide_command(subject& s, command_input&& command) {
  const auto set = registry_.current().municipality(command.command.municipality());
  subject* home = set ? home_for(*set, command) : nullptr;
  // Nobody is missed before all that was heard at the household is known.
  if (home != nullptr && !home->read && !home->uncommitted() && link_ != link::island) {
    home->waiting.emplace_back(std::move(command));
    read_back(*home);
    return;
  }
  const auto& policy = policy_in(registry_.current(), set);
  triage::facts about;
  std::vector<alarm::v1::Step> plan;
  if (const auto asked = triage::question_of(s.state, command.command, policy); asked && set) {
    plan = plan_for(*set, s.state.subject(), asked->kind);
    about = facts_about(*set, s.state.subject(), asked->signal);
  }
  auto decision = triage::decide_command(
      s.state, command.command, {about, policy, plan, home != nullptr ? &home->state : nullptr},
      {s.state.municipality(), s.state.subject(), options_.node, options_.wall()});
  using enum triage::command_verdict;
  const bool may_have_forgotten =
      decision.verdict == not_found ||
      (decision.verdict == refused && command.command.case_id().empty());
  if (may_have_forgotten && !s.read && link_ != link::island) {
    s.waiting.emplace_back(std::move(command));
    read_back(s);
    return;
  }
  // Whoever was told to try again meanwhile asks anew.
  if (command.chosen_for && command.done && decision.verdict != accepted &&
      decision.verdict != repeated) {
    decide_next({std::move(command.chosen_for), std::move(command.done), command.received});
    return;
  }
  std::string case_id = command.command.case_id();
  // A command about the subject may have made a case: that is what its giver wants to see.
  if (case_id.empty() && !decision.entries.empty()) case_id = decision.entries.back().case_id();
  settled from{std::move(command), command_status::done, std::string{decision.code}, case_id};
  switch (decision.verdict) {
    case accepted:
      append(s, std::move(decision.entries), std::move(from));
      return;
    case repeated:
      from.status = command_status::repeated;
      break;
    case stale:
      from.status = command_status::stale;
      break;
    case refused:
      from.status = command_status::refused;
      break;
    case not_found:
      from.status = command_status::not_found;
      break;
  }
  answer_with_batch(s, std::move(from));
}

std::string engine::case_taken_by(const board::next_request& request) {
  const auto c = view_.first_open([&](const Case& one) {
    const subject* s = subjects_.find(one.municipality(), one.subject());
    return s != nullptr && is_taken_by(one, s->state, request);
  });
  return c ? c->id() : std::string{};
}

/// The same of a case that nobody has seen taken yet, since that is not committed.
const Case* engine::case_being_taken_by(const board::next_request& request) const {
  std::vector<const batch*> uncommitted{&landed_, &held_, &next_};
  for (const auto& f : flights_) uncommitted.push_back(&f.of);
  for (const auto* some : uncommitted)
    for (const auto& p : some->parts)
      for (const auto& c : p.about->state.cases())
        if (is_taken_by(c, p.about->state, request)) return &c;
  return nullptr;
}

void engine::decide_next(next_input&& next) {
  const auto& request = *next.request;
  if (const auto taken = case_taken_by(request); !taken.empty()) {
    next.done({command_status::repeated, {}, view_.find(taken)});
    return;
  }
  const Case* taking = case_being_taken_by(request);
  const auto c =
      taking != nullptr ? board::freeze(*taking) : view_.first_open([&](const Case& one) {
        if (one.state() != alarm::v1::CASE_STATE_OPEN ||
            std::ranges::find(request.municipalities, one.municipality()) ==
                request.municipalities.end())
          return false;
        const subject* s = subjects_.find(one.municipality(), one.subject());
        if (s == nullptr || s->reading) return false;
        const Case* now = alarm::find_case(s->state, one.id());
        return now != nullptr && now->state() == alarm::v1::CASE_STATE_OPEN;
      });
  if (!c) {
    next.done({command_status::not_found, "nothing_waits", nullptr});
    return;
  }
  command_input claim{{}, std::move(next.done), next.received, next.request};
  claim.command.set_id(request.id);
  claim.command.set_municipality(c->municipality());
  claim.command.set_subject(c->subject());
  claim.command.set_case_id(c->id());
  claim.command.set_trace(request.trace);
  *claim.command.mutable_actor() = request.actor;
  claim.command.mutable_claim();
  subject& s = *subjects_.find(c->municipality(), c->subject());
  if (s.offered)
    put_off(s, std::move(claim));
  else
    decide_command(s, std::move(claim));
}

void engine::decide_merge(subject& s, merge_input&& merge) {
  const auto set = registry_.current().municipality(merge.municipality);
  auto decided =
      triage::merge(s.state, merge.ours, policy_in(registry_.current(), set),
                    {s.state.municipality(), s.state.subject(), options_.node, options_.wall()});
  meters_->merged.add(decided.entries.size());
  meters_->deeds.add(decided.kept_as_deeds);
  settled from{std::move(merge), command_status::done, {}, {}};
  if (decided.entries.empty())
    answer_with_batch(s, std::move(from));
  else
    append(s, std::move(decided.entries), std::move(from));
}

void engine::decide_lease(subject& s, lease_input&& lease) {
  // Who took it meanwhile has it.
  if (s.state.lease_holder() != lease.gone) return;
  settled from{lease, command_status::done, {}, {}};
  append(s, {lease_entry(s.state, options_.node, options_.wall())}, std::move(from));
}

std::optional<ledger::guard> engine::guard_of(const input& in) {
  if (!is_by_system(in) || link_ != link::together) return std::nullopt;
  const subject* lease =
      subjects_.find(std::get<command_input>(in).command.municipality(), lease_subject);
  return ledger::guard{std::string{lease_subject}, lease == nullptr ? 0 : lease->state.version()};
}

void engine::append(subject& s, std::vector<alarm::v1::Entry> entries, settled&& from) {
  if (s.batch_place == subject::npos) {
    s.batch_place = next_.parts.size();
    next_.parts.push_back({.about = &s});
    next_.commits.push_back({s.state.municipality(), s.state.subject(), s.state.version()});
  }
  auto& part = next_.parts[s.batch_place];
  auto& commit = next_.commits[s.batch_place];
  if (auto guard = guard_of(from.in)) commit.guarded_by = std::move(guard);
  for (auto& entry : entries) {
    const bool applied = alarm::apply(s.state, entry);
    assert(applied);
    (void)applied;
    commit.add(entry);
    part.remember(std::move(entry));
  }
  part.tip = s.state.tip();
  next_.urgent = next_.urgent || somebody_waits(from.in);
  part.inputs.push_back(std::move(from));
}

/// An entry is ended while its memory is still at hand: a batch later that would take longer than
/// making it.
void engine::pending::remember(alarm::v1::Entry&& entry) {
  if (outages::may_tell(entry)) told_to_outages.push_back(entry);
  auto& id = *entry.mutable_case_id();
  if (!id.empty() && std::ranges::find(cases, id) == cases.end()) cases.push_back(std::move(id));
}

/// What was decided on a state that is not committed yet is answered with that commit.
void engine::answer_with_batch(subject& s, settled&& from) {
  if (s.batch_place != subject::npos)
    next_.parts[s.batch_place].inputs.push_back(std::move(from));
  else
    answer(from, alarm::verdict::received, options_.steady());
}

bool engine::busy() const {
  return under_way() || stalled() || !gathered_.empty() || merging_ != 0 ||
         (link_ == link::together && (readings_ != 0 || !unread_.empty()));
}

bool engine::quiet() const {
  return !under_way() && !stalled() && next_.parts.empty() && readings_ == 0 && unread_.empty() &&
         merging_ == 0 && link_ == link::together;
}

}  // namespace varde::core
