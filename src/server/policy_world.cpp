// The engine's loop without its shell: time first, then the input, then the fold.
#include "server/policy_world.hpp"

#include <algorithm>
#include <vector>

#include "alarm/fold.hpp"
#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "core/gather.hpp"
#include "triage/classify.hpp"

namespace varde::server {

namespace {

using namespace alarm::v1;

/// More turns than any subject has things waiting: a bound, not a limit that is met.
constexpr int turns_max = 1'000;
/// Rules' moments are looked back for only so far, so they are asked for at least so often.
constexpr std::chrono::hours asked_every{1};

bool is_by_person(const Actor& actor) {
  return actor.kind() == ACTOR_KIND_OPERATOR || actor.kind() == ACTOR_KIND_RESPONDER ||
         actor.kind() == ACTOR_KIND_ADMINISTRATOR;
}

/// What varde notices by itself is noticed anew in each world.
bool is_made_by_rules(const Signal& signal) { return signal.protocol() == "schedule"; }

bool is_of_case(Entry::BodyCase body) {
  return body == Entry::kClaimed || body == Entry::kTakenOver || body == Entry::kReleased ||
         body == Entry::kClosed;
}

bool is_of_subject(Entry::BodyCase body) {
  return body == Entry::kTestStarted || body == Entry::kTestEnded ||
         body == Entry::kAbsenceStarted || body == Entry::kAbsenceEnded ||
         body == Entry::kCheckDone;
}

/// Every signal that the entry holds, also one that a rule lets wait.
const Signal* signal_in(const Entry& entry) {
  if (entry.has_signal_held()) return &entry.signal_held().held().signal();
  if (entry.has_hold_ended())
    return entry.hold_ended().has_signal() ? &entry.hold_ended().signal() : nullptr;
  return alarm::signal_of(entry);
}

std::string list_name(WorkList list) {
  switch (list) {
    case WORK_LIST_TECHNICIANS:
      return "technicians";
    case WORK_LIST_TESTS:
      return "tests";
    case WORK_LIST_LATER:
      return "later";
    case WORK_LIST_PARTNER:
      return "partner";
    default:
      return {};
  }
}

}  // namespace

policy_world::state& policy_world::state_of(const std::string& subject) {
  auto& s = states_[subject];
  if (s.subject().empty()) {
    s.set_municipality(set_->id());
    s.set_subject(subject);
  }
  return s;
}

void policy_world::remember(const Entry& entry) {
  if (entry.has_case_opened()) recorded_kinds_[entry.case_id()] = entry.case_opened().kind();
  alarm::apply(state_of(entry.subject()), entry);
}

void policy_world::begin(base::wall_time at) {
  asked_until_ = at;
  static_cast<void>(expectations_.due(*set_, at));  // moments from before are not this time's
}

void policy_world::take(const Entry& entry) {
  if (entry.has_case_opened()) recorded_kinds_[entry.case_id()] = entry.case_opened().kind();
  const auto now = base::from_us(entry.at_us());
  ask_rules(now);
  pass_time(entry.subject(), now);
  const auto* signal = signal_in(entry);
  if (signal != nullptr && !is_made_by_rules(*signal))
    receive(*signal, entry.subject(), now);
  else if (is_by_person(entry.actor()))
    do_as_recorded(entry);
}

void policy_world::finish(base::wall_time end) {
  ask_rules(end);
  std::vector<std::string> subjects;
  for (const auto& [subject, s] : states_) subjects.push_back(subject);
  for (const auto& subject : subjects) pass_time(subject, end);
}

void policy_world::ask_rules(base::wall_time now) {
  while (asked_until_ < now) {
    asked_until_ = std::min(now, asked_until_ + asked_every);
    for (auto due = expectations_.due(*set_, asked_until_); !due.empty();
         due = expectations_.due(*set_, asked_until_))
      for (const auto& command : due) {
        const auto moment = base::from_us(command.look_for().due_us());
        pass_time(command.subject(), moment);
        carry_out(command, moment);
      }
  }
}

void policy_world::pass_time(const std::string& subject, base::wall_time now) {
  for (int turn = 0; turn < turns_max; ++turn) {
    state& s = state_of(subject);
    const auto next = triage::next_due(s, set_->policy());
    if (!next || *next > now) return;
    const auto version = s.version();
    for (const auto& command : triage::due_of(s, set_->policy(), *next)) carry_out(command, *next);
    if (s.version() == version) return;
  }
}

void policy_world::carry_out(const Command& command, base::wall_time now) {
  state& s = state_of(command.subject());
  triage::facts about;
  if (const auto asked = triage::question_of(s, command, set_->policy()))
    about = core::facts_about(*set_, s.subject(), asked->signal);
  const auto home = states_.find(core::home_of(*set_, s.subject()));
  const auto decision = triage::decide_command(
      s, command, {about, set_->policy(), {}, home != states_.end() ? &home->second : nullptr},
      {set_->id(), s.subject(), "replay", now});
  for (const auto& entry : decision.entries) fold(s, entry);
}

void policy_world::receive(const Signal& signal, const std::string& subject, base::wall_time now) {
  if (arrivals_.contains(signal.id())) return;
  state& s = state_of(subject);
  arrivals_[signal.id()] = {base::to_us(now), subject, signal.device(), signal.id()};
  const bool known = alarm::resident_of(subject) || alarm::household_of(subject);
  const auto about = core::facts_about(*set_, subject, signal);
  const auto what = known ? triage::classify(signal, about.device_kind, set_->policy())
                          : triage::classify_unknown();
  const auto decision = triage::decide_signal(s, signal, what, about, set_->policy(), {},
                                              {set_->id(), subject, "replay", now});
  for (const auto& entry : decision.entries) fold(s, entry);
}

void policy_world::do_as_recorded(const Entry& recorded) {
  state& s = state_of(recorded.subject());
  if (is_of_case(recorded.body_case()))
    do_to_case(s, recorded);
  else if (is_of_subject(recorded.body_case()))
    append(s, recorded, {});
}

void policy_world::do_to_case(state& s, const Entry& recorded) {
  const auto kind = recorded_kinds_.find(recorded.case_id());
  if (kind == recorded_kinds_.end()) return;
  const auto mine = std::ranges::find_if(
      s.cases(), [&](const Case& c) { return !alarm::is_closed(c) && c.kind() == kind->second; });
  if (mine != s.cases().end()) return append(s, recorded, std::string{mine->id()});
  const bool waits =
      std::ranges::any_of(s.held(), [&](const Held& held) { return held.kind() == kind->second; });
  if (waits && recorded.has_closed()) closed_early_[{s.subject(), kind->second}] = recorded;
}

/// What a person did, as this world's next entry of the subject.
void policy_world::append(state& s, Entry recorded, const std::string& case_id) {
  recorded.clear_command_id();
  recorded.set_case_id(case_id);
  recorded.set_version(s.version() + 1);
  recorded.set_previous(s.tip());
  fold(s, recorded);
}

void policy_world::fold(state& s, const Entry& entry) {
  if (!alarm::apply(s, entry)) return;
  note(entry);
  if (!entry.has_case_opened()) return;
  auto closed = closed_early_.extract(std::pair{s.subject(), entry.case_opened().kind()});
  if (!closed.empty()) append(s, std::move(closed.mapped()), entry.case_id());
}

void policy_world::note(const Entry& entry) {
  const auto put = [&](const std::string& signal, fate became) {
    const auto at = arrivals_.find(signal);
    if (at != arrivals_.end()) fates_[at->second] = std::move(became);
  };
  const auto make = [](std::string what, Kind kind, Lane lane, const RuleNote& by) {
    return fate{std::move(what), {}, kind, lane, by.rule(), by.reason()};
  };
  switch (entry.body_case()) {
    case Entry::kCaseOpened: {
      const auto& opened = entry.case_opened();
      // What a rule noticed by itself arrived when it was noticed.
      const auto at = arrivals_
                          .try_emplace(opened.signal().id(),
                                       arrived{entry.at_us(), entry.subject(),
                                               opened.signal().device(), opened.signal().id()})
                          .first;
      const bool waited = fates_.contains(at->second);
      auto became = make(waited ? "waited, opened a case" : "opened a case", opened.kind(),
                         opened.lane(), opened.by());
      became.list = list_name(opened.list());
      became.opened = true;
      return put(opened.signal().id(), std::move(became));
    }
    case Entry::kAlarmJoined: {
      const auto& joined = entry.alarm_joined();
      return put(joined.signal().id(),
                 make("joined a case", joined.kind(), joined.lane(), joined.by()));
    }
    case Entry::kAlarmCleared:
      return put(entry.alarm_cleared().signal().id(),
                 make("cleared an alarm", entry.alarm_cleared().kind(), LANE_UNSPECIFIED, {}));
    case Entry::kSignalRecorded: {
      const auto& recorded = entry.signal_recorded();
      return put(recorded.signal().id(), make("recorded: " + recorded.reason(), recorded.kind(),
                                              recorded.lane(), recorded.by()));
    }
    case Entry::kSignalHeld: {
      const auto& held = entry.signal_held().held();
      return put(held.signal().id(), make("waited", held.kind(), held.lane(), held.by()));
    }
    case Entry::kHoldEnded: {
      const auto& ended = entry.hold_ended();
      if (ended.how() != HOLD_END_RESTORED) return;
      if (const auto at = arrivals_.find(ended.held_signal()); at != arrivals_.end())
        fates_[at->second].what = "waited, was restored";
      return put(ended.signal().id(),
                 make("restored what waited", ended.kind(), LANE_UNSPECIFIED, {}));
    }
    default:
      return;
  }
}

}  // namespace varde::server
