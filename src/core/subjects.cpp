// The map of subjects and its order of recency.
#include "core/subjects.hpp"

#include <algorithm>

#include "alarm/lifecycle.hpp"

namespace varde::core {

namespace {

bool may_be_forgotten(const subject& s) {
  return !s.reading && !s.watched && !s.uncommitted() && s.state.lease_holder().empty() &&
         std::ranges::all_of(s.state.cases(), [](const auto& c) { return alarm::is_closed(c); });
}

}  // namespace

std::string subjects::key(std::string_view municipality, std::string_view subject_id) {
  std::string out;
  out.reserve(municipality.size() + 1 + subject_id.size());
  return out.append(municipality).append(1, '.').append(subject_id);
}

subject& subjects::touch(std::string_view municipality, std::string_view subject_id) {
  auto [at, fresh] = map_.try_emplace(key(municipality, subject_id));
  if (fresh) {
    at->second = std::make_unique<subject>();
    subject& made = *at->second;
    made.state.set_municipality(std::string{municipality});
    made.state.set_subject(std::string{subject_id});
    recency_.push_front(&made);
    made.recent = recency_.begin();
    return made;
  }
  subject& found = *at->second;
  recency_.splice(recency_.begin(), recency_, found.recent);
  return found;
}

subject* subjects::find(std::string_view municipality, std::string_view subject_id) {
  const auto at = map_.find(key(municipality, subject_id));
  return at == map_.end() ? nullptr : at->second.get();
}

void subjects::forget_some() {
  for (std::size_t looked = 0; map_.size() > in_memory_max && looked < forget_step_max; ++looked) {
    subject& oldest = *recency_.back();
    if (!may_be_forgotten(oldest)) {
      recency_.splice(recency_.begin(), recency_, oldest.recent);
      continue;
    }
    recency_.pop_back();
    map_.erase(key(oldest.state.municipality(), oldest.state.subject()));
  }
}

}  // namespace varde::core
