// Joining the municipalities' device tables into one.
#include "registry/view.hpp"

#include <algorithm>
#include <utility>

namespace varde::registry {

namespace {

bool same_sensors(const v1::Device& a, const v1::Device& b) {
  return std::ranges::equal(a.sensors(), b.sensors(), {}, &v1::Sensor::id, &v1::Sensor::id);
}

}  // namespace

view::view(std::vector<std::shared_ptr<const set_view>> sets, const view* before,
           std::shared_ptr<const v1::MunicipalitySet> defaults)
    : sets_{std::move(sets)},
      defaults_{std::move(defaults)},
      next_number_{before != nullptr ? before->next_number_ : 0} {
  std::ranges::stable_sort(sets_, {}, &set_view::id);
  // std::unique, since clang 14 does not take the subrange of libstdc++ 12's std::ranges::unique.
  sets_.erase(std::unique(sets_.begin(), sets_.end(),
                          [](const auto& a, const auto& b) { return a->id() == b->id(); }),
              sets_.end());

  std::size_t count = 0;
  for (const auto& set : sets_) count += static_cast<std::size_t>(set->set().devices_size());
  devices_.reserve(count);
  for (std::uint32_t i = 0; i < sets_.size(); ++i)
    for (const auto& device : sets_[i]->set().devices()) {
      const auto [at, fresh] = devices_.try_emplace(
          device_name{device.protocol(), device.wire_id()}, place{i, no_number, &device});
      if (fresh) at->second.number = number_for(device, *sets_[i], before);
    }
}

thing_number view::number_for(const v1::Device& device, const set_view& set, const view* before) {
  if (before != nullptr) {
    const auto was = before->find_device(device.protocol(), device.wire_id());
    if (was && was->set->id() == set.id() && same_sensors(*was->device, device)) return was->number;
  }
  const auto wanted = 1 + static_cast<thing_number>(device.sensors_size());
  if (thing_numbers_max - next_number_ < wanted) return no_number;
  return std::exchange(next_number_, next_number_ + wanted);
}

std::shared_ptr<const set_view> view::municipality(std::string_view id) const {
  const auto at = std::ranges::lower_bound(sets_, id, {}, &set_view::id);
  return at != sets_.end() && (*at)->id() == id ? *at : nullptr;
}

std::optional<device_match> view::find_device(std::string_view protocol,
                                              std::string_view wire_id) const {
  const auto at = devices_.find(device_name{protocol, wire_id});
  if (at == devices_.end()) return std::nullopt;
  return device_match{sets_[at->second.set], at->second.device, at->second.number};
}

thing_number sensor_number(const v1::Device& device, thing_number number, std::string_view sensor) {
  if (number == no_number) return no_number;
  const auto at = std::ranges::find(device.sensors(), sensor, &v1::Sensor::id);
  if (at == device.sensors().end()) return no_number;
  return number + 1 + static_cast<thing_number>(at - device.sensors().begin());
}

}  // namespace varde::registry
