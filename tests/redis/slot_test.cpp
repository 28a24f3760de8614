// Keys, commands and maps of a cluster, without one. The known slots come from the cluster
// specification and from redis-server's own CLUSTER KEYSLOT.
#include "redis/slot.hpp"

#include <gtest/gtest.h>

#include "redis/command_route.hpp"
#include "redis/error.hpp"
#include "redis/slot_map.hpp"

namespace varde::redis {
namespace {

command_route route(const std::vector<std::string_view>& command) { return route_of(command); }

TEST(slot, is_the_checksum_of_the_key) {
  EXPECT_EQ(slot_of("123456789"), 0x31c3 % slot_count);
  EXPECT_EQ(slot_of("foo"), 12182);
  EXPECT_EQ(slot_of(""), 0);
}

TEST(slot, a_hash_tag_stands_for_the_key) {
  EXPECT_EQ(slot_of("v:{solvik}:ledger"), slot_of("solvik"));
  EXPECT_EQ(slot_of("foo{{bar}}zap"), slot_of("{bar"));
  EXPECT_EQ(slot_of("foo{bar}{zap}"), slot_of("bar"));
}

TEST(slot, an_empty_or_open_tag_is_none) {
  EXPECT_EQ(slot_of("foo{}{bar}"), 8363);
  EXPECT_NE(slot_of("a{b"), slot_of("b"));
}

TEST(command_route, goes_by_the_first_key) {
  EXPECT_EQ(route({"GET", "{a}x"}).slot, slot_of("a"));
  EXPECT_EQ(route({"fcall", "f", "2", "{a}x", "{a}y", "arg"}).slot, slot_of("a"));
  EXPECT_EQ(route({"EVAL", "return 1", "1", "{a}x"}).slot, slot_of("a"));
  EXPECT_EQ(route({"XREAD", "COUNT", "9", "BLOCK", "5", "STREAMS", "{a}1", "{a}2", "0", "0"}).slot,
            slot_of("a"));
}

TEST(command_route, without_a_key_it_goes_to_any_or_to_all) {
  EXPECT_EQ(route({"PING"}).kind, route_kind::any_master);
  EXPECT_EQ(route({"EVAL", "return 1", "0"}).kind, route_kind::any_master);
  EXPECT_EQ(route({"FUNCTION", "LOAD", "…"}).kind, route_kind::every_master);
  EXPECT_EQ(route({"WAIT", "1", "100"}).kind, route_kind::every_master);
  EXPECT_EQ(route({"MULTI"}).kind, route_kind::begin);
  EXPECT_EQ(route({"EXEC"}).kind, route_kind::end);
  EXPECT_EQ(route({}).kind, route_kind::any_master);
}

TEST(command_route, a_read_over_several_slots_is_taken_apart_by_slot) {
  const std::vector<std::string_view> read{"XREAD", "COUNT", "9",    "BLOCK", "1000", "STREAMS",
                                           "{a}1",  "{b}1",  "{a}2", "1-0",   "2-0",  "3-0"};
  EXPECT_EQ(route_of(read).kind, route_kind::several_slots);
  const auto parts = split(read);
  EXPECT_EQ(parts.block_ms, 1000u);
  ASSERT_EQ(parts.parts.size(), 2u);
  EXPECT_EQ(parts.parts[0].command,
            (arguments{"XREAD", "COUNT", "9", "STREAMS", "{a}1", "{a}2", "1-0", "3-0"}));
  EXPECT_EQ(parts.parts[1].command, (arguments{"XREAD", "COUNT", "9", "STREAMS", "{b}1", "2-0"}));
  EXPECT_EQ(parts.parts[1].slot, slot_of("b"));
}

TEST(command_route, a_scan_s_cursor_goes_from_master_to_master) {
  EXPECT_EQ(parse_scan_cursor("0")->master, 0u);
  EXPECT_EQ(next_scan_cursor(0, "17", 2), "0:17");
  EXPECT_EQ(parse_scan_cursor("0:17")->there, "17");
  EXPECT_EQ(next_scan_cursor(0, "0", 2), "1:0");
  EXPECT_EQ(parse_scan_cursor("1:0")->master, 1u);
  EXPECT_EQ(next_scan_cursor(1, "0", 2), "0");
  for (const auto* text : {"", "5", "x:1", ":1"}) EXPECT_FALSE(parse_scan_cursor(text)) << text;
}

reply number(std::int64_t value) {
  reply out;
  out.type = reply::kind::integer;
  out.integer = value;
  return out;
}
reply text(std::string value) {
  reply out;
  out.type = reply::kind::string;
  out.text = std::move(value);
  return out;
}
reply list(std::vector<reply> elements) {
  reply out;
  out.type = reply::kind::array;
  out.elements = std::move(elements);
  return out;
}

TEST(slot_map, knows_each_slot_s_master) {
  const auto map =
      slot_map::parse(list({list({number(0), number(99), list({text("h1"), number(1), text("id")}),
                                  list({text("h2"), number(2), text("id")})}),
                            list({number(101), number(16383), list({text(""), number(3)})})}),
                      {"asked", 9});
  ASSERT_TRUE(map);
  EXPECT_EQ(*map->master_of(99), (address{"h1", 1}));
  EXPECT_EQ(map->master_of(100), nullptr);
  EXPECT_EQ(*map->master_of(101), (address{"asked", 3}));
  EXPECT_EQ(map->masters().size(), 2u);
  EXPECT_EQ(map->nodes().size(), 3u);
  EXPECT_FALSE(map->whole());
}

TEST(slot_map, follows_a_move) {
  auto map = slot_map::parse(list({list({number(0), number(16383), list({text("h"), number(1)})})}),
                             {"asked", 9});
  ASSERT_TRUE(map && map->whole());
  map->move(5, {"new", 2});
  EXPECT_EQ(*map->master_of(5), (address{"new", 2}));
  EXPECT_EQ(*map->master_of(6), (address{"h", 1}));
}

TEST(slot_map, an_answer_of_a_wrong_shape_is_no_map) {
  const auto node = list({text("h"), number(1)});
  for (const auto& bad :
       {reply{}, list({number(1)}), list({list({number(0), number(16384), node})}),
        list({list({number(5), number(4), node})}), list({list({number(-1), number(4), node})}),
        list({list({number(0), number(4), list({text("h"), number(70000)})})}),
        list({list({number(0), number(4), list({})})})})
    EXPECT_EQ(slot_map::parse(bad, {"asked", 9}).error(), errc::malformed_reply);
}

TEST(redirection, says_where_to) {
  const auto moved = parse_redirection("MOVED 3999 10.0.0.1:6381", {"from", 1});
  ASSERT_TRUE(moved);
  EXPECT_EQ(moved->what, redirection::kind::moved);
  EXPECT_EQ(moved->slot, 3999);
  EXPECT_EQ(moved->to, (address{"10.0.0.1", 6381}));
  EXPECT_EQ(parse_redirection("ASK 1 :7000", {"from", 1})->to, (address{"from", 7000}));
  EXPECT_EQ(parse_redirection("MOVED 1 ::1:7000", {"from", 1})->to, (address{"::1", 7000}));
  EXPECT_EQ(parse_redirection("TRYAGAIN Multiple keys", {})->what, redirection::kind::try_again);
  EXPECT_EQ(parse_redirection("CLUSTERDOWN Hash slot", {})->what, redirection::kind::down);
}

TEST(redirection, anything_else_is_none) {
  for (const auto* text : {"ERR no", "MOVED", "MOVED 1", "MOVED x h:1", "MOVED 16384 h:1",
                           "MOVED 1 h:0", "MOVED 1 h:99999", "MOVED 1 host", ""})
    EXPECT_FALSE(parse_redirection(text, {"from", 1})) << text;
}

}  // namespace
}  // namespace varde::redis
