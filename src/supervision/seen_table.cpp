// Blocks are made when the first of their numbers is prepared, and stay. The bells are a stack that
// any thread pushes on and the sweep takes whole.
#include "supervision/seen_table.hpp"

namespace varde::supervision {

using registry::thing_number;

seen_table::seen_table(base::wall_time wall, base::steady_time steady)
    : origin_(steady),
      origin_s_(std::chrono::floor<std::chrono::seconds>(wall).time_since_epoch().count()),
      blocks_(std::make_unique<std::array<std::atomic<block*>, blocks_max>>()) {}

seen_table::~seen_table() {
  for (const auto& one : *blocks_) delete one.load(std::memory_order_relaxed);
}

bool seen_table::prepare(thing_number number) {
  if (number >= registry::thing_numbers_max) return false;
  auto& place = (*blocks_)[number >> block_bits];
  if (place.load(std::memory_order_acquire) != nullptr) return true;
  auto made = std::make_unique<block>();
  block* none = nullptr;
  if (place.compare_exchange_strong(none, made.get(), std::memory_order_acq_rel)) made.release();
  return true;
}

sighting seen_table::look(thing_number number) const {
  const slot* s = find(number);
  if (s == nullptr) return {};
  return {s->heard_s.load(std::memory_order_relaxed), s->standing.load(std::memory_order_relaxed)};
}

void seen_table::raise(thing_number number, std::uint32_t heard_s) {
  slot* s = find(number);
  if (s == nullptr) return;
  auto was = s->heard_s.load(std::memory_order_relaxed);
  while (was < heard_s &&
         !s->heard_s.compare_exchange_weak(was, heard_s, std::memory_order_relaxed)) {
  }
}

void seen_table::stand(thing_number number, supervision::standing now) {
  slot* s = find(number);
  if (s == nullptr) return;
  s->alarmed.store(false, std::memory_order_relaxed);
  s->standing.store(now, std::memory_order_seq_cst);
}

void seen_table::ring(slot& s, thing_number number, bool alarm) {
  if (alarm) s.alarmed.store(true, std::memory_order_relaxed);
  if (s.rung.exchange(true, std::memory_order_acq_rel)) return;
  auto first = bells_.load(std::memory_order_relaxed);
  do {
    s.next_bell.store(first, std::memory_order_relaxed);
  } while (!bells_.compare_exchange_weak(first, number, std::memory_order_release,
                                         std::memory_order_relaxed));
}

}  // namespace varde::supervision
