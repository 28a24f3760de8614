// The looking thread's copy of the board.
#include "board/view.hpp"

#include <utility>

#include "alarm/lane.hpp"

namespace varde::board {

namespace {

bool is_open(const alarm::v1::Case& c) { return c.state() != alarm::v1::CASE_STATE_CLOSED; }

/// Of two states of one case: nearly every change leaves it where it waits.
bool same_place(const alarm::v1::Case& a, const alarm::v1::Case& b) {
  return a.lane() == b.lane() && a.low() == b.low() && a.queued_at_us() == b.queued_at_us();
}

}  // namespace

view::order view::order_of(const alarm::v1::Case& c, std::string_view id) {
  return {alarm::lane_index(c.lane()), c.low(), c.queued_at_us(), id};
}

void view::apply(const change_batch& batch) {
  for (const auto& change : batch) {
    const case_pointer& now = change.now;
    auto [at, fresh] = cases_.try_emplace(now->id(), now);
    auto& [id, shown] = *at;
    if (!fresh) {
      if (shown->version() > now->version() && !change.corrected) continue;
      const case_pointer before = std::exchange(shown, now);
      if (is_open(*before) && is_open(*now) && same_place(*before, *now)) continue;
      if (is_open(*before))
        open_.erase(order_of(*before, id));
      else
        closed_.erase({before->closed_at_us(), id});
    }
    if (is_open(*now)) {
      open_.emplace(order_of(*now, id), &shown);
      continue;
    }
    closed_.emplace(std::pair{now->closed_at_us(), std::string_view{id}}, &shown);
    if (closed_.size() > closed_kept_max) {
      const auto oldest = closed_.begin();
      const auto forgotten = cases_.find(oldest->first.second);
      closed_.erase(oldest);
      cases_.erase(forgotten);
    }
  }
}

case_pointer view::find(std::string_view case_id) const {
  const auto at = cases_.find(case_id);
  return at == cases_.end() ? nullptr : at->second;
}

std::vector<case_pointer> view::open_cases() const {
  std::vector<case_pointer> out;
  out.reserve(open_.size());
  for (const auto& [key, c] : open_) out.push_back(*c);
  return out;
}

std::vector<case_pointer> view::closed_cases() const {
  std::vector<case_pointer> out;
  out.reserve(closed_.size());
  for (auto at = closed_.rbegin(); at != closed_.rend(); ++at) out.push_back(*at->second);
  return out;
}

std::vector<case_pointer> view::of_subject(std::string_view municipality,
                                           std::string_view subject) const {
  std::vector<case_pointer> out;
  for (const auto& [key, c] : open_)
    if ((*c)->municipality() == municipality && (*c)->subject() == subject) out.push_back(*c);
  return out;
}

}  // namespace varde::board
