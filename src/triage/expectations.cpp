// Day by day over the interval, each rule once.
#include "triage/expectations.hpp"

#include <algorithm>
#include <optional>

#include "base/local_time.hpp"

namespace varde::triage {

namespace {

using namespace registry::v1;
using namespace std::chrono;

constexpr seconds check_within_default{1'800};
constexpr seconds check_early_default{3'600};

bool falls_on(const Rule& rule, local_days day) {
  const auto& days = rule.match().days();
  return days.empty() || std::ranges::find(days, weekday{day}.iso_encoding()) != days.end();
}

seconds or_default(std::uint32_t value, seconds fallback) {
  return value != 0 ? seconds{value} : fallback;
}

/// Heard since `from` on the same day, or on the day before if that is later by the clock.
std::optional<moment> absence_on(const Rule& rule, local_days day) {
  const auto by = base::time_of_day(rule.absence().by());
  const auto from = rule.absence().from().empty() ? std::optional{minutes{0}}
                                                  : base::time_of_day(rule.absence().from());
  if (!by || !from) return std::nullopt;
  const auto from_day = *from < *by ? day : day - days{1};
  return moment{&rule, base::from_local(from_day, *from), base::from_local(day, *by)};
}

std::optional<moment> check_on(const Rule& rule, local_days day) {
  const auto due = base::time_of_day(rule.check().due());
  if (!due) return std::nullopt;
  const auto at = base::from_local(day, *due);
  return moment{&rule, at - or_default(rule.check().early_s(), check_early_default),
                at + or_default(rule.check().within_s(), check_within_default), at};
}

std::optional<moment> moment_on(const Rule& rule, local_days day) {
  if (rule.off() || !falls_on(rule, day)) return std::nullopt;
  if (rule.has_absence()) return absence_on(rule, day);
  if (rule.has_check()) return check_on(rule, day);
  return std::nullopt;
}

template <class Names>
bool allows(const Names& list, std::string_view name) {
  return list.empty() || std::ranges::find(list, name) != list.end();
}

bool is_meant(const placed_device& device, const RuleMatch& match) {
  return allows(match.devices(), device.id) &&
         std::ranges::any_of(device.kinds, [&](std::string_view kind) {
           return allows(match.device_kinds(), kind);
         });
}

}  // namespace

std::vector<moment> moments_between(const Policy& policy, base::wall_time after,
                                    base::wall_time upto) {
  std::vector<moment> out;
  after = std::max(after, upto - moments_span_max);
  // A check may be missed only the day after its time.
  const auto first = base::to_local(after).day - days{1};
  const auto last = base::to_local(upto).day;
  for (const auto& rule : policy.rules()) {
    if (!rule.has_absence() && !rule.has_check()) continue;
    for (auto day = first; day <= last; day += days{1})
      if (const auto one = moment_on(rule, day); one && one->due > after && one->due <= upto)
        out.push_back(*one);
  }
  std::ranges::stable_sort(out, {}, &moment::due);
  return out;
}

bool watches(const Rule& rule, std::string_view resident, std::span<const placed_device> devices) {
  const auto& match = rule.match();
  if (!allows(match.residents(), resident)) return false;
  if (match.devices().empty() && match.device_kinds().empty()) return true;
  return std::ranges::any_of(devices,
                             [&](const placed_device& one) { return is_meant(one, match); });
}

}  // namespace varde::triage
