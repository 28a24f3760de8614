// One of our entries at a time, on the state that those before it made. Cases and visits that got
// another id in the ledger are followed by a small map.
#include "triage/merge.hpp"

#include <algorithm>
#include <map>
#include <string>

#include "alarm/fold.hpp"
#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/draft.hpp"
#include "triage/hold.hpp"
#include "triage/place.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

/// Reasons that an owner or an end in the ledger gives against ours.
constexpr std::string_view no_such_case = "no_such_case";
constexpr std::string_view already_claimed = "already_claimed";
constexpr std::string_view closed = "closed";
constexpr std::string_view not_owner = "not_owner";
constexpr std::string_view visit_under_way = "visit_under_way";
constexpr std::string_view visit_state = "visit_state";
constexpr std::string_view no_such_visit = "no_such_visit";
constexpr std::string_view no_such_step = "no_such_step";

bool has_carried_out(const SubjectState& state, const Entry& ours) {
  for (const auto& seen : state.seen_commands())
    if (seen.id() == ours.command_id()) return true;
  return false;
}

bool owned_by_another(const Case& c, const Entry& ours) {
  return c.has_owner() && c.owner().user() != ours.actor().user();
}

/// The classification under which a signal was decided, out of the entry it made.
classification decided_as(const Entry& entry) {
  switch (entry.body_case()) {
    case Entry::kCaseOpened: {
      const auto& opened = entry.case_opened();
      return {opened.kind(), opened.lane(), opened.low(), INTENT_ALARM, opened.lane_reason()};
    }
    case Entry::kAlarmJoined: {
      // The lane is the case's then, which may have been more urgent than this alarm's own.
      const auto& joined = entry.alarm_joined();
      return {joined.kind(), joined.lane(), joined.low(), INTENT_ALARM,
              joined.lane_reason().empty() ? "outage" : joined.lane_reason()};
    }
    case Entry::kAlarmCleared:
      return {entry.alarm_cleared().kind(), LANE_LIFE, false, INTENT_RESET, {}};
    case Entry::kHoldEnded:
      return {entry.hold_ended().kind(), LANE_LIFE, false, INTENT_RESET, {}};
    default: {
      const auto& recorded = entry.signal_recorded();
      return {recorded.kind(),
              LANE_LIFE,
              false,
              recorded.reason() == "information" ? INTENT_INFORMATION : INTENT_RESET,
              {}};
    }
  }
}

/// The rule that had a part in where an alarm went, or nullptr.
const RuleNote* rule_of(const Entry& entry) {
  if (entry.has_case_opened() && entry.case_opened().has_by()) return &entry.case_opened().by();
  if (entry.has_alarm_joined() && entry.alarm_joined().has_by()) return &entry.alarm_joined().by();
  return nullptr;
}

/// The rules kept it back or let it wait: a fact, since who sent it is not known here.
bool was_kept_back(const Entry& entry) {
  return entry.has_signal_held() ||
         (entry.has_signal_recorded() && entry.signal_recorded().has_by());
}

/// A case that Varde opened to collect or to show what several devices have in common.
bool opens_own_case(const Entry& entry) {
  if (!entry.has_case_opened()) return false;
  const auto kind = entry.case_opened().kind();
  return kind == KIND_NOISY_DEVICE || kind == KIND_TEST || kind == KIND_OUTAGE;
}

class merging {
 public:
  merging(SubjectState state, const registry::v1::Policy& policy, const context& at)
      : state_(std::move(state)), policy_(policy), at_(at) {}

  void take(const Entry& ours) {
    if (ours.has_hold_ended())
      take_hold_end(ours);
    else if (is_fact_of_subject(ours))
      take_fact(ours);
    else if (ours.has_outage_changed())
      take_outage_change(ours);
    else if (was_kept_back(ours))
      take_kept_back(ours);
    else if (opens_own_case(ours))
      take_own_case(ours);
    else if (ours.has_case_opened() || ours.has_alarm_joined())
      take_alarm(ours);
    else if (alarm::signal_of(ours) != nullptr)
      take_signal(ours);
    else
      take_command(ours);
  }

  merged finish() { return std::move(out_); }

 private:
  static bool is_fact_of_subject(const Entry& ours) {
    return ours.has_test_started() || ours.has_test_ended() || ours.has_absence_started() ||
           ours.has_absence_ended() || ours.has_check_done();
  }

  [[nodiscard]] context when(const Entry& ours) const {
    return {at_.municipality, at_.subject, ours.node(), base::from_us(ours.at_us())};
  }

