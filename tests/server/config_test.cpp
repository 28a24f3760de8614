// The configuration: what is read, what is refused and where, and that the documentation tells all
// of it.
#include "server/config.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <sstream>

namespace varde::server {
namespace {

constexpr std::string_view whole = R"(
[node]
name = "n1"
[redis]
url = "redis://localhost"
[tls]
certificate = "c.pem"
key = "k.pem"
)";

std::vector<std::string> problems_of(std::string_view toml, bool embedded = false) {
  std::vector<std::string> lines;
  for (const auto& problem : parse_config(toml, embedded).problems)
    lines.push_back(describe(problem, "varde.toml"));
  return lines;
}

TEST(config, an_empty_file_is_enough_for_an_embedded_server) {
  EXPECT_EQ(problems_of("", true), std::vector<std::string>{});
  EXPECT_EQ(parse_config("", true).values.listen.https, "127.0.0.1:8443");
}

TEST(config, without_embedded_redis_and_certificates_must_be_named) {
  EXPECT_EQ(problems_of(whole), std::vector<std::string>{});
  const auto problems = problems_of("");
  ASSERT_EQ(problems.size(), 2u);
  EXPECT_TRUE(problems[0].starts_with("varde.toml: redis.url: is missing")) << problems[0];
  EXPECT_TRUE(problems[1].starts_with("varde.toml: tls.certificate: is missing")) << problems[1];
}

TEST(config, every_value_lands_where_it_belongs) {
  const auto out = parse_config(R"(
[node]
name = "n2"
data = "d"
[listen]
https = "[::1]:0"
scaip_udp = ""
[http]
allowed_origins = ["https://a.example", "https://b.example:8443"]
session_idle_min = 15
[edge]
threads = 2
handshakes_max = 500
[lanes]
slots = 1000
reserved_for_life = 100
[log]
format = "json"
level = "warning"
)",
                                true);
  ASSERT_TRUE(out.problems.empty()) << describe(out.problems[0], "");
  EXPECT_EQ(out.values.node.name, "n2");
  EXPECT_EQ(out.values.listen.https, "[::1]:0");
  EXPECT_EQ(out.values.listen.scaip_udp, "");
  EXPECT_EQ(out.values.http.allowed_origins.size(), 2u);
  EXPECT_EQ(out.values.http.session_idle_min, 15);
  EXPECT_EQ(out.values.edge.threads, 2);
  EXPECT_EQ(out.values.edge.handshakes_max, 500);
  EXPECT_EQ(out.values.lanes.reserved_for_life, 100);
  EXPECT_EQ(out.values.log.format, "json");
}

TEST(config, sentinels_may_ask_for_a_password_of_their_own) {
  const auto with = [](std::string_view url, std::string_view more) {
    return problems_of(fmt::format(
        "[redis]\nurl = \"{}\"\n{}\n[tls]\ncertificate = \"c\"\nkey = \"k\"\n", url, more));
  };
  EXPECT_EQ(with("sentinel://a,b/m", "sentinel_user = \"v\"\nsentinel_password_file = \"p\""),
            std::vector<std::string>{});
  const auto useless = with("redis://a", "sentinel_password_file = \"p\"");
  ASSERT_EQ(useless.size(), 1u);
  EXPECT_NE(useless[0].find("only of use with a redis.url of sentinel://"), std::string::npos);
  const auto alone = with("sentinel://a/m", "sentinel_user = \"v\"");
  ASSERT_EQ(alone.size(), 1u);
  EXPECT_NE(alone[0].find("redis.sentinel_user: needs"), std::string::npos) << alone[0];
}

TEST(config, an_unknown_key_is_refused_with_line_and_the_known_ones) {
  EXPECT_EQ(
      problems_of("[log]\n\nlevle = \"info\"\n", true),
      std::vector<std::string>{"varde.toml:3: log.levle: unknown key; [log] has format, level"});
}

TEST(config, an_unknown_section_is_refused) {
  const auto problems = problems_of("[listne]\nhttps = \"\"\n", true);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_TRUE(problems[0].starts_with("varde.toml:1: listne: unknown section; sections are node"))
      << problems[0];
  EXPECT_EQ(problems_of("name = \"x\"\n", true).size(), 1u);
}

TEST(config, all_problems_are_reported_in_order_of_line) {
  const auto problems = problems_of(R"([listen]
https = "localhost:8443"
native = "127.0.0.1:70000"
[edge]
threads = 0
[log]
level = 3
)",
                                    true);
  ASSERT_EQ(problems.size(), 4u);
  EXPECT_TRUE(problems[0].starts_with("varde.toml:2: listen.https: must be HOST:PORT"));
  EXPECT_TRUE(problems[1].starts_with("varde.toml:3: listen.native: must be HOST:PORT"));
  EXPECT_EQ(problems[2], "varde.toml:5: edge.threads: must be a whole number, 1 to 64");
  EXPECT_TRUE(problems[3].starts_with("varde.toml:7: log.level: must be \"debug\""));
}

