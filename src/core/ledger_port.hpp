// What the engine needs of a ledger, as an interface, so that the same engine runs on Redis and on
// a model of Redis.
#pragma once

#include <cstdint>
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
  /// The subject's entries from version `from` on, in order.
  virtual void read_subject(
      const std::string& municipality, const std::string& subject, std::uint64_t from,
      std::function<void(base::result<std::vector<alarm::v1::Entry>>)> done) = 0;
  /// The ledger did not answer in good time: gives it up and connects anew. What is under way is
  /// answered as failed, now or later.
  virtual void give_up() = 0;
};

}  // namespace varde::core
