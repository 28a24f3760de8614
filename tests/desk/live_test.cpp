// The live feed: what is open, every change in order, only to those who may, and not a frame after
// that.
#include "desk_fixture.hpp"

namespace varde::test {
namespace {

class live : public desk_fixture {
 protected:
  /// The next frame that isn't a beat, the condition nor the load, checked against the description.
  boost::json::value next(raw_client& client) {
    for (;;) {
      auto frame = next_of_any(client);
      if (type(frame) != "condition" && type(frame) != "load") return frame;
    }
  }
  boost::json::value next_of_any(raw_client& client) {
    for (;;) {
      const auto text = centre_fixture::next_text(client);
      if (text.empty()) return nullptr;
      EXPECT_EQ(schema.wrong("LiveFrame", text), std::vector<std::string>{}) << text.substr(0, 300);
      auto parsed = boost::json::parse(text);
      if (parsed.at("type").as_string() != "beat") return parsed;
    }
  }
  static std::string type(const boost::json::value& frame) {
    return frame.is_object() ? std::string{frame.at("type").as_string()} : "closed";
  }
  static std::string token(const boost::json::value& frame) {
    return std::string{frame.at("token").as_string()};
  }
};

TEST_F(live, sends_what_is_open_and_then_each_change_in_order) {
  start();
  publish({made_up_case("9901", 1)});
  const auto client = centre.open_live("olga");
  ASSERT_TRUE(client);
  const auto first = next(*client);
  EXPECT_EQ(type(first), "snapshot");
  EXPECT_EQ(first.at("cases").as_array().size(), 1u);
  for (std::uint64_t version = 2; version <= 20; ++version)
    publish({made_up_case("9901", version)});
  std::int64_t seen = 1;
  while (seen < 20) {
    const auto frame = next(*client);
    ASSERT_EQ(type(frame), "changes");
    for (const auto& change : frame.at("changes").as_array())
      EXPECT_EQ(change.at("case").at("version").as_int64(), ++seen);
  }
}

TEST_F(live, shows_each_only_their_municipalities) {
  start();
  publish({made_up_case("9901"), made_up_case("9902")});
  const auto olga = centre.open_live("olga");
  const auto odd = centre.open_live("odd");
  const auto both = centre.open_live("both");
  ASSERT_TRUE(olga && odd && both);
  EXPECT_EQ(next(*olga).at("cases").as_array().size(), 1u);
  EXPECT_EQ(next(*odd).at("cases").as_array().size(), 1u);
  EXPECT_EQ(next(*both).at("cases").as_array().size(), 2u);
  publish({made_up_case("9902", 2)});
  publish({made_up_case("9901", 2)});
  const auto seen_by_olga = next(*olga);
  EXPECT_EQ(seen_by_olga.at("changes").at(0).at("case").at("municipality").as_string(), "9901");
  EXPECT_EQ(seen_by_olga.at("changes").as_array().size(), 1u);
  EXPECT_EQ(next(*odd).at("changes").at(0).at("case").at("municipality").as_string(), "9902");
}

TEST_F(live, with_a_fresh_token_only_what_was_missed_comes) {
  start();
  publish({made_up_case("9901", 1)});
  std::string resume;
  {
    const auto client = centre.open_live("olga");
    resume = token(next(*client));
  }
  publish({made_up_case("9901", 2), made_up_case("9902", 2)});
  const auto again = centre.open_live("olga", resume);
  const auto missed = next(*again);
  ASSERT_EQ(type(missed), "changes");
  EXPECT_EQ(missed.at("changes").as_array().size(), 1u);

  const auto nothing_missed = next(*centre.open_live("olga", token(missed)));
  EXPECT_EQ(type(nothing_missed), "changes");
  EXPECT_EQ(nothing_missed.at("changes").as_array().size(), 0u);
}

TEST_F(live, an_old_foreign_or_made_up_token_gets_a_snapshot) {
  start();
  publish({made_up_case("9901", 1)});
  const auto resume = token(next(*centre.open_live("olga")));
  EXPECT_EQ(type(next(*centre.open_live("both", resume))), "snapshot");
  EXPECT_EQ(type(next(*centre.open_live("olga", "made-up-token"))), "snapshot");
  EXPECT_EQ(type(next(*centre.open_live("olga", "-"))), "snapshot");
  for (std::uint64_t version = 2; version < 2 + 9'000; version += 1'000) {
    std::vector<alarm::v1::Case> batch;
    for (std::uint64_t i = 0; i < 1'000; ++i) batch.push_back(made_up_case("9902", version + i));
    publish(batch);
  }
  EXPECT_EQ(type(next(*centre.open_live("olga", resume))), "snapshot");
}

TEST_F(live, needs_a_session_and_a_role_that_has_one) {
  start();
  EXPECT_FALSE(centre.open_live("nobody"));
  EXPECT_FALSE(centre.open_live("cato"));
  const auto responder = centre.open_live("rita");
  ASSERT_TRUE(responder);
  EXPECT_EQ(centre_fixture::next_text(*responder), "responder");
}

TEST_F(live, ends_at_sign_out_and_sends_no_frame_after) {
  start();
  publish({made_up_case("9901", 1)});
  const auto client = centre.open_live("olga");
  ASSERT_EQ(type(next(*client)), "snapshot");
  EXPECT_EQ(centre.send(centre.as("olga", "DELETE", "/api/v1/session")).status, 204);
  publish({made_up_case("9901", 2)});
  const auto bye = next(*client);
  EXPECT_EQ(type(bye), "bye");
  EXPECT_EQ(bye.at("reason").as_string(), "signed_out");
  EXPECT_EQ(client->receive_frame().value_or(raw_frame{}).close_code(), 4401);
  EXPECT_FALSE(centre.open_live("olga"));
}

TEST_F(live, ends_when_a_right_is_taken_away) {
  start();
  publish({made_up_case("9901", 1), made_up_case("9902", 1)});
  const auto client = centre.open_live("both");
  ASSERT_EQ(next(*client).at("cases").as_array().size(), 2u);
  centre.on_web_thread([&] {
    auto account = *centre.accounts.find_account("both");
    account.clear_municipalities();
    account.add_municipalities("9902");
    centre.accounts.put_account(account);
  });
  publish({made_up_case("9901", 2)});
  const auto bye = next(*client);
  EXPECT_EQ(type(bye), "bye");
  EXPECT_EQ(bye.at("reason").as_string(), "revoked");
  EXPECT_EQ(client->receive_frame().value_or(raw_frame{}).close_code(), 4403);
}

TEST_F(live, a_disabled_account_is_out_at_once) {
  start();
  const auto client = centre.open_live("olga");
  ASSERT_EQ(type(next(*client)), "snapshot");
  centre.on_web_thread([&] {
    auto account = *centre.accounts.find_account("olga");
    account.set_disabled(true);
    centre.accounts.put_account(account);
  });
  EXPECT_EQ(type(next(*client)), "bye");
  EXPECT_EQ(centre.send(centre.as("olga", "GET", "/api/v1/me")).status, 401);
}

TEST_F(live, here_keeps_claims_and_the_last_console_gone_is_told) {
  start();
  auto client = centre.open_live("olga");
  ASSERT_EQ(type(next(*client)), "snapshot");
  client->send_text(R"({"type": "here"})");
  const auto told = [&](std::pair<std::string, bool> what) {
    return centre.eventually([&] {
      const std::lock_guard lock{centre.gateway.mutex};
      return std::ranges::find(centre.gateway.present, what) != centre.gateway.present.end();
    });
  };
  EXPECT_TRUE(told({"olga", false}));
  auto second = centre.open_live("olga");
  ASSERT_EQ(type(next(*second)), "snapshot");
  second.reset();
  client.reset();
  EXPECT_TRUE(told({"olga", true}));
}

TEST_F(live, draining_says_bye) {
  start();
  const auto client = centre.open_live("olga");
  ASSERT_EQ(type(next(*client)), "snapshot");
  centre.on_web_thread([&] { the_desk->drain(); });
  EXPECT_EQ(next(*client).at("reason").as_string(), "draining");
  EXPECT_EQ(client->receive_frame().value_or(raw_frame{}).close_code(), 1001);
}

TEST_F(live, a_slow_console_gets_a_snapshot_instead_of_an_endless_backlog) {
  start();
  publish({made_up_case("9901", 1)});
  const auto client = centre.open_live("olga");
  ASSERT_EQ(type(next(*client)), "snapshot");
  auto big = made_up_case("9901");
  big.mutable_alarms(0)->set_text(std::string(256 * 1024, 'x'));
  constexpr std::uint64_t last = 100;  // 25 MiB, far over what sockets and queue hold
  for (std::uint64_t version = 2; version <= last; ++version) {
    big.set_version(version);
    publish({big});
  }
  bool snapshot_came = false;
  std::int64_t newest = 1;
  std::size_t bytes = 0;
  std::uint64_t nudge = last;
  while (newest < static_cast<std::int64_t>(last)) {
    if (bytes > 0 && !snapshot_came) {  // whatever comes next brings the snapshot
      big.set_version(++nudge);
      publish({big});
    }
    const auto text = centre_fixture::next_text(*client);
    ASSERT_FALSE(text.empty());
    bytes += text.size();
    const auto frame = boost::json::parse(text);
    if (type(frame) == "snapshot") {
      snapshot_came = true;
      newest = frame.at("cases").at(0).at("version").as_int64();
    } else if (type(frame) == "changes") {
      const auto& changes = frame.at("changes").as_array();
      newest = changes.back().at("case").at("version").as_int64();
    }
  }
  EXPECT_TRUE(snapshot_came);
  EXPECT_LT(bytes, 20u * 1024 * 1024);
}

TEST_F(live, the_condition_comes_after_the_first_frame_and_at_every_change) {
  start();
  board::node_condition now;
  now.island_since = base::from_us(1'800'000'000'000'000);
  centre.gateway.on_condition(now);
  centre.on_web_thread([] {});
  const auto client = centre.open_live("olga");
  ASSERT_EQ(type(next_of_any(*client)), "snapshot");
  const auto island = next_of_any(*client);
  ASSERT_EQ(type(island), "condition");
  EXPECT_EQ(island.at("island_since").as_string(), "2027-01-15T08:00:00.000Z");
  EXPECT_TRUE(island.at("disk_failed_since").is_null());
  now.reconciling = true;
  centre.gateway.on_condition(now);
  EXPECT_TRUE(next_of_any(*client).at("reconciling").as_bool());
  centre.gateway.on_condition({});
  const auto together = next_of_any(*client);
  EXPECT_TRUE(together.at("island_since").is_null());
  EXPECT_FALSE(together.at("reconciling").as_bool());
}

TEST_F(live, changes_that_come_close_together_are_one_frame_in_their_order) {
  start();
  const auto client = centre.open_live("olga");
  ASSERT_EQ(type(next(*client)), "snapshot");
  constexpr std::int64_t last = 300;
  // On the web thread itself, so that no frame can go out between them but the first.
  centre.on_web_thread([&] {
    for (std::uint64_t version = 1; version <= last; ++version)
      centre.gateway.publish({shared(made_up_case("9901", version))});
  });
  for (std::uint64_t version = last + 1; version <= 2 * last; ++version)
    publish({made_up_case("9901", version)});
  std::int64_t seen = 0, frames = 0;
  while (seen < 2 * last) {
    const auto frame = next(*client);
    ASSERT_EQ(type(frame), "changes");
    ++frames;
    for (const auto& change : frame.at("changes").as_array())
      ASSERT_EQ(change.at("case").at("version").as_int64(), ++seen);
  }
  EXPECT_LT(frames, last);
}

TEST_F(live, what_did_not_come_to_be_is_replaced_by_a_fresh_snapshot) {
  start();
  publish({made_up_case("9901", 7)});
  const auto client = centre.open_live("olga");
  const auto first = next(*client);
  ASSERT_EQ(type(first), "snapshot");
  auto batch = std::make_shared<board::change_batch>();
  batch->push_back({shared(made_up_case("9901", 3)), "", {}, true});
  centre.gateway.listener(std::move(batch));
  const auto again = next(*client);
  ASSERT_EQ(type(again), "snapshot");
  EXPECT_EQ(again.at("cases").at(0).at("version").as_int64(), 3);
  EXPECT_EQ(type(next(*centre.open_live("olga", token(first)))), "snapshot");
}

TEST_F(live, measures_from_cause_to_frame) {
  start();
  const auto client = centre.open_live("olga");
  ASSERT_EQ(type(next(*client)), "snapshot");
  publish({made_up_case("9901", 1)});
  ASSERT_EQ(type(next(*client)), "changes");
  EXPECT_NE(centre.metrics.render().find("varde_alarm_to_console_seconds_count 1"),
            std::string::npos);
}

}  // namespace
}  // namespace varde::test
