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
  for (const auto* text :
       {"", "unix:", "unix:relative", "http://host", "redis://", "redis://host:0",
        "redis://host:70000", "redis://host/0", "redis://user@host", "redis://host?ca=/f",
        "rediss://host?unknown=1", "redis://host#x", "host:6379", "redis://ho st"})
    EXPECT_EQ(parse_endpoint(text).error(), errc::bad_endpoint) << text;
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
