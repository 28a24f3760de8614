// The book-keeping of signals and the final audit.
#include "tally.hpp"

#include <algorithm>

namespace varde::load {

namespace {

std::uint64_t us_between(clock::time_point from, clock::time_point to) {
  const auto us = std::chrono::duration_cast<std::chrono::microseconds>(to - from).count();
  return us < 0 ? 0 : static_cast<std::uint64_t>(us);
}

bool not_taken(fate verdict) { return verdict == fate::busy || verdict == fate::refused; }

}  // namespace

std::size_t tally::add_device(const std::string& wire_id) {
  const auto [at, is_new] = by_id_.try_emplace(wire_id, devices_.size());
  if (is_new) devices_.push_back({.id = wire_id, .signals = {}});
  return at->second;
}

tally::device_book* tally::find(std::string_view device) {
  const auto at = by_id_.find(std::string(device));
  return at == by_id_.end() ? nullptr : &devices_[at->second];
}

std::size_t tally::plan(std::size_t device, clock::time_point intended, std::size_t stream) {
  auto& signals = devices_[device].signals;
  devices_[device].stream = stream;
  ++streams_[stream].planned;
  signals.push_back({.intended = intended});
  ++planned_;
  return signals.size() - 1;
}

bool tally::settle(std::size_t device, std::size_t number, fate verdict, clock::time_point now) {
  if (device >= devices_.size() || number >= devices_[device].signals.size()) return false;
  signal& one = devices_[device].signals[number];
  if (one.verdict != fate::planned || verdict == fate::planned) return false;
  one.verdict = verdict;
  ++settled_;
  switch (verdict) {
    case fate::acknowledged:
      ++acknowledged_;
      ++devices_[device].acknowledged;
      to_acknowledge_.record(us_between(one.intended, now));
      ++streams_[devices_[device].stream].acknowledged;
      streams_[devices_[device].stream].to_acknowledge.record(us_between(one.intended, now));
      break;
    case fate::busy:
      ++busy_;
      break;
    case fate::refused:
      ++refused_;
      break;
    case fate::planned:
      break;
  }
  return true;
}

void tally::set_baseline(std::string_view device, std::uint64_t signals) {
  if (device_book* book = find(device)) book->baseline = signals;
}

void tally::show(std::string_view device, std::uint64_t signals, clock::time_point at) {
  device_book* book = find(device);
  if (book == nullptr || signals < book->baseline) return;
  // Signals that were not taken are not on the board, so the board's n-th is the n-th of those that
  // were.
  while (book->shown < signals - book->baseline && book->shown_to < book->signals.size()) {
    const signal& next = book->signals[book->shown_to++];
    if (not_taken(next.verdict)) continue;
    ++book->shown;
    to_show_.record(us_between(next.intended, at));
    streams_[book->stream].to_show.record(us_between(next.intended, at));
  }
}

// Device by device: of another, signals may be shown whose acknowledgement nobody waited for.
bool tally::all_shown() const noexcept {
  return std::ranges::all_of(devices_,
                             [](const device_book& d) { return d.shown >= d.acknowledged; });
}

void tally::beat(std::size_t stream, clock::time_point intended, clock::time_point now) {
  ++streams_[stream].acknowledged;
  streams_[stream].to_acknowledge.record(us_between(intended, now));
}

void tally::absorb(const tally& other) {
  for (const device_book& book : other.devices_) {
    const std::size_t at = add_device(book.id);
    devices_[at] = book;
  }
  for (std::size_t s = 0; s < streams_.size(); ++s) {
    streams_[s].planned += other.streams_[s].planned;
    streams_[s].acknowledged += other.streams_[s].acknowledged;
    streams_[s].to_acknowledge.add(other.streams_[s].to_acknowledge);
    streams_[s].to_show.add(other.streams_[s].to_show);
  }
  to_acknowledge_.add(other.to_acknowledge_);
  to_show_.add(other.to_show_);
  planned_ += other.planned_;
  settled_ += other.settled_;
  acknowledged_ += other.acknowledged_;
  busy_ += other.busy_;
  refused_ += other.refused_;
}

std::vector<tally::device_count> tally::counts() const {
  std::vector<device_count> all;
  for (const device_book& book : devices_) {
    if (book.signals.empty()) continue;
    all.push_back({book.id, book.acknowledged, book.signals.size()});
  }
  return all;
}

tally::audit tally::check(const std::vector<shown_device>& board,
                          const std::vector<shown_device>& kept_by_rules) const {
  std::unordered_map<std::string, std::uint64_t> on_board;
  for (const shown_device& one : board) on_board[one.device] += one.signals;
  std::unordered_map<std::string, std::uint64_t> kept;
  for (const shown_device& one : kept_by_rules) kept[one.device] += one.signals;
  audit found;
  for (const device_book& book : devices_) {
    const std::uint64_t all = on_board[book.id];
    const std::uint64_t by_rules = kept[book.id];
    const std::uint64_t ours = all - std::min(all, book.baseline) + by_rules;
    found.by_rules += by_rules;
    const std::uint64_t lost = book.acknowledged - std::min(book.acknowledged, ours);
    const std::uint64_t doubled = ours - std::min<std::uint64_t>(ours, book.signals.size());
    if (lost + doubled > 0 && found.example.empty()) found.example = book.id;
    found.lost += lost;
    found.doubled += doubled;
  }
  return found;
}

}  // namespace varde::load
