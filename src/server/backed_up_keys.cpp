// Names are taken apart here as docs/ledger.md lists them: v:{<municipality>}:<what>.
#include "server/backed_up_keys.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "alarm/ids.hpp"
#include "registry/audit.hpp"
#include "registry/keys.hpp"
#include "server/command_redis.hpp"

namespace varde::server {

namespace {

/// The part after "v:{…}:"; the whole key if it has no such beginning.
std::string_view what_of(std::string_view key) {
  const auto end = key.find("}:");
  return key.starts_with("v:{") && end != std::string_view::npos ? key.substr(end + 2) : key;
}

/// Made anew from the ledger, or of no use to anybody after a restore.
bool is_left_out(std::string_view key) {
  static constexpr std::array<std::string_view, 5> from_the_ledger{"ledger", "places", "chain",
                                                                   "snapshot", "nodes"};
  static constexpr std::array<std::string_view, 4> of_sign_ins{
      registry::keys::sessions, registry::keys::seen, registry::keys::sign_ins,
      registry::keys::imports};
  const auto what = what_of(key);
  return std::ranges::find(from_the_ledger, what) != from_the_ledger.end() ||
         std::ranges::find(of_sign_ins, key) != of_sign_ins.end() || what.starts_with("s:");
}

}  // namespace

base::result<keys_to_copy> find_keys_to_copy(blocking_store& store) {
  const auto listed = keys_like(store, "v:*");
  if (!listed) return listed.error();
  const auto registered = store.ask({"SMEMBERS", std::string{registry::keys::municipalities}});
  if (!registered) return registered.error();

  std::set<std::string> municipalities{std::string{alarm::centre}};
  for (const auto& one : registered->elements) municipalities.insert(one.text);
  for (const auto& key : *listed)
    if (what_of(key) == "ledger") municipalities.insert(key.substr(3, key.find('}') - 3));

  std::set<std::string> others(listed->begin(), listed->end());
  for (const auto known :
       {registry::keys::municipalities, registry::keys::accounts, registry::keys::totp})
    others.emplace(known);
  for (const auto& one : municipalities) {
    others.insert(registry::keys::set_of(one));
    others.insert(registry::audit_key(one));
  }
  std::erase_if(others, is_left_out);
  return keys_to_copy{{municipalities.begin(), municipalities.end()},
                      {others.begin(), others.end()}};
}

}  // namespace varde::server
