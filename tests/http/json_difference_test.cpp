// A difference is short, and put onto the older state it gives exactly the newer one. It is put on
// here by another library than the one that makes it.
#include "http/json_difference.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <boost/json.hpp>

namespace varde::http {
namespace {

namespace json = boost::json;

/// As docs/openapi.json tells a page to do it.
json::value applied(const json::value& held, const json::value& differs) {
  if (!differs.is_object() || (!held.is_object() && !held.is_array())) return differs;
  json::value out = held;
  for (const auto& [name, value] : differs.get_object()) {
    if (out.is_object()) {
      auto& member = out.get_object()[name];
      member = applied(member, value);
      continue;
    }
    auto& list = out.get_array();
    const auto place = static_cast<std::size_t>(std::stoul(std::string{name}));
    if (place == list.size()) list.emplace_back(nullptr);
    list.at(place) = applied(list.at(place), value);
  }
  return out;
}

std::string difference(std::string_view before, std::string_view now) {
  return json_difference(before, now).value_or("none");
}

TEST(json_difference, has_only_what_differs) {
  EXPECT_EQ(
      difference(R"({"id":"a","version":1,"note":"x"})", R"({"id":"a","version":2,"note":"x"})"),
      R"({"version":2})");
  EXPECT_EQ(difference(R"({"a":1})", R"({"a":1})"), "{}");
  EXPECT_EQ(difference("{}", "{}"), "{}");
}

TEST(json_difference, goes_into_objects_and_into_lists_that_grow) {
  EXPECT_EQ(difference(R"({"a":{"b":1,"c":2}})", R"({"a":{"b":1,"c":3}})"), R"({"a":{"c":3}})");
  EXPECT_EQ(difference(R"({"l":[{"n":1,"m":0},{"n":2,"m":0}]})",
                       R"({"l":[{"n":1,"m":0},{"n":3,"m":0},{"n":4,"m":0}]})"),
            R"({"l":{"1":{"n":3},"2":{"n":4,"m":0}}})");
  EXPECT_EQ(difference(R"({"l":[]})", R"({"l":["x"]})"), R"({"l":{"0":"x"}})");
}

TEST(json_difference, gives_a_list_that_lost_something_whole) {
  EXPECT_EQ(difference(R"({"l":[1,2,3]})", R"({"l":[1,3]})"), R"({"l":[1,3]})");
  EXPECT_EQ(difference(R"({"l":[1]})", R"({"l":[]})"), R"({"l":[]})");
  EXPECT_EQ(difference(R"({"l":[{"a":1}]})", R"({"l":[{"b":1}]})"), R"({"l":[{"b":1}]})");
}

TEST(json_difference, replaces_what_is_of_another_kind) {
  EXPECT_EQ(difference(R"({"o":null})", R"({"o":{"user":"olga"}})"), R"({"o":{"user":"olga"}})");
  EXPECT_EQ(difference(R"({"o":{"user":"olga"}})", R"({"o":null})"), R"({"o":null})");
  EXPECT_EQ(difference(R"({"o":{"a":1}})", R"({"o":[1]})"), R"({"o":[1]})");
}

TEST(json_difference, is_not_fooled_by_what_stands_in_strings) {
  EXPECT_EQ(difference(R"({"t":"},{\"\\","n":[1,"]"]})", R"({"t":"},{\"\\","n":[2,"]"]})"),
            R"({"n":{"0":2}})");
}

TEST(json_difference, tells_a_number_from_one_that_begins_like_it) {
  EXPECT_EQ(difference(R"({"a":12,"b":[1,2]})", R"({"a":1,"b":[1,2]})"), R"({"a":1})");
  EXPECT_EQ(difference(R"({"a":1,"b":[1,2]})", R"({"a":12,"b":[1,25]})"),
            R"({"a":12,"b":{"1":25}})");
}

TEST(json_difference, does_not_say_what_it_can_not) {
  EXPECT_FALSE(json_difference(R"({"a":1})", R"({"b":1})"));
  EXPECT_FALSE(json_difference(R"({"a":1})", R"({"a":1,"b":1})"));
  EXPECT_FALSE(json_difference(R"({"a":1,"b":1})", R"({"a":1})"));
  EXPECT_FALSE(json_difference(R"({"a":{"b":1}})", R"({"a":{"c":1}})"));
  EXPECT_FALSE(json_difference(R"({"a":[1]})", R"({"a":{"0":1}})"));
  EXPECT_FALSE(json_difference("[1]", "[2]"));
  EXPECT_FALSE(json_difference("", ""));
}

TEST(json_difference, ends_on_text_that_is_cut) {
  const std::string before = R"({"a":[1,{"b":"x\"y"}],"c":null})";
  const std::string now = R"({"a":[1,{"b":"x\"z"}],"c":true})";
  for (std::size_t length = 0; length < now.size(); ++length) {
    EXPECT_FALSE(json_difference(before, now.substr(0, length))) << length;
    EXPECT_FALSE(json_difference(before.substr(0, length), now)) << length;
  }
}

/// Values of a few kinds, so that two of them often share their shape.
json::value any_value(int depth) {
  switch (*rc::gen::inRange(0, depth > 0 ? 6 : 4)) {
    case 0:
      return nullptr;
    case 1:
      return *rc::gen::element(0, 1, 12, 2);
    case 2:
      return json::value(
          *rc::gen::element<std::string>("", "a", "}", "\"", "\\", "\\\"", "\\\\", "[,", "æ"));
    case 3:
      return *rc::gen::arbitrary<bool>();
    case 4: {
      json::array list;
      for (int left = *rc::gen::inRange(0, 4); left > 0; --left)
        list.push_back(any_value(depth - 1));
      return list;
    }
    default: {
      json::object members;
      for (const char* name : {"a", "b", "c"})
        if (*rc::gen::inRange(0, 8) > 0) members[name] = any_value(depth - 1);
      return members;
    }
  }
}

TEST(json_difference, put_onto_the_older_state_gives_the_newer) {
  EXPECT_TRUE(rc::check([] {
    json::object before, now;
    for (const char* name : {"one", "two", "three"}) {
      before[name] = any_value(3);
      now[name] = *rc::gen::inRange(0, 3) == 0 ? before[name] : any_value(3);
    }
    const auto differs = json_difference(json::serialize(before), json::serialize(now));
    if (!differs) return;
    RC_ASSERT(applied(before, json::parse(*differs)) == json::value(now));
  }));
}

}  // namespace
}  // namespace varde::http
