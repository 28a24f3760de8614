// Positions first, then all states at one moment at which nothing is half done: whatever is
// committed in between is in the states or after the position.
#include "core/snapshots.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>

#include "alarm/lifecycle.hpp"
#include "core/engine.hpp"
#include "core/restore.hpp"
#include "ledger/keys.hpp"
#include "ledger/snapshot.hpp"
#include "redis/connection.hpp"

namespace varde::core {

struct snapshots::state : std::enable_shared_from_this<snapshots::state> {
  state(redis::connection& to, const engine& source, const restore& places)
      : connection(to), of(source), followed(places) {}

  void end() {
    for (const auto& done : std::exchange(waiting, {})) done();
  }

  void next_position() {
    if (municipalities.empty()) {
      wants_states = true;
      if (of.quiet()) take_states();
      return;
    }
    const std::string municipality = municipalities.back();
    municipalities.pop_back();
    // With other nodes about, only what was followed counts; alone, all that the ledger has now was
    // decided here.
    if (const auto at = followed.followed_to(municipality)) {
      positions[municipality] = *at;
      next_position();
      return;
    }
    connection.send(
        redis::arguments{"XREVRANGE", ledger::ledger_key(municipality), "+", "-", "COUNT", "1"},
        [self = shared_from_this(), municipality](base::result<redis::reply> newest) {
          if (newest && !newest->elements.empty() && !newest->elements[0].elements.empty())
            if (const auto at = ledger::parse_position(newest->elements[0].elements[0].text))
              self->positions[municipality] = *at;
          self->next_position();
        });
  }

  void take_states() {
    wants_states = false;
    for (const auto& [municipality, at] : positions) taken[municipality].at = at;
    for (const auto* s : of.in_memory().by_recency()) {
      const auto into = taken.find(s->state.municipality());
      if (into == taken.end()) continue;
      auto& subjects = into->second.subjects;
      const bool keeps =
          !s->state.lease_holder().empty() ||
          std::ranges::any_of(s->state.cases(), [](const auto& c) { return !alarm::is_closed(c); });
      if (keeps || subjects.size() < subjects_max) subjects[s->state.subject()] = s->state;
    }
    positions.clear();
    save_next();
  }

  void save_next() {
    if (taken.empty()) return end();
    auto one = taken.extract(taken.begin());
    ledger::save_snapshot(
        connection, one.key(), one.mapped(),
        [self = shared_from_this(), municipality = one.key()](base::error_code error) {
          if (error)
            spdlog::warn("snapshot of {} not written: {}; the next start replays more",
                         municipality, error.message());
          self->save_next();
        });
  }

  redis::connection& connection;
  const engine& of;
  const restore& followed;
  std::vector<std::string> municipalities;  // whose position is still asked for
  std::map<std::string, ledger::position> positions;
  std::map<std::string, ledger::snapshot> taken;
  std::vector<std::function<void()>> waiting;
  bool wants_states = false;
};

snapshots::snapshots(redis::connection& connection, const engine& of, const restore& positions)
    : state_(std::make_shared<state>(connection, of, positions)) {}

void snapshots::begin(std::vector<std::string> municipalities, std::function<void()> done) {
  const bool under_way = !state_->waiting.empty();
  state_->waiting.push_back(std::move(done));
  if (under_way) return;
  state_->municipalities = std::move(municipalities);
  state_->next_position();
}

bool snapshots::wants_quiet() const { return state_->wants_states; }

void snapshots::take() {
  if (state_->wants_states) state_->take_states();
}

}  // namespace varde::core
