// One HSET writes position and state, so that a reader never sees one without the other.
#include "ledger/snapshot.hpp"

#include <utility>

#include "ledger/error.hpp"
#include "ledger/keys.hpp"
#include "redis/connection.hpp"
#include "varde/ledger/v1/snapshot.pb.h"

namespace varde::ledger {

namespace {

base::result<std::optional<snapshot>> to_snapshot(const redis::reply& fields,
                                                  const std::string& municipality) {
  if (fields.elements.size() != 2) return errc::unexpected_reply;
  const auto& at = fields.elements[0];
  const auto& state = fields.elements[1];
  if (at.is(redis::reply::kind::nil) && state.is(redis::reply::kind::nil)) return std::nullopt;
  const auto position = parse_position(at.text);
  v1::Snapshot message;
  if (!position || !message.ParseFromString(state.text) || message.format() == 0 ||
      message.format() > snapshot_format || message.municipality() != municipality)
    return errc::unreadable_snapshot;
  snapshot loaded{*position, {}};
  for (auto& subject : *message.mutable_subjects()) {
    // An older version carries them along without keeping them up to date: as good as none.
    subject.clear_seen_digests();
    auto name = subject.subject();
    loaded.subjects.insert_or_assign(std::move(name), std::move(subject));
  }
  return loaded;
}

}  // namespace

void save_snapshot(redis::connection& connection, const std::string& municipality,
                   const snapshot& state, std::function<void(base::error_code)> done) {
  v1::Snapshot message;
  message.set_format(snapshot_format);
  message.set_municipality(municipality);
  for (const auto& [name, subject] : state.subjects) *message.add_subjects() = subject;
  connection.send({"HSET", snapshot_key(municipality), "position", to_string(state.at), "state",
                   message.SerializeAsString()},
                  [done = std::move(done)](const base::result<redis::reply>& answer) {
                    done(answer ? base::error_code{} : answer.error());
                  });
}

void load_snapshot(redis::connection& connection, const std::string& municipality,
                   std::function<void(base::result<std::optional<snapshot>>)> done) {
  connection.send({"HMGET", snapshot_key(municipality), "position", "state"},
                  [municipality, done = std::move(done)](const base::result<redis::reply>& answer) {
                    if (!answer) return done(answer.error());
                    done(to_snapshot(*answer, municipality));
                  });
}

}  // namespace varde::ledger
