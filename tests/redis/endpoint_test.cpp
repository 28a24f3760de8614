// Endpoints in text: what is taken, what is refused, and what is shown to people.
#include "redis/endpoint.hpp"

#include <gtest/gtest.h>

#include "redis/error.hpp"
#include "redis/version.hpp"

namespace varde::redis {
namespace {

TEST(endpoint, a_unix_socket_is_a_path) {
  const auto found = parse_endpoint("unix:/run/redis/redis.sock");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->unix_path, "/run/redis/redis.sock");
}

TEST(endpoint, a_host_has_a_default_port) {
  const auto found = parse_endpoint("redis://db.example");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->host, "db.example");
  EXPECT_EQ(found->port, 6379);
  EXPECT_FALSE(found->tls);
}

TEST(endpoint, tls_with_account_and_files) {
  const auto found =
      parse_endpoint("rediss://varde:p%40ss%2Fword@[::1]:6380?ca=/a/ca.pem&cert=/a/c&key=/a/k");
  ASSERT_TRUE(found);
  EXPECT_TRUE(found->tls);
  EXPECT_EQ(found->host, "::1");
  EXPECT_EQ(found->port, 6380);
  EXPECT_EQ(found->user, "varde");
  EXPECT_EQ(found->password, "p@ss/word");
  EXPECT_EQ(found->ca_file, "/a/ca.pem");
  EXPECT_EQ(found->cert_file, "/a/c");
  EXPECT_EQ(found->key_file, "/a/k");
}

TEST(endpoint, what_is_no_endpoint_is_refused) {
  for (const auto* text : {"",
                           "unix:",
                           "unix:relative",
                           "http://host",
                           "redis://",
                           "redis://host:0",
                           "redis://host:70000",
                           "redis://host/0",
                           "redis://user@host",
                           "redis://host?ca=/f",
                           "rediss://host?unknown=1",
                           "redis://host#x",
                           "host:6379",
                           "redis://ho st",
                           "sentinel://",
                           "sentinel://a",
                           "sentinel://a/",
                           "sentinel:///m",
                           "sentinel://a,/m",
                           "sentinel://,a/m",
                           "sentinel://a:0/m",
                           "sentinel://a/m/n",
                           "sentinel://a/m m",
                           "sentinel://u@a/m",
                           "sentinel://a/m?ca=/f",
                           "cluster://",
                           "cluster://a/m",
                           "redis://a,b:1"})
    EXPECT_EQ(parse_endpoint(text).error(), errc::bad_endpoint) << text;
}

TEST(endpoint, sentinels_are_a_list_and_the_name_of_the_master) {
  const auto found =
      parse_endpoint("sentinels://varde:s%2Ccret@one.example,[::1],10.0.0.3:7000/the-master?ca=/f");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, deployment::sentinel);
  EXPECT_EQ(found->nodes,
            (std::vector<address>{{"one.example", 26379}, {"::1", 26379}, {"10.0.0.3", 7000}}));
  EXPECT_EQ(found->master_name, "the-master");
  EXPECT_EQ(found->password, "s,cret");
  EXPECT_TRUE(found->tls);
  EXPECT_EQ(found->ca_file, "/f");
  EXPECT_EQ(describe(*found), "sentinels://one.example:26379,[::1]:26379,10.0.0.3:7000/the-master");
}

TEST(endpoint, a_cluster_is_a_list_of_some_of_its_nodes) {
  const auto found = parse_endpoint("cluster://varde:secret@a:7000,b");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->kind, deployment::cluster);
  EXPECT_EQ(found->nodes, (std::vector<address>{{"a", 7000}, {"b", 6379}}));
  EXPECT_EQ(describe(*found), "cluster://a:7000,b:6379");
}

TEST(endpoint, a_server_of_several_is_entered_as_they_all_are) {
  auto several = *parse_endpoint("sentinels://varde:secret@a,b/m?ca=/f");
  several.sentinel_password = "other";
  const auto server = server_at(several, {"10.0.0.1", 6380});
  EXPECT_EQ(server, *parse_endpoint("rediss://varde:secret@10.0.0.1:6380?ca=/f"))
      << describe(server);
  const auto sentinel = sentinel_at(several, {"10.0.0.2", 26379});
  EXPECT_EQ(sentinel.user, "");
  EXPECT_EQ(sentinel.password, "other");
}

TEST(endpoint, no_password_is_shown) {
  EXPECT_EQ(describe(*parse_endpoint("rediss://varde:secret@[::1]:6380")), "rediss://[::1]:6380");
  EXPECT_EQ(describe(*parse_endpoint("redis://u:secret@db.example")), "redis://db.example:6379");
  EXPECT_EQ(describe(*parse_endpoint("unix:/s")), "unix:/s");
}

TEST(version, is_compared_by_its_numbers) {
  EXPECT_TRUE(is_at_least("7.0.15", "7.0.15"));
  EXPECT_TRUE(is_at_least("7.2.0", "7.0.15"));
  EXPECT_TRUE(is_at_least("10.0.0-rc1", "7.0.15"));
  EXPECT_FALSE(is_at_least("7.0.9", "7.0.15"));
  EXPECT_FALSE(is_at_least("6.9.99", "7.0.15"));
  EXPECT_FALSE(is_at_least("", "7.0.15"));
  EXPECT_FALSE(is_at_least("seven", "7.0.15"));
}

}  // namespace
}  // namespace varde::redis
