// Gathering, deciding, committing, answering, publishing: in that order, for every input.
#include "core/engine.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cassert>

#include "alarm/fold.hpp"
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "core/meters.hpp"
#include "triage/decision.hpp"

namespace varde::core {

namespace {

using alarm::v1::Case;
using board::command_status;

const registry::v1::Policy no_policy;

const registry::v1::Policy& policy_in(const std::shared_ptr<const registry::set_view>& set) {
  return set ? set->policy() : no_policy;
}

const registry::v1::Resident* resident_in(const registry::set_view& set,
                                          const alarm::subject_id& subject) {
  const auto id = alarm::resident_of(subject.str());
  return id ? set.resident(*id) : nullptr;
}

base::steady_time received_at(const input& in) {
  return std::visit([](const auto& i) { return i.received; }, in);
}

std::string trace_of(const input& in) {
  if (const auto* a = std::get_if<alarm::admission>(&in)) return a->signal.trace();
  if (const auto* c = std::get_if<command_input>(&in)) return c->command.trace();
  return std::get<next_input>(in).request.trace;
}

}  // namespace

engine::engine(engine_options options, ledger_port& ledger, const registry::directory& directory,
               base::metrics& metrics)
    : options_(std::move(options)),
      ledger_(ledger),
      registry_(directory),
      meters_(std::make_unique<meters>(metrics)) {}

engine::~engine() = default;

// --- Restoring ---------------------------------------------------------------------------------

void engine::restore(alarm::v1::SubjectState state) {
  subject& s = subjects_.touch(state.municipality(), state.subject());
  s.state = std::move(state);
  s.read = true;
}

void engine::follow(const alarm::v1::Entry& entry) {
  subject& s = subjects_.touch(entry.municipality(), entry.subject());
  if (s.reading || entry.version() <= s.state.version()) return;
  if (!alarm::apply(s.state, entry)) {
    read_back(s);
    return;
  }
  s.read = true;
  if (!open_) return;
  if (const Case* c = alarm::find_case(s.state, entry.case_id()))
    publish({{std::make_shared<const Case>(*c), entry.trace(), options_.steady()}});
}

void engine::open() {
  assert(restored());
  open_ = true;
  opened_at_ = options_.steady();
  board::change_batch all;
  for (const subject* s : subjects_.by_recency())
    for (const auto& c : s->state.cases())
      all.push_back({std::make_shared<const Case>(c), {}, opened_at_});
  publish(std::move(all));
  measure_open_cases();
}

// --- Gathering ---------------------------------------------------------------------------------

std::size_t engine::room() const {
  if (under_way_ || gathered_.size() >= options_.batch_inputs_max) return 0;
  return options_.batch_inputs_max - gathered_.size();
}

void engine::admit(alarm::admission admission) {
  meters_->signals[alarm::lane_index(admission.lane)]->add();
  gathered_.emplace_back(std::move(admission));
}

void engine::submit(alarm::v1::Command command, command_answer done) {
  if (stalled_ || gathered_.size() >= commands_waiting_max) {
    if (done)
      done({command_status::unavailable, "ledger_unreachable", view_.find(command.case_id())});
    return;
  }
  if (command.actor().kind() != alarm::v1::ACTOR_KIND_SYSTEM)
    presence(command.actor().user(), false);
  gathered_.emplace_back(command_input{std::move(command), std::move(done), options_.steady()});
}

void engine::take_next(board::next_request request, command_answer done) {
  if (stalled_ || gathered_.size() >= commands_waiting_max) {
    done({command_status::unavailable, "ledger_unreachable", nullptr});
    return;
  }
  presence(request.actor.user(), false);
  gathered_.emplace_back(next_input{std::move(request), std::move(done), options_.steady()});
}

void engine::presence(const std::string& user, bool gone) {
  // A console that said goodbye was last seen now; its claims get the same lease as one that
  // vanished.
  (void)gone;
  last_seen_[user] = options_.steady();
}

// --- Deciding ----------------------------------------------------------------------------------

void engine::flush() {
  if (under_way_) return;
  while (!gathered_.empty()) {
    input in = std::move(gathered_.front());
    gathered_.pop_front();
    decide(std::move(in));
  }
  if (!batch_.empty()) offer();
  deliver_answers();
}

void engine::decide(input&& in) {
  if (auto* next = std::get_if<next_input>(&in)) {
    decide_next(std::move(*next));
    return;
  }
  auto* admission = std::get_if<alarm::admission>(&in);
  auto* command = std::get_if<command_input>(&in);
  subject& s = admission != nullptr
                   ? subjects_.touch(admission->municipality.str(), admission->subject.str())
                   : subjects_.touch(command->command.municipality(), command->command.subject());
  if (s.reading) {
    s.waiting.push_back(std::move(in));
  } else if (admission != nullptr) {
    decide_admission(s, std::move(*admission));
  } else {
    decide_command(s, std::move(*command));
  }
}

void engine::decide_admission(subject& s, alarm::admission&& admission) {
  const auto set = registry_.current().municipality(admission.municipality.str());
  const auto& policy = policy_in(set);
  const auto what = admission.known_device
                        ? triage::classify(admission.signal, admission.device_kind, policy)
                        : triage::classify_unknown();
  std::vector<alarm::v1::Step> plan;
  if (set && triage::needs_plan(s.state, what))
    plan = set->steps_for(resident_in(*set, admission.subject), what.kind);

  auto decision = triage::decide_signal(
      s.state, admission.signal, what, policy, plan,
      {s.state.municipality(), s.state.subject(), options_.node, options_.wall()});
  meters_->decided.record(options_.steady() - admission.received);
  settled from{std::move(admission), command_status::done, {}, decision.case_id};
  if (decision.repeated) {
    meters_->repeated.add();
    answer_with_batch(s, std::move(from));
    return;
  }
  append(s, std::move(decision.entries), std::move(from));
}

void engine::decide_command(subject& s, command_input&& command) {
  auto decision = triage::decide_command(
      s.state, command.command,
      {s.state.municipality(), s.state.subject(), options_.node, options_.wall()});
  using enum triage::command_verdict;
  if (decision.verdict == not_found && !s.read) {
    s.waiting.emplace_back(std::move(command));
    read_back(s);
    return;
  }
  const std::string case_id = command.command.case_id();
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
  const std::string command_id = request.actor.user() + "/" + request.id;
  const auto c = view_.first_open([&](const Case& one) {
    if (!one.has_owner() || one.owner().user() != request.actor.user()) return false;
    const subject* s = subjects_.find(one.municipality(), one.subject());
    return s != nullptr && std::ranges::any_of(s->state.seen_commands(), [&](const auto& seen) {
             return seen.id() == command_id && seen.case_id() == one.id();
           });
  });
  return c ? c->id() : std::string{};
}

void engine::decide_next(next_input&& next) {
  const auto& request = next.request;
  if (const auto taken = case_taken_by(request); !taken.empty()) {
    next.done({command_status::repeated, {}, view_.find(taken)});
    return;
  }
  const auto c = view_.first_open([&](const Case& one) {
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
  command_input claim{{}, std::move(next.done), next.received};
  claim.command.set_id(request.id);
  claim.command.set_municipality(c->municipality());
  claim.command.set_subject(c->subject());
  claim.command.set_case_id(c->id());
  claim.command.set_trace(request.trace);
  *claim.command.mutable_actor() = request.actor;
  claim.command.mutable_claim();
  decide_command(*subjects_.find(c->municipality(), c->subject()), std::move(claim));
}

void engine::append(subject& s, std::vector<alarm::v1::Entry> entries, settled&& from) {
  if (s.batch_place == subject::npos) {
    s.batch_place = batch_.size();
    batch_.push_back({&s, {}});
    commits_.push_back({s.state.municipality(), s.state.subject(), s.state.version(), {}});
  }
  for (const auto& entry : entries) {
    const bool applied = alarm::apply(s.state, entry);
    assert(applied);
    (void)applied;
  }
  auto& into = commits_[s.batch_place].entries;
  std::ranges::move(entries, std::back_inserter(into));
  batch_[s.batch_place].inputs.push_back(std::move(from));
}

/// What was decided on a state that is not committed yet is answered with that commit.
void engine::answer_with_batch(subject& s, settled&& from) {
  if (s.batch_place != subject::npos)
    batch_[s.batch_place].inputs.push_back(std::move(from));
  else
    answer(from, alarm::verdict::received);
}

// --- Committing --------------------------------------------------------------------------------

void engine::offer() {
  under_way_ = true;
  offered_at_ = options_.steady();
  meters_->batches.add();
  ledger_.submit(
      commits_, [this](std::vector<ledger::commit_result> results) { settle(std::move(results)); });
}

void engine::settle(std::vector<ledger::commit_result> results) {
  assert(results.size() == batch_.size());
  meters_->committed.record(options_.steady() - offered_at_);
  board::change_batch changes;
  std::vector<pending> held;
  std::vector<ledger::commit> held_commits;
  std::vector<pending> done;
  std::vector<subject*> stale;

  for (std::size_t i = 0; i < results.size(); ++i) {
    pending& p = batch_[i];
    switch (results[i].status) {
      case ledger::commit_status::committed:
        p.about->batch_place = subject::npos;
        if (commits_[i].expected_version == 0) p.about->read = true;
        meters_->entries.add(commits_[i].entries.size());
        changed_cases(p, commits_[i], changes);
        done.push_back(std::move(p));
        break;
      case ledger::commit_status::stale:
      case ledger::commit_status::fenced:  // as little was appended: decided again
        meters_->stale.add();
        p.about->batch_place = subject::npos;
        for (auto& s : p.inputs) p.about->waiting.push_back(std::move(s.in));
        stale.push_back(p.about);
        break;
      case ledger::commit_status::failed:
        p.about->batch_place = held.size();
        held.push_back(std::move(p));
        held_commits.push_back(std::move(commits_[i]));
        break;
    }
  }
  batch_ = std::move(held);
  commits_ = std::move(held_commits);
  stalled_ = !batch_.empty();
  under_way_ = stalled_;

  publish(std::move(changes));
  for (auto& p : done)
    for (auto& s : p.inputs) answer(s, alarm::verdict::received);
  for (subject* s : stale) read_back(*s);
  if (stalled_) {
    meters_->failed.add(batch_.size());
    spdlog::error("the ledger did not take {} commits; they are kept and offered again",
                  batch_.size());
    // Whoever waits at a screen is told now and may try again with the same key; devices wait and
    // repeat by themselves.
    for (auto& p : batch_)
      for (auto& s : p.inputs)
        if (auto* command = std::get_if<command_input>(&s.in); command != nullptr && command->done)
          std::exchange(command->done,
                        nullptr)({command_status::unavailable, "retry", view_.find(s.case_id)});
  }
  deliver_answers();
  if (!under_way_) options_.room_again();
}

void engine::ledger_reachable(bool reachable) {
  if (!reachable) return;
  if (stalled_) {
    stalled_ = false;
    offer();
  }
  for (subject* s : std::exchange(unread_, {})) {
    s->reading = false;
    read_back(*s);
  }
}

void engine::read_back(subject& s) {
  if (s.reading) return;
  s.reading = true;
  ++readings_;
  ledger_.read_subject(s.state.municipality(), s.state.subject(),
                       [this, about = &s](base::result<std::vector<alarm::v1::Entry>> entries) {
                         --readings_;
                         if (entries)
                           rebuild(*about, *entries);
                         else
                           unread_.push_back(about);
                       });
}

void engine::rebuild(subject& s, const std::vector<alarm::v1::Entry>& entries) {
  alarm::v1::SubjectState state;
  state.set_municipality(s.state.municipality());
  state.set_subject(s.state.subject());
  for (const auto& entry : entries) alarm::apply(state, entry);
  s.state = std::move(state);
  s.reading = false;
  s.read = true;
  if (open_) publish_all(s);
  for (auto at = s.waiting.rbegin(); at != s.waiting.rend(); ++at)
    gathered_.push_front(std::move(*at));
  s.waiting.clear();
  if (!under_way_) options_.room_again();
}

// --- Answering and publishing --------------------------------------------------------------------

void engine::answer(settled& s, alarm::verdict outcome) {
  if (const auto* a = std::get_if<alarm::admission>(&s.in)) {
    meters_->acknowledged.record(options_.steady() - a->received);
    if (answers_.size() <= a->reply.edge) answers_.resize(a->reply.edge + 1);
    answers_[a->reply.edge].push_back({a->reply.ticket, outcome});
    return;
  }
  auto& command = std::get<command_input>(s.in);
  meters_->commands[static_cast<std::size_t>(s.status)]->add();
  if (command.done) std::exchange(command.done, nullptr)({s.status, s.code, view_.find(s.case_id)});
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

void engine::publish_all(const subject& s) {
  board::change_batch changes;
  for (const auto& c : s.state.cases()) {
    const auto shown = view_.find(c.id());
    if (!shown || shown->version() < c.version())
      changes.push_back({std::make_shared<const Case>(c), {}, options_.steady()});
  }
  publish(std::move(changes));
}

void engine::publish(board::change_batch changes) {
  if (changes.empty()) return;
  view_.apply(changes);
  const auto shared = std::make_shared<const board::change_batch>(std::move(changes));
  for (const auto& listen : listeners_) listen(shared);
}

// --- Time --------------------------------------------------------------------------------------

void engine::tick() {
  subjects_.forget_some();
  if (stalled_) ledger_reachable(true);
  if (!unread_.empty()) ledger_reachable(true);
  if (!open_ || stalled_) return;

  const auto now = options_.steady();
  const auto wall = options_.wall();
  for (const auto& c : view_.open_cases()) {
    const auto set = registry_.current().municipality(c->municipality());
    auto seen = opened_at_;
    if (c->has_owner())
      if (const auto at = last_seen_.find(c->owner().user()); at != last_seen_.end())
        seen = std::max(seen, at->second);
    const auto gone_s = std::chrono::duration_cast<std::chrono::seconds>(now - seen).count();
    for (auto& command : triage::due(*c, policy_in(set), gone_s, wall))
      gathered_.emplace_back(command_input{std::move(command), nullptr, now});
  }
  measure_open_cases();
  if (!under_way_) options_.room_again();
}

void engine::measure_open_cases() {
  std::array<std::int64_t, alarm::lane_count> open{};
  (void)view_.first_open([&](const Case& c) {
    ++open[alarm::lane_index(c.lane())];
    return false;
  });
  for (std::size_t lane = 0; lane < alarm::lane_count; ++lane)
    meters_->open_cases[lane]->set(open[lane]);
}

bool engine::busy() const {
  return under_way_ || !gathered_.empty() || readings_ != 0 || !unread_.empty();
}

}  // namespace varde::core
