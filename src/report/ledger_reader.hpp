// Reads municipalities' ledgers for a report: on a thread and a Redis connection of its own, so
// that neither the core nor the pages wait for it, and for no longer than a report may take.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "redis/endpoint.hpp"
#include "report/offender_tally.hpp"

namespace varde::report {

class ledger_reader {
 public:
  /// Beyond it the reading is cut and told as not whole.
  static constexpr std::chrono::seconds reading_max{20};

  struct job {
    std::vector<std::string> municipalities;
    std::int64_t now_us = 0;
    unsigned days = 7;
  };
  /// One a municipality, in the job's order. What was not read is empty and not whole.
  using handler = std::function<void(std::vector<offenders>)>;

  explicit ledger_reader(redis::endpoint where);
  /// Ends a reading that is under way; its handler is not called any more.
  ~ledger_reader();
  ledger_reader(const ledger_reader&) = delete;
  ledger_reader& operator=(const ledger_reader&) = delete;

  /// One job at a time. `done` is called once, on the reader's thread.
  void read(job what, handler done);

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace varde::report
