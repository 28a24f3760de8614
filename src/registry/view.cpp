// Joining the municipalities' device tables into one.
#include "registry/view.hpp"

#include <algorithm>
#include <utility>

namespace varde::registry {

namespace {

bool same_sensors(const device_record& a, const device_record& b) {
  const auto one = a.sensors(), other = b.sensors();
  auto left = one.begin();
  auto right = other.begin();
  for (; left != one.end() && right != other.end(); ++left, ++right)
    if ((*left).id() != (*right).id()) return false;
  return left == one.end() && right == other.end();
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
  for (const auto& set : sets_) count += set->device_count();
  places_.reserve(count);
  for (std::uint32_t i = 0; i < sets_.size(); ++i) {
    const auto& set = *sets_[i];
    for (device_index k = 0; k < set.device_count(); ++k) {
      const auto device = set.device_at(k);
      if (const auto* added = places_.add({device, i, no_number}))
        added->number = number_for(device, set, before);
    }
  }
}

thing_number view::number_for(const device_record& device, const set_view& set,
                              const view* before) {
  if (before != nullptr) {
    const auto was = before->find_device(device.protocol(), device.wire_id());
    if (was && was->set->id() == set.id() && same_sensors(was->device, device)) return was->number;
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
  const auto at = places_.find({protocol, wire_id});
  if (!at) return std::nullopt;
  return device_match{sets_[at->set].get(), device_record{at->device}, at->number};
}

thing_number sensor_number(const device_record& device, thing_number number,
                           std::string_view sensor) {
  if (number == no_number) return no_number;
  for (const auto one : device.sensors()) {
    ++number;
    if (one.id() == sensor) return number;
  }
  return no_number;
}

}  // namespace varde::registry
