// Reading sets from files: what is taken, what is refused and at which line, and what is kept of
// secrets.
#include "registry/import.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "base/hash.hpp"
#include "registry/set_view.hpp"

namespace varde::registry {
namespace {

const std::string municipality_line = R"({"municipality": {"id": "9901", "name": "Fjordvik"},)";

import_outcome read(std::string text) { return import_json({"f.json", std::move(text)}); }

std::vector<std::string> lines_of(const std::vector<import_problem>& problems) {
  std::vector<std::string> lines;
  for (const auto& problem : problems) lines.push_back(describe(problem));
  return lines;
}

/// Problems of a set with these tables after the municipality, which stands on line 1.
std::vector<std::string> problems_of(const std::string& tables) {
  return lines_of(read(municipality_line + "\n" + tables + "}").problems);
}

std::string example_of_the_documentation() {
  std::ifstream page{VARDE_SOURCE_DIR "/docs/import.md"};
  std::ostringstream text;
  text << page.rdbuf();
  const auto whole = text.str();
  const auto begin = whole.find("```json\n") + 8;
  return whole.substr(begin, whole.find("```", begin) - begin);
}

TEST(import_json, the_example_of_the_documentation_is_taken_whole) {
  const auto outcome = read(example_of_the_documentation());
  EXPECT_EQ(lines_of(outcome.problems), std::vector<std::string>{});
  EXPECT_EQ(outcome.set.residents_size(), 2);
  EXPECT_EQ(outcome.set.devices_size(), 4);
  EXPECT_EQ(outcome.set.residents(0).next_of_kin(0).quiet_from(), "22:00");
  EXPECT_EQ(outcome.set.policy().lane_rules(0).lane(), alarm::v1::LANE_LIFE);
  EXPECT_EQ(outcome.set.plans(0).kinds(1), alarm::v1::KIND_FALL);
  EXPECT_EQ(outcome.set.households(0).address().dwelling(), "H0204");
}

TEST(import_json, secrets_become_hashes_and_are_kept_nowhere) {
  const auto outcome = read(example_of_the_documentation());
  EXPECT_EQ(outcome.set.devices(0).digest_ha1(), base::md5_hex("26001:varde:made-up-and-long"));
  EXPECT_EQ(outcome.set.devices(1).secret_hash(), base::sha256_hex("c2VjcmV0LW9mLTEyOC1iaXRz"));
  const auto bytes = outcome.set.SerializeAsString();
  EXPECT_EQ(bytes.find("made-up-and-long"), std::string::npos);
  EXPECT_EQ(bytes.find("c2VjcmV0"), std::string::npos);
}

TEST(import_json, broken_json_is_refused_at_its_line) {
  const auto problems = lines_of(read("{\n\"municipality\": {\n\"id\" 9901}}").problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_TRUE(problems[0].starts_with("f.json:3: is not JSON: ")) << problems[0];
  EXPECT_EQ(read("").problems.size(), 1u);
  EXPECT_EQ(read("[]").problems.size(), 1u);
  EXPECT_EQ(read("{} {}").problems.size(), 1u);
  EXPECT_EQ(read(std::string(100, '[')).problems.size(), 1u);
}

TEST(import_json, every_bad_row_is_reported_with_its_line) {
  EXPECT_EQ(problems_of(R"("residents": [
{"id": "1001"},
{"id": "1 2", "name": "Kari Moen"},
{"id": "1003", "name": "Ola Moen", "household": "h9"},
{"id": "1003", "name": "Ola Moen"},
{"id": "1004", "name": "Per Moen", "birth_year": "old"}
])"),
            (std::vector<std::string>{
                "f.json:3: resident: name is missing",
                "f.json:4: resident: id must be 1 to 40 letters, digits, - and _",
                "f.json:5: household \"h9\" is not in the set",
                "f.json:6: resident 1003 comes twice",
                "f.json:7: birth_year must be a whole number, 0 or more",
            }));
}

TEST(import_json, a_birth_number_is_refused_and_not_repeated) {
  for (const auto* id : {"01019012345", "010190-12345"}) {
    const auto problems =
        problems_of(fmt::format(R"("residents": [{{"id": "{}", "name": "Kari Moen"}}],
"devices": [{{"id": "d", "protocol": "scaip", "wire_id": "1", "kind": "x", "state": "installed",
"resident": "{}"}}])",
                                id, id));
    ASSERT_EQ(problems.size(), 2u);
    EXPECT_NE(problems[0].find("looks like a birth number"), std::string::npos);
    for (const auto& problem : problems) {
      EXPECT_EQ(problem.find("12345"), std::string::npos) << problem;
      EXPECT_EQ(problem.find("010190"), std::string::npos) << problem;
    }
  }
}

TEST(import_json, unknown_fields_and_twice_given_ones_are_refused) {
  EXPECT_EQ(problems_of(R"("teams": [{"id": "t", "name": "T", "nmae": "T"}])"),
            (std::vector<std::string>{
                "f.json:2: unknown field \"nmae\"; allowed: id, name, phone, staffed"}));
  EXPECT_EQ(problems_of(R"("teams": [{"id": "t", "name": "T", "name": "T"}])"),
            (std::vector<std::string>{"f.json:2: name comes twice"}));
  EXPECT_EQ(problems_of(R"("version": 7)").size(), 1u);
  EXPECT_EQ(problems_of(R"("teams": [], "teams": [])").size(), 1u);
}

struct bad_device {
  const char* fields;
  const char* problem;
};

TEST(import_json, devices_keep_the_rules_of_state_and_secrets) {
  for (const auto& [fields, problem] : {
           bad_device{R"("state": "stored", "resident": "1001")",
                      "device: only a device whose state is installed has a resident or household"},
           bad_device{R"("state": "installed")",
                      "device: an installed device has a resident or a household, and not both"},
           bad_device{R"("state": "lost")",
                      "state must be one of procured, stored, installed, repair, retired"},
           bad_device{R"("state": "stored", "digest_user": "x")",
                      "device: digest_user goes together with digest_password or digest_ha1"},
           bad_device{R"("state": "stored", "digest_user": "x", "digest_ha1": "zz")",
                      "device: digest_ha1 must be 32 hex digits"},
           bad_device{R"("state": "stored", "secret": "c2VjcmV0LW9mLTEyOC1iaXRz")",
                      "device: secret and certificate are for native devices"},
           bad_device{R"("state": "stored", "depends_on": ["d9"])",
                      "device \"d9\" is not in the set"},
           bad_device{R"("state": "stored", "depends_on": ["gateway:d9"])",
                      "device \"d9\" is not in the set"},
           bad_device{R"("state": "stored", "depends_on": ["gateway:d1"])",
                      "device: depends_on names the device itself"},
           bad_device{R"("state": "stored", "depends_on": ["moon:1"])",
                      "device: depends_on begins with one of gateway, network, station, postal, "
                      "power, building, cloud and a colon"},
           bad_device{R"("state": "stored", "depends_on": ["power:no such"])",
                      "device: what depends_on names must be 1 to 40 letters, digits, - and _"},
           bad_device{R"("state": "stored", "beat_interval_s": 9)",
                      "device: beat_interval_s must be 10 to 604800"},
           bad_device{R"("state": "stored", "sensors": [{"id": "1", "kind": "x"}, {"id": "1",
"kind": "x"}])",
                      "device: sensor \"1\" comes twice"},
           bad_device{R"("state": "stored", "sensors": [{"id": "1", "kind": "x",
"beat_interval_s": 9}])",
                      "device: beat_interval_s must be 10 to 604800"},
           bad_device{R"("state": "stored", "sensors": [{"id": "a b", "kind": "x"}])",
                      "device: a sensor's id must be 1 to 64 characters without spaces"},
           bad_device{R"("state": "stored", "sensors": [{"id": "1"}])",
                      "device: a sensor's kind is missing"},
       }) {
    const auto problems = problems_of(fmt::format(
        R"("residents": [{{"id": "1001", "name": "A"}}],
"devices": [{{"id": "d1", "protocol": "scaip", "wire_id": "1", "kind": "safety_alarm", {}}}])",
        fields));
    EXPECT_TRUE(std::ranges::any_of(
        problems, [&](const auto& line) { return line == std::string{"f.json:3: "} + problem; }))
        << fields << " gave " << (problems.empty() ? "nothing" : problems[0]);
  }
}

