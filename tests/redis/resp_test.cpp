// RESP by bytes: any cut gives the same replies, and a hostile peer gets an end, not our memory.
#include "redis/resp.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace varde::redis {
namespace {

using outcome = reply_parser::outcome;

constexpr std::string_view sample =
    "*5\r\n:-7\r\n$-1\r\n$4\r\na\r\nb\r\n*2\r\n+OK\r\n-ERR no\r\n*0\r\n+next\r\n";

std::vector<reply> parse(std::string_view bytes, std::size_t step) {
  reply_parser parser;
  std::vector<reply> replies;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    EXPECT_TRUE(parser.feed(bytes.substr(at, step)));
    reply next;
    while (parser.next(next) == outcome::complete) replies.push_back(std::move(next));
  }
  return replies;
}

outcome outcome_of(std::string_view bytes, parser_limits limits = {}) {
  reply_parser parser(limits);
  if (!parser.feed(bytes)) return outcome::malformed;
  reply next;
  return parser.next(next);
}

TEST(resp, replies_are_the_same_however_the_bytes_are_cut) {
  for (std::size_t step = 1; step <= sample.size(); ++step) {
    const auto replies = parse(sample, step);
    ASSERT_EQ(replies.size(), 2u) << step;
    const auto& parts = replies[0].elements;
    ASSERT_EQ(parts.size(), 5u);
    EXPECT_EQ(parts[0].integer, -7);
    EXPECT_TRUE(parts[1].is(reply::kind::nil));
    EXPECT_EQ(parts[2].text, "a\r\nb");
    EXPECT_TRUE(parts[3].elements[0].is(reply::kind::status));
    EXPECT_TRUE(parts[3].elements[1].is(reply::kind::error));
    EXPECT_TRUE(parts[4].is(reply::kind::array));
    EXPECT_EQ(replies[1].text, "next");
  }
}

TEST(resp, a_large_reply_is_whole_when_it_comes_in_pieces) {
  constexpr std::size_t large = 9u << 20, read_bytes = 64u << 10;
  std::string value(large, 'a');
  for (std::size_t i = 0; i < large; i += 1'000) value[i] = static_cast<char>(i / 1'000);
  const auto replies =
      parse("$" + std::to_string(large) + "\r\n" + value + "\r\n+next\r\n", read_bytes);
  ASSERT_EQ(replies.size(), 2u);
  EXPECT_TRUE(replies[0].text == value);
  EXPECT_EQ(replies[1].text, "next");
}

TEST(resp, a_command_is_an_array_of_bulk_strings) {
  std::string out = "before";
  const std::string_view value("a\0b", 3);
  EXPECT_TRUE(append_command(out, std::array<std::string_view, 3>{"SET", "", value}));
  EXPECT_EQ(out, "before*3\r\n$3\r\nSET\r\n$0\r\n\r\n$3\r\n" + std::string(value) + "\r\n");
}

TEST(resp, no_arguments_are_no_command) {
  std::string out;
  EXPECT_FALSE(append_command(out, {}));
  EXPECT_TRUE(out.empty());
}

TEST(resp, what_is_not_resp_is_malformed) {
  for (const auto* bytes : {"HTTP/1.1 400 Bad Request\r\n\r\n", "\r\n", "?\r\n", "*-5\r\n",
                            "$-7\r\nabc\r\n", "*9999999999999\r\n"})
    EXPECT_EQ(outcome_of(bytes), outcome::malformed) << bytes;
}

TEST(resp, nesting_beyond_the_readers_depth_is_malformed) {
  std::string bytes;
  for (int i = 0; i < 100; ++i) bytes += "*1\r\n";
  EXPECT_EQ(outcome_of(bytes), outcome::malformed);
}

TEST(resp, more_elements_than_the_bound_are_malformed) {
  const parser_limits limits{.bytes_max = 1000, .elements_max = 4};
  EXPECT_EQ(outcome_of("*4\r\n:1\r\n:1\r\n:1\r\n:1\r\n", limits), outcome::complete);
  EXPECT_EQ(outcome_of("*5\r\n:1\r\n", limits), outcome::malformed);
  EXPECT_EQ(outcome_of("*2\r\n*2\r\n:1\r\n:1\r\n*1\r\n:1\r\n", limits), outcome::malformed);
}

TEST(resp, more_bytes_than_the_bound_are_malformed) {
  const parser_limits limits{.bytes_max = 10, .elements_max = 4};
  EXPECT_EQ(outcome_of("$4\r\nabcd\r\n", limits), outcome::complete);
  EXPECT_EQ(outcome_of("$11\r\nabcdefghijk\r\n", limits), outcome::malformed);
  EXPECT_EQ(outcome_of("$100\r\nabcdefghijk", limits), outcome::malformed);
}

TEST(resp, the_bounds_are_for_one_reply_and_not_for_all) {
  reply_parser parser(parser_limits{.bytes_max = 60, .elements_max = 2});
  reply next;
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(parser.feed("*2\r\n$5\r\nabcde\r\n$5\r\nabcde\r\n"));
    ASSERT_EQ(parser.next(next), outcome::complete);
  }
}

}  // namespace
}  // namespace varde::redis
