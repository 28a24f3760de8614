// Between sweep and engine.
#include "core/supervising.hpp"

#include "alarm/lifecycle.hpp"
#include "supervision/signals.hpp"

namespace varde::core {

supervising::supervising(engine& to, const registry::directory& directory,
                         supervision::seen_table& seen, supervision::seen_store& store,
                         base::metrics& metrics, base::steady_time now)
    : engine_(to),
      registry_(directory),
      sweep_({},
             {directory, seen, store, metrics, [this] { return engine_.together(); },
              [this](const std::string& municipality) {
                return engine_.together() && engine_.keeps_house(municipality);
              }},
             now) {
  engine_.subscribe([this](const std::shared_ptr<const board::change_batch>& changes) {
    for (const auto& change : *changes) follow(*change.now);
  });
}

bool supervising::step(base::steady_time now, base::wall_time wall) {
  sweep_.step(now, wall);
  supervision::finding found;
  std::size_t admitted = 0;
  while (admitted < admitted_max && engine_.room() > 0 && sweep_.take_finding(found)) {
    auto one = supervision::admission_of(found, registry_.current(), wall, now);
    if (!one) continue;
    engine_.admit(std::move(*one));
    ++admitted;
  }
  return admitted != 0;
}

void supervising::neighbours(const neighbourhood& others) {
  bool one_went = false;
  for (auto& [name, alive] : alive_) {
    const auto at = others.find(name);
    const bool now = at != others.end() && at->second.alive;
    one_went |= alive && !now;
    alive = now;
  }
  for (const auto& [name, other] : others) alive_[name] = other.alive;
  if (one_went) sweep_.could_not_hear("another node was gone");
}

void supervising::follow(const alarm::v1::Case& now) {
  if (now.kind() != alarm::v1::KIND_LINK) return;
  using supervision::ledger_word;
  for (const auto& one : now.alarms()) {
    if (one.protocol() != supervision::supervision_protocol) continue;
    const auto name = supervision::name_in_signal_id(one.signal_id());
    if (!name) continue;
    sweep_.ledger_says(now.municipality(), std::string{*name}, now.id(),
                       one.cleared()           ? ledger_word::cleared
                       : alarm::is_closed(now) ? ledger_word::closed
                                               : ledger_word::open);
  }
}

}  // namespace varde::core
