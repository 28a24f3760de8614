// The chain's two rules, side by side in one ledger.
#include "ledger/chain.hpp"

#include <gtest/gtest.h>

#include "base/hash.hpp"

namespace varde::ledger {
namespace {

TEST(chain, a_hash_covers_all_entries_since_the_one_before_it) {
  chain of;
  EXPECT_TRUE(of.follows("one", ""));
  EXPECT_FALSE(of.is_closed());
  EXPECT_TRUE(of.follows("two", base::sha1_hex(digest_of("one") + digest_of("two"))));
  EXPECT_TRUE(of.is_closed());
  const auto before = of.hash();
  EXPECT_TRUE(of.follows("three", base::sha1_hex(before + digest_of("three"))));
}

TEST(chain, an_entry_missing_in_the_middle_is_noticed_at_the_next_hash) {
  chain of;
  EXPECT_TRUE(of.follows("one", ""));
  EXPECT_FALSE(of.follows(
      "three", base::sha1_hex(digest_of("one") + digest_of("two") + digest_of("three"))));
}

TEST(chain, a_hash_over_the_bytes_of_its_own_entry_holds_as_before) {
  chain of;
  EXPECT_TRUE(of.follows("one", base::sha1_hex("one")));
  EXPECT_TRUE(of.follows("two", base::sha1_hex(of.hash() + "two")));
  EXPECT_TRUE(of.follows("three", ""));
  EXPECT_FALSE(of.follows("four", base::sha1_hex(of.hash() + "four")));
}

TEST(chain, after_a_wrong_hash_it_goes_on_from_there) {
  chain of;
  EXPECT_FALSE(of.follows("one", "0000"));
  EXPECT_TRUE(of.follows("two", base::sha1_hex("0000" + digest_of("two"))));
}

}  // namespace
}  // namespace varde::ledger
