// Reading demo.json, and never loading a machine that is not this one.
#include "demo.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

namespace {

using namespace varde::load;

constexpr const char* sample = R"({
  "https": "127.0.0.1:8443", "scaip_udp": "127.0.0.1:5060", "native_tls": "127.0.0.1:5700",
  "ca": "ca.pem",
  "sign_ins": [
    {"user": "kari", "password": "p", "role": "operator", "municipalities": ["a"], "teams": []},
    {"user": "ola", "password": "p", "role": "operator", "municipalities": ["a", "b"], "teams": []},
    {"user": "eva", "password": "p", "role": "responder", "municipalities": ["b"], "teams": ["t"]}],
  "devices": [
    {"protocol": "native", "id": "n1", "municipality": "a", "resident": "r1",
     "certificate": "n1.crt", "key": "n1.key"},
    {"protocol": "native", "id": "n2", "municipality": "a", "resident": "",
     "certificate": null, "key": null},
    {"protocol": "scaip", "id": "26001", "municipality": "b", "resident": "r2",
     "digest_user": "u"}]})";

TEST(demo_file, lists_the_devices_of_residents_by_protocol) {
  const demo read = parse_demo(sample, "/data");
  ASSERT_EQ(read.native_devices.size(), 1u);
  EXPECT_EQ(read.native_devices[0].certificate, "/data/n1.crt");
  ASSERT_EQ(read.scaip_devices.size(), 1u);
  EXPECT_EQ(read.scaip_devices[0].digest_user, "u");
  EXPECT_EQ(read.ca_file, "/data/ca.pem");
}

TEST(demo_file, as_few_operators_as_see_every_municipality_are_signed_in) {
  const demo read = parse_demo(sample, "/data");
  const auto chosen = operators_for(read, read.scaip_devices);
  ASSERT_EQ(chosen.size(), 1u);
  EXPECT_EQ(chosen[0].user, "ola");
}

TEST(loopback, addresses_of_this_machine_are_taken) {
  EXPECT_EQ(loopback_target("127.0.0.1:5060", "x").text(), "127.0.0.1:5060");
  EXPECT_EQ(loopback_target("[::1]:5060", "x").text(), "[::1]:5060");
  EXPECT_EQ(loopback_target("localhost:5060", "x").text(), "127.0.0.1:5060");
}

TEST(loopback, anything_else_is_refused) {
  for (const char* wrong : {"192.0.2.1:5060", "0.0.0.0:5060", "example.org:5060", "127.0.0.1",
                            "127.0.0.1:", "127.0.0.1:99999", ""}) {
    EXPECT_THROW((void)loopback_target(wrong, "x"), std::runtime_error) << wrong;
  }
}

}  // namespace
