// Put in and taken out by what the state says.
#include "core/waiting.hpp"

namespace varde::core {

namespace {

bool something_waits_at(const alarm::v1::SubjectState& state) {
  return state.held_size() != 0 || state.tests_size() != 0 || state.has_absence() ||
         state.outages_size() != 0;
}

}  // namespace

void waiting::look_at(subject& s, std::optional<base::wall_time> due) {
  const bool waits = something_waits_at(s.state);
  if (!waits && !due && !s.watched) return;
  const name key{s.state.municipality(), s.state.subject()};
  if (s.due && s.due != due) by_time_.erase({*s.due, key});
  if (due) by_time_.insert_or_assign({*due, key}, &s);
  s.due = due;
  if (waits)
    subjects_.insert_or_assign(key, &s);
  else
    subjects_.erase(key);
  s.watched = waits || due;
}

std::vector<subject*> waiting::in(const std::string& municipality) const {
  std::vector<subject*> out;
  for (auto at = subjects_.lower_bound({municipality, {}});
       at != subjects_.end() && at->first.first == municipality; ++at)
    out.push_back(at->second);
  return out;
}

std::vector<subject*> waiting::due(base::wall_time now) const {
  std::vector<subject*> out;
  for (const auto& [when, s] : by_time_) {
    if (when.first > now) break;
    out.push_back(s);
  }
  return out;
}

}  // namespace varde::core
