// One of our entries at a time, on the state that those before it made. Cases and visits that got
// another id in the ledger are followed by a small map.
#include "triage/merge.hpp"

#include <map>
#include <string>

#include "alarm/fold.hpp"
#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"

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
classification classification_of(const Entry& entry) {
  classification out;
  switch (entry.body_case()) {
    case Entry::kCaseOpened:
      out.intent = INTENT_ALARM;
      out.kind = entry.case_opened().kind();
      out.lane = entry.case_opened().lane();
      out.low = entry.case_opened().low();
      out.reason = entry.case_opened().lane_reason();
      break;
    case Entry::kAlarmJoined:
      out.intent = INTENT_ALARM;
      out.kind = entry.alarm_joined().kind();
      out.lane = entry.alarm_joined().lane();
      out.low = entry.alarm_joined().low();
      // The lane is the case's then, which may have been more urgent than this alarm's own.
      out.reason = entry.alarm_joined().lane_reason().empty() ? "outage"
                                                              : entry.alarm_joined().lane_reason();
      break;
    case Entry::kAlarmCleared:
      out.intent = INTENT_RESET;
      out.kind = entry.alarm_cleared().kind();
      break;
    default:
      out.intent =
          entry.signal_recorded().reason() == "information" ? INTENT_INFORMATION : INTENT_RESET;
      break;
  }
  return out;
}

class merging {
 public:
  merging(SubjectState state, const registry::v1::Policy& policy, const context& at)
      : state_(std::move(state)), policy_(policy), at_(at) {}

  void take(const Entry& ours) {
    if (alarm::signal_of(ours) != nullptr)
      take_signal(ours);
    else
      take_command(ours);
  }

  merged finish() { return std::move(out_); }

 private:
  void take_signal(const Entry& ours) {
    const auto what = classification_of(ours);
    const context when{at_.municipality, at_.subject, ours.node(), base::from_us(ours.at_us())};
    const auto& steps = ours.case_opened().steps();
    const std::vector<Step> plan{steps.begin(), steps.end()};
    auto decision =
        decide_signal(state_, *alarm::signal_of(ours), what, facts{}, policy_, plan, when);
    if (!ours.case_id().empty()) cases_[ours.case_id()] = decision.case_id;
    if (decision.repeated) {
      ++out_.repeated;
      return;
    }
    for (auto& entry : decision.entries) {
      mark_late(entry);
      append(std::move(entry));
    }
  }

  void mark_late(Entry& entry) const {
    const auto waited_us = base::to_us(at_.now) - alarm::signal_of(entry)->received_at_us();
    if (waited_us <= std::int64_t{limits_of{policy_}.late_after_s} * 1'000'000) return;
    if (entry.has_case_opened()) entry.mutable_case_opened()->set_late(true);
    if (entry.has_alarm_joined()) entry.mutable_alarm_joined()->set_late(true);
  }

  void take_command(const Entry& ours) {
    if (ours.has_lease_taken() || ours.actor().kind() == ACTOR_KIND_SYSTEM) {
      ++out_.timers_left_out;
      return;
    }
    if (has_carried_out(state_, ours)) {
      ++out_.repeated;
      return;
    }
    const auto moved_to = cases_.find(ours.case_id());
    const Case* c =
        alarm::find_case(state_, moved_to == cases_.end() ? ours.case_id() : moved_to->second);
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
      case Entry::kReopened:
        return alarm::is_closed(c) ? keep(ours, c) : void(++out_.repeated);
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
    if (alarm::is_closed(c)) {
      Entry again = again_at(ours, id);
      again.clear_command_id();
      again.mutable_reopened()->set_reason("outage_visit");
      append(std::move(again));
    }
    const Case& open = *alarm::find_case(state_, id);
    Entry entry = again_at(ours, id);
    auto& visit = *entry.mutable_visit_offered()->mutable_visit();
    visit = ours.visit_offered().visit();
    visit.set_id(alarm::make_visit_id(id, static_cast<unsigned>(open.visits_size()) + 1).str());
    visits_[ours.visit_offered().visit().id()] = visit.id();
    append(std::move(entry));
  }

  void move_visit(const Entry& ours, const Case& c) {
    const auto moved_to = visits_.find(ours.visit_moved().visit());
    const auto& id = moved_to == visits_.end() ? ours.visit_moved().visit() : moved_to->second;
    const Visit* visit = alarm::find_visit(c, id);
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
