// The thread's life: run, drain, end; and the roster of its connections.
#include "edge/edge_thread.hpp"

#include <pthread.h>

#include <algorithm>

namespace varde::edge {

namespace {

/// A TLS record is at most this long, so one read takes a whole one.
constexpr std::size_t read_buffer_bytes = 16 * 1024;
constexpr std::chrono::seconds sweep_every{1};
/// The line is served so long before the thread looks who else is ready; a handshake takes longer.
constexpr std::chrono::microseconds line_turn{200};
/// While the core is behind, one of the line is served so often.
constexpr std::chrono::milliseconds line_pause{1};
/// So many may go before the line.
constexpr std::size_t passed_over_max = 64;
/// After a turn of handshakes, while a signal waits for the core: the core's turn and Redis's.
constexpr std::chrono::milliseconds let_in_pause{2};
/// While so many stand in line for a piece of their handshake, new peers wait in the kernel…
constexpr std::size_t knocking_max = 256;
/// …and while all places of a handshake are taken; but not by those who have been at it for so
/// long.
constexpr std::chrono::seconds handshake_grace{5};

std::int64_t seconds_of(base::steady_time t) {
  return t.time_since_epoch() / std::chrono::seconds{1};
}

}  // namespace

class edge_thread::sweep final : public deadline_entry {
 public:
  explicit sweep(edge_thread& home) : home_{home} { set(); }
  void set() {
    const auto now = std::chrono::steady_clock::now();
    const bool drains_sooner = home_.drain_until_ > now && home_.drain_until_ < now + sweep_every;
    home_.deadlines_.set(*this, drains_sooner ? home_.drain_until_ : now + sweep_every);
  }

