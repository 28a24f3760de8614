// SIP's transactions on a clock of our own: what is repeated when, what is remembered for how long,
// and the bounds.
#include "wire/sip_transactions.hpp"

#include <gtest/gtest.h>

#include "wire/samples.hpp"

namespace varde::wire {
namespace {

using namespace std::chrono_literals;
using sighting = server_transactions::sighting;

const base::steady_time start{1h};
const peer device{transport::udp, "192.0.2.7", 5060, 0};

std::string key_of(std::string_view branch, const peer& source = device) {
  return transaction_key(*parse_sip(sample_message("x", {}, branch)), source);
}

TEST(transaction_key, tells_requests_apart_by_branch_and_source) {
  EXPECT_EQ(key_of("z9hG4bK1"), key_of("z9hG4bK1"));
  EXPECT_NE(key_of("z9hG4bK1"), key_of("z9hG4bK2"));
  EXPECT_NE(key_of("z9hG4bK1"), key_of("z9hG4bK1", {transport::udp, "192.0.2.8", 5060, 0}));
}

TEST(transaction_key, an_old_branch_is_no_identity_by_itself) {
  auto a = *parse_sip(sample_message("x", {}, "1"));
  auto b = a;
  b.cseq = 2;
  EXPECT_EQ(transaction_key(a, device), transaction_key(a, device));
  EXPECT_NE(transaction_key(a, device), transaction_key(b, device));
}

TEST(server_transactions, a_retransmission_waits_and_then_finds_the_response_for_32_seconds) {
  server_transactions t{10};
  EXPECT_EQ(t.find("k").seen, sighting::fresh);
  t.begin("k", start);
  EXPECT_EQ(t.find("k").seen, sighting::waiting);
  t.answer("k", "200", start + 1s);
  ASSERT_EQ(t.find("k").seen, sighting::answered);
  EXPECT_EQ(*t.find("k").response, "200");
  t.expire(start + 1s + sip_transaction_time - 1ms);
  EXPECT_EQ(t.find("k").seen, sighting::answered);
  t.expire(start + 1s + sip_transaction_time);
  EXPECT_EQ(t.find("k").seen, sighting::fresh);
  EXPECT_FALSE(t.deadline());
}

TEST(server_transactions, over_the_limit_the_oldest_is_forgotten) {
  server_transactions t{2};
  for (const auto* key : {"a", "b", "c"}) t.begin(key, start);
  EXPECT_EQ(t.size(), 2U);
  EXPECT_EQ(t.find("a").seen, sighting::fresh);
  EXPECT_EQ(t.find("c").seen, sighting::waiting);
  t.answer("a", "200", start);
  EXPECT_EQ(t.size(), 2U);
}

TEST(server_transactions, an_answered_one_outlives_one_that_began_later) {
  server_transactions t{10};
  t.begin("a", start);
  t.begin("b", start + 1s);
  t.answer("a", "200", start + 2s);
  t.expire(start + 1s + sip_transaction_time);
  EXPECT_EQ(t.find("b").seen, sighting::fresh);
  EXPECT_EQ(t.find("a").seen, sighting::answered);
}

/// A client with its outbox.
struct client {
  client_transactions transactions{"seed", 2};
  std::vector<outgoing> out;
  std::vector<client_transactions::ending> lost;

  std::string begin(const peer& to = device) {
    const auto branch = transactions.new_branch();
    transactions.begin(branch, to, "bytes", "26001", start, out);
    return branch;
  }
  /// How many messages a tick at `after` sends.
  std::size_t sent_at(base::steady_time at) {
    out.clear();
    transactions.tick(at, out, lost);
    return out.size();
  }
  std::optional<client_transactions::ending> answer(std::string_view branch, int status,
                                                    const peer& from = device) {
    auto response =
        make_response(*parse_sip(sample_message("x", {}, branch)), from, status, "", "t");
    return transactions.receive(response, from);
  }
};

TEST(client_transactions, repeats_on_udp_at_doubling_intervals_up_to_four_seconds) {
  client c;
  c.begin();
  ASSERT_EQ(c.out.size(), 1U);
  std::vector<std::chrono::milliseconds> intervals;
  auto last = start;
  while (const auto due = c.transactions.deadline()) {
    if (c.sent_at(*due) == 0) break;
    intervals.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(*due - last));
    last = *due;
  }
  EXPECT_EQ(intervals,
            (std::vector<std::chrono::milliseconds>{500ms, 1s, 2s, 4s, 4s, 4s, 4s, 4s, 4s, 4s}));
  ASSERT_EQ(c.lost.size(), 1U);
  EXPECT_EQ(c.lost[0].label, "26001");
  EXPECT_EQ(c.transactions.size(), 0U);
}

TEST(client_transactions, are_not_repeated_on_a_stream_but_given_up) {
  client c;
  c.begin({transport::tcp, "192.0.2.7", 5060, 9});
  EXPECT_EQ(c.sent_at(start + 31s), 0U);
  EXPECT_EQ(c.lost.size(), 0U);
  EXPECT_EQ(c.sent_at(start + sip_transaction_time), 0U);
  EXPECT_EQ(c.lost.size(), 1U);
}

TEST(client_transactions, end_with_the_final_response_and_ignore_a_second_one) {
  client c;
  const auto branch = c.begin();
  const auto ended = c.answer(branch, 200);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->status, 200);
  EXPECT_EQ(ended->label, "26001");
  EXPECT_FALSE(c.transactions.deadline());
  EXPECT_FALSE(c.answer(branch, 200));
}

TEST(client_transactions, go_on_slowly_after_a_provisional_response) {
  client c;
  const auto branch = c.begin();
  EXPECT_FALSE(c.answer(branch, 100));
  EXPECT_EQ(c.sent_at(start + 500ms), 1U);
  EXPECT_EQ(c.sent_at(start + 4s), 0U);
  EXPECT_EQ(c.sent_at(start + 4500ms), 1U);
}

TEST(client_transactions, hear_nobody_but_whom_they_asked) {
  client c;
  const auto branch = c.begin();
  EXPECT_FALSE(c.answer(branch, 200, {transport::udp, "192.0.2.66", 5060, 0}));
  EXPECT_FALSE(c.answer("z9hG4bKseed.77", 200));
  EXPECT_FALSE(c.answer("z9hG4bKseed.x", 200));
  EXPECT_FALSE(c.answer("z9hG4bKother.1", 200));
  EXPECT_EQ(c.transactions.size(), 1U);
}

TEST(client_transactions, over_the_limit_a_request_is_sent_but_not_followed) {
  client c;
  for (int i = 0; i < 3; ++i) c.begin();
  EXPECT_EQ(c.out.size(), 3U);
  EXPECT_EQ(c.transactions.size(), 2U);
}

}  // namespace
}  // namespace varde::wire