TEST(config, broken_toml_is_refused_with_its_line) {
  const auto problems = problems_of("[node]\nname = \n", true);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_TRUE(problems[0].starts_with("varde.toml:2")) << problems[0];
}

TEST(config, values_that_contradict_each_other_are_refused) {
  const auto one_problem = [](std::string_view toml) {
    const auto problems = problems_of(toml, true);
    return problems.size() == 1 ? problems[0] : fmt::format("{} problems", problems.size());
  };
  EXPECT_TRUE(one_problem("[lanes]\nslots = 100\nreserved_for_life = 200\n")
                  .starts_with("varde.toml:3: lanes.reserved_for_life"));
  EXPECT_TRUE(one_problem("[tls]\ncertificate = \"c.pem\"\n").starts_with("varde.toml: tls.key"));
  EXPECT_TRUE(one_problem("[redis]\nurl = \"http://x\"\n").starts_with("varde.toml:2: redis.url"));
}

TEST(config, origins_are_https_and_whole) {
  for (const auto* origin : {"http://a.example", "https://", "https://a.example/", "null", "*"})
    EXPECT_EQ(problems_of(fmt::format("[http]\nallowed_origins = [\"{}\"]\n", origin), true).size(),
              1u)
        << origin;
}

TEST(config, addresses_are_numeric_hosts_with_ports) {
  for (const auto* good : {"127.0.0.1:0", "0.0.0.0:65535", "[::]:5060", "[2001:db8::1]:443"})
    EXPECT_TRUE(is_host_and_port(good)) << good;
  for (const auto* bad : {"", ":", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:-1",
                          "::1:443", "[::1]", "localhost:443", "127.0.0.1:443x", "[]:1"})
    EXPECT_FALSE(is_host_and_port(bad)) << bad;
}

TEST(config, a_file_that_is_not_there_is_one_clear_problem) {
  const auto out = load_config("/nowhere/varde.toml", true);
  ASSERT_EQ(out.problems.size(), 1u);
  EXPECT_TRUE(describe(out.problems[0], "/nowhere/varde.toml")
                  .starts_with("/nowhere/varde.toml: can't read it: "));
}

TEST(config, relative_file_names_start_at_the_configuration_file) {
  std::string name = (std::filesystem::temp_directory_path() / "varde-config-XXXXXX").string();
  ASSERT_NE(mkdtemp(name.data()), nullptr);
  const std::filesystem::path directory = name;
  std::ofstream{directory / "varde.toml"}
      << "[node]\ndata = \"d\"\n[tls]\ncertificate = \"c.pem\"\n"
         "key = \"k.pem\"\n";
  std::ofstream{directory / "c.pem"} << "x";
  const auto out = load_config((directory / "varde.toml").string(), true);
  EXPECT_EQ(out.values.node.data, (directory / "d").string());
  EXPECT_EQ(out.values.tls.certificate, (directory / "c.pem").string());
  ASSERT_EQ(out.problems.size(), 1u);  // k.pem isn't there
  EXPECT_EQ(out.problems[0].key, "tls.key");
  std::filesystem::remove_all(directory);
}

struct documented_key {
  std::string allowed, fallback;
};

std::map<std::string, documented_key> documented_keys() {
  std::ifstream page{VARDE_SOURCE_DIR "/docs/configuration.md"};
  const std::regex row{R"(^\| `([a-z_.]+)` \| (.*?) \| `(.*?)` \| .+ \|$)"};
  std::map<std::string, documented_key> keys;
  for (std::string line; std::getline(page, line);) {
    std::smatch parts;
    if (std::regex_match(line, parts, row)) keys[parts[1]] = {parts[2], parts[3]};
  }
  return keys;
}

TEST(config, the_documentation_has_every_key_with_its_range_and_default_and_no_other) {
  auto documented = documented_keys();
  for (const auto& key : config_keys()) {
    const auto at = documented.find(key.name);
    ASSERT_NE(at, documented.end()) << key.name << " is not documented";
    EXPECT_EQ(at->second.allowed, key.allowed) << key.name;
    EXPECT_EQ(at->second.fallback, key.fallback) << key.name;
    documented.erase(at);
  }
  for (const auto& [name, key] : documented) ADD_FAILURE() << name << " is documented but no key";
}

TEST(config, the_example_in_the_documentation_is_taken) {
  std::ifstream page{VARDE_SOURCE_DIR "/docs/configuration.md"};
  std::ostringstream text;
  text << page.rdbuf();
  const auto whole_page = text.str();
  const auto begin = whole_page.find("```toml\n") + 8;
  const auto example = whole_page.substr(begin, whole_page.find("```", begin) - begin);
  for (const auto& problem : parse_config(example, false).problems)
    ADD_FAILURE() << describe(problem, "example");
}

}  // namespace
}  // namespace varde::server
