// Where the nodes tell each other which devices they heard, as an interface, so that the same sweep
// runs on Redis and on a model of it.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.hpp"

namespace varde::supervision {

/// Called and answering on the sweep's thread; every call is answered exactly once, and never from
/// inside the call. Times are Unix seconds, 0 is never. Names are as `thing::append_name` makes
/// them, and views are good for the call only.
class seen_store {
 public:
  using times = std::vector<std::uint32_t>;
  using page = std::vector<std::pair<std::string, std::uint32_t>>;

  virtual ~seen_store() = default;
  [[nodiscard]] virtual bool reachable() const = 0;
  /// Names and times by turns.
  virtual void write(const std::string& municipality, std::span<const std::string_view> heard,
                     std::function<void(bool)> done) = 0;
  /// When each was last heard by any node.
  virtual void ask(const std::string& municipality, std::span<const std::string_view> names,
                   std::function<void(base::result<times>)> done) = 0;
  /// All that is known of a municipality, in pages; then done, true if that was all.
  virtual void read_all(const std::string& municipality, std::function<void(const page&)> take,
                        std::function<void(bool)> done) = 0;
};

}  // namespace varde::supervision
