// The thread, and what is handed to it and back.
#include "crowd.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <unordered_set>
#include <utility>

#include "native_links.hpp"

namespace varde::load {

namespace asio = boost::asio;

namespace {

/// Whoever measures goes first where both share a processor.
constexpr int niceness = 2;

bool is_beside(const stream& one) {
  return one.kind == stream_kind::silent || one.times_capacity > 0;
}

plan with_only(plan whole, bool beside) {
  for (stream& one : whole.streams) {
    if (is_beside(one) == beside) continue;
    one.connections = 0;
    one.rate_per_s = one.times_capacity = one.reconnect_at_s = 0;
    one.saturate = false;
  }
  return whole;
}

bool share_devices(const plan& whole) {
  std::unordered_set<std::size_t> of_measured;
  for (std::size_t s = 0; s < whole.streams.size(); ++s) {
    if (!is_beside(whole.streams[s])) {
      of_measured.insert(whole.devices[s].begin(), whole.devices[s].end());
    }
  }
  for (std::size_t s = 0; s < whole.streams.size(); ++s) {
    if (is_beside(whole.streams[s]) && std::ranges::any_of(whole.devices[s], [&](std::size_t told) {
          return of_measured.contains(told);
        })) {
      return true;
    }
  }
  return false;
}

/// With the exception that is being handled, unless it was kept before.
void fail(std::promise<void>& promised) {
  try {
    promised.set_exception(std::current_exception());
  } catch (const std::future_error&) {
  }
}

}  // namespace

divided_plan divide(const demo& where, const plan& whole) {
  divided_plan parts{.measured = whole};
  const auto beside = std::ranges::count_if(whole.streams, is_beside);
  if (beside == 0 || beside == std::ssize(whole.streams)) return parts;
  plan dealt = whole;
  dealt.devices = deal_devices(where, whole.streams);
  if (share_devices(dealt)) return parts;
  return {.measured = with_only(dealt, false), .beside = with_only(dealt, true), .has_two = true};
}

crowd::crowd(const demo& where, const plan& beside)
    : where_{where}, plan_{beside}, run_{io_, where_, plan_, book_} {}

crowd::~crowd() {
  io_.stop();
  if (thread_.joinable()) thread_.join();
}

void crowd::open() {
  thread_ = std::thread{[this] { be_there(); }};
  opened_.get_future().get();
}

void crowd::be_there() {
  ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), niceness);
  const auto stay = asio::make_work_guard(io_);
  try {
    run_.open([this] { opened_.set_value(); });
    io_.run();
    stopped_.set_value();
  } catch (...) {
    for (auto* promised : {&opened_, &calibrated_, &stopped_}) fail(*promised);
    if (ended_) ended_();
  }
}

void crowd::set_baseline(std::vector<shown_device> board) {
  asio::post(io_, [this, board = std::move(board)] {
    for (const shown_device& one : board) book_.set_baseline(one.device, one.signals);
  });
}

void crowd::calibrate() {
  asio::post(io_, [this] { run_.calibrate([this] { calibrated_.set_value(); }); });
  calibrated_.get_future().get();
}

void crowd::start(std::function<void()> ended) {
  asio::post(io_, [this, ended = std::move(ended)]() mutable {
    ended_ = std::move(ended);
    run_.send([this] { std::exchange(ended_, nullptr)(); });
  });
}

void crowd::show(std::vector<shown_device> shown, clock::time_point at) {
  asio::post(io_, [this, shown = std::move(shown), at] {
    for (const shown_device& one : shown) book_.show(one.device, one.signals, at);
  });
}

findings crowd::stop() {
  // Behind what it was told to show.
  asio::post(io_, [this] { io_.stop(); });
  stopped_.get_future().get();
  thread_.join();
  run_.close();
  return run_.found();
}

void add(const findings& of_crowd, findings& to) {
  to.sent_in_s = std::max(to.sent_in_s, of_crowd.sent_in_s);
  to.settled_in_s = std::max(to.settled_in_s, of_crowd.settled_in_s);
  to.capacity_per_s += of_crowd.capacity_per_s;
  to.held_back += of_crowd.held_back;
  to.connections_lost += of_crowd.connections_lost;
  to.connections_reopened += of_crowd.connections_reopened;
  to.reopening = of_crowd.reopening;
  to.reopening_cpu = of_crowd.reopening_cpu;
  if (to.first_trouble.empty()) to.first_trouble = of_crowd.first_trouble;
}

}  // namespace varde::load
