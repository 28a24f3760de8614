// Packing a set, from its parsed form or from its bytes, and indexing what was packed.
#include "registry/set_tables.hpp"

#include <algorithm>
#include <boost/unordered/unordered_flat_set.hpp>
#include <stdexcept>
#include <string>

#include "registry/dependency_builder.hpp"
#include "registry/serialized_form.hpp"

namespace varde::registry {

namespace {

/// `thing` is a message, or its bytes in one or two pieces.
template <class... Thing>
void add_to(packed_list& list, const Thing&... thing) {
  if (!list.add(thing...)) throw std::length_error{"a municipality's set is too large"};
}

void index_all(text_index& index, const packed_list& things) {
  index.reserve(things.size());
  for (std::uint32_t i = 0; i < things.size(); ++i) index.add(things.begin_of(i));
}

template <class Message>
bool parse(Message& into, std::string_view bytes) {
  return into.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

/// Takes the things one by one; finish() when all are there.
class set_tables::packer {
 public:
  explicit packer(set_tables& out) : out_{out} {}

  void add(const v1::Resident& resident) { add_to(out_.residents, resident); }
  void add(const v1::Household& household) { add_to(out_.households, household); }
  void add(v1::Device& device) {
    for (const auto& name : device.depends_on()) dependencies_.add_name(name);
    dependencies_.end_device();
    device.clear_depends_on();
    add_to(out_.devices, device);
  }

  /// False if one of the serialized set's things can't be read.
  bool add_all(std::string_view serialized) {
    std::string others;
    field_reader at{serialized};
    while (at.next()) {
      bool good = true;
      switch (at.field()) {
        case v1::MunicipalitySet::kResidentsFieldNumber:
          good = add(resident_, at.bytes());
          break;
        case v1::MunicipalitySet::kHouseholdsFieldNumber:
          good = add(household_, at.bytes());
          break;
        case v1::MunicipalitySet::kDevicesFieldNumber:
          good = add(device_, at.bytes());
          break;
        default:
          others += at.whole();
      }
      if (!good) return false;
    }
    return at.at_end() && parse(out_.rest, others);
  }

  void finish() {
    for (auto* list : {&out_.residents, &out_.households, &out_.devices}) list->shrink_to_fit();
    index_all(out_.residents_by_id, out_.residents);
    index_all(out_.households_by_id, out_.households);
    index_all(out_.devices_by_id, out_.devices);
    out_.devices_by_name.reserve(out_.devices.size());
    for (device_index i = 0; i < out_.devices.size(); ++i) out_.devices_by_name.add(i);
    out_.residents_by_household.build();
    out_.devices_by_resident.build();
    out_.devices_by_household.build();
    out_.dependencies = std::move(dependencies_).build(out_);
    index_rest();
  }

 private:
  /// As it came if it may be packed so; else by way of `reused`, which keeps its memory from one to
  /// the next.
  template <class Message>
  bool add(Message& reused, std::string_view bytes) {
    if (is_as_serialized<Message>(bytes)) {
      add_serialized(reused, bytes);
      return true;
    }
    if (!parse(reused, bytes)) return false;
    add(reused);
    return true;
  }

  void add_serialized(const v1::Resident&, std::string_view bytes) {
    add_to(out_.residents, bytes);
  }
  void add_serialized(const v1::Household&, std::string_view bytes) {
    add_to(out_.households, bytes);
  }
  /// What it depends on stands in one piece, since fields are in order.
  void add_serialized(const v1::Device&, std::string_view bytes) {
    auto before = bytes.size();
    std::size_t depends = 0;
    for (field_reader at{bytes}; at.next();) {
      if (at.field() < v1::Device::kDependsOnFieldNumber) continue;
      before = std::min<std::size_t>(before, at.whole().data() - bytes.data());
      if (at.field() > v1::Device::kDependsOnFieldNumber) break;
      dependencies_.add_name(at.bytes());
      depends += at.whole().size();
    }
    dependencies_.end_device();
    add_to(out_.devices, bytes.substr(0, before), bytes.substr(before + depends));
  }

  void index_rest() {
    for (const auto& team : out_.rest.teams()) out_.teams.try_emplace(team.id(), &team);
    for (const auto& plan : out_.rest.plans()) out_.plans.try_emplace(plan.id(), &plan);
    boost::unordered_flat_set<std::string_view> personal;
    for (std::uint32_t i = 0; i < out_.residents.size(); ++i)
      personal.insert(resident_record{out_.residents[i]}.plan());
    for (const auto& plan : out_.rest.plans())
      if (!personal.contains(plan.id())) out_.common_plans.push_back(&plan);
  }

  set_tables& out_;
  dependency_builder dependencies_;
  v1::Resident resident_;
  v1::Household household_;
  v1::Device device_;
};

set_tables::set_tables(v1::MunicipalitySet set) {
  packer into{*this};
  for (const auto& household : set.households()) into.add(household);
  for (const auto& resident : set.residents()) into.add(resident);
  for (auto& device : *set.mutable_devices()) into.add(device);
  set.clear_households();
  set.clear_residents();
  set.clear_devices();
  rest.CopyFrom(set);  // a copy: a cleared list keeps the memory of what was in it
  into.finish();
}

std::shared_ptr<const set_tables> set_tables::read(std::string_view serialized) {
  const std::shared_ptr<set_tables> made{new set_tables};
  packer into{*made};
  if (!into.add_all(serialized)) return nullptr;
  into.finish();
  return made;
}

resident_record set_tables::resident(std::string_view id) const {
  const auto begin = residents_by_id.find(id);
  return begin ? resident_record{residents.at(*begin)} : resident_record{};
}

household_record set_tables::household(std::string_view id) const {
  const auto begin = households_by_id.find(id);
  return begin ? household_record{households.at(*begin)} : household_record{};
}

}  // namespace varde::registry
