// Who has been quiet is heard before those who flood, and before those who only knock.
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <atomic>
#include <future>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "edge/edge_thread.hpp"
#include "edge/plain_stream.hpp"
#include "harness.hpp"

namespace varde::edge {
namespace {

/// What was heard of whom, in order. How much of one can be asked all the time without a lock,
/// which the thread that hears would have to wait for.
class hearing {
 public:
  explicit hearing(std::size_t devices) : bytes_(devices) {}

  void note(std::size_t who, std::size_t bytes) {
    {
      const std::scoped_lock lock{mutex_};
      heard_.emplace_back(who, bytes);
    }
    bytes_[who] += bytes;
  }
  std::size_t bytes_of(std::size_t who) const { return bytes_[who]; }
  /// Bytes of all others until `who` was heard at last.
  std::size_t bytes_before(std::size_t who) const {
    const std::scoped_lock lock{mutex_};
    std::size_t sum = 0, before = 0;
    for (const auto& [one, bytes] : heard_)
      if (one == who)
        before = sum;
      else
        sum += bytes;
    return before;
  }

 private:
  mutable std::mutex mutex_;
  std::vector<std::pair<std::size_t, std::size_t>> heard_;
  std::vector<std::atomic<std::size_t>> bytes_;
};

class listening_session final : public connection {
 public:
  listening_session(edge_thread& home, descriptor socket, std::size_t who, hearing& all)
      : connection{home, listener::scaip_tcp, descriptor{socket.get()},
                   std::make_unique<plain_stream>(socket.get()), socket_address{}},
        who_{who},
        all_{all} {
    (void)socket.release();
  }

 private:
  void on_open() override {}
  void on_bytes(std::string_view bytes, base::steady_time) override {
    all_.note(who_, bytes.size());
  }
  patience input_patience() const override {
    return {base::steady_time::max(), cause::peer_closed};
  }
  void on_overdue(cause) override {}
  std::size_t pending() const override { return 0; }
  void on_farewell() override {}

  std::size_t who_;
  hearing& all_;
};

class fairness : public test::edge_fixture {};

TEST_F(fairness, a_quiet_device_is_heard_while_others_flood) {
  constexpr std::size_t flooding = 8, quiet = flooding;
  constexpr std::size_t flood_bytes = 64 * 1024;
  constexpr std::size_t turn_bytes = 1024;  // of each that floods, at most, before the quiet one
  hearing heard{flooding + 1};
  counters counted{metrics};
  lanes::lane_set<alarm::admission> lanes{lane_limits};
  edge_thread thread{0, given, lanes, directory, counted};
  std::array<descriptor, flooding + 1> peers;
  for (std::size_t i = 0; i < peers.size(); ++i) {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    peers[i] = descriptor{ends[0]};
    const auto session = std::make_shared<listening_session>(thread, descriptor{ends[1]}, i, heard);
    ASSERT_TRUE(thread.adopt(session, listener::scaip_tcp));
    session->start();
  }
  thread.start();
  const auto say = [&](std::size_t who, std::size_t bytes) {
    const std::string text(bytes, 'x');
    ASSERT_EQ(::send(peers[who].get(), text.data(), bytes, 0), static_cast<ssize_t>(bytes));
  };
  for (std::size_t i = 0; i < flooding; ++i) say(i, turn_bytes);
  say(quiet, 1);
  ASSERT_TRUE(eventually([&] {
    for (std::size_t i = 0; i < flooding; ++i)
      if (heard.bytes_of(i) < turn_bytes) return false;
    return heard.bytes_of(quiet) == 1;
  }));

  // Nobody stands in line any more: each turn serves one of it at least.
  for (std::size_t turn = 0; turn <= flooding; ++turn) {
    std::promise<void> passed;
    thread.post([&passed] { passed.set_value(); });
    passed.get_future().wait();
  }

  // The thread finds all of it at once: it is held up until everybody has spoken.
  std::promise<void> held_up, all_said;
  thread.post([&held_up, done = all_said.get_future().share()] {
    held_up.set_value();
    done.wait();
  });
  held_up.get_future().wait();
  for (std::size_t i = 0; i < flooding; ++i) say(i, flood_bytes);
  say(quiet, 1);
  all_said.set_value();

  ASSERT_TRUE(eventually([&] { return heard.bytes_of(quiet) == 2; }));
  EXPECT_LE(heard.bytes_before(quiet), 2 * flooding * turn_bytes);
  EXPECT_TRUE(eventually([&] { return heard.bytes_of(0) == turn_bytes + flood_bytes; }));
  thread.stop();
}

}  // namespace
}  // namespace varde::edge
