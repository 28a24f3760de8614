// Building the next view beside the one in force, and the swap.
#include "registry/directory.hpp"

#include <algorithm>

namespace varde::registry {

directory::directory() : current_{std::make_shared<const view>()} {}

std::shared_ptr<const view> directory::current() const {
  const std::lock_guard lock{swap_};
  return current_;
}

bool directory::replace(v1::MunicipalitySet set) {
  const std::lock_guard lock{change_};
  const auto before = current();
  const auto older = before->municipality(set.municipality().id());
  if (older && older->set().version() > set.version()) return false;
  auto sets = before->municipalities();
  std::erase(sets, older);
  sets.push_back(set_view::make(std::move(set)));
  publish(std::make_shared<const view>(std::move(sets), before.get()));
  return true;
}

bool directory::remove(std::string_view municipality) {
  const std::lock_guard lock{change_};
  const auto before = current();
  const auto gone = before->municipality(municipality);
  if (!gone) return false;
  auto sets = before->municipalities();
  std::erase(sets, gone);
  publish(std::make_shared<const view>(std::move(sets), before.get()));
  return true;
}

void directory::publish(std::shared_ptr<const view> next) {
  {
    const std::lock_guard lock{swap_};
    current_.swap(next);
  }
  generation_.fetch_add(1, std::memory_order_release);
}

}  // namespace varde::registry
