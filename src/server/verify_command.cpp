// First the vaults, then the ledgers one after the other, so that what is committed meanwhile is
// found; and if something of a vault is missing, once more what the ledgers got since.
#include "server/verify_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <chrono>
#include <ostream>
#include <set>

#include "alarm/ids.hpp"
#include "ledger/read.hpp"
#include "ledger/verify.hpp"
#include "registry/keys.hpp"
#include "server/command_redis.hpp"
#include "server/verify_report.hpp"
#include "vault/inspect.hpp"

namespace varde::server {

namespace {

constexpr int exit_whole = 0;
constexpr int exit_flaws = 1;
constexpr int exit_not_read = 2;

/// How long a commit that is in a vault already may still be on its way to Redis.
constexpr std::chrono::seconds under_way_max{1};

class verification {
 public:
  verification(const verify_request& request, blocking_store& store)
      : request_(request), store_(store) {}

  /// Empty, or why it could not be read.
  std::string run() {
    if (auto wrong = read_vaults(); !wrong.empty()) return wrong;
    const auto municipalities = all_municipalities();
    if (!municipalities) return municipalities.error().message();
    for (const auto& one : *municipalities)
      if (const auto error = read_ledger(one); error)
        return fmt::format("The ledger of {} can't be read: {}.", one, error.message());
    if (vaults_.misses())
      if (const auto error = look_again(); error) return error.message();
    if (!request_.vaults.empty()) report_.vaulted = vaults_.finish();
    return {};
  }

  [[nodiscard]] const verify_report& report() const { return report_; }

 private:
  void add(const ledger::found_breach& b) {
    report_.add({b.municipality, b.at, b.subject, b.version, std::string{to_code(b.what)},
                 std::string{to_text(b.what)}, b.detail});
  }

  void add(const std::string& municipality, const ledger::found_flaw& f) {
    if (f.what == ledger::flaw::version_gap) return;  // the checker says it with its version
    report_.add({municipality,
                 f.at,
                 f.subject,
                 0,
                 std::string{to_code(f.what)},
                 std::string{to_text(f.what)},
                 {}});
  }

  std::string read_vaults() {
    for (const auto& directories : request_.vaults) {
      vaults_.begin_vault();
      const auto read = vault::inspect(
          directories, [this](vault::sequence number, base::wall_time, std::string_view record) {
            vaults_.expect(number, record);
          });
      if (!read)
        return fmt::format("The vault {} can't be read: {}.", fmt::join(directories, ", "),
                           read.error().message());
      if (!read->fault.empty())
        report_.add({{}, {}, {}, 0, "vault_fault", "the vault is damaged", read->fault});
      report_.vaults.push_back({directories, *read});
    }
    return {};
  }

  /// Those with a registry, those with a ledger, and the centre's own.
  base::result<std::set<std::string>> all_municipalities() {
    if (!request_.municipality.empty()) return std::set{request_.municipality};
    std::set<std::string> all{std::string{alarm::centre}};
    const auto registered = store_.ask({"SMEMBERS", std::string{registry::keys::municipalities}});
    if (!registered) return registered.error();
    for (const auto& one : registered->elements) all.insert(one.text);
    const auto ledgers = keys_like(store_, "v:{*}:ledger");
    if (!ledgers) return ledgers.error();
    for (const auto& key : *ledgers) all.insert(key.substr(3, key.find('}') - 3));
    return all;
  }

  base::error_code read_ledger(const std::string& municipality) {
    ledger::chain_observer observer{
        [this](const alarm::v1::Entry& entry, ledger::position at, std::string_view bytes) {
          checker_.take(entry, at);
          vaults_.take(entry, bytes);
        },
        [this, municipality](const ledger::found_flaw& f) { add(municipality, f); }};
    const auto chain = store_.wait_for<ledger::chain_report>(
        [&](redis::connection& connection, auto done) {
          ledger::verify_chain(connection, municipality, std::move(observer), std::move(done));
        },
        blocking_store::patience_of_long_work);
    if (!chain) return chain.error();
    report_.municipalities.push_back(
        {municipality, checker_.counts(municipality), chain->entries, chain->hash, chain->last});
    return {};
  }

  base::error_code look_again() {
    store_.run_until([] { return false; }, under_way_max);
    for (const auto& one : report_.municipalities) {
      const auto end = store_.wait_for<ledger::replay_end>(
          [&](redis::connection& connection, auto done) {
            ledger::replay(
                connection, one.id, one.last,
                [this](const alarm::v1::Entry& entry, ledger::position) {
                  vaults_.take(entry, entry.SerializeAsString());
                },
                std::move(done));
          },
          blocking_store::patience_of_long_work);
      if (!end) return end.error();
    }
    return {};
  }

  const verify_request& request_;
  blocking_store& store_;
  verify_report report_;
  ledger::checker checker_{[this](const auto& found) { add(found); }};
  ledger::vault_check vaults_{[this](const auto& found) { add(found); }, request_.municipality};
};

}  // namespace

int run_verify(const verify_request& request, std::ostream& out, std::ostream& errors) {
  blocking_store store{request.where};
  if (!store.connect()) {
    errors << fmt::format("Redis at {} does not answer: {}\n", redis::describe(request.where),
                          store.why_not());
    return exit_not_read;
  }
  verification work{request, store};
  if (const auto wrong = work.run(); !wrong.empty()) {
    errors << wrong << '\n';
    return exit_not_read;
  }
  out << (request.json ? as_json(work.report()) : as_sentences(work.report()));
  return work.report().flaws_total == 0 ? exit_whole : exit_flaws;
}

}  // namespace varde::server
