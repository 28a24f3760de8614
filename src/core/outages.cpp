// Between a correlator's numbers and the ledger's words: who is who, what was told, and what is to
// be told next. The commands themselves are written in outage_words.cpp.
#include "core/outages.hpp"

#include <algorithm>
#include <ranges>

#include "alarm/fold.hpp"
#include "alarm/heard.hpp"
#include "alarm/lifecycle.hpp"
#include "core/outage_words.hpp"
#include "registry/binding.hpp"

namespace varde::core {

namespace {

using alarm::v1::Case;
using alarm::v1::Kind;
using alarm::v1::OutageState;
using alarm::v1::SubjectState;
using triage::dependencies;
using triage::down_sign;

constexpr std::string_view supervision = "supervision";

/// What the supervision notices bears its name; the id says which protocol the device speaks.
std::optional<registry::device_index> device_of(const registry::set_view& set,
                                                std::string_view protocol, std::string_view device,
                                                std::string_view signal_id) {
  if (protocol == supervision && signal_id.size() > supervision.size()) {
    protocol = signal_id.substr(supervision.size() + 1);
    protocol = protocol.substr(0, protocol.find('/'));
  }
  return set.find_device_index(protocol, device);
}

down_sign sign_of(Kind kind, std::string_view protocol) {
  if (kind == alarm::v1::KIND_MAINS) return down_sign::mains;
  return protocol == supervision ? down_sign::silent : down_sign::link;
}

const OutageState* find_outage(const SubjectState* state, std::string_view case_id) {
  if (state == nullptr) return nullptr;
  for (const auto& one : state->outages())
    if (one.case_id() == case_id) return &one;
  return nullptr;
}

bool goes_on(const SubjectState& state, const OutageState& outage) {
  const auto* c = alarm::find_case(state, outage.case_id());
  return c != nullptr && !alarm::is_closed(*c) && !c->outage().over();
}

dependencies tables_of(const registry::dependency_index& all) {
  return {all.begins(),           all.links(),       all.homes(),
          all.devices_under(),    all.homes_under(), static_cast<std::uint32_t>(all.home_count()),
          all.signals_only_from()};
}

struct sighting {
  std::uint32_t device;
  down_sign sign;
  std::int64_t since_us;
};

/// What is down by the cases that are open.
std::vector<sighting> down_by_cases(const registry::set_view& set, const board::view& shown) {
  std::vector<sighting> out;
  (void)shown.first_open([&](const Case& c) {
    if (c.municipality() != set.id() || !may_be_in_outage(c.kind())) return false;
    for (const auto& a : c.alarms())
      if (const auto device = device_of(set, a.protocol(), a.device(), a.signal_id());
          device && !a.cleared() && may_be_in_outage(a.kind()))
        out.push_back({*device, sign_of(a.kind(), a.protocol()), a.received_at_us()});
    return false;
  });
  return out;
}

}  // namespace

bool may_be_in_outage(Kind kind) {
  return kind == alarm::v1::KIND_MAINS || kind == alarm::v1::KIND_LINK;
}

std::string_view covering_case(const registry::set_view& set, const SubjectState& state,
                               const alarm::v1::Signal& signal, Kind kind) {
  if (state.outages().empty()) return {};
  const auto device = device_of(set, signal.protocol(), signal.device(), signal.id());
  if (!device) return {};
  const auto& all = set.dependencies();
  for (const auto& outage : state.outages()) {
    const auto parent = all.find(outage.parent());
    if (parent == registry::dependency_index::no_parent || !all.is_under(*device, parent) ||
        !goes_on(state, outage))
      continue;
    // A network that is down fails nobody's mains.
    const bool of_signals = parent >= all.signals_only_from() && !outage.children().empty() &&
                            outage.children().begin()->second.silent();
    if (kind != alarm::v1::KIND_MAINS || !of_signals) return outage.case_id();
  }
  return {};
}

bool outages::may_tell(const alarm::v1::Entry& entry) {
  if (entry.actor().kind() != alarm::v1::ACTOR_KIND_DEVICE) return false;
  const auto what = alarm::heard_in(entry);
  return what.signal != nullptr && may_be_in_outage(what.kind);
}

void outages::saw(const alarm::v1::Entry& entry) {
  if (!may_tell(entry)) return;
  const auto [signal, intent, kind, lane] = alarm::heard_in(entry);
  const auto at = places_.find(entry.municipality());
  if (at == places_.end()) return;
  auto& correlator = *at->second.correlator;
  const bool ours = signal->protocol() == supervision;
  // A sensor that is silent alone says nothing of its home.
  if (signal->id().starts_with(left_behind) || (ours && !signal->sensor().empty())) return;
  const auto& set = *at->second.set;
  const auto device = device_of(set, signal->protocol(), signal->device(), signal->id());
  if (!device) return;
  const auto sign = sign_of(kind, signal->protocol());
  if (intent == alarm::v1::INTENT_ALARM)
    correlator.down(*device, sign, entry.at_us());
  else if (intent == alarm::v1::INTENT_RESET)
    correlator.up(*device, sign, entry.at_us());
}

/// From what the ledger says of outages, and what is down by itself: as the correlator before knew
/// it, or else by the cases that are open.
void outages::take_over(place& p, const std::shared_ptr<const registry::set_view>& set,
                        const SubjectState* state, const board::view& shown) {
  std::vector<sighting> alone;
  if (p.correlator && !p.stale)
    p.correlator->for_each_alone([&](auto device, auto sign, auto since_us) {
      const auto known = p.set->device_at(device);
      if (const auto now = set->find_device_index(known.protocol(), known.wire_id()))
        alone.push_back({*now, sign, since_us});
    });
  else
    alone = down_by_cases(*set, shown);

  const auto asked = p.asked;
  p = {};
  p.asked = asked;
  p.set = set;
  const auto& all = set->dependencies();
  p.correlator = std::make_unique<triage::outage_correlator>(
      tables_of(all), triage::outage_rules{set->policy().outage()});
  for (int i = 0; state != nullptr && i < state->outages_size(); ++i) {
    const auto& outage = state->outages(i);
    if (!goes_on(*state, outage)) continue;
    const auto number = p.correlator->restore(all.find(outage.parent()), outage.began_at_us());
    auto& told = p.told_of[number];
    told.case_id = outage.case_id();
    told.began_us = outage.began_at_us();
    for (const auto& [key, child] : outage.children()) {
      const auto device = set->find_device_index(child.protocol(), child.device());
      if (!device) continue;
      join(told, all, *device);
      if (child.back_at_us() != 0)
        leave(told, all, *device);
      else
        p.correlator->restore_device(number, *device,
                                     child.silent() ? down_sign::silent : down_sign::mains,
                                     child.down_since_us());
    }
  }
  std::ranges::sort(alone, {}, &sighting::since_us);
  for (const auto& one : alone) p.correlator->down(one.device, one.sign, one.since_us);
}

void outages::join(told& outage, const registry::dependency_index& all, std::uint32_t device) {
  outage.back.erase(device);
  if (!outage.down.insert(device).second) return;
  if (outage.homes[all.home_of(device)]++ == 0)
    outage.residents_down += all.residents_in(all.home_of(device));
}

void outages::leave(told& outage, const registry::dependency_index& all, std::uint32_t device) {
  if (outage.down.erase(device) == 0) return;
  outage.back.insert(device);
  const auto home = outage.homes.find(all.home_of(device));
  if (--home->second != 0) return;
  outage.residents_down -= all.residents_in(home->first);
  outage.homes.erase(home);
}

void outages::drop_closed(place& p, const SubjectState* state) {
  std::erase_if(p.told_of, [&](const auto& one) {
    const auto& [number, told] = one;
    if (told.case_id.empty() || find_outage(state, told.case_id) != nullptr) return false;
    p.correlator->drop(number);
    return true;
  });
}

/// Until the ledger has given the new outage its case, nothing can be said of it.
bool outages::waits_for_opening(place& p, const SubjectState* state, base::wall_time now) {
  if (p.opening == 0) return false;
  for (int i = 0; state != nullptr && i < state->outages_size(); ++i)
    if (state->outages(i).parent() == p.opening_parent && goes_on(*state, state->outages(i))) {
      p.told_of[p.opening].case_id = state->outages(i).case_id();
      p.opening = 0;
      return false;
    }
  if (now - p.opening_since > opening_limit) p.stale = true;
  return true;
}

void outages::ask(place& p, const registry::view& all, const triage::outage_change& change,
                  base::wall_time now, wishes& out) {
  const auto& index = p.set->dependencies();
  auto& told = p.told_of[change.outage];
  for (const auto device : change.joined) {
    join(told, index, device);
    p.own_cases.emplace_back(change.outage, device);
    const auto since_us = p.correlator->seen(device).since_us;
    if (told.began_us == 0 || since_us < told.began_us) told.began_us = since_us;
  }
  for (const auto device : change.back) leave(told, index, device);

  outage_told words{.set = *p.set,
                    .all = all,
                    .seen = [&](std::uint32_t device) { return p.correlator->seen(device); },
                    .case_id = told.case_id,
                    .began_us = told.began_us,
                    .devices_down = static_cast<std::uint32_t>(told.down.size()),
                    .devices_back = static_cast<std::uint32_t>(told.back.size()),
                    .homes_down = static_cast<std::uint32_t>(told.homes.size()),
                    .residents_down = told.residents_down};
  out.commands.push_back(change_command(words, change, ++p.asked, now));
  for (const auto device : change.left)
    if (auto alarm = alarm_left_behind(words, device, now)) out.alarms.push_back(std::move(*alarm));
  if (change.over) {
    p.told_of.erase(change.outage);
  } else if (change.opened) {
    p.opening = change.outage;
    p.opening_parent = out.commands.back().change_outage().change().parent();
    p.opening_since = now;
  }
}

/// Cases of their own that devices in an outage had opened before it was known, and that nobody has
/// taken yet.
void outages::close_own_cases(place& p, const registry::view& all, subjects& in_memory,
                              base::wall_time now, wishes& out) {
  for (int i = 0; i < own_cases_max && !p.own_cases.empty(); ++i) {
    const auto [number, device] = p.own_cases.front();
    p.own_cases.pop_front();
    const auto told = p.told_of.find(number);
    if (told == p.told_of.end()) continue;
    const auto one = p.set->device_at(device);
    const auto bound = registry::bind(all, one.protocol(), one.wire_id(), {});
    const subject* s = in_memory.find(p.set->id(), bound.subject.str());
    if (s == nullptr || s->reading) continue;
    const auto belongs = [&, outage = number](const alarm::v1::Alarm& a) {
      const auto of = device_of(*p.set, a.protocol(), a.device(), a.signal_id());
      return of && p.correlator->outage_of(*of, sign_of(a.kind(), a.protocol())) == outage;
    };
    for (const auto& c : s->state.cases())
      if (!alarm::is_closed(c) && !alarm::has_owner(c) && may_be_in_outage(c.kind()) &&
          c.alarms_left_out() == 0 && std::ranges::all_of(c.alarms(), belongs))
        out.commands.push_back(
            close_command(c, "part_of_outage", *p.set, told->second.case_id, now));
  }
}

outages::wishes outages::work(const registry::view& all,
                              const std::shared_ptr<const registry::set_view>& set,
                              subjects& in_memory, const board::view& shown, base::wall_time now) {
  wishes out;
  const subject* s = in_memory.find(set->id(), alarm::outages_subject);
  if (s != nullptr && s->reading) return out;
  const SubjectState* state = s == nullptr ? nullptr : &s->state;
  place& p = places_[set->id()];
  if (p.set != set || p.stale) take_over(p, set, state, shown);
  drop_closed(p, state);
  for (int i = 0; state != nullptr && i < state->cases_size(); ++i)
    if (const auto& c = state->cases(i); c.kind() == alarm::v1::KIND_OUTAGE && c.outage().over() &&
                                         !alarm::is_closed(c) && !alarm::has_owner(c))
      out.commands.push_back(close_command(c, "outage_over", *set, {}, now));
  if (waits_for_opening(p, state, now)) return out;
  close_own_cases(p, all, in_memory, now, out);
  triage::outage_change change;
  for (int i = 0; i < steps_max && p.correlator->step(base::to_us(now), change); ++i) {
    if (change.outage == 0) continue;
    ask(p, all, change, now, out);
    break;
  }
  return out;
}

}  // namespace varde::core
