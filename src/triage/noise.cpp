// Counting over the subject's recent signals, newest last.
#include "triage/noise.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/collect.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;
using registry::v1::Rule;

struct noise_limits {
  std::uint32_t count = noise_count_default;
  std::uint32_t window_s = noise_window_default_s;
  const Rule* rule = nullptr;  // nullptr: the built-in one

  [[nodiscard]] std::int64_t window_us() const { return std::int64_t{window_s} * 1'000'000; }
};

noise_limits limits_by(const Rule* rule) {
  noise_limits out;
  out.rule = rule;
  if (rule == nullptr) return out;
  if (rule->noise().count() != 0) out.count = rule->noise().count();
  if (rule->noise().window_s() != 0) out.window_s = rule->noise().window_s();
  return out;
}

std::optional<noise_limits> limits_for(const work& w) {
  if (const auto* rule = rule_for(w, Rule::kNoise)) return limits_by(rule);
  if (w.in.what.lane == LANE_LIFE || rule_named(w.policy, noise_rule_id) != nullptr)
    return std::nullopt;
  return noise_limits{};
}

bool is_from(const RecentSignal& recent, std::string_view device, std::string_view sensor) {
  return recent.intent() == INTENT_ALARM && recent.device() == device && recent.sensor() == sensor;
}

/// An operator who closed the noisy case wants to see the device's alarms again.
std::int64_t closed_at_us(const work& w) {
  std::int64_t at_us = 0;
  for (const auto& c : w.state.cases())
    if (c.kind() == KIND_NOISY_DEVICE && alarm::is_closed(c) && c.alarms_size() > 0 &&
        c.alarms(0).device() == w.in.signal.device() &&
        c.alarms(0).sensor() == w.in.signal.sensor())
      at_us = std::max(at_us, c.closed_at_us());
  return at_us;
}

struct counted {
  std::uint32_t heard = 1;  // this one
  bool kind_was_heard = false;
};

counted count_since(const work& w, std::int64_t since_us, bool with_life) {
  counted out;
  const auto& recents = w.state.recent();
  for (int i = recents.size() - 1; i >= 0 && recents[i].at_us() > since_us; --i) {
    const auto& recent = recents[i];
    if (!is_from(recent, w.in.signal.device(), w.in.signal.sensor())) continue;
    if (recent.lane() == LANE_LIFE && !with_life) continue;
    ++out.heard;
    out.kind_was_heard |=
        recent.kind() == w.in.what.kind && !alarm::more_urgent(w.in.what.lane, recent.lane());
  }
  return out;
}

RuleNote note(const work& w, const noise_limits& limits) {
  auto words = fmt::format("more than {} alarms in {} s", limits.count, limits.window_s);
  return limits.rule != nullptr ? note_of(*limits.rule, std::move(words), w.policy, w.out.now())
                                : built_in(noise_rule_id, std::move(words), w.policy, w.out.now());
}

}  // namespace

bool collect_noise(const work& w) {
  const auto limits = limits_for(w);
  if (!limits) return false;
  const auto* into = collecting_case(w.state, KIND_NOISY_DEVICE, w.in.signal, false);
  const auto now_us = base::to_us(w.out.now());
  const auto since_us = std::max(now_us - limits->window_us(), closed_at_us(w));
  const auto [heard, kind_was_heard] = count_since(w, since_us, limits->rule != nullptr);
  const bool noisy = into != nullptr ? heard > limits->count / 2 : heard > limits->count;
  if (!noisy || !kind_was_heard) return false;
  collect(w, into, {KIND_NOISY_DEVICE, WORK_LIST_OPERATORS, "noise", note(w, *limits)});
  return true;
}

base::wall_time noise_over_at(const SubjectState& state, const Case& c,
                              const registry::v1::Policy& policy) {
  const auto* rule = c.decisions_size() > 0 ? rule_named(policy, c.decisions(0).rule()) : nullptr;
  const auto limits = limits_by(rule != nullptr && rule->has_noise() ? rule : nullptr);
  const auto& from = c.alarms(0);
  std::uint32_t newer = 0;
  for (int i = state.recent_size() - 1; i >= 0; --i)
    if (is_from(state.recent(i), from.device(), from.sensor()) && newer++ == limits.count / 2)
      return base::from_us(state.recent(i).at_us() + limits.window_us());
  return base::from_us(c.opened_at_us());
}

}  // namespace varde::triage
