// One hash: a field a node.
#include "core/neighbours.hpp"

#include <spdlog/spdlog.h>

#include <cstring>

#include "base/hash.hpp"
#include "redis/connection.hpp"
#include "varde/ledger/v1/presence.pb.h"

namespace varde::core {

namespace {

constexpr const char* presence_key = "v:{centre}:nodes";

std::uint64_t random_number() {
  std::uint64_t number = 0;
  const auto bytes = base::random_bytes(sizeof number);
  std::memcpy(&number, bytes.data(), sizeof number);
  return number;
}

}  // namespace

neighbours::neighbours(redis::connection& connection, std::string node,
                       std::function<void(const neighbourhood&)> tell)
    : connection_(connection),
      node_(std::move(node)),
      tell_(std::move(tell)),
      beat_(random_number()) {}

void neighbours::saw(const std::string& user, bool gone) {
  if (gone)
    users_.erase(user);
  else
    users_[user] = std::chrono::steady_clock::now();
}

void neighbours::beat() {
  if (!connection_.connected()) return;
  const auto now = std::chrono::steady_clock::now();
  std::erase_if(users_, [&](const auto& user) { return now - user.second > user_kept; });
  ledger::v1::NodePresence ours;
  ours.set_beat(++beat_);
  for (const auto& [user, seen] : users_) ours.add_users(user);
  ours_ = ours.SerializeAsString();
  connection_.send(redis::arguments{"HSET", presence_key, node_, ours_},
                   [](const base::result<redis::reply>&) {});
  connection_.send(redis::arguments{"HGETALL", presence_key},
                   [this](const base::result<redis::reply>& answer) {
                     if (!answer || answer->elements.size() % 2 != 0) return;
                     std::map<std::string, std::string> all;
                     for (std::size_t i = 0; i < answer->elements.size(); i += 2)
                       all[answer->elements[i].text] = answer->elements[i + 1].text;
                     take(all);
                   });
}

void neighbours::take(const std::map<std::string, std::string>& presences) {
  const auto now = std::chrono::steady_clock::now();
  neighbourhood known;
  std::erase_if(others_, [&](const auto& one) { return !presences.contains(one.first); });
  for (const auto& [name, presence] : presences) {
    if (name == node_) {
      if (presence != ours_)
        spdlog::error("another node is called {} too: give each its own node.name", node_);
      continue;
    }
    auto& held = others_[name];
    if (held.presence != presence) held = {presence, now};
    neighbour one{now - held.changed < alive_for, {}};
    ledger::v1::NodePresence said;
    if (said.ParseFromString(presence)) one.users.assign(said.users().begin(), said.users().end());
    known.emplace(name, std::move(one));
  }
  tell_(known);
}

void neighbours::leave() {
  if (connection_.connected())
    connection_.send(redis::arguments{"HDEL", presence_key, node_},
                     [](const base::result<redis::reply>&) {});
}

}  // namespace varde::core
