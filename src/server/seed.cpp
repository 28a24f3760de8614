// Reads what is there, and writes only what differs.
#include "server/seed.hpp"

#include <fmt/format.h>

#include "registry/account_store.hpp"
#include "registry/set_store.hpp"
#include "server/blocking_store.hpp"

namespace varde::server {

namespace {

/// Same but for the version, which the store counts.
bool same_set(registry::v1::MunicipalitySet a, const registry::v1::MunicipalitySet& b) {
  a.set_version(b.version());
  return a.SerializeAsString() == b.SerializeAsString();
}

std::string put_set(blocking_store& store, const registry::v1::MunicipalitySet& set) {
  const auto& id = set.municipality().id();
  auto held = store.wait_for<registry::stored_set>(
      [&](auto& connection, auto done) { registry::load_set(connection, id, std::move(done)); });
  if (!held) return fmt::format("The registry of {} can't be read from Redis.", id);
  if (held->position != "0-0" && same_set(held->set, set)) return {};
  const auto version = held->set.version() + 1;
  held->municipality = id;
  held->set = set;
  held->set.set_version(version);
  const auto written = store.wait_for<void>([&](auto& connection, auto done) {
    registry::write_set(connection, std::move(*held), std::move(done));
  });
  return written ? "" : fmt::format("The registry of {} can't be written to Redis.", id);
}

std::string put_accounts(blocking_store& store, const demo_data& demo) {
  const auto held = store.wait_for<registry::stored_accounts>(
      [](auto& connection, auto done) { registry::load_accounts(connection, std::move(done)); });
  if (!held) return "The accounts can't be read from Redis.";
  if (!held->accounts.empty()) return {};
  registry::account_journal journal{store.shared()};
  for (auto& account : make_demo_accounts(demo)) {
    registry::v1::SignInChange change;
    *change.mutable_account() = std::move(account);
    journal.write(std::move(change), {});
  }
  if (!store.run_until([&] { return journal.unconfirmed() == 0; }))
    return "The accounts can't be written to Redis.";
  return {};
}

}  // namespace

std::string seed_sets(const redis::endpoint& redis, std::size_t count,
                      const std::function<registry::v1::MunicipalitySet(std::size_t)>& make) {
  blocking_store store{redis};
  if (!store.connect()) return fmt::format("Redis at {} does not answer.", redis::describe(redis));
  for (std::size_t number = 0; number < count; ++number)
    if (auto wrong = put_set(store, make(number)); !wrong.empty()) return wrong;
  return {};
}

std::string seed_registry(const redis::endpoint& redis, const demo_data& demo) {
  blocking_store store{redis};
  if (!store.connect()) return fmt::format("Redis at {} does not answer.", redis::describe(redis));
  for (const auto& set : demo.municipalities)
    if (auto wrong = put_set(store, set); !wrong.empty()) return wrong;
  return put_accounts(store, demo);
}

}  // namespace varde::server
