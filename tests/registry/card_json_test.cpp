// What a card shows, and what it never shows.
#include "registry/card_json.hpp"

#include <gtest/gtest.h>

namespace varde::registry {
namespace {

using namespace std::chrono_literals;

const base::wall_time in_2026 = base::from_rfc3339("2026-06-01T12:00:00Z").value();

TEST(card_json, an_address_has_its_dwelling_number_taken_apart) {
  v1::Address address;
  address.set_street("Åslia 3");
  address.set_dwelling("U0102");
  std::string out;
  base::json_writer json{out};
  write_address(json, address);
  EXPECT_EQ(
      out,
      R"({"street":"Åslia 3","dwelling":"U0102","door":{"part":"under","floor":1,"door":2},"postcode":"",)"
      R"("place":"","latitude":null,"longitude":null})");
}

TEST(card_json, what_nobody_knows_is_null) {
  std::string out;
  base::json_writer json{out};
  json.begin_array();
  write_address(json, {});
  write_access(json, {});
  json.end_array();
  EXPECT_EQ(out, "[null,null]");
}

TEST(card_json, the_way_in_never_holds_the_code) {
  v1::Access access;
  access.set_key_box("Ved døra");
  access.set_key_box_code("4711");
  std::string out;
  base::json_writer json{out};
  write_access(json, access);
  EXPECT_EQ(out, R"({"key_box":"Ved døra","has_code":true,"lock":"","fallback":""})");
}

TEST(card_json, an_age_is_known_or_not) {
  v1::Resident resident;
  EXPECT_EQ(age_of(resident.birth_year(), in_2026), std::nullopt);
  resident.set_birth_year(1938);
  EXPECT_EQ(age_of(resident.birth_year(), in_2026), 88u);
  resident.set_birth_year(2027);
  EXPECT_EQ(age_of(resident.birth_year(), in_2026), std::nullopt);
  resident.set_birth_year(1900);
  EXPECT_EQ(age_of(resident.birth_year(), in_2026), std::nullopt);
}

}  // namespace
}  // namespace varde::registry
