// Packing the sets of several municipalities side by side, so that a start with a million devices
// uses every processor and the next set comes from Redis while the last one is packed.
#pragma once

#include <deque>
#include <future>
#include <memory>
#include <vector>

#include "base/result.hpp"
#include "registry/set_store.hpp"
#include "registry/set_view.hpp"

namespace varde::registry {

/// Not thread-safe; the threads that it uses end with the sets that they pack.
class set_packing {
 public:
  using set_list = std::vector<std::shared_ptr<const set_view>>;

  /// Sets packed at a time, and with that serialized sets in memory: never more than this, since
  /// one may be tens of megabytes.
  static constexpr unsigned at_once_max = 4;

  /// As many at a time as there are processors, within the bound.
  set_packing();
  explicit set_packing(unsigned at_once) : at_once_{at_once} {}

  /// Begins to pack one; waits first while as many as may be are under way. Error: store_damaged,
  /// if one before it is no set of its municipality; the rest is then not worth packing.
  base::error_code add(stored_bytes stored);
  /// Waits until all are packed, and gives them in the order in which they came. Error:
  /// store_damaged.
  [[nodiscard]] base::result<set_list> finish();

 private:
  base::error_code take_oldest();

  unsigned at_once_;
  std::deque<std::future<std::shared_ptr<const set_view>>> under_way_;
  set_list packed_;
};

}  // namespace varde::registry
