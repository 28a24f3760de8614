// Counting and replaying by hand.
#include "simulation/checkers.hpp"

#include <fmt/format.h>

namespace varde::simulation {

namespace {

using alarm::v1::Entry;

const alarm::v1::Signal* signal_in(const Entry& entry) {
  if (entry.has_case_opened()) return &entry.case_opened().signal();
  if (entry.has_alarm_joined()) return &entry.alarm_joined().signal();
  if (entry.has_alarm_cleared()) return &entry.alarm_cleared().signal();
  if (entry.has_signal_recorded()) return &entry.signal_recorded().signal();
  if (entry.has_signal_held()) return &entry.signal_held().held().signal();
  if (entry.hold_ended().has_signal()) return &entry.hold_ended().signal();
  return nullptr;
}

/// The device writes the id it gave a press into the text too, which no rule looks at. What Varde
/// noticed by itself is no press.
const std::string* press_in(const Entry& entry) {
  const auto* signal = signal_in(entry);
  return signal != nullptr && signal->text().starts_with("device/") ? &signal->text() : nullptr;
}

/// Where each press is: in the ledger once. A press that a rule lets wait is there until its hold
/// ends, and then, unless it was restored, in a case.
class whereabouts {
 public:
  void take(const Entry& entry, std::vector<std::string>& broken) {
    const auto place = fmt::format("{}/{}", entry.subject(), entry.version());
    if (entry.has_hold_ended()) {
      const auto held = held_.find(entry.hold_ended().held_signal());
      if (held == held_.end())
        broken.push_back(place + " ends a hold that is not there");
      else if (entry.hold_ended().how() != alarm::v1::HOLD_END_RESTORED)
        places_.erase(held->second);
      if (held != held_.end()) held_.erase(held);
    }
    if (entry.has_signal_held()) {
      const auto& signal = entry.signal_held().held().signal();
      held_[signal.id()] = signal.text();
    }
    const auto* press = press_in(entry);
    if (press == nullptr) return;
    // What a rule kept back may be made a case after all, by a person or in an outage's merge.
    if ((entry.has_case_opened() || entry.has_alarm_joined()) && kept_back_.erase(*press) != 0)
      places_.erase(*press);
    if (entry.signal_recorded().has_by()) kept_back_.insert(*press);
    if (!places_.emplace(*press, place).second)
      broken.push_back(fmt::format("signal {} is in the ledger more than once", *press));
  }
  [[nodiscard]] bool has(const std::string& press) const { return places_.contains(press); }
  [[nodiscard]] const std::map<std::string, std::string>& held() const { return held_; }

 private:
  std::map<std::string, std::string> places_;  // of each press
  std::map<std::string, std::string> held_;    // signal id → press
  std::set<std::string> kept_back_;            // presses
};

struct one_case {
  std::string owner;
  bool closed = false;
  std::set<std::string> visits;
  std::map<std::string, std::string> accepted;
};

void replay(const Entry& entry, std::map<std::string, one_case>& cases,
            std::vector<std::string>& broken) {
  const auto say = [&](std::string_view what) {
    broken.push_back(fmt::format("{} version {}: {}", entry.case_id(), entry.version(), what));
  };
  auto& c = cases[entry.case_id()];
  if (entry.has_case_opened() && (c.closed || !c.owner.empty())) say("opened twice");
  if (entry.has_claimed()) {
    if (!c.owner.empty())
      say(fmt::format("claimed by {} while {} has it", entry.actor().user(), c.owner));
    if (c.closed) say("claimed though closed");
    c.owner = entry.actor().user();
  }
  if (entry.has_taken_over()) c.owner = entry.actor().user();
  if (entry.has_released() || entry.has_requeued()) c.owner.clear();
  if (entry.has_reopened()) c = {{}, false, c.visits, c.accepted};
  if (entry.has_closed()) {
    if (c.closed) say("closed twice");
    c.closed = true;
    c.owner.clear();
  }
  if (entry.has_visit_offered() && !c.visits.insert(entry.visit_offered().visit().id()).second)
    say("one visit offered twice");
  if (entry.has_visit_moved() && entry.visit_moved().state() == alarm::v1::VISIT_STATE_ACCEPTED &&
      !c.accepted.emplace(entry.visit_moved().visit(), entry.actor().user()).second)
    say("one visit accepted twice");
}

}  // namespace

std::vector<std::string> broken_promises(const model_redis& redis, const records& told) {
  std::vector<std::string> broken;
  whereabouts presses;
  std::map<std::string, int> commands;
  for (const auto& [about, list] : redis.subjects()) {
    std::map<std::string, one_case> cases;
    std::uint64_t version = 0;
    for (const auto& entry : list) {
      if (entry.version() != ++version)
        broken.push_back(fmt::format("{} {}: version {} stands at place {}", about.first,
                                     about.second, entry.version(), version));
      presses.take(entry, broken);
      if (!entry.command_id().empty()) ++commands[entry.command_id()];
      if (!entry.case_id().empty()) replay(entry, cases, broken);
    }
  }
  for (const auto& [press, when] : told.signals)
    if (!presses.has(press))
      broken.push_back(fmt::format("signal {} was acknowledged at {} s and is nowhere", press,
                                   static_cast<double>(when) / second));
  for (const auto& [signal, press] : presses.held())
    broken.push_back(fmt::format("signal {} is held for ever", press));
  for (const auto& command : told.commands)
    if (const auto times = commands[command]; times != 1)
      broken.push_back(
          fmt::format("command {} was acknowledged and is there {} times", command, times));
  return broken;
}

}  // namespace varde::simulation
