// The chain's three rules, one behind the other in one ledger.
#include "ledger/chain.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "base/hash.hpp"
#include "ledger/entry.hpp"

namespace varde::ledger {
namespace {

using base::sha1_hex;

stream_element batch(std::string_view bytes, std::string_view hash) {
  return {{}, true, bytes, {}, {}, hash};
}
stream_element entry(std::string_view bytes, std::string_view hash) {
  return {{}, false, bytes, {bytes}, {}, hash};
}
std::string digest_of(std::string_view bytes) {
  const auto digest = base::sha1(bytes);
  return {digest.begin(), digest.end()};
}

TEST(chain, a_batchs_hash_covers_the_one_before_and_its_own_digest) {
  chain of;
  EXPECT_TRUE(of.follows(batch("one", sha1_hex(sha1_hex("one")))));
  const auto before = of.hash();
  EXPECT_TRUE(of.follows(batch("two", sha1_hex(before + sha1_hex("two")))));
  EXPECT_TRUE(of.is_closed());
  EXPECT_FALSE(of.follows(batch("three", sha1_hex(before + sha1_hex("three")))));
}

TEST(chain, batches_follow_on_what_older_libraries_wrote) {
  chain of;
  EXPECT_TRUE(of.follows(entry("one", sha1_hex("one"))));
  const auto before = of.hash();
  EXPECT_TRUE(of.follows(batch("two", sha1_hex(before + sha1_hex("two")))));
}

TEST(chain, a_batch_behind_entries_that_no_hash_covers_is_noticed) {
  chain of;
  EXPECT_TRUE(of.follows(entry("one", "")));
  EXPECT_FALSE(of.follows(batch("two", sha1_hex(sha1_hex("two")))));
}

TEST(chain, an_entrys_hash_covers_all_entries_since_the_one_before_it) {
  chain of;
  EXPECT_TRUE(of.follows(entry("one", "")));
  EXPECT_FALSE(of.is_closed());
  EXPECT_TRUE(of.follows(entry("two", sha1_hex(digest_of("one") + digest_of("two")))));
  EXPECT_TRUE(of.is_closed());
  const auto before = of.hash();
  EXPECT_TRUE(of.follows(entry("three", sha1_hex(before + digest_of("three")))));
}

TEST(chain, an_entry_missing_in_the_middle_is_noticed_at_the_next_hash) {
  chain of;
  EXPECT_TRUE(of.follows(entry("one", "")));
  EXPECT_FALSE(of.follows(
      entry("three", sha1_hex(digest_of("one") + digest_of("two") + digest_of("three")))));
}

TEST(chain, a_hash_over_the_bytes_of_its_own_entry_holds_as_before) {
  chain of;
  EXPECT_TRUE(of.follows(entry("one", sha1_hex("one"))));
  EXPECT_TRUE(of.follows(entry("two", sha1_hex(of.hash() + "two"))));
  EXPECT_TRUE(of.follows(entry("three", "")));
  EXPECT_FALSE(of.follows(entry("four", sha1_hex(of.hash() + "four"))));
}

TEST(chain, after_a_wrong_hash_it_goes_on_from_there) {
  chain of;
  EXPECT_FALSE(of.follows(batch("one", "0000")));
  EXPECT_TRUE(of.follows(batch("two", sha1_hex("0000" + sha1_hex("two")))));
}

}  // namespace
}  // namespace varde::ledger
