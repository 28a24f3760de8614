// Gathering, batching and keeping audit lines until they are stored.
#include "registry/audit.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>

#include "base/json_writer.hpp"
#include "base/time.hpp"

namespace varde::registry {

namespace {

std::string as_json(const audit_event& event) {
  std::string out;
  base::json_writer json{out};
  json.begin_object();
  json.member("at", base::to_rfc3339(base::wall_now()));
  json.member("user", event.user);
  json.member("action", event.action);
  json.member("result", event.result);
  json.member("subject", event.subject);
  json.member("origin", event.origin);
  json.member("trace", event.trace);
  json.end_object();
  return out;
}

}  // namespace

struct audit_trail::state {
  store to;
  std::function<void(std::function<void()>)> later;
  std::deque<audit_line> waiting;
  std::size_t on_their_way = 0;  // of the front of `waiting`
  bool flush_planned = false;
};

audit_trail::audit_trail(store to, std::function<void(std::function<void()>)> later)
    : state_{std::make_shared<state>()} {
  state_->to = std::move(to);
  state_->later = std::move(later);
}
audit_trail::~audit_trail() = default;

void audit_trail::record(const audit_event& event) {
  state& s = *state_;
  if (s.waiting.size() == waiting_lines_max) {
    // The lines on their way are kept for their answer; the oldest behind them gives way.
    const auto oldest = s.waiting.begin() + static_cast<std::ptrdiff_t>(s.on_their_way);
    if (oldest == s.waiting.end()) return;
    spdlog::warn("audit overflow {} {}", oldest->municipality, oldest->json);
    s.waiting.erase(oldest);
  }
  s.waiting.push_back({event.municipality, as_json(event)});
  if (std::exchange(s.flush_planned, true)) return;
  s.later([weak = std::weak_ptr{state_}] {
    const auto self = weak.lock();
    if (!self) return;
    self->flush_planned = false;
    flush(self);
  });
}

void audit_trail::flush(const std::shared_ptr<state>& s) {
  if (s->on_their_way > 0 || s->waiting.empty()) return;
  s->on_their_way = std::min(s->waiting.size(), batch_lines_max);
  const auto end = s->waiting.begin() + static_cast<std::ptrdiff_t>(s->on_their_way);
  const std::vector<audit_line> batch(s->waiting.begin(), end);
  s->to(batch, [weak = std::weak_ptr{s}](bool stored) {
    const auto self = weak.lock();
    if (!self) return;
    const auto count = static_cast<std::ptrdiff_t>(std::exchange(self->on_their_way, 0));
    if (!stored) return;  // retry() comes
    self->waiting.erase(self->waiting.begin(), self->waiting.begin() + count);
    flush(self);
  });
}

void audit_trail::retry() { flush(state_); }
std::size_t audit_trail::waiting() const noexcept { return state_->waiting.size(); }

std::string audit_key(std::string_view municipality) {
  return "v:{" + std::string{municipality} + "}:audit";
}

}  // namespace varde::registry
