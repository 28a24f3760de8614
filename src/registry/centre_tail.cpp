// Position first, then the whole load, then the tail from that position: what changes during the
// load comes twice, and nothing is missed.
#include "registry/centre_tail.hpp"

#include <array>
#include <string>

#include "base/log.hpp"
#include "registry/account_store.hpp"
#include "registry/error.hpp"
#include "registry/keys.hpp"
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
    load_all_sets(*connection,
                  guarded([](state& self, base::result<std::vector<stored_set>> stored) {
                    if (!stored) return self.load_failed(stored.error());
                    for (auto& one : *stored) self.take(std::move(one));
                    self.loaded({});
                    self.follow();
                  }));
  }

  void load_failed(boost::system::error_code why) {
    loaded(why);
    connection->reconnect();
  }

  void take(stored_set stored) {
    if (stored.position != "0-0") municipalities.replace(std::move(stored.set));
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
      load_set(*connection, value, guarded([](state& self, base::result<stored_set> stored) {
        if (stored) return self.take(std::move(*stored));
        spdlog::error("registry: can't read a municipality's set: {}", stored.error().message());
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
