// Lists that keep the newest so many, as a subject's state has several of.
#include "alarm/bounded.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "varde/alarm/v1/case.pb.h"

namespace varde::alarm {
namespace {

using list_of_seen = google::protobuf::RepeatedPtrField<v1::SeenSignal>;

std::vector<std::string> ids(const list_of_seen& list) {
  std::vector<std::string> out;
  for (const auto& one : list) out.push_back(one.id());
  return out;
}

TEST(bounded, a_full_list_forgets_its_oldest_and_keeps_the_order) {
  list_of_seen list;
  for (const char* id : {"a", "b", "c", "d", "e"}) add_newest(list, 3).set_id(id);
  EXPECT_EQ(ids(list), (std::vector<std::string>{"c", "d", "e"}));
}

TEST(bounded, nothing_of_the_forgotten_is_left_in_what_takes_its_place) {
  list_of_seen list;
  auto& first = add_newest(list, 1);
  first.set_id("a");
  first.set_case_id("case-1");
  EXPECT_EQ(add_newest(list, 1).SerializeAsString(), "");
}

TEST(bounded, a_list_that_was_kept_with_a_larger_bound_is_cut) {
  list_of_seen list;
  for (const char* id : {"a", "b", "c", "d", "e"}) list.Add()->set_id(id);
  add_newest(list, 2).set_id("f");
  EXPECT_EQ(ids(list), (std::vector<std::string>{"e", "f"}));
}

}  // namespace
}  // namespace varde::alarm
