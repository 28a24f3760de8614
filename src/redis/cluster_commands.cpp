// The commands: each to where it belongs, in order, after redirections too, and answered once.
#include <algorithm>
#include <array>

#include "redis/cluster.hpp"

namespace varde::redis {

namespace {

namespace asio = boost::asio;
using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

/// Between two tries of a command whose slot is on its way.
constexpr milliseconds try_again_after{20};
/// Between two rounds of a read over several slots.
constexpr milliseconds read_again_after{50};

/// One command to all masters.
struct broadcast {
  std::size_t open = 0;
  std::optional<base::result<reply>> answer;

  void take(base::result<reply> one) {
    const bool failed = answer && (!*answer || (*answer)->is(reply::kind::error));
    const bool fails = !one || one->is(reply::kind::error);
    const bool smaller = answer && !failed && !fails && one->is(reply::kind::integer) &&
                         one->integer < (*answer)->integer;
    if (!answer || (fails && !failed) || smaller) answer = std::move(one);
  }
};

/// A read over several slots: one round of it.
struct reading_round {
  std::size_t open = 0;
  base::result<reply> answer = reply{};
};

}  // namespace

void cluster::send(std::span<const std::string_view> command, reply_handler done) {
  if (phase_ == phase::stopped) return complete_later(std::move(done), errc::stopped);
  if (phase_ != phase::ready) return complete_later(std::move(done), errc::not_connected);
  std::size_t bytes = 0;
  for (const auto argument : command) bytes += argument.size();
  if (open_.size() >= options_.in_flight_max || open_bytes_ + bytes > options_.in_flight_bytes_max)
    return complete_later(std::move(done), errc::too_many_in_flight);
  const auto kind = route_of(command).kind;
  if (!transaction_ && kind != route_kind::begin) return send_one(command, std::move(done));
  if (!transaction_) transaction_.emplace();
  transaction_->first.emplace_back(command.begin(), command.end());
  transaction_->second.push_back(std::move(done));
  if (kind == route_kind::end) send_transaction();
}

void cluster::send_one(std::span<const std::string_view> command, reply_handler done) {
  const auto route = route_of(command);
  const auto what = open({arguments(command.begin(), command.end())}, {std::move(done)});
  switch (route.kind) {
    case route_kind::slot:
      return enter_lane(route.slot, what);
    case route_kind::every_master:
      return to_every_master(what);
    case route_kind::several_slots:
      return read_several(what, std::make_shared<const split_read>(split(command)));
    case route_kind::scan:
      return scan(what);
    case route_kind::any_master:
    case route_kind::begin:
    case route_kind::end:
      return enter_lane(0, what);  // as good as any slot
  }
}

/// The first key in it says where all of it goes.
void cluster::send_transaction() {
  auto [commands, done] = std::move(*transaction_);
  transaction_.reset();
  std::uint16_t slot = 0;
  for (const auto& command : commands) {
    const std::vector<std::string_view> views(command.begin(), command.end());
    const auto route = route_of(views);
    if (route.kind != route_kind::slot) continue;
    slot = route.slot;
    break;
  }
  enter_lane(slot, open(std::move(commands), std::move(done)));
}

request_ptr cluster::open(std::vector<arguments> commands, std::vector<reply_handler> done) {
  auto made =
      std::make_shared<request>(request{next_number_++, std::move(commands), std::move(done)});
  for (const auto& command : made->commands)
    for (const auto& argument : command) made->bytes += argument.size();
  open_bytes_ += made->bytes;
  open_.emplace(made->number, made);
  return made;
}

void cluster::enter_lane(std::uint16_t slot, const request_ptr& what) {
  auto& lane = lanes_[slot];
  if (!lane.careful) return put(slot, what);
  lane.queue.emplace(what->number, what);
}

/// To the slot's master, or where ASK sent it; later, if that can't be reached yet.
void cluster::put(std::uint16_t slot, const request_ptr& what) {
  auto& lane = lanes_[slot];
  const auto* owner = map_->master_of(slot);
  const auto target = lane.ask ? *lane.ask : owner != nullptr ? *owner : address{};
  const auto link = target.host.empty() ? nullptr : link_to(target);
  if (!link || !link->connected()) {
    lane.careful = true;
    lane.queue.emplace(what->number, what);
    return try_again_later(slot);
  }
  ++lane.on_the_wire;
  if (std::exchange(lane.ask, std::nullopt))
    link->send(std::array<std::string_view, 1>{"ASKING"}, [](const base::result<reply>&) {});
  const auto answers = std::make_shared<std::vector<base::result<reply>>>();
  for (const auto& command : what->commands) {
    const std::vector<std::string_view> views(command.begin(), command.end());
    link->send(views,
               [weak = weak_from_this(), slot, target, what, answers](base::result<reply> answer) {
                 answers->push_back(std::move(answer));
                 const auto self = weak.lock();
                 if (self && answers->size() == what->commands.size())
                   self->take(slot, target, what, std::move(*answers));
               });
  }
}

void cluster::take(std::uint16_t slot, const address& from, const request_ptr& what,
                   std::vector<base::result<reply>> answers) {
  if (what->closed) return;
  auto& lane = lanes_[slot];
  --lane.on_the_wire;
  for (const auto& answer : answers) {
    if (!answer || !answer->is(reply::kind::error)) continue;
    if (const auto to = parse_redirection(answer->text, from))
      return redirect(slot, from, what, *to);
  }
  const bool was_asked = map_->master_of(slot) == nullptr || *map_->master_of(slot) != from;
  close(what, std::move(answers));
  // The handler may have ended the connection, and with it the lanes.
  const auto at = lanes_.find(slot);
  if (at == lanes_.end() || at->second.on_the_wire > 0) return;
  if (!at->second.careful) {
    lanes_.erase(at);
    return;
  }
  if (was_asked) return go_on(slot);
  auto waiting = std::move(at->second.queue);
  lanes_.erase(at);
  for (const auto& [number, next] : waiting) enter_lane(slot, next);
}

void cluster::redirect(std::uint16_t slot, const address& from, const request_ptr& what,
                       const redirection& to) {
  auto& lane = lanes_[slot];
  lane.careful = true;
  lane.queue.emplace(what->number, what);
  lane.ask.reset();
  switch (to.what) {
    case redirection::kind::moved:
      map_->move(slot, to.to);
      watch_->ask();
      break;
    case redirection::kind::ask:
      // One hint for one command: a transaction waits until the slot has moved.
      if (what->commands.size() == 1) lane.ask = to.to;
      break;
    case redirection::kind::down:
      watch_->ask_another();
      break;
    case redirection::kind::try_again:
      break;
  }
  if (lane.on_the_wire > 0) return;
  const bool now = lane.ask || (to.what == redirection::kind::moved && to.to != from);
  if (now)
    go_on(slot);
  else
    try_again_later(slot);
}

/// Sends the first that waits, or gives it up when it has waited too long.
void cluster::go_on(std::uint16_t slot) {
  const auto at = lanes_.find(slot);
  if (at == lanes_.end() || at->second.on_the_wire > 0) return;
  if (at->second.queue.empty()) {
    lanes_.erase(at);
    return;
  }
  const auto what = at->second.queue.begin()->second;
  at->second.queue.erase(at->second.queue.begin());
  if (steady::now() - what->sent <= options_.reply_limit) return put(slot, what);
  close(what, errc::moved);
  go_on(slot);
}

void cluster::try_again_later(std::uint16_t slot) {
  after(try_again_after, [this, slot] { go_on(slot); });
}

void cluster::to_every_master(const request_ptr& what) {
  const auto all = std::make_shared<broadcast>();
  all->open = map_->masters().size();
  const auto& command = what->commands.front();
  const std::vector<std::string_view> views(command.begin(), command.end());
  for (const auto& master : map_->masters())
    link_to(master)->send(views, [weak = weak_from_this(), what, all](base::result<reply> one) {
      all->take(std::move(one));
      const auto self = weak.lock();
      if (self && --all->open == 0) self->end_broadcast(what, std::move(*all->answer));
    });
}

/// What was sent before and is still on its way was not waited for: once more, after that.
void cluster::end_broadcast(const request_ptr& what, base::result<reply> answer) {
  if (what->closed) return;
  const bool is_oldest = open_.begin()->first == what->number;
  if (!is_oldest && answer && answer->is(reply::kind::integer))  // so it is WAIT's
    return after(try_again_after, [this, what] {
      if (!what->closed) to_every_master(what);
    });
  std::vector<base::result<reply>> answers;
  answers.push_back(std::move(answer));
  close(what, std::move(answers));
}

void cluster::read_several(const request_ptr& what, std::shared_ptr<const split_read> reads) {
  const auto round = std::make_shared<reading_round>();
  round->open = reads->parts.size();
  for (const auto& part : reads->parts) {
    const auto take_part = [weak = weak_from_this(), what, reads, round](base::result<reply> one) {
      if (!one) {
        round->answer = one;
      } else if (round->answer && one->is(reply::kind::array)) {
        round->answer->type = reply::kind::array;
        for (auto& stream : one->elements) round->answer->elements.push_back(std::move(stream));
      }
      const auto self = weak.lock();
      if (self && --round->open == 0) self->end_round(what, reads, std::move(round->answer));
    };
    enter_lane(part.slot, open({part.command}, {take_part}));
  }
}

void cluster::end_round(const request_ptr& what, std::shared_ptr<const split_read> reads,
                        base::result<reply> found) {
  if (what->closed) return;
  const bool forever = reads->block_ms && *reads->block_ms == 0;
  const auto until = what->sent + milliseconds{reads->block_ms.value_or(0)};
  if (found && found->is(reply::kind::nil) && (forever || steady::now() < until))
    return after(read_again_after, [this, what, reads] {
      if (!what->closed) read_several(what, reads);
    });
  std::vector<base::result<reply>> answers;
  answers.push_back(std::move(found));
  close(what, std::move(answers));
}

/// The masters in the order of their addresses, so that a cursor means the same next time.
void cluster::scan(const request_ptr& what) {
  auto masters = map_->masters();
  std::ranges::sort(masters);
  auto command = what->commands.front();
  const auto cursor = command.size() > 1 ? parse_scan_cursor(command[1]) : std::nullopt;
  if (!cursor || cursor->master >= masters.size())
    return asio::post(io_,
                      [self = shared_from_this(), what] { self->close(what, errc::server_error); });
  command[1] = cursor->there;
  const std::vector<std::string_view> views(command.begin(), command.end());
  link_to(masters[cursor->master])
      ->send(views, [weak = weak_from_this(), what, at = cursor->master,
                     count = masters.size()](base::result<reply> page) {
        if (page && page->elements.size() == 2)
          page->elements[0].text = next_scan_cursor(at, page->elements[0].text, count);
        std::vector<base::result<reply>> answers;
        answers.push_back(std::move(page));
        if (const auto self = weak.lock()) self->close(what, std::move(answers));
      });
}

/// Runs `then` later, unless the connection is stopped before.
void cluster::after(milliseconds pause, std::function<void()> then) {
  const auto at = due_.emplace(steady::now() + pause, std::move(then));
  if (at == due_.begin()) run_due();
}

void cluster::run_due() {
  if (due_.empty()) return;
  again_.expires_at(due_.begin()->first);
  again_.async_wait([weak = weak_from_this()](base::error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->phase_ == phase::stopped) return;
    while (!self->due_.empty() && self->due_.begin()->first <= steady::now()) {
      const auto now_due = std::move(self->due_.begin()->second);
      self->due_.erase(self->due_.begin());
      now_due();
    }
    self->run_due();
  });
}

void cluster::close(const request_ptr& what, std::vector<base::result<reply>> answers) {
  if (std::exchange(what->closed, true)) return;
  open_.erase(what->number);
  open_bytes_ -= what->bytes;
  for (std::size_t i = 0; i < answers.size(); ++i) {
    auto& answer = answers[i];
    if (answer && answer->is(reply::kind::error))
      what->done[i](classify_error_reply(answer->text));
    else
      what->done[i](std::move(answer));
  }
}

void cluster::close(const request_ptr& what, base::error_code why) {
  close(what, std::vector<base::result<reply>>(what->commands.size(), why));
}

/// In the order they were sent. What links answer after this is not listened to.
void cluster::close_all(base::error_code why) {
  lanes_.clear();
  due_.clear();
  auto abandoned = std::exchange(open_, {});
  auto unsent = std::exchange(transaction_, std::nullopt);
  for (const auto& [number, what] : abandoned) close(what, why);
  if (!unsent) return;
  for (auto& done : unsent->second) done(errc::not_connected);
}

}  // namespace varde::redis
