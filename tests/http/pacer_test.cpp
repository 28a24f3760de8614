// When a paced task runs: the first time it is asked for, and then once for all that asked
// meanwhile.
#include "http/pacer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <ctime>
#include <string>

namespace varde::http {
namespace {

class a_pacer : public ::testing::Test {
 protected:
  /// Until nothing is planned any more.
  void run() {
    context.restart();
    context.run();
  }

  /// Processor time, which the pacer reckons with, too.
  static long used_ms() { return std::clock() / (CLOCKS_PER_SEC / 1'000); }

  boost::asio::io_context context;
  web_thread web{context};
  int runs = 0;
  pacer pace{web, std::chrono::milliseconds{2}, [this] { ++runs; }};
};

TEST_F(a_pacer, runs_at_once_when_it_has_rested) {
  pace.ask();
  EXPECT_EQ(runs, 1);
}

TEST_F(a_pacer, runs_once_more_for_all_that_asked_while_it_rested) {
  pacer slow{web, std::chrono::milliseconds{50}, [this] { ++runs; }};
  for (int i = 0; i < 100; ++i) slow.ask();
  for (int i = 0; i < 100; ++i) slow.ask_urgently();
  for (int i = 0; i < 100; ++i) slow.ask_patiently();
  EXPECT_EQ(runs, 1);
  run();
  EXPECT_EQ(runs, 2);
}

/// What `ask` plans comes before what was asked for patiently, although that was asked first. A
/// machine that stands still may mix them up once, and not each time.
TEST_F(a_pacer, rests_longer_when_it_is_crowded) {
  const auto is_later = [this] {
    std::string order;
    const auto costly = [&order](char name) {
      return [&order, name] {
        order += name;
        for (const auto until = used_ms() + 10; used_ms() < until;) {
        }
      };
    };
    pacer crowded{web, std::chrono::milliseconds{2}, costly('c')};
    pacer usual{web, std::chrono::milliseconds{2}, costly('u')};
    crowded.ask();
    usual.ask();
    run();  // what both cost is known now
    crowded.ask_patiently();
    usual.ask();
    run();
    return order == "cuuc";
  };
  EXPECT_TRUE(is_later() || is_later() || is_later() || is_later() || is_later());
}

TEST_F(a_pacer, plans_nothing_of_itself) {
  pace.ask();
  run();
  run();
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace varde::http
