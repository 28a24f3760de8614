// Position first, then the whole load, then the tail from that position: what changes during the
// load comes twice, and nothing is missed.
#include "registry/centre_tail.hpp"

#include <array>
#include <map>
#include <string>

#include "alarm/ids.hpp"
#include "base/log.hpp"
#include "registry/account_store.hpp"
#include "registry/error.hpp"
#include "registry/keys.hpp"
#include "registry/set_packing.hpp"
#include "registry/set_store.hpp"

namespace varde::registry {

namespace {

/// A stream and how far it was read.
struct followed_stream {
  std::string key;
  std::string position;
};

}  // namespace

struct centre_tail::state : std::enable_shared_from_this<state> {
  state(std::shared_ptr<redis::connection> link, directory& all, accounts& everyone)
      : connection{std::move(link)}, municipalities{all}, people{everyone} {}

  std::shared_ptr<redis::connection> connection;
  directory& municipalities;
  accounts& people;
  std::function<void(base::error_code)> loaded;
  /// Where each municipality's set that was read last stands in its stream, so that a connection
  /// that comes back makes no second copy of it.
  std::map<std::string, std::string, std::less<>> in_force;
  std::array<followed_stream, 2> streams{followed_stream{std::string{keys::sign_ins}, "0-0"},
                                         followed_stream{std::string{keys::imports}, "0-0"}};

  /// A handler that does nothing when the tail is gone.
  template <class Function>
  auto guarded(Function function) {
    return [weak = weak_from_this(), function = std::move(function)](auto... arguments) {
      if (const auto self = weak.lock()) function(*self, std::move(arguments)...);
    };
  }

  void find_positions() {
    for (std::size_t i = 0; i < streams.size(); ++i) {
      connection->send({"XREVRANGE", streams[i].key, "+", "-", "COUNT", "1"},
                       guarded([i](state& self, base::result<redis::reply> reply) {
                         if (!reply) return;  // the load that follows fails too
                         self.streams[i].position =
                             reply->elements.empty() || reply->elements[0].elements.empty()
                                 ? "0-0"
                                 : reply->elements[0].elements[0].text;
                       }));
    }
    load();
  }

  void load() {
    load_accounts(*connection, guarded([](state& self, base::result<stored_accounts> stored) {
      if (!stored) return self.load_failed(stored.error());
      self.people.load(std::move(stored->accounts), std::move(stored->sessions));
      self.load_municipalities();
    }));
  }

  void load_municipalities() {
    auto packing = std::make_shared<set_packing>();
    load_each_set(
        *connection,
        [weak = weak_from_this(), packing](stored_bytes stored) -> base::error_code {
          const auto self = weak.lock();
          return self ? self->take(std::move(stored), *packing) : base::error_code{};
        },
        guarded([packing](state& self, base::error_code wrong) {
          if (wrong) return self.load_failed(wrong);
          if (wrong = self.put_in_force(*packing); wrong) return self.load_failed(wrong);
          self.loaded({});
          self.follow();
        }));
  }

  void load_failed(boost::system::error_code why) {
    in_force.clear();  // what was read of it came to nothing
    loaded(why);
    connection->reconnect();
  }

  /// Packs it unless it is in force already; the centre's counts at once.
  base::error_code take(stored_bytes stored, set_packing& packing) {
    auto& position = in_force[stored.municipality];
    if (position == stored.position) return {};
    position = stored.position;
    if (stored.municipality != alarm::centre) return packing.add(std::move(stored));
    v1::MunicipalitySet defaults;
    if (!defaults.ParseFromString(stored.set)) return error::store_damaged;
    municipalities.replace(std::move(defaults));
    return {};
  }

  base::error_code put_in_force(set_packing& packing) {
    const auto sets = packing.finish();
    if (!sets) return sets.error();
    municipalities.replace_all(*sets);
    return {};
  }

  void take_one(stored_bytes stored) {
    if (stored.position == "0-0") return;
    const auto municipality = stored.municipality;
    set_packing packing{1};
    auto wrong = take(std::move(stored), packing);
    if (!wrong) wrong = put_in_force(packing);
    if (!wrong) return;
    in_force.erase(municipality);  // what was read of it came to nothing
    cannot_read(wrong);
  }

  static void cannot_read(const boost::system::error_code& why) {
    spdlog::error("registry: can't read a municipality's set: {}", why.message());
  }

  void follow() {
    connection->send(
        {"XREAD", "COUNT", std::to_string(batch_max), "BLOCK", std::to_string(wait.count()),
         "STREAMS", streams[0].key, streams[1].key, streams[0].position, streams[1].position},
        guarded([](state& self, base::result<redis::reply> reply) {
          if (!reply) return self.follow_failed(reply.error());
          for (const auto& stream : reply->elements) self.take_stream(stream);
          self.follow();
        }));
  }

  /// A lost connection comes back by itself; after any other failure it is made anew.
  void follow_failed(boost::system::error_code why) {
    if (why == redis::errc::stopped || why == redis::errc::lost ||
        why == redis::errc::not_connected)
      return;
    connection->reconnect();
  }

  void take_stream(const redis::reply& stream) {
    if (stream.elements.size() != 2) return;
    for (auto& followed : streams) {
      if (followed.key != stream.elements[0].text) continue;
      for (const auto& entry : stream.elements[1].elements) {
        if (entry.elements.size() != 2 || entry.elements[1].elements.size() != 2) continue;
        followed.position = entry.elements[0].text;
        take_entry(followed.key, entry.elements[1].elements[1].text);
      }
    }
  }

  void take_entry(const std::string& key, const std::string& value) {
    if (key == keys::imports) {
      load_set_bytes(*connection, value,
                     guarded([](state& self, base::result<stored_bytes> stored) {
                       stored ? self.take_one(std::move(*stored)) : cannot_read(stored.error());
                     }));
      return;
    }
    v1::SignInChange change;
    if (change.ParseFromString(value))
      people.apply(change);
    else
      spdlog::error("registry: an entry of {} can't be read and is left out", key);
  }
};

centre_tail::centre_tail(std::shared_ptr<redis::connection> connection, directory& municipalities,
                         accounts& people)
    : state_{std::make_shared<state>(std::move(connection), municipalities, people)} {}

centre_tail::~centre_tail() = default;

void centre_tail::start(std::function<void(base::error_code)> loaded) {
  state_->loaded = std::move(loaded);
  state_->connection->on_state(state_->guarded([](state& self, bool connected) {
    if (connected) self.find_positions();
  }));
}

}  // namespace varde::registry
