// The rules of a case, one small function an entry type.
#include "ledger/case_replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace varde::ledger {

namespace {

using namespace alarm::v1;

bool was_merged(const Entry& entry) { return entry.merged_at_us() != 0; }

const std::string& who(const Entry& entry) { return entry.actor().user(); }

/// A closed case takes notes, what an outage left, and its opening again; and what an outage had
/// ticked off its plan.
bool asks_for_an_open_case(const Entry& entry) {
  switch (entry.body_case()) {
    case Entry::kNoteAdded:
    case Entry::kHandledInOutage:
    case Entry::kReopened:
    case Entry::BODY_NOT_SET:  // of a newer version, which knows its own rules
      return false;
    case Entry::kStepTicked:
      return !was_merged(entry);
    default:
      return true;
  }
}

/// Lower is more urgent, as the protocol file says; what is not said counts as life.
int urgency(Lane lane) { return lane == LANE_UNSPECIFIED ? LANE_LIFE : lane; }

/// Ended without a person: what a technician, a test or an outage is about.
bool may_end_by_itself(Kind kind) {
  return (kind >= KIND_BATTERY && kind <= KIND_NOISY_DEVICE) || kind == KIND_OUTAGE;
}

}  // namespace

void case_replay::take(const Entry& entry, const complaint& complain) {
  if (entry.has_case_opened()) {
    open(entry, complain);
    return;
  }
  if (!opened_) {
    // A deed of an outage may be about a case that never came to be.
    if (!entry.has_handled_in_outage()) complain(breach::no_such_case, entry.case_id());
    return;
  }
  if (closed_ && asks_for_an_open_case(entry)) complain(breach::case_closed, entry.case_id());
  take_body(entry, complain);
}

void case_replay::open(const Entry& entry, const complaint& complain) {
  if (std::exchange(opened_, true)) return complain(breach::case_opened_twice, entry.case_id());
  kind_ = entry.case_opened().kind();
  lane_ = entry.case_opened().lane();
  list_on(entry.case_opened().list(), complain);
}

void case_replay::join(const Entry& entry, const complaint& complain) {
  const auto lane = entry.alarm_joined().lane();
  if (urgency(lane) > urgency(lane_))
    complain(breach::lane_fell, fmt::format("{} to {}", Lane_Name(lane_), Lane_Name(lane)));
  // What becomes more urgent is the operators' again.
  if (urgency(lane) < urgency(lane_)) list_ = WORK_LIST_OPERATORS;
  lane_ = lane;
}

void case_replay::list_on(WorkList list, const complaint& complain) {
  list_ = list;
  if (lane_ == LANE_LIFE && list_ != WORK_LIST_OPERATORS)
    complain(breach::life_off_the_queue, WorkList_Name(list));
}

void case_replay::requeue(const Entry& entry, const complaint& complain) {
  const auto& from = entry.requeued().from_user();
  if (!owned_)
    complain(breach::no_owner, fmt::format("it was taken back from {}", from));
  else if (owner_ != from)
    complain(breach::not_the_owner,
             fmt::format("{} owns it, it was taken back from {}", owner_, from));
  owned_ = false;
}

void case_replay::take_body(const Entry& entry, const complaint& complain) {
  switch (entry.body_case()) {
    case Entry::kAlarmJoined:
      return join(entry, complain);
    case Entry::kRequeued:
      return requeue(entry, complain);
    case Entry::kMovedToList:
      return list_on(entry.moved_to_list().list(), complain);
    case Entry::kClaimed:
      return claim(entry, complain);
    case Entry::kTakenOver:
      return take_over(entry, complain);
    case Entry::kReleased:
      return release(entry, complain);
    case Entry::kStepTicked:
      return owner_only(entry, complain);
    case Entry::kVisitOffered:
      return offer(entry, complain);
    case Entry::kVisitMoved:
      return move(entry, complain);
    case Entry::kVisitOverdue:
      return mark_overdue(entry, complain);
    case Entry::kAged:
      if (owned_) complain(breach::two_owners, fmt::format("{} owns it, and it aged", owner_));
      return;
    case Entry::kClosed:
      return close(entry, complain);
    case Entry::kReopened:
      if (!closed_) complain(breach::case_not_closed, entry.case_id());
      closed_ = owned_ = false;
      return;
    default:
      return;
  }
}

void case_replay::claim(const Entry& entry, const complaint& complain) {
  if (owned_)
    complain(breach::two_owners, fmt::format("{} owns it, {} claimed it", owner_, who(entry)));
  owned_ = true;
  owner_ = who(entry);
}

