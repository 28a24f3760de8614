// One municipality after the other: snapshot, replay, next; then the tail.
#include "core/restore.hpp"

#include <spdlog/spdlog.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <map>

#include "core/engine.hpp"
#include "ledger/error.hpp"
#include "ledger/read.hpp"
#include "ledger/snapshot.hpp"
#include "ledger/tail.hpp"
#include "redis/connection.hpp"

namespace varde::core {

namespace {
/// Between two tries at a Redis that is not there yet, and between two looks whether all is read.
constexpr std::chrono::milliseconds look_again{20};
}  // namespace

struct restore::state : std::enable_shared_from_this<restore::state> {
  state(boost::asio::io_context& context, redis::connection& to, redis::endpoint at, engine& target)
      : io(context), connection(to), where(std::move(at)), into(target), timer(context) {}

  void next() {
    if (place == municipalities.size()) {
      wait_until_read();
      return;
    }
    ledger::load_snapshot(
        connection, municipalities[place],
        [self = shared_from_this()](auto loaded) { self->loaded(std::move(loaded)); });
  }

  void loaded(base::result<std::optional<ledger::snapshot>> loaded) {
    ledger::position from;
    if (loaded && *loaded) {
      from = (*loaded)->at;
      for (auto& [id, subject] : (*loaded)->subjects) into.restore(std::move(subject));
    } else if (loaded.has_error() && loaded.error() != ledger::errc::unreadable_snapshot) {
      again_later();
      return;
    }
    ledger::replay(
        connection, municipalities[place], from,
        [self = shared_from_this()](const alarm::v1::Entry& entry, ledger::position) {
          self->into.follow(entry);
        },
        [self = shared_from_this()](base::result<ledger::replay_end> end) {
          self->replayed(std::move(end));
        });
  }

  void replayed(base::result<ledger::replay_end> end) {
    if (!end) {
      again_later();
      return;
    }
    if (end->unreadable > 0)
      spdlog::error("ledger of {}: {} entries could not be read and are not on the board",
                    municipalities[place], end->unreadable);
    last[municipalities[place]] = end->last;
    ++place;
    next();
  }

  void again_later() {
    timer.expires_after(look_again);
    timer.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->next();
    });
  }

  /// The engine may be reading subjects whose entries left a gap.
  void wait_until_read() {
    if (into.restored()) {
      done({});
      if (follow_others) follow();
      return;
    }
    if (connection.connected()) into.ledger_reachable(true);
    timer.expires_after(look_again);
    timer.async_wait([self = shared_from_this()](boost::system::error_code error) {
      if (!error) self->wait_until_read();
    });
  }

  void follow() {
    redis::connection_options options;
    options.client_name = "varde-tail";
    tail_connection = redis::connection::create(io, where, options);
    tail_connection->start();
    tail.emplace(*tail_connection);
    for (const auto& [municipality, at] : last) tail->add(municipality, at);
    tail->start([this](const alarm::v1::Entry& entry, ledger::position) { into.follow(entry); });
  }

  boost::asio::io_context& io;
  redis::connection& connection;
  redis::endpoint where;
  engine& into;
  boost::asio::steady_timer timer;
  std::vector<std::string> municipalities;
  std::size_t place = 0;
  bool follow_others = false;
  std::function<void(base::error_code)> done;
  std::map<std::string, ledger::position> last;
  std::shared_ptr<redis::connection> tail_connection;
  std::optional<ledger::tail> tail;
};

restore::restore(boost::asio::io_context& io, redis::connection& connection, redis::endpoint where,
                 engine& into)
    : state_(std::make_shared<state>(io, connection, std::move(where), into)) {}

restore::~restore() { state_->tail.reset(); }

void restore::begin(std::vector<std::string> municipalities, bool follow_others,
                    std::function<void(base::error_code)> done) {
  state_->municipalities = std::move(municipalities);
  state_->follow_others = follow_others;
  state_->done = std::move(done);
  state_->next();
}

void restore::add(const std::string& municipality) {
  if (state_->tail) state_->tail->add(municipality, {});
}

std::optional<ledger::position> restore::followed_to(const std::string& municipality) const {
  return state_->tail ? state_->tail->at(municipality) : std::nullopt;
}

}  // namespace varde::core
