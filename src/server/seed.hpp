// Puts the demo's municipalities and accounts into a Redis that has none yet.
#pragma once

#include <string>
#include <vector>

#include "redis/endpoint.hpp"
#include "server/blocking_store.hpp"
#include "server/demo_data.hpp"

namespace varde::server {

/// Writes what Redis doesn't have, or has otherwise. Blocks. Its functions return an empty text, or
/// what is wrong.
class seeder {
 public:
  explicit seeder(const redis::endpoint& redis);

  [[nodiscard]] std::string connect();
  [[nodiscard]] std::string put(registry::v1::MunicipalitySet set);
  /// Only where there is no account yet.
  [[nodiscard]] std::string put_accounts(const std::vector<demo_sign_in>& sign_ins);

 private:
  redis::endpoint redis_;
  blocking_store store_;
};

}  // namespace varde::server