  /// The ledger's id of a case of ours.
  [[nodiscard]] const std::string& now_called(const std::string& case_id) const {
    const auto moved_to = cases_.find(case_id);
    return moved_to == cases_.end() ? case_id : moved_to->second;
  }

  /// True if the ledger has the signal, and it stays where it is there.
  bool is_there(const Entry& ours) {
    auto known = known_place(state_, alarm::signal_of(ours)->id());
    if (!known) return false;
    if (!ours.case_id().empty()) cases_[ours.case_id()] = std::move(*known);
    ++out_.repeated;
    return true;
  }

  /// A reset or information: decided anew.
  void take_signal(const Entry& ours) {
    if (is_there(ours)) return;
    const auto at = when(ours);
    auto decision =
        decide_signal(state_, *alarm::signal_of(ours), decided_as(ours), facts{}, policy_, {}, at);
    for (auto& entry : decision.entries) append(std::move(entry));
  }

  /// What was a case at our side is one now, by itself or in the ledger's.
  void take_alarm(const Entry& ours) {
    const auto& signal = *alarm::signal_of(ours);
    const bool moves = let_go_ == signal.id() || is_suppressed(signal.id());
    if (!moves && is_there(ours)) return;
    let_go_.clear();
    const auto at = when(ours);
    const auto what = decided_as(ours);
    const auto& steps = ours.case_opened().steps();
    const std::vector<Step> plan{steps.begin(), steps.end()};
    draft out{state_, signal, at};
    place({state_, policy_, {signal, what, facts{}}, out}, plan, rule_of(ours));
    if (!ours.case_id().empty()) cases_[ours.case_id()] = out.case_id();
    for (auto& entry : out.take()) {
      mark_late(entry);
      if (entry.has_case_opened() && ours.has_case_opened()) keep_people(entry, ours);
      append(std::move(entry));
    }
  }

  static void keep_people(Entry& entry, const Entry& ours) {
    auto& opened = *entry.mutable_case_opened();
    opened.set_cognitive_impairment(ours.case_opened().cognitive_impairment());
    opened.set_asks_who(ours.case_opened().asks_who());
    opened.set_absent(ours.case_opened().absent());
  }

  [[nodiscard]] bool is_suppressed(const std::string& signal) const {
    return std::ranges::any_of(
        state_.suppressed(), [&](const Suppressed& kept) { return kept.signal().id() == signal; });
  }

  void take_kept_back(const Entry& ours) {
    if (is_there(ours)) return;
    Entry entry = ours;
    if (!ours.case_id().empty()) {
      const Case* c = alarm::find_case(state_, now_called(ours.case_id()));
      const bool open = c != nullptr && !alarm::is_closed(*c);
      entry.set_case_id(open ? c->id() : "");
      entry.mutable_signal_recorded()->set_in_case(entry.case_id());
    }
    append(std::move(entry));
  }

  /// The ledger's own case of the same device or parent, if it has one, is ours too.
  void take_own_case(const Entry& ours) {
    if (is_there(ours)) return;
    for (const auto& c : state_.cases()) {
      if (alarm::is_closed(c) || c.kind() != ours.case_opened().kind() || c.alarms_size() == 0 ||
          c.alarms(0).device() != alarm::signal_of(ours)->device() ||
          c.alarms(0).sensor() != alarm::signal_of(ours)->sensor())
        continue;
      cases_[ours.case_id()] = c.id();
      return join_own_case(ours, c);
    }
    Entry entry = ours;
    entry.set_case_id(
        alarm::make_case_id(at_.municipality, at_.subject, state_.version() + 1).str());
    cases_[ours.case_id()] = entry.case_id();
    append(std::move(entry));
  }

  void join_own_case(const Entry& ours, const Case& c) {
    Entry entry = again_at(ours, c.id());
    auto& joined = *entry.mutable_alarm_joined();
    *joined.mutable_signal() = ours.case_opened().signal();
    joined.set_kind(c.kind());
    joined.set_lane(c.lane());
    joined.set_low(c.low());
    *joined.mutable_by() = ours.case_opened().by();
    append(std::move(entry));
  }

  void take_hold_end(const Entry& ours) {
    const auto& ended = ours.hold_ended();
    const bool waits = find_held(state_, ended.held_signal()) != nullptr;
    if (!waits) {
      if (ended.has_signal())
        take_signal(ours);
      else
        ++out_.repeated;
      return;
    }
    if (ended.has_signal() && is_there(ours)) return;
    if (ended.how() != HOLD_END_RESTORED) let_go_ = ended.held_signal();
    append(Entry{ours});
  }

