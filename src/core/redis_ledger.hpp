// The engine's ledger on Redis: commits through the compare-and-append function, subjects read back
// by their places.
#pragma once

#include "core/ledger_port.hpp"
#include "ledger/writer.hpp"
#include "redis/connection.hpp"

namespace varde::core {

/// On the connection's thread; the connection must outlive it.
class redis_ledger final : public ledger_port {
 public:
  explicit redis_ledger(redis::connection& connection, ledger::writer_options options = {})
      : connection_(connection), writer_(connection, options) {}

  void submit(const std::vector<ledger::commit>& commits,
              std::function<void(std::vector<ledger::commit_result>)> done) override;
  void read_subject(const std::string& municipality, const std::string& subject, std::uint64_t from,
                    std::function<void(base::result<std::vector<alarm::v1::Entry>>)> done) override;
  void give_up() override;

 private:
  redis::connection& connection_;
  ledger::writer writer_;
};

}  // namespace varde::core
