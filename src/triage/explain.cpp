// Words for what the rules' own matching says and for what the decision's entries hold.
#include "triage/explain.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "alarm/fold.hpp"
#include "alarm/lane.hpp"
#include "alarm/lifecycle.hpp"
#include "triage/rules.hpp"

namespace varde::triage {

namespace {

using namespace alarm::v1;
using registry::v1::Rule;

std::string sort_of(const Rule& rule) {
  const auto* field = Rule::descriptor()->FindFieldByNumber(rule.what_case());
  return field == nullptr ? std::string{} : field->name();
}

std::string known(std::string_view text) {
  return text.empty() ? "not known" : fmt::format("\"{}\"", text);
}

std::string any_of(const auto& values) { return fmt::format("{}", fmt::join(values, ", ")); }

std::string kinds_in_words(const registry::v1::RuleMatch& match) {
  std::vector<std::string_view> names;
  for (const auto kind : match.kinds()) names.push_back(alarm::name_of(static_cast<Kind>(kind)));
  return any_of(names);
}

/// What follows "does not match because ".
std::string because(const Rule& rule, ruling why, const arrival& in) {
  const auto& match = rule.match();
  const auto differs = [](std::string_view what, std::string is, std::string wanted) {
    return fmt::format("{} is {}, not {}", what, is, wanted);
  };
  switch (why) {
    case ruling::device_kind:
      return differs("the device kind", known(in.about.device_kind), any_of(match.device_kinds()));
    case ruling::kind:
      return differs("the kind", std::string{alarm::name_of(in.what.kind)}, kinds_in_words(match));
    case ruling::device_type:
      return differs("the device type", fmt::format("{}", in.signal.device_type()),
                     any_of(match.device_types()));
    case ruling::status:
      return differs("the status", fmt::format("{}", in.signal.status()), any_of(match.statuses()));
    case ruling::component:
      return differs("the component", fmt::format("{}", in.signal.component()),
                     any_of(match.components()));
    case ruling::location:
      return differs("the location", fmt::format("{}", in.signal.location()),
                     any_of(match.locations()));
    case ruling::resident:
      return differs("the resident", known(in.about.resident), any_of(match.residents()));
    case ruling::device:
      return differs("the device", known(in.about.device), any_of(match.devices()));
    case ruling::time:
      return fmt::format("it is not between {} and {}{}",
                         match.from().empty() ? "00:00" : match.from(),
                         match.to().empty() ? "24:00" : match.to(),
                         match.days().empty() ? "" : " on days " + any_of(match.days()));
    default:
      return {};
  }
}

std::string silence_of(const Rule& rule, ruling why, const arrival& in) {
  switch (why) {
    case ruling::off:
      return "is switched off";
    case ruling::life_shared:
      return "never touches life: it is not the municipality's own rule";
    case ruling::life_unnamed:
      return "never touches life: it doesn't name both kinds and device_kinds";
    default:
      return "does not match because " + because(rule, why, in);
  }
}

std::string list_in_words(WorkList list) {
  switch (list) {
    case WORK_LIST_TECHNICIANS:
      return "the technicians";
    case WORK_LIST_TESTS:
      return "the list of tests";
    case WORK_LIST_LATER:
      return "later";
    case WORK_LIST_PARTNER:
      return "the partner centre";
    default:
      return "the operators";
  }
}

std::string in_words(const Entry& entry) {
  switch (entry.body_case()) {
    case Entry::kCaseOpened: {
      const auto& opened = entry.case_opened();
      return fmt::format("opens a case of kind {} in lane {} for {}", alarm::name_of(opened.kind()),
                         alarm::lane_name(opened.lane()), list_in_words(opened.list()));
    }
    case Entry::kAlarmJoined:
      return "joins the open case " + entry.case_id();
    case Entry::kAlarmCleared:
      return "clears an alarm of the case " + entry.case_id();
    case Entry::kSignalHeld: {
      const auto& held = entry.signal_held().held();
      return fmt::format("waits {} s for the all-clear; without it, it becomes a case",
                         (held.until_us() - entry.at_us()) / 1'000'000);
    }
    case Entry::kHoldEnded:
      return fmt::format("is the all-clear of {}", entry.hold_ended().held_signal());
    case Entry::kSignalRecorded:
      return fmt::format("is recorded without a case ({})", entry.signal_recorded().reason());
    case Entry::kMovedToList:
      return "the case goes to " + list_in_words(entry.moved_to_list().list());
    case Entry::kRequeued:
      return "the case is taken back from its owner and into the queue";
    case Entry::kReopened:
      return "the case is opened again";
    default:
      return std::string{alarm::name_of(entry.body_case())};
  }
}

const RuleNote* note_in(const Entry& entry) {
  switch (entry.body_case()) {
    case Entry::kCaseOpened:
      return entry.case_opened().has_by() ? &entry.case_opened().by() : nullptr;
    case Entry::kAlarmJoined:
      return entry.alarm_joined().has_by() ? &entry.alarm_joined().by() : nullptr;
    case Entry::kSignalRecorded:
      return entry.signal_recorded().has_by() ? &entry.signal_recorded().by() : nullptr;
    case Entry::kSignalHeld:
      return &entry.signal_held().held().by();
    case Entry::kMovedToList:
      return &entry.moved_to_list().by();
    default:
      return nullptr;
  }
}

/// Each entry that says who decided becomes that rule's part.
void tell_deeds(explanation& out) {
  for (const auto& entry : out.decision.entries) {
    const auto* note = note_in(entry);
    if (note == nullptr) continue;
    auto part = std::ranges::find(out.rules, note->rule(), &rule_part::rule);
    if (part == out.rules.end())
      part = out.rules.insert(out.rules.end(), rule_part{note->rule(), {}, true, false, {}, {}});
    part->decided = true;
    part->what = in_words(entry);
    part->reason = note->reason();
  }
}

/// Rules whose moment comes by the clock hear the signal now.
void tell_satisfied(explanation& out) {
  for (const auto& entry : out.decision.entries)
    for (const auto& rule : entry.satisfies()) {
      const auto part = std::ranges::find(out.rules, rule, &rule_part::rule);
      if (part == out.rules.end() || part->decided) continue;
      part->decided = true;
      part->what = "has waited to hear this: nothing more is expected until next time";
    }
}

}  // namespace

explanation explain(const SubjectState& state, const Signal& signal, const classification& what,
                    const facts& about, const registry::v1::Policy& policy,
                    std::span<const Step> plan, const context& at) {
  explanation out;
  const arrival in{signal, what, about};
  for (const auto& rule : policy.rules()) {
    const auto why = ruling_on(rule, in, at.now);
    out.rules.push_back(
        {rule.id(), sort_of(rule), why == ruling::applies, false,
         why == ruling::applies ? "matches, but had nothing to do" : silence_of(rule, why, in),
         rule.reason()});
  }
  out.decision = decide_signal(state, signal, what, about, policy, plan, at);
  tell_deeds(out);
  tell_satisfied(out);
  for (const auto& entry : out.decision.entries) out.outcome.push_back(in_words(entry));
  if (out.decision.repeated) out.outcome.emplace_back("was received before: nothing happens again");
  return out;
}

}  // namespace varde::triage
