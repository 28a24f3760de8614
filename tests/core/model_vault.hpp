// A vault in memory: what was appended is on "disk" when it was answered; it can be told to fail or
// to hold its answers.
#pragma once

#include <deque>
#include <set>

#include "core/vault_port.hpp"
#include "core/vaulted_commit.hpp"

namespace varde::test {

class model_vault final : public core::vault_port {
 public:
  void append(const std::vector<ledger::commit>& commits,
              std::vector<core::vault_sequence> withdrawn,
              std::function<void(base::result<core::vault_sequence>)> done) override {
    waiting.push_back([this, commits, withdrawn = std::move(withdrawn), done = std::move(done)] {
      if (failing) {
        done(make_error_code(boost::system::errc::io_error));
        return;
      }
      if (commits.empty() || !withdrawn.empty())
        records.push_back(only_withdrawing(records.size() + 1, withdrawn));
      for (const auto& c : commits) records.push_back(to_vaulted(records.size() + 1, c));
      done(records.size());
    });
    if (!hold) run();
  }

  void read(core::vault_sequence from, std::size_t most,
            std::function<void(base::result<std::vector<core::vaulted>>)> done) override {
    std::vector<core::vaulted> page;
    for (const auto& record : records)
      if (record.sequence >= from && page.size() < most) page.push_back(record);
    done(std::move(page));
  }

  void confirm(core::vault_sequence upto) override { confirmed = upto; }
  core::vault_sequence doubtful_from() const override { return confirmed + 1; }

  /// Answers everything that waits.
  void run() {
    while (!waiting.empty()) {
      auto next = std::move(waiting.front());
      waiting.pop_front();
      next();
    }
  }

  std::vector<core::vaulted> records;
  std::deque<std::function<void()>> waiting;
  core::vault_sequence confirmed = 0;
  bool failing = false;
  bool hold = false;
};

}  // namespace varde::test
