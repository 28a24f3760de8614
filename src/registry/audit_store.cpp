// A batch of audit lines as pipelined XADDs.
#include "registry/audit_store.hpp"

#include <array>
#include <string_view>

#include "redis/connection.hpp"

namespace varde::registry {

audit_trail::store redis_audit_store(std::shared_ptr<redis::connection> connection) {
  return [connection = std::move(connection)](const std::vector<audit_line>& lines,
                                              std::function<void(bool)> done) {
    struct progress {
      std::size_t left;
      bool well = true;
      std::function<void(bool)> done;
    };
    auto all = std::make_shared<progress>(progress{lines.size(), true, std::move(done)});
    for (const auto& line : lines) {
      const std::string key = audit_key(line.municipality);
      const std::array<std::string_view, 5> command{"XADD", key, "*", "a", line.json};
      connection->send(command, [all](const base::result<redis::reply>& answer) {
        all->well = all->well && answer.has_value();
        if (--all->left == 0) all->done(all->well);
      });
    }
  };
}

}  // namespace varde::registry
