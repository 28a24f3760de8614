// The store in Redis: a hash a municipality, `v:{<municipality>}:seen`, a field a device or sensor,
// its value the Unix second it was last heard at.
#pragma once

#include <memory>

#include "supervision/seen_store.hpp"

namespace varde::redis {
class connection;
}

namespace varde::supervision {

/// The connection outlives it, and what is asked is answered by the connection's thread.
class redis_seen_store final : public seen_store {
 public:
  explicit redis_seen_store(redis::connection& connection) : connection_(connection) {}

  [[nodiscard]] bool reachable() const override;
  void write(const std::string& municipality, std::span<const std::string_view> heard,
             std::function<void(bool)> done) override;
  void ask(const std::string& municipality, std::span<const std::string_view> names,
           std::function<void(base::result<times>)> done) override;
  void read_all(const std::string& municipality, std::function<void(const page&)> take,
                std::function<void(bool)> done) override;

 private:
  struct reading;
  void read_page(std::shared_ptr<reading> all, std::string cursor);

  redis::connection& connection_;
};

/// The hash's key.
[[nodiscard]] std::string seen_key(std::string_view municipality);

}  // namespace varde::supervision