void case_replay::take_over(const Entry& entry, const complaint& complain) {
  const auto& from = entry.taken_over().from_user();
  if (!owned_)
    complain(breach::no_owner, fmt::format("{} took it over from {}", who(entry), from));
  else if (owner_ != from)
    complain(breach::two_owners,
             fmt::format("{} owns it, {} took it over from {}", owner_, who(entry), from));
  owned_ = true;
  owner_ = who(entry);
}

void case_replay::release(const Entry& entry, const complaint& complain) {
  if (!owned_)
    complain(breach::no_owner, fmt::format("{} released it", who(entry)));
  else if (entry.actor().kind() != ACTOR_KIND_SYSTEM && owner_ != who(entry))
    complain(breach::not_the_owner, fmt::format("{} owns it, {} released it", owner_, who(entry)));
  owned_ = false;
}

void case_replay::close(const Entry& entry, const complaint& complain) {
  const bool by_itself = entry.actor().kind() == ACTOR_KIND_SYSTEM;
  if (by_itself && !may_end_by_itself(kind_))
    complain(breach::personal_closed, entry.closed().outcome().cause());
  if (!owned_ && !was_merged(entry) && !by_itself)
    complain(breach::no_owner, fmt::format("{} closed it", who(entry)));
  if (owned_ && owner_ != who(entry))
    complain(breach::not_the_owner, fmt::format("{} owns it, {} closed it", owner_, who(entry)));
  for (const auto& [id, visit] : visits_)
    if (visit.at != stage::ended) complain(breach::closed_under_way, id);
  closed_ = true;
  owned_ = false;
}

void case_replay::offer(const Entry& entry, const complaint& complain) {
  // Time alone sends a team where the policy's escalation says so.
  if (entry.actor().kind() != ACTOR_KIND_SYSTEM) owner_only(entry, complain);
  const auto& offered = entry.visit_offered().visit();
  if (!was_merged(entry) && std::ranges::any_of(visits_, [&](const auto& other) {
        return other.second.team == offered.team() && other.second.at != stage::ended;
      }))
    complain(breach::team_sent_twice, offered.team());
  if (!visits_.try_emplace(offered.id(), tracked_visit{offered.team(), {}, stage::offered, false})
           .second)
    complain(breach::visit_offered_twice, offered.id());
}

void case_replay::move(const Entry& entry, const complaint& complain) {
  const auto& moved = entry.visit_moved();
  const auto found = visits_.find(moved.visit());
  if (found == visits_.end()) return complain(breach::no_such_visit, moved.visit());
  auto& [id, visit] = *found;
  const auto from = visit.at;
  const bool recalled = moved.state() == VISIT_STATE_RECALLED;
  if (!visit.responder.empty() && visit.responder != who(entry) && !recalled)
    complain(breach::visit_of_another,
             fmt::format("{} accepted {}, {} moved it", visit.responder, id, who(entry)));

  bool follows = false;
  switch (moved.state()) {
    case VISIT_STATE_ACCEPTED:
      if (!visit.responder.empty()) return complain(breach::visit_accepted_twice, id);
      follows = from == stage::offered;
      visit.at = stage::accepted;
      visit.responder = who(entry);
      break;
    case VISIT_STATE_EN_ROUTE:
      follows = from == stage::accepted;
      visit.at = stage::on_the_way;
      break;
    case VISIT_STATE_ON_SITE:
      follows = from == stage::accepted || from == stage::on_the_way;
      visit.at = stage::there;
      break;
    case VISIT_STATE_DONE:
      follows = from != stage::offered && from != stage::ended;
      visit.at = stage::ended;
      break;
    case VISIT_STATE_TIMED_OUT:
      follows = from == stage::offered;
      visit.at = stage::ended;
      break;
    case VISIT_STATE_DECLINED:
    case VISIT_STATE_RECALLED:
      follows = from != stage::there && from != stage::ended;
      visit.at = stage::ended;
      break;
    default:
      break;
  }
  if (!follows)
    complain(breach::visit_out_of_order,
             fmt::format("{} to {}", id, VisitState_Name(moved.state())));
}

void case_replay::mark_overdue(const Entry& entry, const complaint& complain) {
  const auto found = visits_.find(entry.visit_overdue().visit());
  if (found == visits_.end()) return complain(breach::no_such_visit, entry.visit_overdue().visit());
  if (found->second.at != stage::offered || std::exchange(found->second.overdue, true))
    complain(breach::visit_out_of_order, fmt::format("{} to overdue", found->first));
}

void case_replay::owner_only(const Entry& entry, const complaint& complain) const {
  if (was_merged(entry)) return;
  if (!owned_)
    complain(breach::no_owner, who(entry));
  else if (owner_ != who(entry))
    complain(breach::not_the_owner, fmt::format("{} owns it, {} acted", owner_, who(entry)));
}

}  // namespace varde::ledger
