// All municipalities' registries at one moment, and the policy that they share: what an edge thread
// asks "whose device is this?". Immutable; a change makes a new view that shares the municipalities
// that did not change.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "registry/device_name.hpp"
#include "registry/lookup.hpp"
#include "registry/set_view.hpp"

namespace varde::registry {

/// A small number that a device or a sensor has in all views of one process: it stays the same from
/// view to view and is never given again, so a table by number needs no rebuilding when the
/// registry changes. The sensors of a device have the numbers after its own, in the set's order.
using thing_number = std::uint32_t;
/// Numbers are below this.
inline constexpr thing_number thing_numbers_max = 1u << 26;
inline constexpr thing_number no_number = ~thing_number{0};

/// A device and the registry it stands in. Good as long as the view, which whoever asks holds
/// anyway: a share in the set would be counted by all threads in one place, for each signal.
struct device_match {
  const set_view* set;   // never null
  device_record device;  // never none in a match
  /// no_number if the process has used up all of them.
  thing_number number = no_number;
};

/// The number of the sensor of this name behind the device with that number; no_number if it has
/// none such.
[[nodiscard]] thing_number sensor_number(const device_record& device, thing_number number,
                                         std::string_view sensor);
[[nodiscard]] inline thing_number sensor_number(const device_match& of, std::string_view sensor) {
  return sensor_number(of.device, of.number, sensor);
}

class view {
 public:
  view() = default;
  /// One set a municipality; of two with the same municipality the first counts. A wire id that two
  /// municipalities have belongs to the first in order of municipality id (the import refuses such
  /// a pair).
  /// Devices have the numbers that `before`, the view in force until now, gave them; new ones, and
  /// those whose sensors changed, get new numbers.
  explicit view(std::vector<std::shared_ptr<const set_view>> sets, const view* before = nullptr,
                std::shared_ptr<const v1::MunicipalitySet> defaults = nullptr);

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
  /// The centre's set, whose policy lies under all municipalities' and counts by itself for what
  /// belongs to none; nullptr if the centre has none.
  [[nodiscard]] const std::shared_ptr<const v1::MunicipalitySet>& defaults() const noexcept {
    return defaults_;
  }
  [[nodiscard]] std::size_t device_count() const noexcept { return places_.size(); }

 private:
  /// All that a look-up answers, so that finding a device touches the table and the device alone.
  struct place {
    packed_message device;
    std::uint32_t set;
    mutable thing_number number;  // given once it has the place; no part of the key
  };
  struct name_of {
    using key = device_name;
    key operator()(const place& at) const { return registry::name_of(at.device); }
  };
  [[nodiscard]] thing_number number_for(const device_record& device, const set_view& set,
                                        const view* before);

  std::vector<std::shared_ptr<const set_view>> sets_;  // by id
  std::shared_ptr<const v1::MunicipalitySet> defaults_;
  place_index<place, name_of> places_{name_of{}};
  thing_number next_number_ = 0;
};

}  // namespace varde::registry
