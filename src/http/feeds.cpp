// Sending frames to feeds and ending them.
#include "http/feeds.hpp"

#include <algorithm>
#include <map>
#include <vector>

#include "base/json_writer.hpp"
#include "base/time.hpp"

namespace varde::http {

namespace {

feeds::frame beat_frame() {
  std::string text;
  base::json_writer json{text};
  json.begin_object();
  json.member("type", "beat");
  json.member("at", base::to_rfc3339(base::wall_now()));
  json.end_object();
  return std::make_shared<const std::string>(std::move(text));
}

feeds::frame bye_frame(std::string_view reason) {
  std::string text;
  base::json_writer json{text};
  json.begin_object();
  json.member("type", "bye");
  json.member("reason", reason);
  json.end_object();
  return std::make_shared<const std::string>(std::move(text));
}

/// Makes each audience's frame once.
feeds::frame_maker once_an_audience(const feeds::frame_maker& make) {
  auto made = std::make_shared<std::map<std::string, feeds::frame>>();
  return [made, &make](const std::string& audience) {
    const auto [at, fresh] = made->try_emplace(audience);
    if (fresh) at->second = make(audience);
    return at->second;
  };
}

}  // namespace

feeds::feeds(options o) : options_{std::move(o)} {}

feeds::~feeds() {
  for (auto& f : feeds_) {
    f.socket->on_message(nullptr);
    f.socket->on_close(nullptr);
  }
}

void feeds::add(feed f, frame first) {
  const auto at = feeds_.insert(feeds_.end(), std::move(f));
  at->socket->on_close([this, alive = std::weak_ptr{alive_}, at] {
    if (!alive.expired()) forget(at);
  });
  at->socket->on_message([this, alive = std::weak_ptr{alive_}, at](std::string_view text) {
    if (!alive.expired() && options_.on_message) options_.on_message(*at, text);
  });
  const auto socket = at->socket;  // a send may end it
  socket->send(std::move(first));
  if (options_.after_first) socket->send(options_.after_first());
}

void feeds::forget(feed_list::iterator at) {
  const std::string user = at->user;
  feeds_.erase(at);
  if (options_.on_last_gone && !has_user(user)) options_.on_last_gone(user);
}

void feeds::send(feed& f, const frame& text, const frame_maker& snapshot) {
  if (f.behind) {
    if (f.socket->backlog_bytes() > 0) return;
    f.behind = false;
    const auto socket = f.socket;
    socket->send(snapshot(f.audience));
    if (options_.after_first) socket->send(options_.after_first());
    return;
  }
  if (!text) return;
  if (f.socket->backlog_bytes() > 0 &&
      f.socket->backlog_bytes() + text->size() > options_.backlog_bytes_max) {
    f.socket->drop_backlog();
    f.behind = true;
    return;
  }
  f.socket->send(text);
}

std::size_t feeds::broadcast(const frame_maker& make) {
  const auto changes = once_an_audience(make);
  const auto snapshots = once_an_audience(options_.snapshot);
  std::size_t reached = 0;
  for (auto& f : feeds_) {
    if (f.ending) continue;
    const auto text = changes(f.audience);
    send(f, text, snapshots);
    if (text && !f.behind) ++reached;
  }
  return reached;
}

void feeds::beat() {
  const auto text = beat_frame();
  broadcast([&](const std::string&) { return text; });
}

bool feeds::has_user(std::string_view user) const {
  return std::ranges::any_of(feeds_, [user](const feed& f) { return f.user == user; });
}

template <class Predicate>
void feeds::close_if(Predicate goes, std::string_view reason, std::uint16_t code) {
  std::vector<websocket_pointer> closing;  // an own list: closing may call back into this one
  for (auto& f : feeds_) {
    if (f.ending || !goes(f)) continue;
    f.ending = true;
    closing.push_back(f.socket);
  }
  const auto text = bye_frame(reason);
  for (const auto& socket : closing) {
    socket->drop_backlog();  // what was meant for one who may see it no more
    socket->send(text);
    socket->close(code, std::string{reason});
  }
}

void feeds::close_session(std::string_view session, std::string_view reason, std::uint16_t code) {
  close_if([session](const feed& f) { return f.session == session; }, reason, code);
}
void feeds::close_user(std::string_view user, std::string_view reason, std::uint16_t code) {
  close_if([user](const feed& f) { return f.user == user; }, reason, code);
}
void feeds::close_all(std::string_view reason, std::uint16_t code) {
  close_if([](const feed&) { return true; }, reason, code);
}

}  // namespace varde::http
