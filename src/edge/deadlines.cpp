// The timer is only moved to an earlier time: deadlines mostly move later, with each message, and
// then the timer fires once for nothing and is set anew.
#include "edge/deadlines.hpp"

namespace varde::edge {

namespace {

constexpr std::chrono::milliseconds next_round{1};

}  // namespace

deadlines::deadlines(boost::asio::io_context& io) : timer_{io} {}

deadlines::~deadlines() { waiting_.clear(); }

void deadlines::set(deadline_entry& entry, base::steady_time due) {
  due = std::max(due, round_ + next_round);
  if (entry.is_linked()) {
    if (entry.due_ == due) return;
    entry.unlink();
  }
  if (due == base::steady_time::max()) return;
  entry.due_ = due;
  waiting_.insert(entry);
  if (due < armed_) arm();
}

void deadlines::arm() {
  armed_ = waiting_.begin()->due_;
  timer_.expires_at(armed_);
  timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) expire();
  });
}

void deadlines::expire() {
  armed_ = base::steady_time::max();
  round_ = std::chrono::steady_clock::now();
  while (!waiting_.empty() && waiting_.begin()->due_ <= round_) {
    deadline_entry& passed = *waiting_.begin();
    passed.unlink();
    passed.on_deadline();
  }
  if (!waiting_.empty() && waiting_.begin()->due_ < armed_) arm();
}

}  // namespace varde::edge
