// Records of TLS 1.3: against the trace of RFC 8448, and everything that a peer may put into one.
// How it gets on with OpenSSL's own records is what all tests with a TLS device show.
#include "edge/record_layer.hpp"

#include <gtest/gtest.h>

#include <array>
#include <string>
#include <vector>

namespace varde::edge {
namespace {

using kind = record_reader::kind;

std::vector<unsigned char> from_hex(std::string_view hex) {
  std::vector<unsigned char> bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes.push_back(
        static_cast<unsigned char>(std::stoul(std::string{hex.substr(i, 2)}, nullptr, 16)));
  return bytes;
}
std::string text_of(const std::vector<unsigned char>& bytes) {
  return {bytes.begin(), bytes.end()};
}

/// RFC 8448, section 3: the application traffic secrets, and 50 bytes as each side sealed them.
const auto client_secret =
    from_hex("9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5");
const auto server_secret =
    from_hex("a11af9f05531f856ad47116b45a950328204b4f44bfb6b3a4b4f1f3fcb631643");
const auto client_record = text_of(from_hex(
    "1703030043a23f7054b62c94d0affafe8228ba55cbefacea42f914aa66bcab3f2b9819a8a5b46b395bd54a"
    "9a20441e2b62974e1f5a6292a2977014bd1e3deae63aeebb21694915e4"));
const auto server_record = text_of(from_hex(
    "17030300432e937e11ef4ac740e538ad36005fc4a46932fc3225d05f82aa1b36e30efaf97d90e6dffc602d"
    "cb501a59a8fcc49c4bf2e5f0a21c0047c2abf332540dd032e167c2955d"));

std::string fifty_bytes() {
  std::string text;
  for (char c = 0; c < 50; ++c) text.push_back(c);
  return text;
}

constexpr auto aes_128 = cipher_suite::aes_128_gcm_sha256;

/// A record with this inside: `content` is its last byte that is not padding.
std::string sealed(record_keys& keys, std::string inside) {
  const auto size = inside.size() + record_tag_bytes;
  const std::array<char, record_head_bytes> head{23, 3, 3, static_cast<char>(size >> 8),
                                                 static_cast<char>(size)};
  std::array<char, record_tag_bytes> tag{};
  EXPECT_TRUE(keys.seal(head, inside, tag));
  return std::string{head.data(), head.size()} + inside + std::string{tag.data(), tag.size()};
}
std::string inside(std::string_view text, record_content content) {
  return std::string{text} + static_cast<char>(content);
}

class records : public ::testing::Test {
 protected:
  record_reader::found open(std::string& bytes) { return reader.next(bytes); }
  record_reader::found open_sealed(std::string text) {
    last = sealed(peer, std::move(text));
    return open(last);
  }
  static std::string text(const record_reader::found& one) {
    return {one.data.begin(), one.data.end()};
  }

