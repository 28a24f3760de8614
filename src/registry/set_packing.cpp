// One future a set, the oldest waited for first.
#include "registry/set_packing.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "registry/error.hpp"

namespace varde::registry {

namespace {

/// nullptr if the bytes are no set of that municipality.
std::shared_ptr<const set_view> pack(const stored_bytes& stored) {
  auto set = set_view::read(stored.set);
  return set && set->id() == stored.municipality ? set : nullptr;
}

}  // namespace

set_packing::set_packing()
    : set_packing(std::clamp(std::thread::hardware_concurrency(), 1u, at_once_max)) {}

base::error_code set_packing::add(stored_bytes stored) {
  if (under_way_.size() == at_once_)
    if (const auto wrong = take_oldest()) return wrong;
  // Where no thread is to be had, the caller packs it in take_oldest().
  under_way_.push_back(std::async(
      std::launch::async | std::launch::deferred,
      [stored = std::move(stored)]() mutable { return pack(std::exchange(stored, {})); }));
  return {};
}

base::result<set_packing::set_list> set_packing::finish() {
  while (!under_way_.empty())
    if (const auto wrong = take_oldest()) return wrong;
  return std::exchange(packed_, {});
}

base::error_code set_packing::take_oldest() {
  auto set = under_way_.front().get();
  under_way_.pop_front();
  if (!set) return error::store_damaged;
  packed_.push_back(std::move(set));
  return {};
}

}  // namespace varde::registry
