// A real server, a connection, a writer and a municipality that no other test uses.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/entry.hpp"
#include "ledger/keys.hpp"
#include "ledger/place.hpp"
#include "ledger/writer.hpp"
#include "redis/live_redis.hpp"

namespace varde::test {

inline alarm::v1::Entry note_of(const std::string& municipality, const std::string& subject,
                                std::uint64_t version, const std::string& text = "note") {
  alarm::v1::Entry entry;
  entry.set_format(ledger::entry_format);
  entry.set_municipality(municipality);
  entry.set_subject(subject);
  entry.set_version(version);
  entry.mutable_note_added()->set_text(text);
  return entry;
}

/// A commit of `count` notes.
inline ledger::commit commit_of(std::string municipality, std::string subject,
                                std::uint64_t expected_version, std::size_t count = 1,
                                const std::string& text = "note") {
  ledger::commit made{std::move(municipality), std::move(subject), expected_version};
  for (std::size_t i = 0; i < count; ++i)
    made.add(note_of(made.municipality, made.subject, made.version() + 1, text));
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

  /// Appends `count` notes to the subject, in batches, from version 0.
  void fill(const std::string& subject, std::size_t count) {
    constexpr std::size_t batch = 1'000;
    for (std::size_t at = 0; at < count; at += batch)
      submit({commit_of(municipality_, subject, at, std::min(batch, count - at))});
  }

  /// Appends `count` notes to the subject, each an element of the stream, from `version` on.
  void fill_one_by_one(const std::string& subject, std::size_t count, std::uint64_t version = 0) {
    std::size_t answered = 0;
    for (std::size_t i = 0; i < count; ++i)
      writer_->submit({commit_of(municipality_, subject, version + i)}, [&](auto) { ++answered; });
    EXPECT_TRUE(run_until(io_, [&] { return answered == count; }));
  }

  /// Where the ledger says that the subject is; version 0 if it says nothing.
  ledger::place place_of(const std::string& subject) {
    const auto held = ask(io_, *connection_, {"HGET", ledger::places_key(municipality_), subject});
    return ledger::parse_place(held->text).value_or(ledger::place{});
  }
  std::string newest_hash() {
    return ask(io_, *connection_,
               {"HGET", ledger::places_key(municipality_), std::string{ledger::chain_field}})
        ->text;
  }

  /// Waits for what a reading hands to its `done`.
  template <class Result, class Begin>
  Result wait_for(Begin begin) {
    std::optional<Result> result;
    begin([&](Result r) { result = std::move(r); });
    EXPECT_TRUE(run_until(io_, [&] { return result.has_value(); }));
    return std::move(*result);
  }

  static inline std::unique_ptr<live_redis> server_;
  boost::asio::io_context io_;
  std::string municipality_;
  std::shared_ptr<redis::connection> connection_;
  std::unique_ptr<ledger::writer> writer_;
};

}  // namespace varde::test
