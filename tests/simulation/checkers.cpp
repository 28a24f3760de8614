// Counting and replaying by hand.
#include "simulation/checkers.hpp"

#include <fmt/format.h>

namespace varde::simulation {

namespace {

using alarm::v1::Entry;

/// The device writes the id it gave a press into the text too, which no rule looks at.
const std::string* press_in(const Entry& entry) {
  if (entry.has_case_opened()) return &entry.case_opened().signal().text();
  if (entry.has_alarm_joined()) return &entry.alarm_joined().signal().text();
  if (entry.has_alarm_cleared()) return &entry.alarm_cleared().signal().text();
  if (entry.has_signal_recorded()) return &entry.signal_recorded().signal().text();
  return nullptr;
}

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
  if (entry.has_released()) c.owner.clear();
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
  std::map<std::string, std::set<std::string>> presses;  // press → places it is at
  std::map<std::string, int> commands;
  for (const auto& [about, list] : redis.subjects()) {
    std::map<std::string, one_case> cases;
    std::uint64_t version = 0;
    for (const auto& entry : list) {
      if (entry.version() != ++version)
        broken.push_back(fmt::format("{} {}: version {} stands at place {}", about.first,
                                     about.second, entry.version(), version));
      if (const auto* press = press_in(entry))
        if (!presses[*press].insert(fmt::format("{}/{}", about.second, entry.version())).second ||
            presses[*press].size() > 1)
          broken.push_back(fmt::format("signal {} is in the ledger more than once", *press));
      if (!entry.command_id().empty()) ++commands[entry.command_id()];
      if (!entry.case_id().empty()) replay(entry, cases, broken);
    }
  }
  for (const auto& [press, when] : told.signals)
    if (!presses.contains(press))
      broken.push_back(fmt::format("signal {} was acknowledged at {} s and is nowhere", press,
                                   static_cast<double>(when) / second));
  for (const auto& command : told.commands)
    if (const auto times = commands[command]; times != 1)
      broken.push_back(
          fmt::format("command {} was acknowledged and is there {} times", command, times));
  return broken;
}

}  // namespace varde::simulation
