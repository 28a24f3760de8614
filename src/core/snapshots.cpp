// Position first, then the states: whatever is committed in between is in the states or after the
// position.
#include "core/snapshots.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "alarm/lifecycle.hpp"
#include "core/engine.hpp"
#include "core/restore.hpp"
#include "ledger/keys.hpp"
#include "ledger/snapshot.hpp"
#include "redis/connection.hpp"

namespace varde::core {

struct snapshots::state : std::enable_shared_from_this<snapshots::state> {
  state(redis::connection& to, const engine& source, const restore& positions)
      : connection(to), of(source), followed(positions) {}

  void next() {
    if (municipalities.empty()) {
      for (const auto& done : std::exchange(waiting, {})) done();
      return;
    }
    const std::string municipality = municipalities.back();
    municipalities.pop_back();
    // With other nodes about, only what was followed counts; alone, all that the ledger has now was
    // decided here.
    if (const auto at = followed.followed_to(municipality)) {
      save(municipality, *at);
      return;
    }
    connection.send(
        redis::arguments{"XREVRANGE", ledger::ledger_key(municipality), "+", "-", "COUNT", "1"},
        [self = shared_from_this(), municipality](base::result<redis::reply> newest) {
          self->newest_known(municipality, newest);
        });
  }

  void newest_known(const std::string& municipality, const base::result<redis::reply>& newest) {
    if (newest && !newest->elements.empty() && !newest->elements[0].elements.empty())
      if (const auto at = ledger::parse_position(newest->elements[0].elements[0].text)) {
        save(municipality, *at);
        return;
      }
    next();
  }

  void save(const std::string& municipality, ledger::position at) {
    ledger::snapshot snapshot{at, {}};
    for (const auto* s : of.in_memory().by_recency()) {
      if (s->state.municipality() != municipality || s->reading || s->batch_place != subject::npos)
        continue;
      const bool open =
          std::ranges::any_of(s->state.cases(), [](const auto& c) { return !alarm::is_closed(c); });
      if (open || snapshot.subjects.size() < subjects_max)
        snapshot.subjects[s->state.subject()] = s->state;
    }
    ledger::save_snapshot(connection, municipality, snapshot,
                          [self = shared_from_this(), municipality](base::error_code error) {
                            if (error)
                              spdlog::warn(
                                  "snapshot of {} not written: {}; the next start replays more",
                                  municipality, error.message());
                            self->next();
                          });
  }

  redis::connection& connection;
  const engine& of;
  const restore& followed;
  std::vector<std::string> municipalities;
  std::vector<std::function<void()>> waiting;
};

snapshots::snapshots(redis::connection& connection, const engine& of, const restore& positions)
    : state_(std::make_shared<state>(connection, of, positions)) {}

void snapshots::begin(std::vector<std::string> municipalities, std::function<void()> done) {
  const bool under_way = !state_->waiting.empty();
  state_->waiting.push_back(std::move(done));
  if (under_way) return;
  state_->municipalities = std::move(municipalities);
  state_->next();
}

}  // namespace varde::core
