// All municipalities' registries at one moment: what an edge thread asks "whose device is this?".
// Immutable; a change makes a new view that shares the municipalities that did not change.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "registry/set_view.hpp"

namespace varde::registry {

/// A device and the registry it stands in; holds that registry alive.
struct device_match {
  std::shared_ptr<const set_view> set;
  const v1::Device* device = nullptr;  // never null in a match
};

class view {
 public:
  view() = default;
  /// One set a municipality; of two with the same municipality the first counts. A wire id that two
  /// municipalities have belongs to the first in order of municipality id (the import refuses such
  /// a pair).
  explicit view(std::vector<std::shared_ptr<const set_view>> sets);

  view(const view&) = delete;
  view& operator=(const view&) = delete;

  /// nullptr if there is none of that id.
  [[nodiscard]] std::shared_ptr<const set_view> municipality(std::string_view id) const;
  /// By what it calls itself, normalised. Allocates nothing.
  [[nodiscard]] std::optional<device_match> find_device(std::string_view protocol,
                                                        std::string_view wire_id) const;
  /// All municipalities, in order of id.
  [[nodiscard]] const std::vector<std::shared_ptr<const set_view>>& municipalities()
      const noexcept {
    return sets_;
  }
  [[nodiscard]] std::size_t device_count() const noexcept { return devices_.size(); }

 private:
  struct place {
    std::size_t set;
    const v1::Device* device;
  };
  std::vector<std::shared_ptr<const set_view>> sets_;  // by id
  boost::unordered_flat_map<device_name, place, boost::hash<device_name>> devices_;
};

}  // namespace varde::registry