TEST(import_json, what_a_device_and_a_person_depend_on_is_taken) {
  const auto outcome = read(municipality_line + R"(
"residents": [{"id": "1", "name": "A", "lives_alone": true, "depends_on_power": ["oxygen"]}],
"devices": [
{"id": "g", "protocol": "scaip", "wire_id": "1", "kind": "gateway", "state": "stored",
 "sensors": [{"id": "s1", "kind": "door_sensor", "beat_interval_s": 3600}]},
{"id": "d", "protocol": "scaip", "wire_id": "2", "kind": "x", "state": "stored",
 "depends_on": ["g", "gateway:g", "power:north", "postal:9901"]}]})");
  EXPECT_EQ(lines_of(outcome.problems), std::vector<std::string>{});
  EXPECT_TRUE(outcome.set.residents(0).lives_alone());
  EXPECT_EQ(outcome.set.residents(0).depends_on_power(0), "oxygen");
  EXPECT_EQ(outcome.set.devices(0).sensors(0).beat_interval_s(), 3600u);
  EXPECT_EQ(outcome.set.devices(1).depends_on_size(), 4);
}

TEST(import_json, a_native_device_proves_itself_as_its_municipality_allows) {
  const auto with = [](const char* allowed, const char* proof) {
    return lines_of(read(fmt::format(R"({{"municipality": {{"id": "9901", "name": "F",
"native_secret_allowed": {}}}, "residents": [{{"id": "1", "name": "A"}}],
"devices": [{{"id": "d", "protocol": "native", "wire_id": "n1", "kind": "fall_sensor",
"state": "installed", "resident": "1" {}}}]}})",
                                     allowed, proof))
                        .problems)
        .size();
  };
  const std::string certificate = fmt::format(", \"certificate_sha256\": \"{:064x}\"", 7);
  EXPECT_EQ(with("false", ""), 1u);
  EXPECT_EQ(with("true", ""), 1u);
  EXPECT_EQ(with("true", R"(, "secret": "short")"), 1u);
  EXPECT_EQ(with("false", R"(, "secret": "c2VjcmV0LW9mLTEyOC1iaXRz")"), 1u);
  EXPECT_EQ(with("true", R"(, "secret": "c2VjcmV0LW9mLTEyOC1iaXRz")"), 0u);
  EXPECT_EQ(with("false", certificate.c_str()), 0u);
}

