// A Redis connection of its own, run to the end of the work.
#include "server/seed.hpp"

#include <fmt/format.h>

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <memory>
#include <optional>

#include "redis/connection.hpp"
#include "registry/account_store.hpp"
#include "registry/set_store.hpp"

namespace varde::server {

namespace {

/// Longest for one thing to be read or written.
constexpr std::chrono::seconds step_limit{20};

/// Same but for the version, which the store counts.
bool same_set(registry::v1::MunicipalitySet a, const registry::v1::MunicipalitySet& b) {
  a.set_version(b.version());
  return a.SerializeAsString() == b.SerializeAsString();
}

class seeding {
 public:
  explicit seeding(const redis::endpoint& where)
      : connection_(redis::connection::create(io_, where)), journal_(connection_) {
    connection_->on_state([this](bool up) { connected_ = up; });
    connection_->start();
  }
  ~seeding() {
    connection_->stop();
    io_.poll();
  }

  bool connect() {
    return wait([this] { return connected_; });
  }

  std::string put(const registry::v1::MunicipalitySet& set) {
    const auto& id = set.municipality().id();
    std::optional<base::result<registry::stored_set>> held;
    registry::load_set(*connection_, id, [&](auto found) { held = std::move(found); });
    if (!wait([&] { return held.has_value(); }) || held->has_error())
      return fmt::format("The registry of {} can't be read from Redis.", id);
    if ((*held)->position != "0-0" && same_set((*held)->set, set)) return {};
    auto next = **held;
    const auto version = next.set.version() + 1;
    next.municipality = id;
    next.set = set;
    next.set.set_version(version);
    std::optional<base::result<void>> written;
    registry::write_set(*connection_, std::move(next), [&](base::result<void> r) { written = r; });
    if (!wait([&] { return written.has_value(); }) || written->has_error())
      return fmt::format("The registry of {} can't be written to Redis.", id);
    return {};
  }

  std::string put_accounts(const demo_data& demo) {
    std::optional<base::result<registry::stored_accounts>> held;
    registry::load_accounts(*connection_, [&](auto found) { held = std::move(found); });
    if (!wait([&] { return held.has_value(); }) || held->has_error())
      return "The accounts can't be read from Redis.";
    if (!(*held)->accounts.empty()) return {};
    std::size_t unwritten = 0;
    for (auto& account : make_demo_accounts(demo)) {
      registry::v1::SignInChange change;
      *change.mutable_account() = std::move(account);
      ++unwritten;
      journal_.write(std::move(change), [&unwritten](registry::journal_outcome) { --unwritten; });
    }
    if (!wait([&] { return unwritten == 0; })) return "The accounts can't be written to Redis.";
    return {};
  }

 private:
  template <class Done>
  bool wait(Done done) {
    const auto until = std::chrono::steady_clock::now() + step_limit;
    while (!done()) {
      if (std::chrono::steady_clock::now() > until) return false;
      io_.run_one_for(std::chrono::milliseconds{100});
    }
    return true;
  }

  boost::asio::io_context io_{1};
  std::shared_ptr<redis::connection> connection_;
  registry::account_journal journal_;
  bool connected_ = false;
};

}  // namespace

std::string seed_registry(const redis::endpoint& redis, const demo_data& demo) {
  seeding to{redis};
  if (!to.connect()) return fmt::format("Redis at {} does not answer.", redis::describe(redis));
  for (const auto& set : demo.municipalities)
    if (auto wrong = to.put(set); !wrong.empty()) return wrong;
  return to.put_accounts(demo);
}

}  // namespace varde::server
