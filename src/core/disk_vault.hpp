// The engine's vault on this node's disk: commits become records of the segment log, and answers
// come back to the core thread.
#pragma once

#include <memory>
#include <string>

#include "base/metrics.hpp"
#include "core/vault_port.hpp"
#include "vault/options.hpp"

namespace boost::asio {
class io_context;
}

namespace varde::core {

/// Made by open(); used and destroyed on the io_context's thread or while that doesn't run.
class disk_vault final : public vault_port {
 public:
  /// Reads what is there: as long as that takes. `io`'s thread gets the answers; `io` and `metrics`
  /// outlive it. Fails as vault::log::open does.
  [[nodiscard]] static base::result<std::unique_ptr<disk_vault>> open(vault::options options,
                                                                      boost::asio::io_context& io,
                                                                      base::metrics& metrics);
  ~disk_vault() override;

  void append(const std::vector<ledger::commit>& commits, std::vector<vault_sequence> withdrawn,
              std::function<void(base::result<vault_sequence>)> done) override;
  /// Read and parsed on a thread of its own; one reading at a time.
  void read(vault_sequence from, std::size_t most,
            std::function<void(base::result<std::vector<vaulted>>)> done) override;
  void confirm(vault_sequence upto) override;
  [[nodiscard]] vault_sequence doubtful_from() const override;
  /// What is wrong with the disk, as a sentence; empty if nothing is. Any thread.
  [[nodiscard]] std::string trouble() const;

 private:
  struct parts;
  explicit disk_vault(std::unique_ptr<parts> p);
  std::unique_ptr<parts> parts_;
};

}  // namespace varde::core
