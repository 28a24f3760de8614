// The thread's waiting: who is told when, and that nobody is told who has gone.
#include "edge/reactor.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <memory>
#include <thread>

#include "edge/deadlines.hpp"

namespace varde::edge {
namespace {

using namespace std::chrono_literals;

constexpr auto at_once = 0ms;
constexpr auto patience = 10'000ms;

/// One end of a pair of sockets, and what happens when it is ready.
struct end_of_pair final : watched {
  explicit end_of_pair(int fd) : socket{fd} {}
  void on_ready() override {
    ++told;
    if (then) then();
  }
  void read_all() const {
    std::array<char, 64> bytes{};
    while (::recv(socket.get(), bytes.data(), bytes.size(), MSG_DONTWAIT) > 0) continue;
  }

  descriptor socket;
  int told = 0;
  std::function<void()> then;
};

class reactor_of : public ::testing::Test {
 protected:
  reactor_of() {
    for (auto& [ours, theirs] : pairs) {
      std::array<int, 2> ends{};
      EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
      ours = std::make_unique<end_of_pair>(ends[0]);
      theirs = descriptor{ends[1]};
    }
  }
  end_of_pair& one() { return *pairs[0].first; }
  end_of_pair& other() { return *pairs[1].first; }
  void watch(end_of_pair& which, interest in) { waits.watch(which, which.socket.get(), in); }
  void say_to(std::size_t pair) const { EXPECT_EQ(::write(pairs[pair].second.get(), "x", 1), 1); }

  reactor waits;
  std::array<std::pair<std::unique_ptr<end_of_pair>, descriptor>, 2> pairs;
};

TEST_F(reactor_of, tells_again_what_was_not_read) {
  watch(one(), interest::readable);
  say_to(0);
  EXPECT_EQ(waits.turn(patience), 1u);
  EXPECT_EQ(waits.turn(at_once), 1u);
  one().read_all();
  EXPECT_EQ(waits.turn(at_once), 0u);
  EXPECT_EQ(one().told, 2);
}

TEST_F(reactor_of, tells_only_what_is_waited_for) {
  watch(one(), interest::none);
  say_to(0);
  EXPECT_EQ(waits.turn(at_once), 0u);
  watch(one(), interest::writable);
  EXPECT_EQ(waits.turn(patience), 1u);
}

TEST_F(reactor_of, a_lost_peer_of_whom_nothing_is_wanted_keeps_nobody_awake) {
  watch(one(), interest::none);
  pairs[0].second = {};
  (void)waits.turn(at_once);
  EXPECT_EQ(waits.turn(at_once), 0u);
}

TEST_F(reactor_of, who_was_forgotten_in_a_turn_is_not_told_in_it) {
  watch(one(), interest::readable);
  watch(other(), interest::readable);
  const auto forget_both = [this] {
    waits.forget(one(), one().socket.get());
    waits.forget(other(), other().socket.get());
  };
  one().then = other().then = forget_both;
  say_to(0);
  say_to(1);
  EXPECT_EQ(waits.turn(patience), 1u);
  EXPECT_EQ(one().told + other().told, 1);
}

TEST_F(reactor_of, work_of_another_thread_wakes_it) {
  bool done = false;
  std::jthread elsewhere{[&] { waits.post([&] { done = true; }); }};
  while (!done) (void)waits.turn(patience);
  EXPECT_EQ(waits.turn(at_once), 0u);
}

struct due_thing final : deadline_entry {
  void on_deadline() override {
    ++called;
    if (then) then();
  }
  int called = 0;
  std::function<void()> then;
};

const base::steady_time noon{12h};

TEST(deadlines_of, one_that_was_moved_later_comes_later) {
  deadlines due;
  due_thing thing;
  due.set(thing, noon + 1s);
  due.set(thing, noon + 5s);
  due.expire(noon + 4s);
  EXPECT_EQ(thing.called, 0);
  EXPECT_EQ(due.next(), noon + 5s);
  due.expire(noon + 5s);
  EXPECT_EQ(thing.called, 1);
  EXPECT_EQ(due.next(), base::steady_time::max());
}

TEST(deadlines_of, one_that_was_moved_earlier_comes_earlier) {
  deadlines due;
  due_thing thing;
  due.set(thing, noon + 5s);
  due.set(thing, noon + 1s);
  EXPECT_EQ(due.next(), noon + 1s);
  due.expire(noon + 1s);
  due.expire(noon + 5s);
  EXPECT_EQ(thing.called, 1);
}

TEST(deadlines_of, one_that_was_taken_out_does_not_come) {
  deadlines due;
  due_thing thing;
  due.set(thing, noon);
  due.set(thing, base::steady_time::max());
  due.expire(noon + 1h);
  EXPECT_EQ(thing.called, 0);
}

TEST(deadlines_of, one_that_passes_again_at_once_does_not_hold_the_thread) {
  deadlines due;
  due_thing thing;
  thing.then = [&] { due.set(thing, noon - 1h); };
  due.set(thing, noon);
  due.expire(noon);
  EXPECT_EQ(thing.called, 1);
  EXPECT_GT(due.next(), noon);
}

}  // namespace
}  // namespace varde::edge
