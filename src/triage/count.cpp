// Counting the resident's alarms of one kind that the rule is about.
#include "triage/count.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "triage/place.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

template <class List>
bool allows(const List& list, std::uint32_t value) {
  return list.empty() || std::ranges::find(list, value) != list.end();
}

/// The recent signal is one that the rule counts together with this one.
bool counts(const RecentSignal& recent, const work& w, const registry::v1::RuleMatch& match) {
  return recent.intent() == INTENT_ALARM && recent.kind() == w.in.what.kind &&
         allows(match.device_types(), recent.device_type()) &&
         allows(match.statuses(), recent.status()) &&
         allows(match.components(), recent.component()) &&
         allows(match.locations(), recent.location());
}

}  // namespace

count_result count(const work& w) {
  const auto* rule = rule_for(w, registry::v1::Rule::kCount);
  if (rule == nullptr || rule->count().count() < 2) return {};
  if (open_case_of(w.state, w.in.what.kind) != nullptr) return {};
  const auto [wanted, window_s] = std::pair{rule->count().count(), rule->count().window_s()};
  const auto since_us = base::to_us(w.out.now()) - std::int64_t{window_s} * 1'000'000;
  std::uint32_t heard = 1;
  const auto& recents = w.state.recent();
  for (int i = recents.size() - 1; i >= 0 && recents[i].at_us() > since_us; --i)
    heard += counts(recents[i], w, rule->match());
  auto note = note_of(*rule, fmt::format("a case from {} in {} s on", wanted, window_s), w.policy,
                      w.out.now());
  if (heard >= wanted) return {false, std::move(note)};
  record(w, "counted", std::move(note));
  return {true, std::nullopt};
}

}  // namespace varde::triage
