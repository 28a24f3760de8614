// Put in and taken out by what the state says.
#include "core/waiting.hpp"

namespace varde::core {

namespace {

bool something_waits_at(const alarm::v1::SubjectState& state) {
  return state.held_size() != 0 || state.tests_size() != 0 || state.has_absence() ||
         state.outages_size() != 0;
}

}  // namespace

void waiting::look_at(subject& s) {
  const bool waits = something_waits_at(s.state);
  if (waits == s.watched) return;
  s.watched = waits;
  const std::pair key{s.state.municipality(), s.state.subject()};
  if (waits)
    subjects_.emplace(key, &s);
  else
    subjects_.erase(key);
}

std::vector<subject*> waiting::in(const std::string& municipality) const {
  std::vector<subject*> out;
  for (auto at = subjects_.lower_bound({municipality, {}});
       at != subjects_.end() && at->first.first == municipality; ++at)
    out.push_back(at->second);
  return out;
}

}  // namespace varde::core
