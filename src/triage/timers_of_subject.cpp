// What time alone asks of a subject. Both questions look at the same moments: each is something
// that ends by itself, with the command that ends it.
#include <fmt/format.h>

#include <algorithm>
#include <ranges>

#include "alarm/lifecycle.hpp"
#include "triage/decision.hpp"
#include "triage/noise.hpp"
#include "triage/test_mode.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;

/// A restored link or mains is watched so long before its case closes by itself.
constexpr std::int64_t restored_wait_us = 60'000'000;

Command of_subject(const SubjectState& state, std::string id) {
  Command command;
  command.set_id(std::move(id));
  command.set_municipality(state.municipality());
  command.set_subject(state.subject());
  command.mutable_actor()->set_kind(ACTOR_KIND_SYSTEM);
  command.mutable_actor()->set_user("system");
  return command;
}

Command close_of(const SubjectState& state, const Case& c, std::string_view cause,
                 std::string_view words) {
  // The same cause on the same version is the same command, on whichever node it falls due.
  auto command = of_subject(state, fmt::format("{}/{}", cause, c.version()));
  command.set_case_id(c.id());
  command.set_seen_version(c.version());
  auto& close = *command.mutable_close_by_system();
  close.set_cause(std::string{cause});
  close.mutable_by()->set_rule(fmt::format("varde:{}", cause));
  close.mutable_by()->set_reason(std::string{words});
  return command;
}

/// When the newest reset of one of the case's devices came; if that is forgotten, long ago.
std::int64_t restored_at_us(const SubjectState& state, const Case& c) {
  std::int64_t at_us = c.opened_at_us();
  for (const auto& recent : state.recent())
    if (recent.intent() == INTENT_RESET && std::ranges::any_of(c.alarms(), [&](const Alarm& a) {
          return a.device() == recent.device() && a.sensor() == recent.sensor();
        }))
      at_us = std::max(at_us, recent.at_us());
  return at_us;
}

template <class Take>
void look_at_cases(const SubjectState& state, const registry::v1::Policy& policy, Take&& take) {
  for (const auto& c : state.cases()) {
    if (alarm::is_closed(c) || c.has_owner() || c.alarms_size() == 0) continue;
    if (c.kind() == KIND_NOISY_DEVICE) {
      take(base::to_us(noise_over_at(state, c, policy)),
           [&] { return close_of(state, c, "noise_over", "the device is no longer noisy"); });
    } else if (c.kind() == KIND_TEST) {
      const auto& device = c.alarms(0).device();
      const auto test = std::ranges::find(state.tests(), device, &TestMode::device);
      // With the test's own end first, so that the case closes after it.
      if (test == state.tests().end())
        take(c.opened_at_us(), [&] { return close_of(state, c, "test_over", "the test is over"); });
    } else if ((c.kind() == KIND_LINK || c.kind() == KIND_MAINS) && c.cleared()) {
      take(restored_at_us(state, c) + restored_wait_us,
           [&] { return close_of(state, c, "restored", "restored by itself"); });
    }
  }
}

/// Calls take(when, make the command) for everything on the subject that ends by itself.
template <class Take>
void look_at(const SubjectState& state, const registry::v1::Policy& policy, Take&& take) {
  for (const auto& held : state.held())
    take(held.until_us(), [&] {
      auto command = of_subject(state, "hold/" + held.signal().id());
      command.set_trace(held.signal().trace());
      command.mutable_release_hold()->set_signal(held.signal().id());
      return command;
    });
  for (const auto& test : state.tests())
    take(test.until_us(), [&] {
      auto command = of_subject(state, fmt::format("test/{}/{}", test.device(), test.since_us()));
      command.mutable_stop_test()->set_device(test.device());
      return command;
    });
  if (state.has_absence() && state.absence().until_us() != 0)
    take(state.absence().until_us(), [&] {
      auto command = of_subject(state, fmt::format("absence/{}/{}", state.absence().since_us(),
                                                   state.absence().until_us()));
      command.mutable_end_absence();
      return command;
    });
  look_at_cases(state, policy, take);
}

}  // namespace

std::vector<Command> due_of(const SubjectState& state, const registry::v1::Policy& policy,
                            base::wall_time now) {
  std::vector<Command> out;
  look_at(state, policy, [&](std::int64_t at_us, auto&& make) {
    if (at_us <= base::to_us(now)) out.push_back(make());
  });
  return out;
}

std::optional<base::wall_time> next_due(const SubjectState& state,
                                        const registry::v1::Policy& policy) {
  std::optional<base::wall_time> next;
  look_at(state, policy, [&](std::int64_t at_us, auto&&) {
    if (!next || base::from_us(at_us) < *next) next = base::from_us(at_us);
  });
  return next;
}

}  // namespace varde::triage
