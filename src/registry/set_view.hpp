// One municipality's registry, indexed: residents, households, devices, teams and plans by id,
// devices also by what they call themselves; and the policy that counts for it. Immutable once
// made, so any thread may read it without a lock.
#pragma once

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
  [[nodiscard]] static std::shared_ptr<const set_view> make(v1::MunicipalitySet set,
                                                            const v1::Policy& defaults = {});
  /// The same municipality under other defaults; shares everything but the policy.
  [[nodiscard]] std::shared_ptr<const set_view> with_defaults(const v1::Policy& defaults) const;

  set_view(const set_view&) = delete;
  set_view& operator=(const set_view&) = delete;

  /// As it was imported; its policy is the municipality's own part alone.
  [[nodiscard]] const v1::MunicipalitySet& set() const noexcept { return set_; }
  [[nodiscard]] const v1::Municipality& municipality() const noexcept {
    return set_.municipality();
  }
  /// The policy that counts: the municipality's own over the shared defaults.
  [[nodiscard]] const v1::Policy& policy() const noexcept { return policy_; }
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
  [[nodiscard]] const dependency_index& dependencies() const noexcept;

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
  struct tables;
  set_view(std::shared_ptr<const tables> shared, const v1::Policy& defaults);

  const std::shared_ptr<const tables> tables_;
  const v1::MunicipalitySet& set_;  // of the tables
  const v1::Policy policy_;
};

}  // namespace varde::registry
