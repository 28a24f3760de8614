// Handing out what the tables hold, and the few rules that span several of them.
#include "registry/set_view.hpp"

#include <algorithm>

#include "registry/effective_policy.hpp"
#include "registry/plans.hpp"
#include "registry/set_tables.hpp"

namespace varde::registry {

namespace {

template <class Index>
auto* found_in(const Index& index, std::string_view id) {
  const auto at = index.find(id);
  return at == index.end() ? nullptr : at->second;
}

bool covers(const v1::Plan& plan, alarm::v1::Kind kind) {
  return plan.kinds().empty() || std::ranges::find(plan.kinds(), kind) != plan.kinds().end();
}

bool is_filled_in(const v1::Access& access) {
  return !access.key_box().empty() || !access.lock().empty() || !access.fallback().empty();
}

std::string_view known_target(const v1::PlanStep& step, const resident_record& resident) {
  if (!step.target().empty()) return step.target();
  if (step.action() == alarm::v1::STEP_ACTION_CALL_EMERGENCY) return emergency_number;
  if (!resident) return {};
  if (step.action() == alarm::v1::STEP_ACTION_CALL_RESIDENT) return resident.phone();
  if (step.action() == alarm::v1::STEP_ACTION_CALL_NEXT_OF_KIN) return resident.next_of_kin_phone();
  return {};
}

}  // namespace

std::shared_ptr<const set_view> set_view::make(v1::MunicipalitySet set,
                                               const v1::Policy& defaults) {
  return std::shared_ptr<const set_view>{
      new set_view{std::make_shared<const set_tables>(std::move(set)), defaults}};
}

std::shared_ptr<const set_view> set_view::read(std::string_view serialized,
                                               const v1::Policy& defaults) {
  auto tables = set_tables::read(serialized);
  if (!tables) return nullptr;
  return std::shared_ptr<const set_view>{new set_view{std::move(tables), defaults}};
}

std::shared_ptr<const set_view> set_view::with_defaults(const v1::Policy& defaults) const {
  return std::shared_ptr<const set_view>{new set_view{tables_, defaults}};
}

set_view::set_view(std::shared_ptr<const set_tables> shared, const v1::Policy& defaults)
    : tables_{std::move(shared)},
      rest_{tables_->rest},
      policy_{effective_policy(rest_.policy(), defaults, rest_.version())} {}

resident_record set_view::resident(std::string_view id) const { return tables_->resident(id); }
household_record set_view::household(std::string_view id) const { return tables_->household(id); }
const v1::Team* set_view::team(std::string_view id) const { return found_in(tables_->teams, id); }
const v1::Plan* set_view::plan(std::string_view id) const { return found_in(tables_->plans, id); }

device_record set_view::device(std::string_view id) const {
  const auto begin = tables_->devices_by_id.find(id);
  return begin ? device_record{tables_->devices.at(*begin)} : device_record{};
}

device_record set_view::find_device(std::string_view protocol, std::string_view wire_id) const {
  const auto place = find_device_index(protocol, wire_id);
  return place ? device_at(*place) : device_record{};
}

std::optional<device_index> set_view::find_device_index(std::string_view protocol,
                                                        std::string_view wire_id) const {
  return tables_->devices_by_name.find({protocol, wire_id});
}

device_index set_view::device_count() const noexcept { return tables_->devices.size(); }
device_record set_view::device_at(device_index place) const { return tables_->device_at(place); }
std::uint32_t set_view::resident_count() const noexcept { return tables_->residents.size(); }
resident_record set_view::resident_at(std::uint32_t place) const {
  return resident_record{tables_->residents[place]};
}

const dependency_index& set_view::dependencies() const noexcept { return tables_->dependencies; }

std::vector<resident_record> set_view::residents_of(std::string_view household) const {
  std::vector<resident_record> people;
  for (const auto place : tables_->residents_by_household.of(household))
    people.push_back(resident_at(place));
  return people;
}

std::vector<device_record> set_view::devices_of(const resident_record& resident) const {
  std::vector<device_record> devices;
  for (const auto place : tables_->devices_by_resident.of(resident.id()))
    devices.push_back(device_at(place));
  for (const auto place : tables_->devices_by_household.of(resident.household()))
    devices.push_back(device_at(place));
  return devices;
}

v1::Address set_view::address_of(const resident_record& resident) const {
  const auto home = household(resident.household());
  return home ? home.whole().address() : resident.whole().address();
}

v1::Access set_view::access_of(const resident_record& resident) const {
  const auto home = household(resident.household());
  auto own = resident.whole().access();
  return home && !is_filled_in(own) ? home.whole().access() : own;
}

const v1::Plan* set_view::plan_for(const resident_record& resident, alarm::v1::Kind kind) const {
  if (resident) {
    const auto* own = plan(resident.plan());
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

std::vector<alarm::v1::Step> set_view::steps_for(const resident_record& resident,
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
