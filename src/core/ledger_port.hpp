// What the engine needs of a ledger, as an interface, so that the same engine runs on Redis and on
// a model of Redis.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ledger/commit.hpp"

namespace varde::core {

/// Called and answering on the engine's thread. Every call is answered exactly once, possibly
/// before it returns.
class ledger_port {
 public:
  virtual ~ledger_port() = default;
  /// Results in the order of the commits.
  virtual void submit(const std::vector<ledger::commit>& commits,
                      std::function<void(std::vector<ledger::commit_result>)> done) = 0;
  /// All entries of the subject from version 1, in order.
  virtual void read_subject(
      const std::string& municipality, const std::string& subject,
      std::function<void(base::result<std::vector<alarm::v1::Entry>>)> done) = 0;
};

}  // namespace varde::core
