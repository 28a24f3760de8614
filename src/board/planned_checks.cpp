// The moments that triage knows, held against what was done.
#include "board/planned_checks.hpp"

#include <algorithm>

namespace varde::board {

namespace {

bool is_away_at(const alarm::v1::SubjectState& state, base::wall_time t) {
  const auto& away = state.absence();
  return state.has_absence() && away.since_us() <= base::to_us(t) &&
         (away.until_us() == 0 || base::to_us(t) < away.until_us());
}

/// One whose time has begun: the newest time that the rule was satisfied is about it or older.
planned_check begun(const triage::moment& m, const alarm::v1::SubjectState& state,
                    base::wall_time now) {
  planned_check out{m.rule, m.planned, m.from, m.due, check_standing::due, 0, {}};
  const auto& all = state.expected();
  const auto last = std::ranges::find(all, m.rule->id(), &alarm::v1::Expected::rule);
  if (last != all.end() && last->satisfied_at_us() >= base::to_us(m.from)) {
    out.standing = check_standing::done;
    out.done_at_us = last->satisfied_at_us();
    out.done_by = last->by();
  } else if (is_away_at(state, std::min(now, m.due))) {
    out.standing = check_standing::away;
  } else if (now >= m.due) {
    out.standing = check_standing::missed;
  }
  return out;
}

}  // namespace

std::string_view name_of(check_standing standing) {
  switch (standing) {
    case check_standing::planned:
      return "planned";
    case check_standing::due:
      return "due";
    case check_standing::done:
      return "done";
    case check_standing::missed:
      return "missed";
    case check_standing::away:
      return "away";
  }
  return {};
}

std::vector<planned_check> planned_checks(const registry::v1::Policy& policy,
                                          std::string_view resident,
                                          std::span<const triage::placed_device> devices,
                                          const alarm::v1::SubjectState& state,
                                          base::wall_time now) {
  std::vector<planned_check> out;
  auto moments = triage::moments_between(policy, now - checks_told_back, now);
  const auto ahead = triage::moments_between(policy, now, now + checks_told_ahead);
  moments.insert(moments.end(), ahead.begin(), ahead.end());
  for (const auto& rule : policy.rules()) {
    if (!rule.has_check() || !triage::watches(rule, resident, devices)) continue;
    const triage::moment *last = nullptr, *next = nullptr;
    for (const auto& m : moments) {
      if (m.rule != &rule) continue;
      if (m.from <= now)
        last = &m;
      else if (next == nullptr)
        next = &m;
    }
    if (last != nullptr) out.push_back(begun(*last, state, now));
    if (next != nullptr)
      out.push_back({&rule, next->planned, next->from, next->due, check_standing::planned, 0, {}});
  }
  std::ranges::stable_sort(out, {}, &planned_check::planned);
  return out;
}

}  // namespace varde::board
