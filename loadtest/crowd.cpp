// The thread, and what is handed to it and back.
#include "crowd.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

namespace varde::load {

namespace asio = boost::asio;

namespace {

/// Whoever measures goes first where both share a processor.
constexpr int niceness = 2;

bool is_silent(const stream& one) { return one.kind == stream_kind::silent; }

plan with_only(plan whole, bool silent) {
  for (stream& one : whole.streams) {
    if (is_silent(one) == silent) continue;
    one.connections = 0;
    one.rate_per_s = one.times_capacity = one.reconnect_at_s = 0;
    one.saturate = false;
  }
  return whole;
}

}  // namespace

divided_plan divide(const plan& whole) {
  divided_plan parts{.measured = whole, .silent = whole};
  std::size_t measured = 0, silent = 0;
  for (const stream& one : whole.streams) (is_silent(one) ? silent : measured) += one.connections;
  parts.has_silent = measured > 0 && silent > 0;
  if (!parts.has_silent) return parts;
  parts.measured = with_only(whole, false);
  parts.silent = with_only(whole, true);
  parts.silent.first_device = measured;
  return parts;
}

crowd::crowd(const demo& where, const plan& silent)
    : where_{where}, plan_{silent}, run_{io_, where_, plan_, book_} {}

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
  bool is_open = false;
  try {
    run_.open([&] {
      is_open = true;
      opened_.set_value();
    });
    io_.run();
  } catch (...) {
    (is_open ? ended_ : opened_).set_exception(std::current_exception());
  }
}

void crowd::start() {
  asio::post(io_, [this] { run_.send([this] { ended_.set_value(); }); });
}

findings crowd::stop() {
  ended_.get_future().get();
  io_.stop();
  thread_.join();
  run_.close();
  return run_.found();
}

void add(const findings& of_crowd, findings& to) {
  to.connections_lost += of_crowd.connections_lost;
  to.connections_reopened += of_crowd.connections_reopened;
  to.reopening = of_crowd.reopening;
  to.reopening_cpu = of_crowd.reopening_cpu;
  if (to.first_trouble.empty()) to.first_trouble = of_crowd.first_trouble;
}

}  // namespace varde::load
