// What time asks for: leases, claims and visits that wait too long, rules whose moment has come.
// Asked once a second; what is answered becomes commands by the system, which the states' own rules
// accept at most once.
#include <array>

#include "alarm/ids.hpp"
#include "alarm/lane.hpp"
#include "core/engine.hpp"
#include "core/gather.hpp"
#include "core/meters.hpp"
#include "core/recipients.hpp"
#include "triage/decision.hpp"

namespace varde::core {

using alarm::v1::Case;

namespace {

/// Inputs that wait beside which nothing is looked for that is not urgent.
constexpr std::size_t correlate_below = 256;

}  // namespace

void engine::tick() {
  const auto now = options_.steady();
  house_.look(now);
  if (!open_) return;
  if (link_ == link::together && marks_.back().first + std::chrono::seconds{1} <= now)
    marks_.emplace_back(now, newest_);
  // Cut off, what was written shortly before stays doubtful however long it lasts.
  while (link_ == link::together && marks_.size() > 1 && marks_[1].first + options_.recheck <= now)
    marks_.pop_front();
  try_again();
  if (stalled()) return;
  if (link_ == link::together) subjects_.forget_some();

  const auto wall = options_.wall();
  for (const auto& set : registry_.current().municipalities()) keep_lease(set->id(), now);
  keep_lease(std::string{alarm::centre}, now);
  ask_cases(now, wall);
  ask_subjects(now, wall);
  ask_residents(now, wall);
  correlate();
  measure_open_cases();
  if (!under_way()) options_.room_again();
}

void engine::gather_due(std::vector<alarm::v1::Command> commands, base::steady_time now) {
  for (auto& command : commands)
    gathered_.emplace_back(command_input{std::move(command), nullptr, now, nullptr});
}

void engine::ask_cases(base::steady_time now, base::wall_time wall) {
  for (const auto& c : view_.open_cases()) {
    if (!keeps_house(c->municipality())) continue;
    const auto& all = registry_.current();
    const auto& policy = policy_in(all, all.municipality(c->municipality()));
    auto commands = house_.due(*c, policy, link_ != link::together, now, wall);
    for (auto& command : commands) name_recipient(command, all);
    gather_due(std::move(commands), now);
  }
}

/// Holds, tests and absences that are over, and what else time asks of a subject.
void engine::ask_subjects(base::steady_time now, base::wall_time wall) {
  for (subject* s : waiting_.due(wall)) {
    if (s->reading || s->uncommitted() || !keeps_house(s->state.municipality())) continue;
    const auto& all = registry_.current();
    const auto set = all.municipality(s->state.municipality());
    auto commands = triage::due_of(s->state, policy_in(all, set), wall);
    if (commands.empty()) look_at(*s);
    gather_due(std::move(commands), now);
  }
}

/// What rules expect to be heard by now. Cut off, a node can't know what the others heard.
void engine::ask_residents(base::steady_time now, base::wall_time wall) {
  if (link_ != link::together) return;
  for (const auto& set : registry_.current().municipalities()) {
    if (keeps_house(set->id()))
      gather_due(expectations_.due(*set, wall), now);
    else
      expectations_.forget(set->id());
  }
}

/// What goes down together. A little at a time, and only while little waits to be decided.
void engine::correlate() {
  if (!open_ || stalled() || gathered_.size() >= correlate_below) return;
  const auto now = options_.steady();
  const auto wall = options_.wall();
  const auto& all = registry_.current();
  const auto waiting = gathered_.size();
  for (const auto& set : all.municipalities()) {
    if (!keeps_house(set->id())) {
      outages_.forget(set->id());
      continue;
    }
    auto wishes = outages_.work(all, set, subjects_, view_, wall);
    gather_due(std::move(wishes.commands), now);
    for (auto& alarm : wishes.alarms) {
      alarm.received = now;
      gathered_.emplace_back(std::make_unique<alarm::admission>(std::move(alarm)));
    }
  }
  if (gathered_.size() != waiting && !under_way()) options_.room_again();
}

void engine::look_at(subject& s) {
  const auto& all = registry_.current();
  const auto set = all.municipality(s.state.municipality());
  waiting_.look_at(s, triage::next_due(s.state, policy_in(all, set)));
}

/// Takes the municipality's lease if nobody has it, or whoever had it is gone.
void engine::keep_lease(const std::string& municipality, base::steady_time now) {
  if (link_ != link::together) return;
  const subject& s = subjects_.touch(municipality, lease_subject);
  const auto& holder = s.state.lease_holder();
  if (s.reading || s.uncommitted() || holder == options_.node) return;
  if (holder.empty() || house_.is_gone(holder, now))
    gathered_.emplace_back(lease_input{municipality, holder, now});
}

/// Cut off, every node keeps house for what it shows; together only the lease's holder does.
bool engine::keeps_house(const std::string& municipality) {
  if (link_ != link::together) return true;
  const subject* s = subjects_.find(municipality, lease_subject);
  return s != nullptr && s->state.lease_holder() == options_.node && !s->uncommitted() &&
         !s->reading;
}

void engine::measure_open_cases() {
  std::array<std::int64_t, alarm::lane_count> open{};
  (void)view_.first_open([&](const Case& c) {
    ++open[alarm::lane_index(c.lane())];
    return false;
  });
  for (std::size_t lane = 0; lane < alarm::lane_count; ++lane)
    meters_->open_cases[lane]->set(open[lane]);
}

}  // namespace varde::core
