// One municipality's registry, indexed: residents, households, devices, teams and plans by id,
// devices also by what they call themselves. Immutable once made, so any thread may read it without
// a lock.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "registry/dependency_index.hpp"
#include "varde/alarm/v1/case.pb.h"
#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

/// What a device is found by: its protocol and what it calls itself on the wire.
struct device_name {
  std::string_view protocol;
  std::string_view wire_id;

  friend bool operator==(const device_name&, const device_name&) = default;
  friend std::size_t hash_value(const device_name& name);
};

/// All pointers and views it hands out live as long as the set_view. No lookup allocates.
class set_view {
 public:
  /// Takes the set as it is: the import has checked it. Of two things with one id the first is
  /// found.
  [[nodiscard]] static std::shared_ptr<const set_view> make(v1::MunicipalitySet set);

  set_view(const set_view&) = delete;
  set_view& operator=(const set_view&) = delete;

  [[nodiscard]] const v1::MunicipalitySet& set() const noexcept { return set_; }
  [[nodiscard]] const v1::Municipality& municipality() const noexcept {
    return set_.municipality();
  }
  [[nodiscard]] const v1::Policy& policy() const noexcept { return set_.policy(); }
  /// The municipality's id.
  [[nodiscard]] const std::string& id() const noexcept { return set_.municipality().id(); }

  /// nullptr if there is none of that id; so all of these.
  [[nodiscard]] const v1::Resident* resident(std::string_view id) const;
  [[nodiscard]] const v1::Household* household(std::string_view id) const;
  [[nodiscard]] const v1::Team* team(std::string_view id) const;
  [[nodiscard]] const v1::Plan* plan(std::string_view id) const;
  /// By the municipality's own number for it.
  [[nodiscard]] const v1::Device* device(std::string_view id) const;
  /// By what it calls itself.
  [[nodiscard]] const v1::Device* find_device(std::string_view protocol,
                                              std::string_view wire_id) const;
  /// Its place in the set's list, which is how the dependencies know it.
  [[nodiscard]] std::optional<device_index> find_device_index(std::string_view protocol,
                                                              std::string_view wire_id) const;
  [[nodiscard]] const v1::Device& device_at(device_index index) const {
    return set_.devices(static_cast<int>(index));
  }
  /// What the devices hang on.
  [[nodiscard]] const dependency_index& dependencies() const noexcept { return dependencies_; }

  /// The people of a household, in the set's order.
  [[nodiscard]] std::vector<const v1::Resident*> residents_of(std::string_view household) const;
  /// Devices that stand at the resident, or at the resident's household.
  [[nodiscard]] std::vector<const v1::Device*> devices_of(const v1::Resident& resident) const;

  /// The household's address for a resident who has a household, else the resident's own.
  [[nodiscard]] const v1::Address& address_of(const v1::Resident& resident) const;
  /// The resident's own way in if any of it is filled in, else the household's.
  [[nodiscard]] const v1::Access& access_of(const v1::Resident& resident) const;

  /// The plan for an alarm of this kind. `resident` may be null (a household, a device without an
  /// owner). First the resident's own plan if it covers the kind; else the municipality's first
  /// plan that names the kind, then its first for any kind; else the built-in one. A plan that some
  /// resident names is personal and never serves as the municipality's. Never null.
  [[nodiscard]] const v1::Plan* plan_for(const v1::Resident* resident, alarm::v1::Kind kind) const;
  /// The plan as steps of a new case: telephone numbers that the plan leaves open are filled in
  /// (the resident's, the first next of kin's, 113).
  [[nodiscard]] std::vector<alarm::v1::Step> steps_for(const v1::Resident* resident,
                                                       alarm::v1::Kind kind) const;

 private:
  explicit set_view(v1::MunicipalitySet set);
  void index();

  template <class Thing>
  using index_of = boost::unordered_flat_map<std::string_view, const Thing*>;

  const v1::MunicipalitySet set_;  // never moved: the indices point into it
  index_of<v1::Resident> residents_;
  index_of<v1::Household> households_;
  index_of<v1::Team> teams_;
  index_of<v1::Plan> plans_;
  /// Devices in order of who has them.
  struct owned_device {
    bool by_household;
    std::string_view owner;
    const v1::Device* device;
  };
  std::vector<owned_device> owned_;
  index_of<v1::Device> devices_;
  boost::unordered_flat_map<device_name, device_index, boost::hash<device_name>> by_wire_id_;
  std::vector<const v1::Plan*> common_plans_;  // those that no resident names
  dependency_index dependencies_;
};

}  // namespace varde::registry
