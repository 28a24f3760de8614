// Writing, changing segments, preparing ahead and pruning.
#include "vault/store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "base/hash.hpp"
#include "base/log.hpp"

namespace varde::vault {

namespace {

/// Between steps that nothing hurries: a segment of 32 MiB is prepared in less than three seconds.
constexpr std::chrono::milliseconds spare_step_every{10};
/// When there is nothing to do.
constexpr std::chrono::hours rest_max{1};

errc kind_of(int error) {
  return error == ENOSPC || error == EDQUOT || error == EFBIG ? errc::full : errc::failed;
}

std::uint64_t random_number() {
  std::uint64_t number;
  std::memcpy(&number, base::random_bytes(sizeof number).data(), sizeof number);
  return number | 1;  // never that of zeroed blocks
}

/// While it lives, the vault thread is with the disk.
class busy_mark {
 public:
  explicit busy_mark(std::atomic<base::steady_time>& since) : since_(since) {
    since_.store(std::chrono::steady_clock::now(), std::memory_order_relaxed);
  }
  ~busy_mark() { since_.store({}, std::memory_order_relaxed); }
  busy_mark(const busy_mark&) = delete;
  busy_mark& operator=(const busy_mark&) = delete;

 private:
  std::atomic<base::steady_time>& since_;
};

}  // namespace

instruments::instruments(base::metrics& all)
    : appended(all.make_counter("varde_vault_appended_total", "Records written to the vault.")),
      appended_bytes(
          all.make_counter("varde_vault_appended_bytes_total", "Payload bytes written.")),
      writes(all.make_counter("varde_vault_writes_total", "Batches written, one write each.")),
      refused(all.make_counter("varde_vault_refused_total", "Appends that ended with an error.")),
      failures(all.make_counter("varde_vault_failures_total", "Failed disk operations.")),
      pruned(all.make_counter("varde_vault_pruned_segments_total", "Old segments removed.")),
      torn_bytes(all.make_counter("varde_vault_torn_bytes_total", "Bytes cut at recovery.")),
      set_aside(all.make_counter("varde_vault_set_aside_total", "Corrupt vaults set aside.")),
      write_time(
          all.make_histogram("varde_vault_write_seconds", "One batch until it is on the disk.")),
      degraded(all.make_gauge("varde_vault_degraded", "1 while nothing can be written.")),
      on_spare(all.make_gauge("varde_vault_on_spare", "1 while a spare directory is written.")),
      bytes(all.make_gauge("varde_vault_bytes", "Size of the vault's segments on disk.")),
      segments(all.make_gauge("varde_vault_segments", "Segments with records.")),
      waiting_bytes(all.make_gauge("varde_vault_waiting_bytes", "Memory of waiting appends.")) {}

store::store(const options& given, file_ops& files, recovered_state from, instruments& figures)
    : options_(given),
      files_(files),
      figures_(figures),
      vault_id_(from.vault_id ? from.vault_id : random_number()),
      next_ordinal_(from.next_ordinal),
      last_(from.last),
      segments_(std::make_move_iterator(from.segments.begin()),
                std::make_move_iterator(from.segments.end())) {
  for (std::size_t i = 0; i < options_.directories.size(); ++i) {
    places_.push_back({options_.directories[i], from.usable[i]});
    if (!from.usable[i]) last_failure_ = fmt::format("{} can't be used", options_.directories[i]);
  }
}

std::size_t store::batch_bytes_max() const noexcept {
  return std::min(append_bytes_max, options_.segment_bytes - block_bytes);
}

void store::begin(base::steady_time now) {
  if (active_) return;
  if (const auto error = make_room(block_bytes, now)) note_degraded(error, now);
}

base::result<sequence> store::write(std::span<const std::string_view> payloads,
                                    base::steady_time now) {
  if (payloads.empty()) return last();
  if (degraded() && now < retry_at_) return last_error_;

  std::size_t batch_bytes = 0, payload_bytes = 0;
  for (const auto payload : payloads) {
    batch_bytes += record_bytes(payload.size());
    payload_bytes += payload.size();
  }
  const busy_mark busy(busy_since_);
  const auto outcome = write_somewhere(payloads, batch_bytes, now);
  if (!outcome) {
    note_degraded(outcome.error(), now);
    return outcome;
  }
  figures_.writes.add();
  figures_.appended.add(payloads.size());
  figures_.appended_bytes.add(payload_bytes);
  if (degraded()) note_well();
  return outcome;
}

base::result<sequence> store::write_somewhere(std::span<const std::string_view> payloads,
                                              std::size_t batch_bytes, base::steady_time now) {
  const sequence first = last() + 1;
  const auto written = options_.wall();
  for (;;) {
    if (const auto error = make_room(batch_bytes, now)) return error;
    staging_.clear();
    sequence number = first;
    for (const auto payload : payloads)
      encode({.number = number++, .batch_first = first, .written = written, .payload = payload},
             active_->info.mark, staging_);
    const auto before = std::chrono::steady_clock::now();
    const int error = files_.write(active_->file, staging_, active_->end);
    figures_.write_time.record(std::chrono::steady_clock::now() - before);
    if (error == 0) break;
    abandon_active(error, now);
  }

  active_->end = next_block(active_->end + staging_.size());
  const sequence last_now = first + payloads.size() - 1;
  {
    const std::lock_guard lock(shared_);
    segment_info& info = segments_.back();
    if (info.first == 0) info.first = first;
    info.last = last_now;
    info.newest = std::max(info.newest, written);
  }
  last_.store(last_now, std::memory_order_release);
  return last_now;
}

base::error_code store::make_room(std::size_t bytes, base::steady_time now) {
  if (active_ && active_->end + bytes <= active_->info.file_bytes) return {};
  retire_active();
  give_bad_places_another_try(now);
  for (;;) {
    if (!maker_) {
      if (const auto error = begin_maker()) return error;
    }
    while (maker_ && !maker_->finished()) {
      if (!run_maker_step(now)) break;
    }
    if (maker_) {
      take_over_maker();
      return {};
    }
  }
}

base::error_code store::begin_maker() {
  const auto good =
      std::ranges::find_if(places_, [](const place& p) { return p.usable && !p.bad; });
  if (good == places_.end()) return last_error_;
  if (!room_for_segment()) {
    last_failure_ =
        fmt::format("its {} bytes are used and nothing old is confirmed", options_.bytes_max);
    return last_error_ = errc::full;
  }
  const segment_header header{.vault_id = vault_id_,
                              .ordinal = next_ordinal_++,
                              .mark = random_number(),
                              .created = options_.wall(),
                              .floor = last()};
  maker_ = std::make_unique<segment_maker>(files_, good->directory,
                                           static_cast<std::size_t>(good - places_.begin()), header,
                                           options_.segment_bytes);
  show_bytes();
  return {};
}

bool store::run_maker_step(base::steady_time now) {
  const int error = maker_->step();
  if (error == 0) return true;
  note_bad(maker_->directory(), places_[maker_->directory()].directory, error, now);
  maker_.reset();
  show_bytes();
  return false;
}

void store::take_over_maker() {
  active_ = maker_->take();
  maker_.reset();
  {
    const std::lock_guard lock(shared_);
    segments_.push_back(active_->info);
  }
  show_bytes();
  update_health(degraded());
}

void store::abandon_active(int error, base::steady_time now) {
  note_bad(active_->info.directory, active_->info.path, error, now);
  if (maker_ && maker_->directory() == active_->info.directory) maker_.reset();
  retire_active();
}

void store::note_bad(std::size_t at, const std::string& path, int error, base::steady_time now) {
  places_[at].bad = true;
  first_again_at_ = now + options_.first_again_after;
  retry_at_ = now + options_.retry_every;
  last_error_ = kind_of(error);
  last_failure_ = fmt::format("{}: {}", path, std::strerror(error));
  figures_.failures.add();
  spdlog::error("vault_write_failed what=\"{}\"", base::log_safe(last_failure_));
}

bool store::no_place_left() const {
  return std::ranges::none_of(places_, [](const place& p) { return p.usable && !p.bad; });
}

void store::give_bad_places_another_try(base::steady_time now) {
  const bool none_left = no_place_left();
  if (!none_left && now < first_again_at_) return;
  if (none_left && now < std::max(retry_at_, prepare_again_at_)) return;
  for (auto& p : places_) p.bad = false;
}

bool store::prepare_step(base::steady_time now) {
  if (now < spare_step_at_ || !step_ahead(now)) return false;
  spare_step_at_ = now + spare_step_every;
  return true;
}

std::chrono::nanoseconds store::may_rest(base::steady_time now) const {
  if (wants_step(now)) return std::max(spare_step_at_ - now, base::steady_time::duration{});
  if (degraded() || !warning_.empty()) return options_.retry_every;
  return rest_max;
}

bool store::wants_step(base::steady_time now) const {
  return !degraded() && !(maker_ && maker_->finished()) && now >= prepare_again_at_;
}

bool store::step_ahead(base::steady_time now) {
  if (!wants_step(now)) return false;
  const busy_mark busy(busy_since_);
  if (!maker_) {
    give_bad_places_another_try(now);
    if (begin_maker()) {
      prepare_again_at_ = now + options_.retry_every;
      warning_ = fmt::format("no next segment can be prepared: {}", last_failure_);
      update_health(degraded());
      return false;
    }
  }
  if (run_maker_step(now) && maker_->finished()) {
    warning_.clear();
    update_health(degraded());
  }
  return true;
}

void store::keep_pace(base::steady_time now) {
  while (active_ && (!maker_ || maker_->prepared_bytes() < 2 * active_->end) && step_ahead(now)) {
  }
}

void store::recover_if_due(base::steady_time now) {
  if (!degraded() || now < retry_at_) return;
  if (const auto error = make_room(block_bytes, now))
    note_degraded(error, now);
  else
    note_well();
}

void store::confirm(sequence upto) noexcept {
  sequence seen = confirmed_.load(std::memory_order_relaxed);
  while (seen < upto && !confirmed_.compare_exchange_weak(seen, upto, std::memory_order_relaxed)) {
  }
}

void store::prune() {
  const busy_mark busy(busy_since_);
  const auto now = options_.wall();
  while (oldest_may_go() && segments_.front().newest + options_.keep <= now && remove_oldest()) {
  }
}

bool store::room_for_segment() {
  while (bytes_on_disk() + options_.segment_bytes > options_.bytes_max)
    if (!oldest_may_go() || !remove_oldest()) return false;
  return true;
}

bool store::oldest_may_go() const {
  // Some record stays, always, so that a restart knows which sequences were given.
  return std::any_of(segments_.begin() + (segments_.empty() ? 0 : 1), segments_.end(),
                     [](const segment_info& s) { return s.first != 0; }) &&
         segments_.front().last <= confirmed_.load(std::memory_order_relaxed);
}

bool store::remove_oldest() {
  const segment_info oldest = segments_.front();
  {
    const std::lock_guard lock(shared_);
    segments_.pop_front();
  }
  // One after the other is gone for good: never a gap, whenever the power fails.
  int error = files_.remove(oldest.path);
  if (error == 0 || error == ENOENT)
    error = files_.sync_directory(places_[oldest.directory].directory + '/' + segments_folder);
  if (error != 0) {
    figures_.failures.add();
    spdlog::warn("vault_prune_failed segment=\"{}\" error=\"{}\"", base::log_safe(oldest.path),
                 std::strerror(error));
    const std::lock_guard lock(shared_);
    segments_.push_front(oldest);
    return false;
  }
  figures_.pruned.add();
  show_bytes();
  return true;
}

void store::note_degraded(base::error_code error, base::steady_time now) {
  last_error_ = error;
  retry_at_ = now + options_.retry_every;
  update_health(true);
}

void store::note_well() {
  prepare_again_at_ = {};
  warning_.clear();
  update_health(false);
}

void store::update_health(bool is_degraded) {
  health next{.degraded = is_degraded, .on_spare = active_ && active_->info.directory > 0};
  if (next.degraded)
    next.reason = fmt::format("the vault can't be written: {}", last_failure_);
  else if (next.on_spare)
    next.reason = fmt::format("the vault is written in {} because {}",
                              places_[active_->info.directory].directory, last_failure_);
  else
    next.reason = warning_;

  const std::lock_guard lock(shared_);
  const bool same = next.degraded == health_.degraded && next.on_spare == health_.on_spare &&
                    next.reason.empty() == health_.reason.empty();
  next.since = same ? health_.since : options_.wall();
  next.bytes = health_.bytes;
  if (!same)
    spdlog::log(next.reason.empty() ? spdlog::level::info : spdlog::level::err,
                "vault_state degraded={} on_spare={} reason=\"{}\"", next.degraded, next.on_spare,
                base::log_safe(next.reason));
  health_ = std::move(next);
  figures_.degraded.set(health_.degraded);
  figures_.on_spare.set(health_.on_spare);
  // Last: whoever sees the flag finds the state that it stands for.
  degraded_.store(is_degraded, std::memory_order_release);
}

std::uint64_t store::bytes_on_disk() const {
  std::uint64_t bytes = maker_ ? options_.segment_bytes : 0;
  for (const auto& segment : segments_) bytes += segment.file_bytes;
  return bytes;
}

void store::show_bytes() {
  const std::uint64_t bytes = bytes_on_disk();
  figures_.bytes.set(static_cast<std::int64_t>(bytes));
  figures_.segments.set(static_cast<std::int64_t>(segments_.size()));
  const std::lock_guard lock(shared_);
  health_.bytes = bytes;
}

bool store::stalled(base::steady_time now) const noexcept {
  const auto since = busy_since_.load(std::memory_order_relaxed);
  return since != base::steady_time{} && now - since > options_.stall_after;
}

health store::state(base::steady_time now) const {
  const auto since = busy_since_.load(std::memory_order_relaxed);
  const std::lock_guard lock(shared_);
  health seen = health_;
  if (!seen.degraded && since != base::steady_time{} && now - since > options_.stall_after) {
    const auto waited = std::chrono::floor<std::chrono::seconds>(now - since);
    seen.degraded = true;
    seen.reason = fmt::format("the vault's disk has not answered for {} s", waited.count());
    seen.since = options_.wall() - waited;
  }
  return seen;
}

base::result<std::optional<loaded_segment>> store::load(sequence from) const {
  // Again while the segment that is looked for is pruned under our eyes; each time it is another.
  for (;;) {
    loaded_segment found;
    {
      const std::lock_guard lock(shared_);
      const auto it = std::ranges::find_if(
          segments_, [from](const segment_info& s) { return s.first != 0 && s.last >= from; });
      if (it == segments_.end()) return std::optional<loaded_segment>{};
      found.info = *it;
    }
    bool damaged = false;
    const int error = read_file(found.info.path, segment_bytes_max, found.bytes, damaged);
    if (error == 0 && !damaged) return std::optional(std::move(found));
    const std::lock_guard lock(shared_);
    if (!segments_.empty() && segments_.front().ordinal <= found.info.ordinal)
      return errc::unreadable;
  }
}

}  // namespace varde::vault
