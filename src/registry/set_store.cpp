// The commands behind the three calls.
#include "registry/set_store.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include "registry/error.hpp"
#include "registry/keys.hpp"

namespace varde::registry {

namespace {

constexpr std::string_view no_position = "0-0";

/// KEYS: the set's stream. ARGV: the position it must stand at, the set, how many to keep.
constexpr std::string_view append_script = R"(
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
local position = newest[1] and newest[1][1] or '0-0'
if position ~= ARGV[1] then return false end
return redis.call('XADD', KEYS[1], 'MAXLEN', ARGV[3], '*', 'set', ARGV[2])
)";

/// How many XADD need not keep exactly: announcements are only hints.
constexpr std::string_view announcements_kept = "1000";

/// By the size of the newest: a municipality's sets are much alike.
std::size_t sets_kept(std::size_t bytes) {
  return std::clamp(sets_kept_bytes / std::max<std::size_t>(bytes, 1), sets_kept_min,
                    sets_kept_max);
}

/// From one entry of a set's stream, whose texts it takes.
base::result<stored_bytes> take_entry(std::string municipality, redis::reply& entry) {
  if (entry.elements.size() != 2 || entry.elements[1].elements.size() != 2)
    return error::store_damaged;
  return stored_bytes{std::move(municipality), std::move(entry.elements[0].text),
                      std::move(entry.elements[1].elements[1].text)};
}

base::result<stored_set> parse(base::result<stored_bytes> stored) {
  if (!stored) return stored.error();
  stored_set found{std::move(stored->municipality), std::move(stored->position), {}};
  if (found.position == no_position) return found;
  if (!found.set.ParseFromString(stored->set)) return error::store_damaged;
  if (found.set.municipality().id() != found.municipality) return error::store_damaged;
  return found;
}

/// From the reply to XREVRANGE … COUNT 1.
base::result<stored_bytes> take_newest(std::string municipality, redis::reply& reply) {
  if (!reply.is(redis::reply::kind::array)) return error::store_damaged;
  if (reply.elements.empty())
    return stored_bytes{std::move(municipality), std::string{no_position}, {}};
  return take_entry(std::move(municipality), reply.elements[0]);
}

/// From the reply to XREVRANGE.
base::result<std::vector<stored_set>> read_all(const std::string& municipality,
                                               redis::reply& reply) {
  if (!reply.is(redis::reply::kind::array)) return error::store_damaged;
  std::vector<stored_set> sets;
  for (auto& entry : reply.elements) {
    auto set = parse(take_entry(municipality, entry));
    if (!set) return set.error();
    sets.push_back(std::move(*set));
  }
  return sets;
}

/// Waits for the sets of several municipalities.
struct gathering {
  std::size_t missing = 0;
  std::vector<stored_set> sets;
  std::optional<boost::system::error_code> failure;
  std::function<void(base::result<std::vector<stored_set>>)> done;

  void take(base::result<stored_set> set) {
    if (set)
      sets.push_back(std::move(*set));
    else
      failure = set.error();
    if (--missing > 0) return;
    if (failure)
      done(*failure);
    else
      done(std::move(sets));
  }
};

/// Municipalities that are still to be asked for.
struct walk {
  redis::connection& connection;
  std::vector<redis::reply> left;
  std::function<base::error_code(stored_bytes)> take;
  std::function<void(base::error_code)> done;
};

void go_on(const std::shared_ptr<walk>& all) {
  if (all->left.empty()) return all->done({});
  auto municipality = std::move(all->left.back().text);
  all->left.pop_back();
  load_set_bytes(all->connection, std::move(municipality),
                 [all](base::result<stored_bytes> stored) {
                   if (!stored) return all->done(stored.error());
                   if (stored->position != no_position)
                     if (const auto wrong = all->take(std::move(*stored))) return all->done(wrong);
                   go_on(all);
                 });
}

}  // namespace

void load_set_bytes(redis::connection& connection, std::string municipality,
                    std::function<void(base::result<stored_bytes>)> done) {
  const auto key = keys::set_of(municipality);
  connection.send({"XREVRANGE", key, "+", "-", "COUNT", "1"},
                  [municipality = std::move(municipality),
                   done = std::move(done)](base::result<redis::reply> reply) mutable {
                    if (!reply) return done(error::store_unreachable);
                    done(take_newest(std::move(municipality), *reply));
                  });
}

void load_set(redis::connection& connection, std::string municipality,
              std::function<void(base::result<stored_set>)> done) {
  load_set_bytes(connection, std::move(municipality),
                 [done = std::move(done)](base::result<stored_bytes> stored) {
                   done(parse(std::move(stored)));
                 });
}

void load_each_set(redis::connection& connection,
                   std::function<base::error_code(stored_bytes)> take,
                   std::function<void(base::error_code)> done) {
  connection.send({"SMEMBERS", std::string{keys::municipalities}},
                  [&connection, take = std::move(take),
                   done = std::move(done)](base::result<redis::reply> reply) mutable {
                    if (!reply) return done(error::store_unreachable);
                    go_on(std::make_shared<walk>(walk{connection, std::move(reply->elements),
                                                      std::move(take), std::move(done)}));
                  });
}

void load_all_sets(redis::connection& connection,
                   std::function<void(base::result<std::vector<stored_set>>)> done) {
  connection.send({"SMEMBERS", std::string{keys::municipalities}},
                  [&connection, done = std::move(done)](base::result<redis::reply> reply) mutable {
                    if (!reply) return done(error::store_unreachable);
                    if (reply->elements.empty()) return done(std::vector<stored_set>{});
                    auto all = std::make_shared<gathering>();
                    all->missing = reply->elements.size();
                    all->done = std::move(done);
                    for (auto& id : reply->elements)
                      load_set(connection, std::move(id.text),
                               [all](base::result<stored_set> set) { all->take(std::move(set)); });
                  });
}

void load_kept_sets(redis::connection& connection, std::string municipality,
                    std::function<void(base::result<std::vector<stored_set>>)> done) {
  const auto key = keys::set_of(municipality);
  connection.send({"XREVRANGE", key, "+", "-", "COUNT", std::to_string(sets_kept_max)},
                  [municipality = std::move(municipality),
                   done = std::move(done)](base::result<redis::reply> reply) {
                    if (!reply) return done(error::store_unreachable);
                    done(read_all(municipality, *reply));
                  });
}

void write_set(redis::connection& connection, stored_set next,
               std::function<void(base::result<void>)> done) {
  // The id goes in first: an id without a set is harmless, a set without its id would not be found.
  connection.send({"SADD", std::string{keys::municipalities}, next.municipality},
                  [](base::result<redis::reply>) {});
  const auto bytes = next.set.SerializeAsString();
  connection.send({"EVAL", std::string{append_script}, "1", keys::set_of(next.municipality),
                   next.position, bytes, std::to_string(sets_kept(bytes.size()))},
                  [done = std::move(done)](base::result<redis::reply> reply) {
                    if (!reply) return done(error::store_unreachable);
                    if (reply->is(redis::reply::kind::nil)) return done(error::changed_meanwhile);
                    done({});
                  });
  connection.send({"XADD", std::string{keys::imports}, "MAXLEN", "~",
                   std::string{announcements_kept}, "*", "m", next.municipality},
                  [](base::result<redis::reply>) {});
}

}  // namespace varde::registry
