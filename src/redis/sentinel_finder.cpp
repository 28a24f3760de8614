// One connection to each sentinel, asked again and again: twice a second while all is well, and
// often while a master is looked for. Asking, not subscribing: a message that was missed is told
// again by the next answer, and one way of hearing is enough.
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

#include "redis/finder.hpp"
#include "redis/sentinel_view.hpp"

namespace varde::redis {

namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

/// How soon a switch is noticed while the old master seems well.
constexpr milliseconds watch_every{500};
/// The same while there is no master to talk to.
constexpr milliseconds find_every{100};
/// Longest search before the link is told that nobody knows.
constexpr milliseconds find_limit{1'000};
/// A sentinel that is silent for so long is given up and connected to anew.
constexpr milliseconds sentinel_limit{1'000};
constexpr milliseconds sentinel_back_off_max{500};
/// How long an answer is weighed against those of other sentinels.
constexpr milliseconds answer_age_max{3'000};

connection_options sentinel_options(const connection_options& of_master) {
  connection_options options;
  options.role = server_role::sentinel;
  options.connect_limit = options.reply_limit = sentinel_limit;
  options.back_off_max = sentinel_back_off_max;
  options.client_name = of_master.client_name;
  options.replies = {.bytes_max = 1u << 20, .elements_max = 1u << 12};
  return options;
}

class sentinel_finder final : public finder, public std::enable_shared_from_this<sentinel_finder> {
 public:
  sentinel_finder(asio::io_context& io, endpoint where, const connection_options& options)
      : where_(std::move(where)), view_(where_.nodes.size(), answer_age_max), timer_(io) {
    for (const auto& node : where_.nodes)
      sentinels_.push_back(
          {connection::create(io, sentinel_at(where_, node), sentinel_options(options))});
  }

  void start(std::function<void()> moved) override;
  void stop() override;
  void find(std::function<void(base::result<endpoint>)> done) override;

 private:
  struct sentinel {
    std::shared_ptr<connection> link;
    bool asked = false;  // and has not answered yet
  };
  struct search {
    std::function<void(base::result<endpoint>)> done;
    base::steady_time began;
  };

  void tick();
  void ask(std::size_t which);
  void take(std::size_t which, const base::result<reply>& answer);
  void end_search(base::result<endpoint> found);

  const endpoint where_;
  sentinel_view view_;
  std::vector<sentinel> sentinels_;
  std::function<void()> moved_;
  std::optional<search> search_;
  std::optional<address> given_;  // to the link, which uses it
  bool stopped_ = false;
  asio::steady_timer timer_;
};

void sentinel_finder::start(std::function<void()> moved) {
  moved_ = std::move(moved);
  for (std::size_t i = 0; i < sentinels_.size(); ++i) {
    sentinels_[i].link->on_state([weak = weak_from_this(), i](bool connected) {
      const auto self = weak.lock();
      if (self && connected) self->ask(i);
    });
    sentinels_[i].link->start();
  }
  tick();
}

void sentinel_finder::stop() {
  stopped_ = true;
  timer_.cancel();
  search_.reset();
  for (auto& one : sentinels_) one.link->stop();
}

void sentinel_finder::find(std::function<void(base::result<endpoint>)> done) {
  given_.reset();
  search_ = search{std::move(done), steady::now()};
  for (std::size_t i = 0; i < sentinels_.size(); ++i) ask(i);
  tick();
}

void sentinel_finder::tick() {
  timer_.expires_after(search_ ? find_every : watch_every);
  timer_.async_wait([weak = weak_from_this()](base::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->stopped_) return;
    if (self->search_ && steady::now() - self->search_->began > find_limit)
      self->end_search(errc::master_unknown);
    for (std::size_t i = 0; i < self->sentinels_.size(); ++i) self->ask(i);
    self->tick();
  });
}

void sentinel_finder::ask(std::size_t which) {
  auto& one = sentinels_[which];
  if (stopped_ || one.asked || !one.link->connected()) return;
  one.asked = true;
  one.link->send({"SENTINEL", "MASTER", where_.master_name},
                 [weak = weak_from_this(), which](const base::result<reply>& answer) {
                   if (const auto self = weak.lock()) self->take(which, answer);
                 });
}

void sentinel_finder::take(std::size_t which, const base::result<reply>& answer) {
  sentinels_[which].asked = false;
  if (stopped_ || !answer) return;
  auto said = parse_sentinel_master(*answer);
  if (!said) return;
  const auto now = steady::now();
  view_.note(which, std::move(*said), now);
  const auto master = view_.master(now)->at;
  if (search_) return end_search(server_at(where_, master));
  if (given_ && *given_ != master) {
    given_.reset();
    moved_();
  }
}

void sentinel_finder::end_search(base::result<endpoint> found) {
  const auto done = std::move(search_->done);
  search_.reset();
  if (found) given_ = address{found->host, found->port};
  done(std::move(found));
}

}  // namespace

std::shared_ptr<finder> make_sentinel_finder(asio::io_context& io, endpoint where,
                                             const connection_options& options) {
  return std::make_shared<sentinel_finder>(io, std::move(where), options);
}

}  // namespace varde::redis
