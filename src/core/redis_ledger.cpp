// Thin: the ledger room does the work.
#include "core/redis_ledger.hpp"

#include "ledger/read.hpp"

namespace varde::core {

void redis_ledger::submit(const std::vector<ledger::commit>& commits,
                          std::function<void(std::vector<ledger::commit_result>)> done) {
  writer_.submit(commits, std::move(done));
}

void redis_ledger::read_subject(
    const std::string& municipality, const std::string& subject, std::uint64_t from,
    std::function<void(base::result<std::vector<alarm::v1::Entry>>)> done) {
  ledger::read_subject(connection_, municipality, subject, from, ledger::newest_version,
                       std::move(done));
}

void redis_ledger::give_up() {
  if (connection_.connected()) connection_.reconnect();
}

}  // namespace varde::core