TEST(import_json, a_wire_id_serves_one_device) {
  const auto problems = problems_of(R"("devices": [
{"id": "d1", "protocol": "scaip", "wire_id": "26001", "kind": "a", "state": "stored"},
{"id": "d2", "protocol": "native", "wire_id": "26001", "kind": "a", "state": "stored"},
{"id": "d3", "protocol": "scaip", "wire_id": "26001", "kind": "a", "state": "stored"}])");
  EXPECT_EQ(problems, (std::vector<std::string>{
                          "f.json:5: device: wire_id \"26001\" is already used at f.json:3"}));
}

TEST(import_json, a_wire_id_of_another_municipality_is_refused_without_naming_it) {
  const auto mine = read(example_of_the_documentation());
  auto other = mine.set;
  EXPECT_TRUE(clashes_with(mine, {&other}).empty());  // its own older version
  other.mutable_municipality()->set_id("9902");
  const auto clashes = clashes_with(mine, {&other});
  EXPECT_EQ(clashes.size(), 4u);
  EXPECT_GT(clashes[0].line, 0u);
  EXPECT_EQ(clashes[0].what.find("9902"), std::string::npos);
}

TEST(import_json, bad_dwellings_postcodes_times_and_numbers_are_refused) {
  EXPECT_EQ(problems_of(R"("residents": [{"id": "1", "name": "A", "phone": "call me",
"address": {"dwelling": "X0101", "postcode": "99", "latitude_deg": 91},
"next_of_kin": [{"name": "B", "phone": "1234", "quiet_from": "25:00", "quiet_to": "07:00"}]}])")
                .size(),
            5u);
}

