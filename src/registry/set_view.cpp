// Building the indices of one municipality, and the few rules that span several of its tables.
#include "registry/set_view.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_map.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

#include "registry/effective_policy.hpp"
#include "registry/plans.hpp"

namespace varde::registry {

namespace {

template <class Index>
auto* found_in(const Index& index, const typename Index::key_type& key) {
  const auto at = index.find(key);
  return at == index.end() ? nullptr : at->second;
}

template <class Index, class Things>
void index_by_id(Index& index, const Things& things) {
  index.reserve(static_cast<std::size_t>(things.size()));
  for (const auto& thing : things) index.try_emplace(thing.id(), &thing);
}

bool covers(const v1::Plan& plan, alarm::v1::Kind kind) {
  return plan.kinds().empty() || std::ranges::find(plan.kinds(), kind) != plan.kinds().end();
}

bool is_filled_in(const v1::Access& access) {
  return !access.key_box().empty() || !access.lock().empty() || !access.fallback().empty();
}

std::string_view household_of(const v1::Resident* resident) { return resident->household(); }

std::string_view known_target(const v1::PlanStep& step, const v1::Resident* resident) {
  if (!step.target().empty()) return step.target();
  if (step.action() == alarm::v1::STEP_ACTION_CALL_EMERGENCY) return emergency_number;
  if (resident == nullptr) return {};
  if (step.action() == alarm::v1::STEP_ACTION_CALL_RESIDENT) return resident->phone();
  if (step.action() == alarm::v1::STEP_ACTION_CALL_NEXT_OF_KIN && !resident->next_of_kin().empty())
    return resident->next_of_kin(0).phone();
  return {};
}

}  // namespace

std::size_t hash_value(const device_name& name) {
  std::size_t seed = boost::hash<std::string_view>{}(name.wire_id);
  boost::hash_combine(seed, name.protocol);
  return seed;
}

/// The set and its indices. Never moved: the indices point into the set.
struct set_view::tables {
  explicit tables(v1::MunicipalitySet all);

  template <class Thing>
  using index_of = boost::unordered_flat_map<std::string_view, const Thing*>;

  const v1::MunicipalitySet set;
  index_of<v1::Resident> residents;
  index_of<v1::Household> households;
  index_of<v1::Team> teams;
  index_of<v1::Plan> plans;
  index_of<v1::Device> devices;
  boost::unordered_flat_map<device_name, device_index, boost::hash<device_name>> by_wire_id;
  std::vector<const v1::Plan*> common_plans;  // those that no resident names
  dependency_index dependencies;

