// Places are numbered and reused; a ticket is the place's number and how often it has changed
// hands.
#include "edge/waiting_room.hpp"

#include <limits>

namespace varde::edge {

namespace {

constexpr unsigned issue_shift = 32;
/// Entries of those who have left are swept when there are this many more than places.
constexpr std::size_t stale_entries_max = 1024;

std::uint32_t place_of(std::uint64_t ticket) { return static_cast<std::uint32_t>(ticket); }
std::uint32_t issue_of(std::uint64_t ticket) {
  return static_cast<std::uint32_t>(ticket >> issue_shift);
}

}  // namespace

waiting_room::waiting_room(std::size_t places) : places_max_{places}, kept_for_life_{places / 4} {}

bool waiting_room::is_waiting(std::uint64_t ticket) const {
  const auto number = place_of(ticket);
  return number < places_.size() && places_[number].issue == issue_of(ticket) &&
         places_[number].issue % 2 == 1;
}

std::optional<std::uint64_t> waiting_room::enter(waiting who, bool life) {
  if (size_ + (life ? 0 : kept_for_life_) >= places_max_) return std::nullopt;
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(places_.size()));
    places_.emplace_back();
  }
  const auto number = free_.back();
  free_.pop_back();
  place& taken = places_[number];
  taken.who = std::move(who);
  ++taken.issue;
  ++size_;
  const auto ticket = (std::uint64_t{taken.issue} << issue_shift) | number;
  if (in_order_.size() >= places_max_ + stale_entries_max)
    std::erase_if(in_order_, [this](const entry& e) { return !is_waiting(e.ticket); });
  in_order_.push_back({ticket, taken.who.received});
  return ticket;
}

std::optional<waiting> waiting_room::leave(std::uint64_t ticket) {
  if (!is_waiting(ticket)) return std::nullopt;
  place& left = places_[place_of(ticket)];
  waiting who = std::move(left.who);
  left.who = {};
  ++left.issue;
  --size_;
  free_.push_back(place_of(ticket));
  while (!in_order_.empty() && !is_waiting(in_order_.front().ticket)) in_order_.pop_front();
  return who;
}

std::optional<waiting> waiting_room::leave_if_entered_before(base::steady_time limit) {
  while (!in_order_.empty() && !is_waiting(in_order_.front().ticket)) in_order_.pop_front();
  if (in_order_.empty() || in_order_.front().received >= limit) return std::nullopt;
  return leave(in_order_.front().ticket);
}

}  // namespace varde::edge