  /// Tests, absences and looks after somebody happened, whatever the ledger says.
  void take_fact(const Entry& ours) {
    if (ours.actor().kind() == ACTOR_KIND_SYSTEM)
      ++out_.timers_left_out;
    else if (has_carried_out(state_, ours))
      ++out_.repeated;
    else
      append(Entry{ours});
  }

  void take_outage_change(const Entry& ours) {
    const Case* c = alarm::find_case(state_, now_called(ours.case_id()));
    if (c == nullptr || alarm::is_closed(*c))
      ++out_.timers_left_out;
    else
      keep(ours, *c);
  }

  void mark_late(Entry& entry) const {
    const auto* signal = alarm::signal_of(entry);
    if (signal == nullptr) return;
    const auto waited_us = base::to_us(at_.now) - signal->received_at_us();
    if (waited_us <= std::int64_t{limits_of{policy_}.late_after_s} * 1'000'000) return;
    if (entry.has_case_opened()) entry.mutable_case_opened()->set_late(true);
    if (entry.has_alarm_joined()) entry.mutable_alarm_joined()->set_late(true);
  }

  void take_command(const Entry& ours) {
    // A team that time alone sent was sent all the same.
    const bool is_visit = ours.has_visit_offered() || ours.has_visit_moved();
    if (ours.has_lease_taken() || (ours.actor().kind() == ACTOR_KIND_SYSTEM && !is_visit)) {
      ++out_.timers_left_out;
      return;
    }
    if (has_carried_out(state_, ours)) {
      ++out_.repeated;
      return;
    }
    const Case* c = alarm::find_case(state_, now_called(ours.case_id()));
    if (c == nullptr)
      keep_as_deed(ours, ours.case_id(), no_such_case);
    else
      take_command(ours, *c);
  }

  void take_command(const Entry& ours, const Case& c) {
    switch (ours.body_case()) {
      case Entry::kNoteAdded:
        return keep(ours, c);
      case Entry::kStepTicked:
        return has_step(c, ours.step_ticked().step()) ? keep(ours, c)
                                                      : keep_as_deed(ours, c.id(), no_such_step);
      case Entry::kVisitOffered:
        return keep_visit(ours, c);
      case Entry::kVisitMoved:
        return move_visit(ours, c);
      case Entry::kClaimed:
      case Entry::kTakenOver:
        return claim(ours, c);
      case Entry::kReleased:
        // Whoever has the case now still has it; nobody needs to hear of it.
        return c.has_owner() && !alarm::is_closed(c) && !owned_by_another(c, ours)
                   ? keep(ours, c)
                   : void(++out_.repeated);
      case Entry::kClosed:
        return close(ours, c);
      case Entry::kRequeued:
        // Decided anew with the alarm that asked for it.
        return void(++out_.repeated);
      case Entry::kMovedToList:
      case Entry::kResidentIdentified:
      case Entry::kOutageReached:
      case Entry::kEscalated:
        return alarm::is_closed(c) ? keep_as_deed(ours, c.id(), closed) : keep(ours, c);
      case Entry::kReopened:
        return alarm::is_closed(c) && ours.reopened().reason() != "more_severe"
                   ? keep(ours, c)
                   : void(++out_.repeated);
      case Entry::kHandledInOutage:
        return keep(ours, c);
      default:
        ++out_.timers_left_out;
    }
  }

  static bool has_step(const Case& c, std::string_view step) {
    for (const auto& one : c.steps())
      if (one.id() == step) return true;
    return false;
  }

  /// A team was sent and is on its way, whatever else has happened: its visit stays a visit, and a
  /// case that was closed meanwhile is opened again so that somebody follows it.
  void keep_visit(const Entry& ours, const Case& c) {
    const std::string id = c.id();
    const auto& sent = ours.visit_offered().visit();
    const auto same = std::ranges::find_if(c.visits(), [&](const Visit& visit) {
      return visit.team() == sent.team() && !alarm::has_ended(visit.state());
    });
    if (ours.actor().kind() == ACTOR_KIND_SYSTEM && same != c.visits().end()) {
      visits_[sent.id()] = same->id();
      return void(++out_.repeated);
    }
    if (alarm::is_closed(c)) {
      Entry again = again_at(ours, id);
      again.clear_command_id();
      again.mutable_reopened()->set_reason("outage_visit");
      append(std::move(again));
    }
    const Case& open = *alarm::find_case(state_, id);
    Entry entry = again_at(ours, id);
    auto& visit = *entry.mutable_visit_offered()->mutable_visit();
    visit = sent;
    visit.set_id(alarm::make_visit_id(id, static_cast<unsigned>(open.visits_size()) + 1).str());
    visits_[sent.id()] = visit.id();
    append(std::move(entry));
  }

