// Where audit lines are kept: one Redis stream a municipality, `v:{<municipality>}:audit`, field
// `a`.
#pragma once

#include <memory>

#include "registry/audit.hpp"

namespace varde::redis {
class connection;
}

namespace varde::registry {

/// A store for audit_trail. The connection must live on the web thread.
[[nodiscard]] audit_trail::store redis_audit_store(std::shared_ptr<redis::connection> connection);

}  // namespace varde::registry
