// Messages come whole out of a stream, however its bytes are split, and a bad stream ends.
#include "wire/sip_stream.hpp"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <vector>

#include "wire/samples.hpp"

namespace varde::wire {
namespace {

/// What comes out when `bytes` arrive in pieces: messages, and "ping".
base::result<std::vector<std::string>> items_of(std::string_view bytes, std::size_t piece) {
  sip_stream stream;
  std::vector<std::string> out;
  for (; !bytes.empty(); bytes.remove_prefix(std::min(piece, bytes.size()))) {
    stream.feed(bytes.substr(0, piece));
    for (;;) {
      const auto item = stream.next();
      if (!item) return item.error();
      if (!*item) break;
      out.emplace_back((*item)->is_ping ? "ping" : std::string{(*item)->message});
    }
  }
  return out;
}

TEST(sip_stream, messages_come_out_whole_however_the_bytes_are_split) {
  const auto a = sample_message("<mrq>a</mrq>");
  const auto b = sample_message("");
  const auto bytes = a + "\r\n" + b + "\r\n\r\n" + a;
  for (std::size_t piece = 1; piece <= bytes.size(); ++piece) {
    const auto items = items_of(bytes, piece);
    ASSERT_TRUE(items) << piece;
    EXPECT_EQ(*items, (std::vector<std::string>{a, b, "ping", a})) << piece;
  }
}

TEST(sip_stream, a_double_line_end_is_a_ping) {
  EXPECT_EQ(items_of("\r\n\r\n\r\n\r\n", 1)->size(), 2U);
}

TEST(sip_stream, refuses_a_length_that_is_missing_unreadable_or_given_twice) {
  for (const auto* header :
       {"MESSAGE sip:a SIP/2.0\r\nVia: x\r\n\r\n",
        "MESSAGE sip:a SIP/2.0\r\nContent-Length: -1\r\n\r\n",
        "MESSAGE sip:a SIP/2.0\r\nContent-Length: 1x\r\n\r\n",
        "MESSAGE sip:a SIP/2.0\r\nContent-Length:\r\n 5\r\n\r\n",
        "MESSAGE sip:a SIP/2.0\r\nl: 1\r\nContent-Length: 2\r\n\r\n",
        "MESSAGE sip:a SIP/2.0\r\nSubject: x\r\n l: 5\r\n\r\n",
        "MESSAGE sip:a SIP/2.0\r\nContent-Length: 99999999999999999999999\r\n\r\n"})
    EXPECT_EQ(items_of(header, 7).error(), error::malformed_length) << header;
}

TEST(sip_stream, reads_header_and_body_of_the_maximum_size_and_refuses_one_byte_more) {
  const auto message = [](std::size_t header_bytes, std::size_t body_bytes) {
    std::string first = "MESSAGE sip:a SIP/2.0\r\nl: " + std::to_string(body_bytes) + "\r\nX: ";
    first.append(header_bytes - first.size() - 4, 'a');
    return first + "\r\n\r\n" + std::string(body_bytes, 'b');
  };
  EXPECT_EQ(items_of(message(sip_header_bytes_max, sip_body_bytes_max), 4096)->size(), 1U);
  EXPECT_EQ(items_of(message(sip_header_bytes_max + 1, 0), 4096).error(), error::too_long);
  EXPECT_EQ(items_of(message(100, sip_body_bytes_max + 1), 4096).error(), error::too_long);
  EXPECT_EQ(items_of(std::string(sip_header_bytes_max + 1, 'a'), 100).error(), error::too_long);
}

TEST(sip_stream, shows_the_header_of_what_it_refused) {
  sip_stream stream;
  stream.feed("MESSAGE sip:a SIP/2.0\r\nVia: x\r\n\r\nrest");
  EXPECT_FALSE(stream.next());
  EXPECT_EQ(stream.header(), "MESSAGE sip:a SIP/2.0\r\nVia: x");
}

TEST(sip_stream, says_while_a_message_is_half_read) {
  sip_stream stream;
  const auto message = sample_message("x");
  stream.feed(message.substr(0, 50));
  EXPECT_FALSE(*stream.next());
  EXPECT_TRUE(stream.in_message());
  stream.feed(message.substr(50));
  EXPECT_TRUE(*stream.next());
  EXPECT_FALSE(*stream.next());
  EXPECT_FALSE(stream.in_message());
}

TEST(sip_stream, arbitrary_bytes_give_messages_or_an_error_and_never_more_than_the_limit) {
  EXPECT_TRUE(rc::check([](const std::string& bytes, std::uint8_t piece) {
    if (const auto items = items_of(bytes + "\r\n\r\n", piece + 1U))
      for (const auto& item : *items) RC_ASSERT(item.size() <= sip_message_bytes_max);
  }));
}

}  // namespace
}  // namespace varde::wire
