// What a verification found, and its two forms: sentences for people, JSON for programs.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "ledger/checker.hpp"
#include "ledger/vault_check.hpp"
#include "server/verify_command.hpp"
#include "vault/inspect.hpp"

namespace varde::server {

struct verified_municipality {
  std::string id;
  ledger::checked_counts counts;
  std::uint64_t entries = 0;  // in the stream, readable or not
  std::string hash;           // of the newest
  ledger::position last;
};

struct verified_vault {
  std::vector<std::string> directories;
  vault::inspection read;
};

struct verify_flaw {
  std::string municipality;
  ledger::position at;  // the default: not in the ledger
  std::string subject;
  std::uint64_t version = 0;  // 0: not about one
  std::string code, text, detail;
};

struct verify_report {
  std::vector<verified_municipality> municipalities;
  std::vector<verified_vault> vaults;
  ledger::vault_counts vaulted;
  std::vector<verify_flaw> flaws;  // the first flaws_shown_max
  std::uint64_t flaws_total = 0;

  void add(verify_flaw found);
};

[[nodiscard]] std::string as_sentences(const verify_report& report);
[[nodiscard]] std::string as_json(const verify_report& report);

}  // namespace varde::server
