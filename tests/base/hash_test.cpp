// Digests against published vectors, and the text forms.
#include "base/hash.hpp"

#include <gtest/gtest.h>

#include <vector>

using namespace varde::base;

TEST(hash, digests_match_published_vectors) {
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha1_hex("abc"), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(md5_hex("abc"), "900150983cd24fb0d6963f7d28e17f72");
}

TEST(hash, base64url_has_no_padding) {
  const auto encode = [](std::string_view s) {
    return to_base64url({reinterpret_cast<const std::uint8_t*>(s.data()), s.size()});
  };
  EXPECT_EQ(encode(""), "");
  EXPECT_EQ(encode("f"), "Zg");
  EXPECT_EQ(encode("fo"), "Zm8");
  EXPECT_EQ(encode("foobar"), "Zm9vYmFy");
  EXPECT_EQ(encode("\xff\xfe"), "__4");
}

TEST(hash, tokens_differ_and_have_their_length) {
  EXPECT_EQ(random_hex(8).size(), 16u);
  EXPECT_NE(random_token(32), random_token(32));
}

TEST(hash, constant_time_comparison_compares) {
  EXPECT_TRUE(equal_constant_time("abc", "abc"));
  EXPECT_FALSE(equal_constant_time("abc", "abd"));
  EXPECT_FALSE(equal_constant_time("abc", "ab"));
}
