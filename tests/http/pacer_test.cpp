// When a paced task runs: the first time it is asked for, and then once for all that asked
// meanwhile.
#include "http/pacer.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

namespace varde::http {
namespace {

class a_pacer : public ::testing::Test {
 protected:
  /// Until nothing is planned any more.
  void run() {
    context.restart();
    context.run();
  }

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

TEST_F(a_pacer, plans_nothing_of_itself) {
  pace.ask();
  run();
  run();
  EXPECT_EQ(runs, 1);
}

}  // namespace
}  // namespace varde::http
