// Starting the edge with what can't work says what is wrong; and the certificates it makes are fit
// for use.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "edge/harness.hpp"
#include "edge/stranger.hpp"

namespace varde::edge::test {

namespace {

class starting : public edge_fixture {
 protected:
  base::result<void> try_start() {
    core = std::make_unique<fake_core>(lane_limits);
    server = std::make_unique<edge::server>(given, core->lanes, directory, metrics);
    return server->start();
  }
};

TEST_F(starting, an_address_that_is_none_is_refused) {
  for (const char* address : {"localhost", "127.0.0.1:", ":5061", "::1:5061", "127.0.0.1:http"}) {
    given.listen = {address, "", "", ""};
    EXPECT_EQ(try_start().error(), error::bad_address) << address;
  }
}

TEST_F(starting, an_address_that_is_taken_is_refused) {
  ASSERT_TRUE(try_start());
  options second = given;
  second.listen.native_tls = server->bound().native_tls;
  edge::server other{second, core->lanes, directory, metrics};
  EXPECT_EQ(other.start().error(), error::cannot_listen);
}

TEST_F(starting, a_second_start_is_refused) {
  ASSERT_TRUE(try_start());
  EXPECT_EQ(server->start().error(), error::already_started);
}

TEST_F(starting, a_missing_certificate_is_refused) {
  given.certificate_file = "/nowhere/at/all.crt";
  EXPECT_EQ(try_start().error(), error::unreadable_file);
}

TEST_F(starting, a_key_of_another_certificate_is_refused) {
  given.key_file = test_certificates::get().device.key;
  EXPECT_EQ(try_start().error(), error::key_mismatch);
}

TEST_F(starting, a_client_authority_that_is_no_certificate_is_refused) {
  given.client_authority_file = test_certificates::get().device.key;
  EXPECT_EQ(try_start().error(), error::unreadable_file);
}

TEST_F(starting, all_listeners_report_where_they_are) {
  given.listen = {"127.0.0.1:0", "127.0.0.1:0", "127.0.0.1:0", "[::1]:0"};
  ASSERT_TRUE(try_start());
  for (const auto& address :
       {server->bound().scaip_udp, server->bound().scaip_tcp, server->bound().scaip_tls})
    EXPECT_TRUE(address.starts_with("127.0.0.1:") && !address.ends_with(":0")) << address;
  EXPECT_TRUE(server->bound().native_tls.starts_with("[::1]:"));
}

TEST(certificates, private_keys_are_readable_by_their_owner_only) {
  struct stat found {};
  ASSERT_EQ(::stat(test_certificates::get().server.key.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST(certificates, a_directory_that_is_not_there_is_an_error) {
  EXPECT_EQ(make_authority("/nowhere/at/all", "x").error(), error::cannot_write_file);
  const credentials nothing{"/nowhere/a.crt", "/nowhere/a.key"};
  EXPECT_EQ(issue_server(nothing, "/tmp/x", local_names()).error(), error::unreadable_file);
  EXPECT_EQ(certificate_sha256("/nowhere/a.crt").error(), error::unreadable_file);
}

}  // namespace

}  // namespace varde::edge::test