  record_keys peer{aes_128, client_secret, 0};
  record_reader reader{aes_128, client_secret, 0};
  std::string last;
};

TEST_F(records, of_a_client_are_opened_as_in_rfc_8448) {
  auto bytes = client_record;
  const auto found = open(bytes);
  EXPECT_EQ(found.what, kind::data);
  EXPECT_EQ(found.consumed, client_record.size());
  EXPECT_EQ(text(found), fifty_bytes());
}

TEST_F(records, of_a_server_are_sealed_as_in_rfc_8448) {
  constexpr std::uint64_t tickets = 1;  // sealed under the same keys before
  record_writer writer{aes_128, server_secret, tickets};
  std::string out;
  ASSERT_TRUE(writer.append_data(fifty_bytes(), out));
  EXPECT_EQ(out, server_record);
}

TEST_F(records, of_every_suite_come_out_as_they_went_in) {
  for (const auto suite : {cipher_suite::aes_128_gcm_sha256, cipher_suite::aes_256_gcm_sha384,
                           cipher_suite::chacha20_poly1305_sha256}) {
    const std::vector<unsigned char> secret(record_keys::secret_bytes_max, 7);
    record_writer writer{suite, secret, 0};
    record_reader other{suite, secret, 0};
    for (const std::size_t size : {std::size_t{1}, std::size_t{100}, record_plain_bytes_max}) {
      const std::string said(size, 'x');
      std::string out;
      ASSERT_TRUE(writer.append_data(said, out));
      EXPECT_LE(out.size(), record_bytes_max);
      const auto found = other.next(out);
      EXPECT_EQ(found.what, kind::data);
      EXPECT_EQ(text(found), said);
    }
  }
}

TEST_F(records, wait_until_they_are_whole) {
  for (std::size_t size = 0; size < client_record.size(); ++size) {
    auto part = client_record.substr(0, size);
    EXPECT_EQ(open(part).what, kind::incomplete) << size;
    EXPECT_EQ(record_reader::length_of(part),
              size < record_head_bytes ? record_head_bytes : client_record.size());
  }
  auto whole = client_record;
  EXPECT_EQ(open(whole).what, kind::data);
}

TEST_F(records, with_any_bit_turned_end_the_connection) {
  for (std::size_t at = 0; at < client_record.size(); ++at) {
    record_reader fresh{aes_128, client_secret, 0};
    auto bytes = client_record;
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    const auto what = fresh.next(bytes).what;
    EXPECT_TRUE(what == kind::broken || what == kind::incomplete) << at;
  }
}

TEST_F(records, that_are_repeated_or_left_out_end_the_connection) {
  const auto first = sealed(peer, inside("1", record_content::data));
  const auto second = sealed(peer, inside("2", record_content::data));
  auto bytes = first;
  EXPECT_EQ(open(bytes).what, kind::data);
  bytes = first;
  EXPECT_EQ(open(bytes).why, record_alert::bad_record_mac);
  record_reader fresh{aes_128, client_secret, 0};
  bytes = second;
  EXPECT_EQ(fresh.next(bytes).why, record_alert::bad_record_mac);
}

TEST_F(records, lose_their_padding) {
  EXPECT_EQ(text(open_sealed(inside("hello", record_content::data) + std::string(300, '\0'))),
            "hello");
}

TEST_F(records, of_padding_alone_end_the_connection) {
  EXPECT_EQ(open_sealed(std::string(20, '\0')).why, record_alert::unexpected_message);
}

TEST_F(records, that_are_too_long_or_no_records_end_the_connection) {
  std::string too_long{"\x17\x03\x03\x41\x01", 5};
  EXPECT_EQ(open(too_long).why, record_alert::record_overflow);
  std::string too_short{"\x17\x03\x03\x00\x10", 5};
  EXPECT_EQ(open(too_short).why, record_alert::decode_error);
  std::string in_clear{"\x15\x03\x03\x00\x02\x01\x00", 7};
  EXPECT_EQ(open(in_clear).why, record_alert::unexpected_message);
}

TEST_F(records, go_on_under_new_keys_when_the_peer_says_so) {
  EXPECT_EQ(open_sealed(inside({"\x18\0\0\1\0", 5}, record_content::handshake)).what,
            kind::nothing);
  EXPECT_FALSE(reader.take_update_request());
  peer.update();
  EXPECT_EQ(text(open_sealed(inside("new", record_content::data))), "new");
}

TEST_F(records, ask_for_new_keys_of_the_other_direction_once) {
  EXPECT_EQ(open_sealed(inside({"\x18\0\0\1\1", 5}, record_content::handshake)).what,
            kind::nothing);
  EXPECT_TRUE(reader.take_update_request());
  EXPECT_FALSE(reader.take_update_request());
}

TEST_F(records, are_written_under_new_keys_after_saying_so) {
  record_writer writer{aes_128, client_secret, 0};
  writer.want_update();
  std::string out;
  ASSERT_TRUE(writer.append_data("new", out));
  const auto update = open(out);
  EXPECT_EQ(update.what, kind::nothing);
  auto rest = out.substr(update.consumed);
  EXPECT_EQ(text(open(rest)), "new");
}

TEST_F(records, change_keys_before_too_many_were_sealed_under_them) {
  constexpr std::uint64_t most = std::uint64_t{1} << 24;
  record_writer writer{aes_128, client_secret, most};
  record_reader other{aes_128, client_secret, most};
  std::string out;
  ASSERT_TRUE(writer.append_data("x", out));
  EXPECT_EQ(other.next(out).what, kind::nothing);
}

TEST_F(records, with_another_handshake_message_end_the_connection) {
  EXPECT_EQ(open_sealed(inside({"\x01\0\0\0", 4}, record_content::handshake)).why,
            record_alert::unexpected_message);
}

TEST_F(records, without_data_are_taken_a_while_and_not_for_ever) {
  auto what = kind::nothing;
  int taken = 0;
  while (what == kind::nothing && taken < 1000) {
    what = open_sealed(inside("", record_content::data)).what;
    ++taken;
  }
  EXPECT_EQ(what, kind::broken);
  EXPECT_GT(taken, 1);
}

TEST_F(records, say_when_the_peer_has_closed_in_order) {
  EXPECT_EQ(open_sealed(inside({"\1\0", 2}, record_content::alert)).what, kind::closed);
}

TEST_F(records, with_an_error_of_the_peer_are_not_answered) {
  const auto found = open_sealed(inside("\2\x50", record_content::alert));
  EXPECT_EQ(found.what, kind::broken);
  EXPECT_FALSE(found.why);
}

}  // namespace
}  // namespace varde::edge
