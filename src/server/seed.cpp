// Reads what is there, and writes only what differs.
#include "server/seed.hpp"

#include <fmt/format.h>

#include "registry/account_store.hpp"
#include "registry/set_store.hpp"

namespace varde::server {

namespace {

/// The bytes of both under one version, which the store counts.
bool same_set(registry::v1::MunicipalitySet& held, const registry::v1::MunicipalitySet& set) {
  const auto version = held.version();
  held.set_version(set.version());
  const bool same = held.SerializeAsString() == set.SerializeAsString();
  held.set_version(version);
  return same;
}

}  // namespace

seeder::seeder(const redis::endpoint& redis) : redis_(redis), store_(redis) {}

std::string seeder::connect() {
  return store_.connect() ? ""
                          : fmt::format("Redis at {} does not answer.", redis::describe(redis_));
}

std::string seeder::put(registry::v1::MunicipalitySet set) {
  const auto id = set.municipality().id();
  auto held = store_.wait_for<registry::stored_set>(
      [&](auto& connection, auto done) { registry::load_set(connection, id, std::move(done)); });
  if (!held) return fmt::format("The registry of {} can't be read from Redis.", id);
  if (held->position != "0-0" && same_set(held->set, set)) return {};
  set.set_version(held->set.version() + 1);
  const auto written = store_.wait_for<void>([&](auto& connection, auto done) {
    registry::write_set(connection, {id, std::move(held->position), std::move(set)},
                        std::move(done));
  });
  return written ? "" : fmt::format("The registry of {} can't be written to Redis.", id);
}

std::string seeder::put_accounts(const std::vector<demo_sign_in>& sign_ins) {
  const auto held = store_.wait_for<registry::stored_accounts>(
      [](auto& connection, auto done) { registry::load_accounts(connection, std::move(done)); });
  if (!held) return "The accounts can't be read from Redis.";
  if (!held->accounts.empty()) return {};
  registry::account_journal journal{store_.shared()};
  for (auto& account : make_demo_accounts(sign_ins)) {
    registry::v1::SignInChange change;
    *change.mutable_account() = std::move(account);
    journal.write(std::move(change), {});
  }
  if (!store_.run_until([&] { return journal.unconfirmed() == 0; }))
    return "The accounts can't be written to Redis.";
  return {};
}

}  // namespace varde::server
