// One XREAD over all streams, answered when any of them grows or after the block time, and sent
// again at once. The block is short, so that an added municipality soon takes part.
#include "ledger/tail.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "ledger/entry.hpp"
#include "ledger/keys.hpp"
#include "redis/connection.hpp"

namespace varde::ledger {

namespace {
constexpr std::string_view block_ms = "1000";

/// Where reading goes on after a reconnect: a failover may have forgotten the newest entries, and
/// the new master's clock may be behind, so that what is new stands before where we were.
constexpr std::uint64_t step_back_ms = 60'000;

position stepped_back(position from) { return {from.ms - std::min(from.ms, step_back_ms), 0}; }
}  // namespace

class tail::core : public std::enable_shared_from_this<core> {
 public:
  explicit core(redis::connection& connection) : connection_(connection) {}

  void listen();
  void end() { ended_ = true; }
  void add(const std::string& municipality, position from);
  void start(entry_handler each, std::function<void()> after_batch);
  [[nodiscard]] std::optional<position> at(const std::string& municipality) const;
  [[nodiscard]] std::size_t unreadable() const { return unreadable_; }

 private:
  struct followed {
    std::string municipality;
    std::string key;
    position at;
  };

  void read();
  void take(const redis::reply& answer);
  /// False if the reply is not of XREAD's shape.
  bool take_stream(const redis::reply& stream);
  void hand_over(followed& from, const stream_element& found);

  redis::connection& connection_;
  std::vector<followed> followed_;
  entry_handler each_;
  std::function<void()> after_batch_;
  std::size_t unreadable_ = 0;
  bool reading_ = false;
  bool was_connected_ = false;
  bool ended_ = false;
};

void tail::core::listen() {
  was_connected_ = connection_.connected();
  connection_.on_state([weak = weak_from_this()](bool connected) {
    const auto self = weak.lock();
    if (!self || !connected) return;
    if (std::exchange(self->was_connected_, true))
      for (auto& one : self->followed_) one.at = stepped_back(one.at);
    self->read();
  });
}

void tail::core::add(const std::string& municipality, position from) {
  if (at(municipality)) return;
  followed_.push_back({municipality, ledger_key(municipality), from});
  read();
}

void tail::core::start(entry_handler each, std::function<void()> after_batch) {
  each_ = std::move(each);
  after_batch_ = std::move(after_batch);
  read();
}

std::optional<position> tail::core::at(const std::string& municipality) const {
  for (const auto& one : followed_)
    if (one.municipality == municipality) return one.at;
  return std::nullopt;
}

void tail::core::read() {
  if (ended_ || reading_ || !each_ || followed_.empty() || !connection_.connected()) return;
  reading_ = true;
  std::vector<std::string> command{
      "XREAD",  "COUNT", std::to_string(page_elements_max), "BLOCK", std::string(block_ms),
      "STREAMS"};
  for (const auto& one : followed_) command.push_back(one.key);
  for (const auto& one : followed_) command.push_back(to_string(one.at));
  connection_.send(command, [self = shared_from_this()](const base::result<redis::reply>& answer) {
    self->reading_ = false;
    if (self->ended_) return;
    if (answer) {
      self->take(*answer);
      self->read();
    } else if (self->connection_.connected()) {
      self->connection_.reconnect();  // an answer we can't go on with: again, after the back-off
    }
  });
}

void tail::core::take(const redis::reply& answer) {
  if (answer.is(redis::reply::kind::nil)) return;  // nothing new within the block time
  for (const auto& stream : answer.elements) {
    if (!take_stream(stream)) {
      spdlog::error("ledger: the tail's answer is in an unexpected form");
      return connection_.reconnect();
    }
  }
  if (after_batch_ && !ended_) after_batch_();
}

bool tail::core::take_stream(const redis::reply& stream) {
  if (stream.elements.size() != 2) return false;
  // By index: a handler may add a municipality.
  std::size_t i = 0;
  while (i < followed_.size() && followed_[i].key != stream.elements[0].text) ++i;
  if (i == followed_.size()) return false;
  for (const auto& element : stream.elements[1].elements) {
    const auto found = to_stream_element(element);
    if (!found) return false;
    if (ended_) return true;
    hand_over(followed_[i], *found);
  }
  return true;
}

void tail::core::hand_over(followed& from, const stream_element& found) {
  from.at = found.at;
  const auto municipality = from.municipality;  // a handler may add another
  for (const auto bytes : found.entries) {
    if (ended_) return;
    if (const auto entry = parse_entry(bytes)) {
      each_(*entry, found.at);
    } else {
      ++unreadable_;
      spdlog::error("ledger {} at {}: {}", municipality, to_string(found.at),
                    entry.error().message());
    }
  }
}

tail::tail(redis::connection& connection) : core_(std::make_shared<core>(connection)) {
  core_->listen();
}
tail::~tail() { core_->end(); }

void tail::add(const std::string& municipality, position from) { core_->add(municipality, from); }
void tail::start(entry_handler each, std::function<void()> after_batch) {
  core_->start(std::move(each), std::move(after_batch));
}
std::optional<position> tail::at(const std::string& municipality) const {
  return core_->at(municipality);
}
std::size_t tail::unreadable() const noexcept { return core_->unreadable(); }

}  // namespace varde::ledger