  void move_visit(const Entry& ours, const Case& c) {
    const auto moved_to = visits_.find(ours.visit_moved().visit());
    const auto& id = moved_to == visits_.end() ? ours.visit_moved().visit() : moved_to->second;
    const Visit* visit = alarm::find_visit(c, id);
    const bool by_time = ours.actor().kind() == ACTOR_KIND_SYSTEM;
    if (by_time &&
        (visit == nullptr || !alarm::may_follow(visit->state(), ours.visit_moved().state())))
      return void(++out_.timers_left_out);
    if (visit == nullptr) return keep_as_deed(ours, c.id(), no_such_visit);
    const bool of_another = !visit->responder().empty() &&
                            visit->responder() != ours.actor().user() &&
                            ours.visit_moved().state() != VISIT_STATE_RECALLED;
    if (of_another || !alarm::may_follow(visit->state(), ours.visit_moved().state()))
      return keep_as_deed(ours, c.id(), visit_state);
    Entry entry = again_at(ours, c.id());
    *entry.mutable_visit_moved() = ours.visit_moved();
    entry.mutable_visit_moved()->set_visit(id);
    append(std::move(entry));
  }

  void claim(const Entry& ours, const Case& c) {
    if (alarm::is_closed(c)) return keep_as_deed(ours, c.id(), closed);
    if (!owned_by_another(c, ours)) {
      if (c.has_owner()) return void(++out_.repeated);
      Entry entry = again_at(ours, c.id());
      entry.mutable_claimed();
      return append(std::move(entry));
    }
    if (ours.has_taken_over() && ours.taken_over().from_user() == c.owner().user())
      return keep(ours, c);
    keep_as_deed(ours, c.id(), already_claimed);
  }

  void close(const Entry& ours, const Case& c) {
    if (alarm::is_closed(c)) return keep_as_deed(ours, c.id(), closed);
    if (owned_by_another(c, ours)) return keep_as_deed(ours, c.id(), not_owner);
    if (alarm::has_live_visit(c)) return keep_as_deed(ours, c.id(), visit_under_way);
    keep(ours, c);
  }

  /// The same entry at its new place.
  void keep(const Entry& ours, const Case& c) {
    Entry entry = ours;
    entry.set_case_id(c.id());
    append(std::move(entry));
  }

  void keep_as_deed(const Entry& ours, const std::string& case_id, std::string_view why) {
    Entry entry = again_at(ours, case_id);
    *entry.mutable_handled_in_outage()->mutable_entry() = ours;
    entry.mutable_handled_in_outage()->set_why(std::string{why});
    append(std::move(entry));
    ++out_.kept_as_deeds;
  }

  /// Who, when and where as in ours, without a body.
  static Entry again_at(const Entry& ours, const std::string& case_id) {
    Entry entry;
    entry.set_format(ours.format());
    entry.set_at_us(ours.at_us());
    entry.set_node(ours.node());
    entry.set_trace(ours.trace());
    *entry.mutable_actor() = ours.actor();
    entry.set_command_id(ours.command_id());
    entry.set_case_id(case_id);
    return entry;
  }

  void append(Entry entry) {
    entry.set_municipality(std::string{at_.municipality});
    entry.set_subject(std::string{at_.subject});
    entry.set_version(state_.version() + 1);
    entry.set_previous(state_.tip());
    entry.set_merged_at_us(base::to_us(at_.now));
    alarm::apply(state_, entry);
    out_.entries.push_back(std::move(entry));
  }

  SubjectState state_;
  const registry::v1::Policy& policy_;
  const context& at_;
  std::map<std::string, std::string> cases_, visits_;  // our id → the ledger's
  std::string let_go_;  // a signal that no longer waits: its case is the next entry
  merged out_;
};

}  // namespace

merged merge(SubjectState state, std::span<const Entry> ours, const registry::v1::Policy& policy,
             const context& at) {
  merging work{std::move(state), policy, at};
  for (const auto& entry : ours) work.take(entry);
  return work.finish();
}

}  // namespace varde::triage
