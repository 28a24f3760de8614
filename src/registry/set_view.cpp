// Building the indices of one municipality, and the few rules that span several of its tables.
#include "registry/set_view.hpp"

#include <algorithm>
#include <boost/container_hash/hash.hpp>
#include <boost/unordered/unordered_flat_set.hpp>

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

std::shared_ptr<const set_view> set_view::make(v1::MunicipalitySet set) {
  return std::shared_ptr<const set_view>{new set_view{std::move(set)}};
}

set_view::set_view(v1::MunicipalitySet set) : set_{std::move(set)} { index(); }

void set_view::index() {
  index_by_id(residents_, set_.residents());
  index_by_id(households_, set_.households());
  index_by_id(teams_, set_.teams());
  index_by_id(plans_, set_.plans());
  index_by_id(devices_, set_.devices());
  by_wire_id_.reserve(static_cast<std::size_t>(set_.devices_size()));
  for (device_index i = 0; i < static_cast<device_index>(set_.devices_size()); ++i)
    by_wire_id_.try_emplace(device_name{device_at(i).protocol(), device_at(i).wire_id()}, i);
  dependencies_ = dependency_index{set_};
  for (const auto& device : set_.devices()) {
    if (!device.resident().empty()) owned_.push_back({false, device.resident(), &device});
    if (!device.household().empty()) owned_.push_back({true, device.household(), &device});
  }
  std::ranges::stable_sort(owned_, {}, [](const owned_device& one) {
    return std::pair{one.by_household, one.owner};
  });

  boost::unordered_flat_set<std::string_view> personal;
  for (const auto& resident : set_.residents()) personal.insert(resident.plan());
  for (const auto& plan : set_.plans())
    if (!personal.contains(plan.id())) common_plans_.push_back(&plan);
}

const v1::Resident* set_view::resident(std::string_view id) const {
  return found_in(residents_, id);
}
const v1::Household* set_view::household(std::string_view id) const {
  return found_in(households_, id);
}
const v1::Team* set_view::team(std::string_view id) const { return found_in(teams_, id); }
const v1::Plan* set_view::plan(std::string_view id) const { return found_in(plans_, id); }
const v1::Device* set_view::device(std::string_view id) const { return found_in(devices_, id); }

const v1::Device* set_view::find_device(std::string_view protocol, std::string_view wire_id) const {
  const auto index = find_device_index(protocol, wire_id);
  return index ? &device_at(*index) : nullptr;
}

std::optional<device_index> set_view::find_device_index(std::string_view protocol,
                                                        std::string_view wire_id) const {
  const auto at = by_wire_id_.find(device_name{protocol, wire_id});
  if (at == by_wire_id_.end()) return std::nullopt;
  return at->second;
}

std::vector<const v1::Resident*> set_view::residents_of(std::string_view household) const {
  std::vector<const v1::Resident*> people;
  if (household.empty()) return people;
  for (const auto& resident : set_.residents())
    if (resident.household() == household) people.push_back(&resident);
  return people;
}

std::vector<const v1::Device*> set_view::devices_of(const v1::Resident& resident) const {
  std::vector<const v1::Device*> devices;
  const auto add = [&](bool by_household, std::string_view owner) {
    if (owner.empty()) return;
    const auto of = [](const owned_device& one) { return std::pair{one.by_household, one.owner}; };
    for (const auto& one : std::ranges::equal_range(owned_, std::pair{by_household, owner}, {}, of))
      devices.push_back(one.device);
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
  for (const auto* common : common_plans_) {
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
