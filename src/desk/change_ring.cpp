// Numbers and what they stand for.
#include "desk/change_ring.hpp"

namespace varde::desk {

void change_ring::push(const board::case_change& c) {
  const auto [at, is_first] = latest_.try_emplace(c.now->id(), newest_ + 1);
  if (!is_first) {
    auto& replaced = kept_[at->second - oldest()];
    replaced = {nullptr, replaced.cause, nullptr, nullptr};
    at->second = newest_ + 1;
  }
  kept_.push_back({c.now, c.cause, nullptr, nullptr});
  ++newest_;
}

void change_ring::clear() {
  kept_.clear();
  latest_.clear();
  ++newest_;
}

void change_ring::trim() {
  for (; kept_.size() > kept_max; kept_.pop_front())
    if (const auto& c = kept_.front().now) latest_.erase(c->id());
}

bool change_ring::covers(std::uint64_t number) const noexcept {
  return number <= newest_ && number + 1 >= oldest();
}

}  // namespace varde::desk
