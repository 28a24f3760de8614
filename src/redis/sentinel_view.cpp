// The reply's names are those of Redis's own documentation of SENTINEL MASTER.
#include "redis/sentinel_view.hpp"

#include <string_view>
#include <utility>

#include "base/number.hpp"
#include "redis/error.hpp"

namespace varde::redis {

base::result<named_master> parse_sentinel_master(const reply& answer) {
  named_master found;
  const auto& fields = answer.elements;
  for (std::size_t i = 0; i + 1 < fields.size(); i += 2) {
    const auto& name = fields[i].text;
    const auto& value = fields[i + 1].text;
    if (name == "ip") found.at.host = value;
    if (name == "port" && !base::read_number(value, found.at.port)) return errc::malformed_reply;
    if (name == "config-epoch" && !base::read_number(value, found.epoch))
      return errc::malformed_reply;
  }
  if (found.at.host.empty() || found.at.port == 0) return errc::malformed_reply;
  return found;
}

void sentinel_view::note(std::size_t which, named_master said, base::steady_time now) {
  answers_[which] = answer{std::move(said), now};
}

std::optional<named_master> sentinel_view::master(base::steady_time now) const {
  const named_master* best = nullptr;
  for (const auto& one : answers_)
    if (one && now - one->at <= age_max_ && (best == nullptr || one->said.epoch > best->epoch))
      best = &one->said;
  return best == nullptr ? std::nullopt : std::optional{*best};
}

}  // namespace varde::redis
