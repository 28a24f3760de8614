// A ledger in memory with the real one's rule (append if the version is still the one decided
// from), whose answers can be held back, lost before or lost after they took effect.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "core/ledger_port.hpp"
#include "ledger/entry.hpp"

namespace varde::test {

class model_ledger final : public core::ledger_port {
 public:
  enum class fate { answer, lose_before, lose_after, carry_out_twice };

  void submit(const std::vector<ledger::commit>& commits,
              std::function<void(std::vector<ledger::commit_result>)> done) override {
    ++submits;
    waiting.push_back([this, commits, done = std::move(done)] {
      std::vector<ledger::commit_result> results;
      for (const auto& c : commits) {
        if (now == fate::carry_out_twice) append(c);
        const auto result = now == fate::lose_before ? ledger::commit_result{} : append(c);
        const bool is_lost = now == fate::lose_before || now == fate::lose_after;
        results.push_back(is_lost ? ledger::commit_result{} : result);
      }
      done(std::move(results));
    });
    if (!hold) run();
  }

  void read_subject(
      const std::string& municipality, const std::string& subject, std::uint64_t from,
      std::function<void(base::result<std::vector<alarm::v1::Entry>>)> done) override {
    waiting.push_back([this, key = municipality + "." + subject, from, done = std::move(done)] {
      if (now == fate::lose_before || now == fate::lose_after) {
        done(make_error_code(boost::system::errc::not_connected));
        return;
      }
      const auto& all = entries[key];
      const auto skipped = static_cast<std::ptrdiff_t>(std::min(all.size(), std::size_t(from - 1)));
      done(std::vector<alarm::v1::Entry>(all.begin() + skipped, all.end()));
    });
    if (!hold) run();
  }

  void give_up() override { ++given_up; }

  /// Answers everything that waits, and what that leads to.
  void run() {
    if (running_) return;
    running_ = true;
    while (!waiting.empty()) {
      auto next = std::move(waiting.front());
      waiting.pop_front();
      next();
    }
    running_ = false;
  }

  ledger::commit_result append(const ledger::commit& c) {
    auto& list = entries[c.municipality + "." + c.subject];
    if (c.guarded_by &&
        entries[c.municipality + "." + c.guarded_by->subject].size() != c.guarded_by->version)
      return {ledger::commit_status::fenced, list.size()};
    if (list.size() != c.expected_version) return {ledger::commit_status::stale, list.size()};
    for (const auto& bytes : c.entries) list.push_back(*ledger::parse_entry(bytes));
    return {ledger::commit_status::committed, list.size()};
  }

  std::map<std::string, std::vector<alarm::v1::Entry>> entries;
  std::deque<std::function<void()>> waiting;
  fate now = fate::answer;
  bool hold = false;
  int submits = 0;
  int given_up = 0;

 private:
  bool running_ = false;
};

}  // namespace varde::test
