// The ledger on a real cluster: municipalities that live on different masters are written, read,
// checked and followed as on one server.
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "ledger/ledger_fixture.hpp"
#include "ledger/read.hpp"
#include "ledger/tail.hpp"
#include "support/redis_processes.hpp"

namespace varde::ledger {
namespace {

using test::commit_of;
using test::run_until;

TEST(ledger_on_a_cluster, many_municipalities_are_written_and_followed) {
  constexpr int municipalities = 12;
  test::clustered_redis redis;
  boost::asio::io_context io;
  const auto connection = test::connect(io, redis.where());
  const auto own = test::connect(io, redis.where());
  writer writing(*connection);
  tail following(*own);
  std::map<std::string, int> seen;
  std::vector<commit> commits;
  for (int i = 0; i < municipalities; ++i) {
    const auto name = "m" + std::to_string(i);
    following.add(name, {});
    for (std::uint64_t version = 0; version < 3; ++version)
      commits.push_back(commit_of(name, "r-1", version));
  }
  following.start([&](const alarm::v1::Entry& entry, position) { ++seen[entry.municipality()]; });

  std::optional<std::vector<commit_result>> results;
  writing.submit(commits, [&](auto r) { results = std::move(r); });
  ASSERT_TRUE(run_until(io, [&] { return results.has_value(); }));
  for (const auto& one : *results) EXPECT_EQ(one.status, commit_status::committed);
  ASSERT_TRUE(run_until(io, [&] {
    int all = 0;
    for (const auto& [name, count] : seen) all += count;
    return all == 3 * municipalities;
  }));
  std::optional<std::size_t> read;
  read_subject(*connection, "m7", "r-1", 1, newest_version,
               [&](const auto& entries) { read = entries ? entries->size() : 0; });
  ASSERT_TRUE(run_until(io, [&] { return read.has_value(); }));
  EXPECT_EQ(*read, 3u);
}

}  // namespace
}  // namespace varde::ledger
