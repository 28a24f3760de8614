// Joining the municipalities' device tables into one.
#include "registry/view.hpp"

#include <algorithm>

namespace varde::registry {

view::view(std::vector<std::shared_ptr<const set_view>> sets) : sets_{std::move(sets)} {
  std::ranges::stable_sort(sets_, {}, &set_view::id);
  // std::unique, since clang 14 does not take the subrange of libstdc++ 12's std::ranges::unique.
  sets_.erase(std::unique(sets_.begin(), sets_.end(),
                          [](const auto& a, const auto& b) { return a->id() == b->id(); }),
              sets_.end());

  std::size_t count = 0;
  for (const auto& set : sets_) count += static_cast<std::size_t>(set->set().devices_size());
  devices_.reserve(count);
  for (std::size_t i = 0; i < sets_.size(); ++i)
    for (const auto& device : sets_[i]->set().devices())
      devices_.try_emplace(device_name{device.protocol(), device.wire_id()}, place{i, &device});
}

std::shared_ptr<const set_view> view::municipality(std::string_view id) const {
  const auto at = std::ranges::lower_bound(sets_, id, {}, &set_view::id);
  return at != sets_.end() && (*at)->id() == id ? *at : nullptr;
}

std::optional<device_match> view::find_device(std::string_view protocol,
                                              std::string_view wire_id) const {
  const auto at = devices_.find(device_name{protocol, wire_id});
  if (at == devices_.end()) return std::nullopt;
  return device_match{sets_[at->second.set], at->second.device};
}

}  // namespace varde::registry