TEST(import_json, text_with_control_characters_or_beyond_its_bound_is_refused) {
  EXPECT_EQ(problems_of(R"("teams": [{"id": "t", "name": "a\u001b[2Jb"}])").size(), 2u);
  EXPECT_EQ(
      problems_of(fmt::format(R"("teams": [{{"id": "t", "name": "{}"}}])", std::string(501, 'x')))
          .size(),
      2u);
}

TEST(import_csv, a_set_of_files_makes_the_same_as_json) {
  const auto outcome = import_csv({
      {"d/municipality.csv",
       "id,name,scaip_digest,native_secret_allowed,policy.answer_target_s\n9901,Fjordvik,off,ja,"
       "45\n"},
      {"d/households.csv", "id;address.street;address.dwelling\r\nh1;Naustveien 4;H0204\r\n"},
      {"d/residents.csv",
       "\xef\xbb\xbfid;name;birth_year;household;to_know;next_of_kin.2.name;next_of_kin.2.phone\n"
       "1001;\"Solvang; \"\"Anna\"\"\";1941;h1;Rullator | Hører dårlig;Per;+4799000002\n"
       "\n"
       "1002;Olav Solvang;;h1;;;\n"},
      {"d/devices.csv",
       "id,protocol,wire_id,kind,state,resident,digest_user,digest_password\n"
       "u1,scaip,26001,safety_alarm,installed,1001,26001,made-up-and-long\n"},
      {"d/teams.csv", "id,name\nday,Dagvakt\n"},
      {"d/plans.csv",
       "id,kinds,steps.1.id,steps.1.action,steps.1.text,steps.1.target\n"
       "p,safety_alarm|fall,s1,dispatch_team,Send,day\n"},
  });
  EXPECT_EQ(lines_of(outcome.problems), std::vector<std::string>{});
  EXPECT_EQ(outcome.set.policy().answer_target_s(), 45u);
  EXPECT_TRUE(outcome.set.municipality().native_secret_allowed());
  ASSERT_EQ(outcome.set.residents_size(), 2);
  EXPECT_EQ(outcome.set.residents(0).name(), "Solvang; \"Anna\"");
  EXPECT_EQ(outcome.set.residents(0).to_know_size(), 2);
  EXPECT_EQ(outcome.set.residents(0).next_of_kin(0).name(), "Per");
  EXPECT_EQ(outcome.set.plans(0).kinds_size(), 2);
  EXPECT_EQ(outcome.set.devices(0).digest_ha1(), base::md5_hex("26001:varde:made-up-and-long"));
}

TEST(import_csv, a_policy_that_is_a_word_or_a_list_is_a_problem_of_its_line) {
  for (const auto* column : {"policy", "policy.1"}) {
    const auto outcome = import_csv(
        {{"municipality.csv", fmt::format("id,name,{}\n9901,Fjordvik,strict\n", column)}});
    const auto lines = lines_of(outcome.problems);
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_TRUE(lines[0].starts_with("municipality.csv:2: must be an object with ")) << lines[0];
  }
}

TEST(import_csv, problems_name_file_and_line_also_after_a_cell_of_several_lines) {
  const auto outcome = import_csv({{"municipality.csv", "id,name\n9901,Fjordvik\n"},
                                   {"residents.csv", "id,name\n1,\"A\"\n2\n3,\n"},
                                   {"teams.csv", "id,name\nt1,\"two\nlines\"\n\"t 2\",T\n"}});
  EXPECT_EQ(lines_of(outcome.problems),
            (std::vector<std::string>{
                "residents.csv:3: has 1 cells where the header has 2 columns",
                "residents.csv:4: resident: name is missing",
                "teams.csv:2: name holds control characters",
                "teams.csv:2: team: name is missing",
                "teams.csv:4: team: id must be 1 to 40 letters, digits, - and _",
            }));
}

TEST(import_csv, files_that_are_not_of_the_set_and_a_missing_municipality_are_refused) {
  EXPECT_EQ(import_csv({{"people.csv", "id\n1\n"}}).problems.size(), 2u);
  EXPECT_EQ(import_csv({}).problems.size(), 1u);
}

TEST(import_csv, quotes_that_never_close_and_columns_that_contradict_are_refused) {
  for (const auto* text : {"id,name\n1,\"A\n", "id,name\n1,\"A\"B\n", "a,a\n1,2\n", "a,a.b\n1,2\n",
                           "a.1,a.b\n1,2\n", ""})
    EXPECT_FALSE(read_csv_tree(text, "f.csv").problems.empty()) << text;
}

TEST(import, any_text_is_answered_without_harm) {
  EXPECT_TRUE(rc::check([](const std::string& text) {
    static_cast<void>(import_json({"f.json", text}));
    static_cast<void>(import_csv({{"residents.csv", text}}));
  }));
}

}  // namespace
}  // namespace varde::registry
