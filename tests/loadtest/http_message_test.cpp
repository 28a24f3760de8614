// Cutting HTTP messages out of a stream, as the driver of Alertmanager and its webhook do.
#include <gtest/gtest.h>

#include "peers/alerts_link.hpp"

namespace {

using namespace varde::load;

TEST(http_message, ends_where_its_length_says) {
  const std::string_view two = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n";
  const http_extent first = http_message_at(two);
  EXPECT_EQ(two.substr(first.body_at, first.bytes - first.body_at), "ok");
  EXPECT_EQ(two.substr(first.bytes), "HTTP/1.1 200 OK\r\n");
}

TEST(http_message, without_a_length_has_no_body) {
  EXPECT_EQ(http_message_at("HTTP/1.1 200 OK\r\n\r\n").bytes, 19u);
}

TEST(http_message, is_not_taken_before_it_is_whole) {
  EXPECT_EQ(http_message_at("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no").bytes, 0u);
  EXPECT_EQ(http_message_at("HTTP/1.1 200 OK\r\nContent-").bytes, 0u);
}

}  // namespace
