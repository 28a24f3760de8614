// The masters: who they are, whether all of them are there, and what it means when one is not.
#include "redis/cluster.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace varde::redis {

namespace {

using std::chrono::milliseconds;

/// After the end of a connection, before it may be whole again.
constexpr milliseconds rest_after_end{50};
constexpr milliseconds link_back_off_max{200};
/// Maps from one node that lead nowhere, before the next node is asked.
constexpr unsigned looks_before_another = 10;

}  // namespace

void cluster::start() {
  if (phase_ != phase::idle) return;
  phase_ = phase::gathering;
  watch_->start([weak = weak_from_this()](slot_map map) {
    const auto self = weak.lock();
    if (self && self->phase_ != phase::stopped) self->take_map(std::move(map));
  });
}

void cluster::stop() {
  if (phase_ == phase::stopped) return;
  const bool was_ready = phase_ == phase::ready;
  phase_ = phase::stopped;
  watch_->stop();
  rest_.cancel();
  again_.cancel();
  due_.clear();
  for (auto& [node, link] : links_) {
    link.to->forget_listeners();
    link.to->stop();
  }
  boost::asio::post(io_, [self = shared_from_this(), was_ready] {
    self->close_all(errc::stopped);
    if (was_ready) self->tell(false);
  });
}

void cluster::reconnect() {
  boost::asio::post(io_, [self = shared_from_this()] {
    if (self->phase_ == phase::ready) self->fail(errc::lost);
  });
}

void cluster::take_map(slot_map map) {
  map_ = std::move(map);
  for (const auto& master : map_->masters()) {
    link_to(master);
    links_.at(master).serves = true;
  }
  drop_old_links();
  become_ready_if_whole();
}

/// A master that is one no more ends the connection: what it took last may not have come along.
void cluster::drop_old_links() {
  bool lost_one = false;
  for (auto at = links_.begin(); at != links_.end();) {
    if (map_->has_master(at->first) || !at->second.serves) {
      ++at;
      continue;
    }
    lost_one = true;
    at->second.to->forget_listeners();
    at->second.to->stop();
    at = links_.erase(at);
  }
  if (lost_one && phase_ == phase::ready) fail(errc::not_master);
}

std::shared_ptr<channel> cluster::link_to(const address& node) {
  auto& link = links_[node];
  if (link.to) return link.to;
  auto options = options_;
  options.back_off_max = std::min(options.back_off_max, link_back_off_max);
  link.to = make_link(io_, server_at(where_, node), options, error_replies::as_they_came);
  link.to->on_state([weak = weak_from_this(), node](bool connected) {
    if (const auto self = weak.lock()) self->on_link(node, connected);
  });
  link.to->start();
  return link.to;
}

void cluster::on_link(const address& node, bool connected) {
  const auto at = links_.find(node);
  if (phase_ == phase::stopped || at == links_.end()) return;
  if (connected) return become_ready_if_whole();
  if (phase_ == phase::ready) fail(at->second.to->last_error());
  watch_->ask_another();
}

void cluster::become_ready_if_whole() {
  if (phase_ != phase::gathering || !map_) return;
  bool whole = map_->whole();
  for (const auto& master : map_->masters()) whole = whole && links_.at(master).to->connected();
  if (!whole) {
    last_error_ = errc::cluster_incomplete;
    if (++looks_in_vain_ % looks_before_another == 0) watch_->ask_another();
    return;
  }
  looks_in_vain_ = 0;
  phase_ = phase::ready;
  watch_->hurry(false);
  spdlog::info("redis {} connected, {} masters", describe(where_), map_->masters().size());
  tell(true);
}

void cluster::fail(base::error_code why) {
  spdlog::warn("redis {}: {}", describe(where_), why.message());
  phase_ = phase::resting;
  last_error_ = why;
  watch_->hurry(true);
  rest_.expires_after(rest_after_end);
  rest_.async_wait([weak = weak_from_this()](base::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->phase_ != phase::resting) return;
    self->phase_ = phase::gathering;
    self->become_ready_if_whole();
  });
  close_all(errc::lost);
  tell(false);
}

void cluster::tell(bool now_connected) {
  // By index: a listener may add another.
  for (std::size_t i = 0; i < listeners_.size(); ++i) listeners_[i](now_connected);
}

std::shared_ptr<channel> make_cluster(boost::asio::io_context& io, endpoint where,
                                      connection_options options) {
  return std::make_shared<cluster>(io, std::move(where), std::move(options));
}

}  // namespace varde::redis
