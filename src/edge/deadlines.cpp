// Setting, moving and serving deadlines.
#include "edge/deadlines.hpp"

namespace varde::edge {

namespace {

constexpr std::chrono::milliseconds next_round{1};

}  // namespace

deadlines::~deadlines() { waiting_.clear(); }

void deadlines::set(deadline_entry& entry, base::steady_time due) {
  due = std::max(due, round_ + next_round);
  entry.wanted_ = due;
  const bool never = due == base::steady_time::max();
  if (entry.is_linked()) {
    if (!never && entry.due_ <= due) return;
    entry.unlink();
  }
  if (!never) insert(entry, due);
}

void deadlines::insert(deadline_entry& entry, base::steady_time due) {
  entry.due_ = due;
  waiting_.insert(entry);
}

void deadlines::expire(base::steady_time now) {
  round_ = now;
  while (!waiting_.empty() && waiting_.begin()->due_ <= round_) {
    deadline_entry& passed = *waiting_.begin();
    passed.unlink();
    if (passed.wanted_ > round_)
      insert(passed, passed.wanted_);
    else
      passed.on_deadline();
  }
}

base::steady_time deadlines::next() const {
  return waiting_.empty() ? base::steady_time::max() : waiting_.begin()->due_;
}

}  // namespace varde::edge