  /// A device by who has it.
  struct owned_device {
    bool by_household;
    std::string_view owner;
    const v1::Device* device;
  };
  std::vector<owned_device> owned;  // sorted by owner, in the set's order within one
  /// Those who have a household, sorted by it, in the set's order within one.
  std::vector<const v1::Resident*> housed;
};

set_view::tables::tables(v1::MunicipalitySet all) : set{std::move(all)} {
  index_by_id(residents, set.residents());
  index_by_id(households, set.households());
  index_by_id(teams, set.teams());
  index_by_id(plans, set.plans());
  index_by_id(devices, set.devices());
  by_wire_id.reserve(static_cast<std::size_t>(set.devices_size()));
  device_index next = 0;
  for (const auto& device : set.devices())
    by_wire_id.try_emplace(device_name{device.protocol(), device.wire_id()}, next++);
  dependencies = dependency_index{set};
  for (const auto& device : set.devices()) {
    if (!device.resident().empty()) owned.push_back({false, device.resident(), &device});
    if (!device.household().empty()) owned.push_back({true, device.household(), &device});
  }
  std::ranges::stable_sort(owned, {}, [](const owned_device& one) {
    return std::pair{one.by_household, one.owner};
  });
  for (const auto& resident : set.residents())
    if (!resident.household().empty()) housed.push_back(&resident);
  std::ranges::stable_sort(housed, {}, &household_of);

  boost::unordered_flat_set<std::string_view> personal;
  for (const auto& resident : set.residents()) personal.insert(resident.plan());
  for (const auto& plan : set.plans())
    if (!personal.contains(plan.id())) common_plans.push_back(&plan);
}

std::shared_ptr<const set_view> set_view::make(v1::MunicipalitySet set,
                                               const v1::Policy& defaults) {
  return std::shared_ptr<const set_view>{
      new set_view{std::make_shared<const tables>(std::move(set)), defaults}};
}

std::shared_ptr<const set_view> set_view::with_defaults(const v1::Policy& defaults) const {
  return std::shared_ptr<const set_view>{new set_view{tables_, defaults}};
}

set_view::set_view(std::shared_ptr<const tables> shared, const v1::Policy& defaults)
    : tables_{std::move(shared)},
      set_{tables_->set},
      policy_{effective_policy(set_.policy(), defaults, set_.version())} {}

const v1::Resident* set_view::resident(std::string_view id) const {
  return found_in(tables_->residents, id);
}
const v1::Household* set_view::household(std::string_view id) const {
  return found_in(tables_->households, id);
}
const v1::Team* set_view::team(std::string_view id) const { return found_in(tables_->teams, id); }
const v1::Plan* set_view::plan(std::string_view id) const { return found_in(tables_->plans, id); }
const v1::Device* set_view::device(std::string_view id) const {
  return found_in(tables_->devices, id);
}

const v1::Device* set_view::find_device(std::string_view protocol, std::string_view wire_id) const {
  const auto index = find_device_index(protocol, wire_id);
  return index ? &device_at(*index) : nullptr;
}

std::optional<device_index> set_view::find_device_index(std::string_view protocol,
                                                        std::string_view wire_id) const {
  const auto at = tables_->by_wire_id.find(device_name{protocol, wire_id});
  if (at == tables_->by_wire_id.end()) return std::nullopt;
  return at->second;
}

const dependency_index& set_view::dependencies() const noexcept { return tables_->dependencies; }

std::vector<const v1::Resident*> set_view::residents_of(std::string_view household) const {
  std::vector<const v1::Resident*> people;
  if (household.empty()) return people;
  const auto& housed = tables_->housed;
  for (auto at = std::ranges::lower_bound(housed, household, {}, &household_of);
       at != housed.end() && (*at)->household() == household; ++at)
    people.push_back(*at);
  return people;
}

std::vector<const v1::Device*> set_view::devices_of(const v1::Resident& resident) const {
  std::vector<const v1::Device*> devices;
  const auto add = [&](bool by_household, std::string_view owner) {
    if (owner.empty()) return;
    // By hand, since clang 14 does not take the subrange of libstdc++ 12's ranges::equal_range.
    const auto& owned = tables_->owned;
    const std::pair key{by_household, owner};
    const auto of = [](const tables::owned_device& one) {
      return std::pair{one.by_household, one.owner};
    };
    for (auto at = std::ranges::lower_bound(owned, key, {}, of);
         at != owned.end() && of(*at) == key; ++at)
      devices.push_back(at->device);
  };
  add(false, resident.id());
  add(true, resident.household());
  return devices;
}

const v1::Address& set_view::address_of(const v1::Resident& resident) const {
  const auto* home = household(resident.household());
  return home != nullptr ? home->address() : resident.address();
}

const v1::Access& set_view::access_of(const v1::Resident& resident) const {
  const auto* home = household(resident.household());
  return home != nullptr && !is_filled_in(resident.access()) ? home->access() : resident.access();
}

const v1::Plan* set_view::plan_for(const v1::Resident* resident, alarm::v1::Kind kind) const {
  if (resident != nullptr) {
    const auto* own = plan(resident->plan());
    if (own != nullptr && covers(*own, kind)) return own;
  }
  const v1::Plan* for_any_kind = nullptr;
  for (const auto* common : tables_->common_plans) {
    if (!covers(*common, kind)) continue;
    if (!common->kinds().empty()) return common;
    if (for_any_kind == nullptr) for_any_kind = common;
  }
  return for_any_kind != nullptr ? for_any_kind : &default_plan(kind);
}

std::vector<alarm::v1::Step> set_view::steps_for(const v1::Resident* resident,
                                                 alarm::v1::Kind kind) const {
  std::vector<alarm::v1::Step> steps;
  for (const auto& planned : plan_for(resident, kind)->steps()) {
    auto& step = steps.emplace_back();
    step.set_id(planned.id());
    step.set_action(planned.action());
    step.set_text(planned.text());
    step.set_target(std::string{known_target(planned, resident)});
  }
  return steps;
}

}  // namespace varde::registry
