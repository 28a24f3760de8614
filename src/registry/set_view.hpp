// One municipality's registry, indexed: residents, households, devices, teams and plans by id,
// devices also by what they call themselves; and the policy that counts for it. Immutable once
// made, so any thread may read it without a lock. A million devices have room in it: residents,
// households and devices lie packed.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "registry/dependency_index.hpp"
#include "registry/records.hpp"
#include "varde/alarm/v1/case.pb.h"
#include "varde/registry/v1/registry.pb.h"

namespace varde::registry {

struct set_tables;

/// All records, pointers and views it hands out live as long as the set_view. No lookup of one
/// thing allocates.
class set_view {
 public:
  /// Takes the set as it is: the import has checked it. Of two things with one id the first is
  /// found.
  [[nodiscard]] static std::shared_ptr<const set_view> make(v1::MunicipalitySet set,
                                                            const v1::Policy& defaults = {});
  /// From the bytes of a serialized set, which is never parsed as a whole; nullptr if they are no
  /// set.
  [[nodiscard]] static std::shared_ptr<const set_view> read(std::string_view serialized,
                                                            const v1::Policy& defaults = {});
  /// The same municipality under other defaults; shares everything but the policy.
  [[nodiscard]] std::shared_ptr<const set_view> with_defaults(const v1::Policy& defaults) const;

  set_view(const set_view&) = delete;
  set_view& operator=(const set_view&) = delete;

  /// Rises by one at each import.
  [[nodiscard]] std::uint64_t version() const noexcept { return rest_.version(); }
  [[nodiscard]] const v1::Municipality& municipality() const noexcept {
    return rest_.municipality();
  }
  [[nodiscard]] const auto& teams() const noexcept { return rest_.teams(); }
  /// The policy that counts: the municipality's own over the shared defaults.
  [[nodiscard]] const v1::Policy& policy() const noexcept { return policy_; }
  /// The municipality's id.
  [[nodiscard]] const std::string& id() const noexcept { return rest_.municipality().id(); }

  /// None or nullptr if there is none of that id; so all of these.
  [[nodiscard]] resident_record resident(std::string_view id) const;
  [[nodiscard]] household_record household(std::string_view id) const;
  [[nodiscard]] const v1::Team* team(std::string_view id) const;
  [[nodiscard]] const v1::Plan* plan(std::string_view id) const;
  /// By the municipality's own number for it.
  [[nodiscard]] device_record device(std::string_view id) const;
  /// By what it calls itself.
  [[nodiscard]] device_record find_device(std::string_view protocol,
                                          std::string_view wire_id) const;
  /// Its place in the set's list, which is how the dependencies know it.
  [[nodiscard]] std::optional<device_index> find_device_index(std::string_view protocol,
                                                              std::string_view wire_id) const;

  /// All of them, by their places in the set's lists.
  [[nodiscard]] device_index device_count() const noexcept;
  [[nodiscard]] device_record device_at(device_index place) const;
  [[nodiscard]] std::uint32_t resident_count() const noexcept;
  [[nodiscard]] resident_record resident_at(std::uint32_t place) const;
  /// What the devices hang on.
  [[nodiscard]] const dependency_index& dependencies() const noexcept;

  /// The people of a household, in the set's order.
  [[nodiscard]] std::vector<resident_record> residents_of(std::string_view household) const;
  /// Devices that stand at the resident, or at the resident's household.
  [[nodiscard]] std::vector<device_record> devices_of(const resident_record& resident) const;

  /// The household's address for a resident who has a household, else the resident's own.
  [[nodiscard]] v1::Address address_of(const resident_record& resident) const;
  /// The resident's own way in if any of it is filled in, else the household's.
  [[nodiscard]] v1::Access access_of(const resident_record& resident) const;

  /// The plan for an alarm of this kind. `resident` may be none (a household, a device without an
  /// owner). First the resident's own plan if it covers the kind; else the municipality's first
  /// plan that names the kind, then its first for any kind; else the built-in one. A plan that some
  /// resident names is personal and never serves as the municipality's. Never null.
  [[nodiscard]] const v1::Plan* plan_for(const resident_record& resident,
                                         alarm::v1::Kind kind) const;
  /// The plan as steps of a new case: telephone numbers that the plan leaves open are filled in
  /// (the resident's, the first next of kin's, 113).
  [[nodiscard]] std::vector<alarm::v1::Step> steps_for(const resident_record& resident,
                                                       alarm::v1::Kind kind) const;

 private:
  set_view(std::shared_ptr<const set_tables> shared, const v1::Policy& defaults);

  const std::shared_ptr<const set_tables> tables_;
  const v1::MunicipalitySet& rest_;  // of the tables
  const v1::Policy policy_;
};

}  // namespace varde::registry
