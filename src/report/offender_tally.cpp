// The counting, and the test of whether a rate has changed.
#include "report/offender_tally.hpp"

#include <algorithm>
#include <cmath>

#include "alarm/ids.hpp"
#include "alarm/lifecycle.hpp"

namespace varde::report {

namespace {

using alarm::v1::Entry;

constexpr std::int64_t us_per_day = 86'400'000'000;
/// Below it every press would be a surprise.
constexpr double usual_min = 0.5;

bool without_action(const alarm::v1::Outcome& outcome) {
  return !outcome.with_visit() && outcome.kind() != alarm::v1::OUTCOME_KIND_REAL;
}

template <class Counts>
std::vector<offender> most_of(const Counts& counts) {
  std::vector<offender> out;
  for (const auto& [id, one] : counts)
    if (one.without_action > 0) out.push_back(one);
  std::ranges::sort(out, [](const offender& a, const offender& b) {
    return a.without_action != b.without_action ? a.without_action > b.without_action : a.id < b.id;
  });
  if (out.size() > offender_tally::listed_max) out.resize(offender_tally::listed_max);
  return out;
}

}  // namespace

double chance_of(std::uint64_t count, double mean) {
  // P(X = k) by logarithms, summed over the shorter, lower side.
  const auto up_to = [mean](std::uint64_t k) {
    double sum = 0;
    for (std::uint64_t i = 0; i <= k; ++i)
      sum += std::exp(static_cast<double>(i) * std::log(mean) - mean -
                      std::lgamma(static_cast<double>(i) + 1));
    return std::min(sum, 1.0);
  };
  if (static_cast<double>(count) < mean) return up_to(count);
  return count == 0 ? 1.0 : std::max(0.0, 1.0 - up_to(count - 1));
}

offender_tally::offender_tally(std::int64_t now_us, unsigned days)
    : now_us_{now_us},
      from_us_{now_us - days * us_per_day},
      usual_from_us_{from_us_ - usual_days * us_per_day},
      days_{days} {}

void offender_tally::take(const Entry& entry) {
  if (entry.at_us() < usual_from_us_ || entry.at_us() > now_us_) return;
  switch (entry.body_case()) {
    case Entry::kCaseOpened: {
      const auto& opened = entry.case_opened();
      press(entry, opened.kind());
      if (open_.size() == cases_max) {
        whole_ = false;
        return;
      }
      open_[entry.case_id()] = {opened.signal().protocol() + '/' + opened.signal().device(),
                                std::string{alarm::name_of(opened.kind())}, opened.by().rule(),
                                opened.by().reason()};
      return;
    }
    case Entry::kAlarmJoined:
      return press(entry, entry.alarm_joined().kind());
    case Entry::kClosed:
      return close(entry);
    default:
      return;
  }
}

void offender_tally::press(const Entry& entry, alarm::v1::Kind kind) {
  if (kind != alarm::v1::KIND_SAFETY_ALARM) return;
  const auto resident = alarm::resident_of(entry.subject());
  if (!resident) return;
  if (uses_.size() == things_max && !uses_.contains(std::string{*resident})) {
    whole_ = false;
    return;
  }
  auto& use = uses_[std::string{*resident}];
  ++(entry.at_us() >= from_us_ ? use.recent : use.before);
}

void offender_tally::close(const Entry& entry) {
  const auto found = open_.find(entry.case_id());
  if (found == open_.end()) return;
  const auto opened = std::move(found->second);
  open_.erase(found);
  // What ended by itself took nobody's time.
  if (entry.at_us() < from_us_ || entry.actor().kind() == alarm::v1::ACTOR_KIND_SYSTEM) return;
  const bool needless = without_action(entry.closed().outcome());
  count(devices_, opened.device, {}, needless);
  count(kinds_, opened.kind, {}, needless);
  if (!opened.rule.empty()) count(rules_, opened.rule, opened.reason, needless);
}

void offender_tally::count(counts& in, const std::string& id, const std::string& name,
                           bool needless) {
  if (in.size() == things_max && !in.contains(id)) {
    whole_ = false;
    return;
  }
  auto& one = in[id];
  one.id = id;
  one.name = name;
  ++one.cases;
  if (needless) ++one.without_action;
}

offenders offender_tally::result() const {
  offenders out{most_of(devices_), most_of(kinds_), most_of(rules_), {}, whole_};
  std::vector<std::pair<double, changed_use>> changed;
  for (const auto& [resident, use] : uses_) {
    const double usual = static_cast<double>(use.before) * days_ / usual_days;
    if (std::max(static_cast<double>(use.recent), usual) < presses_min) continue;
    const auto chance = chance_of(use.recent, std::max(usual, usual_min));
    if (chance < chance_max) changed.emplace_back(chance, changed_use{resident, use.recent, usual});
  }
  std::ranges::sort(changed, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first < b.first : a.second.resident < b.second.resident;
  });
  for (auto& [chance, one] : changed)
    if (out.residents.size() < listed_max) out.residents.push_back(std::move(one));
  return out;
}

}  // namespace varde::report