 private:
  void on_deadline() override {
    home_.intake_.give_up_old(std::chrono::steady_clock::now());
    home_.end_if_drained();
    set();
  }
  edge_thread& home_;
};

edge_thread::edge_thread(std::uint32_t index, const options& given, lane_set& lanes,
                         const registry::directory& directory, counters& counted)
    : options_{given},
      counted_{counted},
      directory_{directory},
      registry_{directory},
      intake_{index, given, lanes, counted},
      signs_{given.seen, counted},
      read_buffer_(read_buffer_bytes),
      sweep_{std::make_unique<sweep>(*this)} {}

edge_thread::~edge_thread() { stop(); }

void edge_thread::start() {
  thread_ = std::thread{[this] { run(); }};
}

void edge_thread::run() {
  ::pthread_setname_np(::pthread_self(), "varde-edge");
  while (!is_over_) {
    const auto others = reactor_.turn(patience());
    deadlines_.expire(std::chrono::steady_clock::now());
    passed_over_ += others;
    if (others == 0 || passed_over_ >= passed_over_max) {
      passed_over_ = 0;
      serve(line_);
      let_in();
    }
    end_turn();
  }
  line_.clear();
  knocking_.clear();
  for (const auto& one : std::vector{roster_}) one->end(cause::draining);
  to_flush_.clear();
  for (const auto& one : services_) one->end();
  services_.clear();
  reactor_.run_posted();
  ended_.clear();
}

std::chrono::milliseconds edge_thread::patience() const {
  if (!line_.empty()) return intake_.core_is_behind() ? line_pause : std::chrono::milliseconds{0};
  if (!knocking_.empty()) return may_let_in() ? std::chrono::milliseconds{0} : line_pause;
  if (deadlines_.next() == base::steady_time::max()) return reactor::for_ever;
  const auto left = deadlines_.next() - std::chrono::steady_clock::now();
  return std::max(std::chrono::ceil<std::chrono::milliseconds>(left), std::chrono::milliseconds{0});
}

void edge_thread::serve(standing_in_line& line) {
  const auto until = std::chrono::steady_clock::now() + line_turn;
  while (!line.empty()) {
    const auto one = std::move(line.front());
    line.pop_front();
    one->take_turn();
    if (intake_.core_is_behind() || std::chrono::steady_clock::now() >= until) return;
  }
}

bool edge_thread::may_let_in() const {
  return intake_.waiting_count() == 0 || std::chrono::steady_clock::now() >= next_let_in_;
}

void edge_thread::let_in() {
  if (knocking_.empty() || !may_let_in()) return;
  serve(knocking_);
  next_let_in_ = std::chrono::steady_clock::now() + let_in_pause;
}

bool edge_thread::is_crowded() const {
  if (knocking_.size() >= knocking_max) return true;
  if (opening_.size() < bounds().handshakes_max) return false;
  const auto began = opening_.front().handshake_began();
  return began == base::steady_time::max() ||
         std::chrono::steady_clock::now() < began + handshake_grace;
}

void edge_thread::post(std::function<void()> work) { reactor_.post(std::move(work)); }

void edge_thread::stop() {
  if (!thread_.joinable()) return;
  post([this] { begin_drain(); });
  thread_.join();
}

void edge_thread::begin_drain() {
  draining_ = true;
  drain_until_ = std::chrono::steady_clock::now() + bounds().drain_max;
  for (const auto& one : services_) one->drain();
  for (const auto& one : std::vector{roster_}) one->drain();
  sweep_->set();
  end_if_drained();
}

void edge_thread::end_if_drained() {
  if (!draining_ || is_over_) return;
  const bool served = roster_.empty() &&
                      std::ranges::all_of(services_, [](const auto& d) { return d->is_drained(); });
  const bool too_late = std::chrono::steady_clock::now() >= drain_until_;
  if (!served && !too_late) return;
  for (const auto& one : std::vector{roster_}) one->cut_short();
  is_over_ = true;
}

void edge_thread::deliver(std::span<const alarm::admission_answer> answers) {
  reactor_.post([this, batch = std::vector(answers.begin(), answers.end())] {
    intake_.answer(batch);
    end_if_drained();
  });
}

bool edge_thread::adopt(std::shared_ptr<connection> newcomer, listener via) {
  const auto l = static_cast<std::size_t>(via);
  counted_.accepted[l]->add();
  if (draining_ || roster_.size() >= bounds().connections_max) {
    note_rejected(via, cause::over_limit);
    return false;
  }
  counted_.open[l]->add(1);
  newcomer->roster_place = roster_.size();
  opening_.push_back(*newcomer);
  roster_.push_back(std::move(newcomer));
  make_room(opening_, bounds().handshakes_max);
  return true;
}

void edge_thread::opened(connection& one) {
  unidentified_hook& hook = one;
  opening_.erase(opening_.iterator_to(one));
  hook.in_handshake = false;
  unidentified_.push_back(one);
  make_room(unidentified_, bounds().unidentified_max);
}

void edge_thread::make_room(strangers& among, std::size_t most) {
  if (among.size() > most) among.front().end(cause::over_limit);
}

void edge_thread::identified(connection& one) {
  unidentified_hook& hook = one;
  if (hook.is_linked()) list_of(hook).erase(strangers::s_iterator_to(one));
}

void edge_thread::forget(connection& gone, listener via, cause why) {
  const auto l = static_cast<std::size_t>(via);
  counted_.open[l]->add(-1);
  note_rejected(via, why);
  identified(gone);
  const auto place = gone.roster_place;
  std::swap(roster_[place], roster_.back());
  roster_[place]->roster_place = place;
  ended_.push_back(std::move(roster_.back()));
  roster_.pop_back();
  if (draining_) end_if_drained();
}

void edge_thread::note_rejected(listener via, cause why) {
  counted_.ended[static_cast<std::size_t>(via)][static_cast<std::size_t>(why)]->add();
  log_end(via, why);
}

void edge_thread::log_end(listener via, cause why) {
  if (why == cause::peer_closed || why == cause::draining) return;
  if (!log_ends_.allow(seconds_of(std::chrono::steady_clock::now()))) return;
  spdlog::info("edge: ended or turned away: listener={} cause={}", listener_name(via),
               cause_name(why));
}

void edge_thread::end_turn() {
  // Flushing may end a connection but queues none, so the list does not grow meanwhile.
  for (const auto& one : to_flush_) one->flush();
  to_flush_.clear();
  for (const auto& one : services_) one->flush();
  ended_.clear();
}

}  // namespace varde::edge
