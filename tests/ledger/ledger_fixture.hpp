// A real server, a connection, a writer and a municipality that no other test uses.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/writer.hpp"
#include "redis/live_redis.hpp"

namespace varde::test {

/// A commit of `count` notes.
inline ledger::commit commit_of(std::string municipality, std::string subject,
                                std::uint64_t expected_version, std::size_t count = 1,
                                const std::string& text = "note") {
  ledger::commit made{std::move(municipality), std::move(subject), expected_version, {}};
  for (std::size_t i = 0; i < count; ++i) {
    alarm::v1::Entry entry;
    entry.set_node("node");
    entry.mutable_note_added()->set_text(text);
    made.entries.push_back(std::move(entry));
  }
  return made;
}

class ledger_fixture : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<live_redis>(); }
  static void TearDownTestSuite() { server_.reset(); }

  void SetUp() override {
    municipality_ = testing::UnitTest::GetInstance()->current_test_info()->name();
    connection_ = connect(io_, server_->where());
    writer_ = std::make_unique<ledger::writer>(*connection_);
  }

  std::vector<ledger::commit_result> submit(std::vector<ledger::commit> commits) {
    std::optional<std::vector<ledger::commit_result>> results;
    writer_->submit(std::move(commits), [&](auto r) { results = std::move(r); });
    EXPECT_TRUE(run_until(io_, [&] { return results.has_value(); }));
    return *results;
  }

  static inline std::unique_ptr<live_redis> server_;
  boost::asio::io_context io_;
  std::string municipality_;
  std::shared_ptr<redis::connection> connection_;
  std::unique_ptr<ledger::writer> writer_;
};

}  // namespace varde::test
