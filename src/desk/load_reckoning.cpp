// Counting, sharing out, and the two bounds of a flood.
#include "desk/load_reckoning.hpp"

#include <algorithm>

namespace varde::desk {

namespace {

/// With hysteresis: begins at the bound, ends below half of it.
bool is_flood(double per_operator, unsigned bound, bool was) {
  return per_operator >= bound || (was && per_operator >= bound / 2.0);
}

double shared(std::size_t cases, std::size_t operators) {
  return static_cast<double>(cases) / static_cast<double>(std::max<std::size_t>(operators, 1));
}

}  // namespace

std::string_view moved_by(const alarm::v1::Case& c) {
  for (auto at = c.decisions().rbegin(); at != c.decisions().rend(); ++at)
    for (const auto rule : {flood_rule, flood_over_rule, by_hand_rule})
      if (at->rule() == rule) return rule;
  return {};
}

bool is_shed(const alarm::v1::Case& c) {
  return c.list() != alarm::v1::WORK_LIST_OPERATORS && moved_by(c) == flood_rule;
}

void load_reckoning::take(const alarm::v1::Case& c) {
  if (c.outcome().cause() == part_of_outage) {
    openings_.erase(c.id());
    return;
  }
  if (c.list() != alarm::v1::WORK_LIST_OPERATORS && !is_shed(c)) return;
  if (openings_.size() < openings_max)
    openings_.try_emplace(c.id(), opening{c.opened_at_us(), c.municipality()});
}

void load_reckoning::reckon(std::int64_t now_us, const std::vector<municipality>& all,
                            const std::vector<std::vector<std::string>>& operators) {
  const auto begins_us = now_us - std::chrono::microseconds{window}.count();
  std::erase_if(openings_, [=](const auto& one) { return one.second.at_us < begins_us; });
  std::map<std::string, load_figures, std::less<>> now;
  for (const auto& m : all) now[m.id];
  for (const auto& [id, one] : openings_) ++now[one.municipality].cases;
  for (const auto& served : operators)
    for (const auto& id : served)
      if (const auto at = now.find(id); at != now.end()) ++at->second.operators;

  // What each operator gets of all they serve; a municipality's load is the mean of its operators'.
  std::map<std::string_view, double> sum_of_shares;
  for (const auto& served : operators) {
    double share = 0;
    for (const auto& id : served)
      if (const auto at = now.find(id); at != now.end())
        share += shared(at->second.cases, at->second.operators);
    for (const auto& id : served) sum_of_shares[id] += share;
  }
  for (const auto& m : all) {
    auto& figures = now[m.id];
    figures.per_operator = figures.operators == 0
                               ? static_cast<double>(figures.cases)
                               : sum_of_shares[m.id] / static_cast<double>(figures.operators);
    const auto before = municipalities_.find(m.id);
    const bool was = m.shed || (before != municipalities_.end() && before->second.flood);
    figures.flood = is_flood(figures.per_operator, m.flood_cases, was);
  }
  const bool was = centre_.flood;
  centre_ = {openings_.size(), operators.size(), shared(openings_.size(), operators.size()), false};
  centre_.flood = is_flood(centre_.per_operator, flood_cases_default, was);
  municipalities_ = std::move(now);
}

}  // namespace varde::desk
