// Building the next view beside the one in force, and the swap.
#include "registry/directory.hpp"

#include <algorithm>

#include "alarm/ids.hpp"

namespace varde::registry {

namespace {

const v1::Policy& policy_of(const std::shared_ptr<const v1::MunicipalitySet>& set) {
  return set ? set->policy() : v1::Policy::default_instance();
}

/// All municipalities of a view under other defaults.
std::vector<std::shared_ptr<const set_view>> under(const view& all, const v1::Policy& defaults) {
  std::vector<std::shared_ptr<const set_view>> sets;
  for (const auto& set : all.municipalities()) sets.push_back(set->with_defaults(defaults));
  return sets;
}

}  // namespace

directory::directory() : current_{std::make_shared<const view>()} {}

std::shared_ptr<const view> directory::current() const {
  const std::lock_guard lock{swap_};
  return current_;
}

bool directory::replace(v1::MunicipalitySet set) {
  const std::lock_guard lock{change_};
  if (set.municipality().id() == alarm::centre) return replace_defaults(std::move(set));
  const auto before = current();
  const auto older = before->municipality(set.municipality().id());
  if (older && older->version() > set.version()) return false;
  auto sets = before->municipalities();
  std::erase(sets, older);
  sets.push_back(set_view::make(std::move(set), policy_of(before->defaults())));
  publish(std::make_shared<const view>(std::move(sets), before.get(), before->defaults()));
  return true;
}

void directory::replace_all(const std::vector<std::shared_ptr<const set_view>>& sets) {
  const std::lock_guard lock{change_};
  const auto before = current();
  auto all = before->municipalities();
  bool changed = false;
  for (const auto& set : sets) {
    const auto older = before->municipality(set->id());
    if (older && older->version() > set->version()) continue;
    std::erase(all, older);
    all.push_back(set->with_defaults(policy_of(before->defaults())));
    changed = true;
  }
  if (!changed) return;
  publish(std::make_shared<const view>(std::move(all), before.get(), before->defaults()));
}

bool directory::replace_defaults(v1::MunicipalitySet set) {
  const auto before = current();
  if (before->defaults() && before->defaults()->version() > set.version()) return false;
  // They count by themselves too, and what they decide names their version.
  set.mutable_policy()->set_version(set.version());
  const auto defaults = std::make_shared<const v1::MunicipalitySet>(std::move(set));
  publish(std::make_shared<const view>(under(*before, defaults->policy()), before.get(), defaults));
  return true;
}

bool directory::remove(std::string_view municipality) {
  const std::lock_guard lock{change_};
  const auto before = current();
  if (municipality == alarm::centre) {
    if (!before->defaults()) return false;
    publish(std::make_shared<const view>(under(*before, {}), before.get()));
    return true;
  }
  const auto gone = before->municipality(municipality);
  if (!gone) return false;
  auto sets = before->municipalities();
  std::erase(sets, gone);
  publish(std::make_shared<const view>(std::move(sets), before.get(), before->defaults()));
  return true;
}

void directory::publish(std::shared_ptr<const view> next) {
  {
    const std::lock_guard lock{swap_};
    current_.swap(next);
  }
  generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace varde::registry
