// The worst offenders over HTTP: GET /api/v1/reports/offenders. A municipality's part is read from
// its ledger at most every ten minutes and kept; requests wait in line for one reading at a time.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "base/time.hpp"
#include "http/router.hpp"
#include "http/web_thread.hpp"
#include "registry/accounts.hpp"
#include "registry/audit.hpp"
#include "registry/directory.hpp"
#include "report/ledger_reader.hpp"

namespace varde::report {

struct report_parts {
  http::web_thread& web;
  http::router& routes;
  /// Who asks; nullopt: refused and answered.
  std::function<std::optional<registry::session_holder>(const http::exchange_pointer&)> admit;
  const registry::directory& directory;
  registry::audit_trail& audit;
  /// Reads ledgers; `done` on any thread.
  std::function<void(ledger_reader::job, ledger_reader::handler done)> read;
};

/// Web thread only.
class reports {
 public:
  static constexpr unsigned days_default = 7;
  static constexpr unsigned days_max = 30;
  static constexpr std::chrono::minutes kept_for{10};
  /// Requests that wait; more are told to come again.
  static constexpr std::size_t waiting_max = 64;

  explicit reports(report_parts parts);

 private:
  struct asked {
    http::exchange_pointer e;
    registry::session_holder who;
    unsigned days;
  };
  struct kept {
    base::wall_time made;
    offenders found;
  };
  using key = std::pair<std::string, unsigned>;  // municipality and days

  void get(const http::exchange_pointer& e);
  void next();
  void answer(const asked& a);
  [[nodiscard]] std::vector<std::string> municipalities_of(const asked& a) const;

  report_parts parts_;
  std::deque<asked> waiting_;
  bool reading_ = false;
  std::map<key, kept> kept_;
  std::shared_ptr<const bool> alive_ = std::make_shared<const bool>(true);
};

}  // namespace varde::report
