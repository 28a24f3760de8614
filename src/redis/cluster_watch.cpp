// Any node of the cluster may be asked, replicas too; one that does not answer soon is left for the
// next.
#include "redis/cluster_watch.hpp"

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <utility>

namespace varde::redis {

namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

constexpr milliseconds calm_every{500};
constexpr milliseconds hurry_every{100};
/// A node that has not answered for so long beyond the pause between questions is left.
constexpr milliseconds answer_limit{500};

connection_options watch_options(const connection_options& of_masters) {
  connection_options options;
  options.role = server_role::any;
  options.client_name = of_masters.client_name;
  options.back_off_min = options.back_off_max = hurry_every;
  options.replies = {.bytes_max = 16u << 20, .elements_max = 1u << 20};
  return options;
}

}  // namespace

cluster_watch::cluster_watch(boost::asio::io_context& io, endpoint where,
                             connection_options options)
    : io_(io),
      where_(std::move(where)),
      options_(watch_options(options)),
      known_(where_.nodes),
      timer_(io) {}

void cluster_watch::start(std::function<void(slot_map)> told) {
  told_ = std::move(told);
  visit(0);
  tick();
}

void cluster_watch::stop() {
  stopped_ = true;
  timer_.cancel();
  if (link_) link_->stop();
}

void cluster_watch::hurry(bool often) {
  if (often_ == often || stopped_) return;
  often_ = often;
  if (!often) return;
  last_answer_ = steady::now();
  ask();
  tick();
}

void cluster_watch::ask_another() {
  if (!stopped_) visit((place_ + 1) % known_.size());
}

void cluster_watch::visit(std::size_t place) {
  ++visit_;
  place_ = place;
  asked_ = known_[place];
  answer_awaited_ = false;
  last_answer_ = steady::now();
  if (link_) link_->stop();
  link_ = connection::create(io_, server_at(where_, asked_), options_);
  link_->on_state([weak = weak_from_this()](bool connected) {
    const auto self = weak.lock();
    if (self && connected) self->ask();
  });
  link_->start();
}

void cluster_watch::ask() {
  if (stopped_ || answer_awaited_ || !link_ || !link_->connected()) return;
  answer_awaited_ = true;
  link_->send({"CLUSTER", "SLOTS"},
              [weak = weak_from_this(), visit = visit_](const base::result<reply>& answer) {
                const auto self = weak.lock();
                if (self && !self->stopped_ && self->visit_ == visit) self->take(answer);
              });
}

void cluster_watch::take(const base::result<reply>& answer) {
  answer_awaited_ = false;
  if (!answer) return;
  auto map = slot_map::parse(*answer, asked_);
  if (!map || map->nodes().empty()) return ask_another();
  last_answer_ = steady::now();
  known_ = map->nodes();
  for (const auto& node : where_.nodes)
    if (std::ranges::find(known_, node) == known_.end()) known_.push_back(node);
  place_ = std::ranges::find(known_, asked_) - known_.begin();
  told_(std::move(*map));
}

void cluster_watch::tick() {
  const auto pause = often_ ? hurry_every : calm_every;
  timer_.expires_after(pause);
  timer_.async_wait([weak = weak_from_this(), pause](base::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->stopped_) return;
    if (steady::now() - self->last_answer_ > pause + answer_limit)
      self->ask_another();
    else
      self->ask();
    self->tick();
  });
}

}  // namespace varde::redis
