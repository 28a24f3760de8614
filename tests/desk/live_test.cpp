// The live feed: what is open, every change in order, only to those who may, and not a frame after
// that.
#include <set>

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
  static std::int64_t version(const boost::json::value& change) {
    return change.at("case").at("version").as_int64();
  }
  /// Publishes while the web thread is held up, so that nothing goes out between them but the
  /// first.
  void publish_at_once(const std::vector<alarm::v1::Case>& cases) {
    centre.on_web_thread([&] {
      for (const auto& c : cases) centre.gateway.publish({shared(c)});
    });
  }
  /// What differs, put onto what a page holds, as docs/openapi.json says it.
  static boost::json::value applied(const boost::json::value& held,
                                    const boost::json::value& differs) {
    if (!differs.is_object() || (!held.is_object() && !held.is_array())) return differs;
    auto out = held;
    for (const auto& [name, value] : differs.get_object()) {
      if (out.is_array() && std::stoul(std::string{name}) == out.get_array().size())
        out.get_array().emplace_back(nullptr);
      auto& place = out.is_object() ? out.get_object()[name]
                                    : out.get_array().at(std::stoul(std::string{name}));
      place = applied(place, value);
    }
    return out;
  }
  using board_of_page = std::map<std::string, boost::json::value, std::less<>>;
  /// Takes a frame as a page does; a difference from another version than the one held fails.
  static void take(board_of_page& page, const boost::json::value& frame) {
    if (type(frame) == "snapshot") {
      page.clear();
      for (const auto& c : frame.at("cases").as_array())
        page[std::string{c.at("id").as_string()}] = c;
      return;
    }
    ASSERT_EQ(type(frame), "changes");
    const auto before = page;  // all differences of a frame are from the state before it
    for (const auto& change : frame.at("changes").as_array()) {
      const auto& members = change.as_object();
      if (const auto* whole = members.if_contains("case")) {
        page[std::string{whole->at("id").as_string()}] = *whole;
        continue;
      }
      const auto* like = members.if_contains("like");
      const auto held = before.find(std::string{(like ? *like : change.at("id")).as_string()});
      ASSERT_NE(held, before.end()) << change;
      ASSERT_EQ(held->second.at("version").as_int64(), change.at("base").as_int64());
      page[std::string{change.at("id").as_string()}] = applied(held->second, change.at("differs"));
    }
  }
  static std::int64_t version_of(const board_of_page& page, std::string_view id) {
    const auto at = page.find(id);
    return at == page.end() ? 0 : at->second.at("version").as_int64();
  }
};

/// Another one of the same municipality.
alarm::v1::Case other_case(std::uint64_t version) {
  auto c = made_up_case("9901", version);
  c.set_id("9901.r-1002.1");
  return c;
}

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
      ASSERT_GT(change.at("case").at("version").as_int64(), std::exchange(seen, version(change)));
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
  // Of cases that are over, each its own: none takes another's place.
  auto over = big;
  over.set_state(alarm::v1::CASE_STATE_CLOSED);
  for (std::uint64_t number = 2; number < last; ++number) {
    over.set_id("9901.r-1002." + std::to_string(number));
    publish({over});
  }
  big.set_version(last);
  publish({big});
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
      newest = std::max(newest, version(frame.at("changes").as_array().back()));
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

TEST_F(live, changes_that_come_close_together_are_one_frame_and_a_case_stands_in_it_once) {
  start();
  const auto client = centre.open_live("olga");
  ASSERT_EQ(type(next(*client)), "snapshot");
  constexpr std::uint64_t last = 300;
  std::vector<alarm::v1::Case> changes;
  for (std::uint64_t version = 1; version <= last; ++version) {
    changes.push_back(made_up_case("9901", version));
    changes.push_back(other_case(version));
  }
  publish_at_once(changes);
  std::map<std::string, std::int64_t> seen;
  std::int64_t told = 0;
  while (seen.size() < 2 ||
         seen.begin()->second + seen.rbegin()->second < static_cast<std::int64_t>(2 * last)) {
    const auto frame = next(*client);
    ASSERT_EQ(type(frame), "changes");
    std::set<std::string> in_this_frame;
    for (const auto& change : frame.at("changes").as_array()) {
      const std::string id{change.at("case").at("id").as_string()};
      EXPECT_TRUE(in_this_frame.insert(id).second);
      EXPECT_GT(version(change), seen[id]);
      seen[id] = version(change);
      ++told;
    }
  }
  EXPECT_LT(told, static_cast<std::int64_t>(2 * last));
}

TEST_F(live, who_asks_for_differences_gets_them_and_ends_with_the_same_case) {
  start();
  publish({made_up_case("9901", 1)});
  const auto whole = centre.open_live("olga");
  const auto brief = centre.open_live("olga", "", "differences");
  board_of_page of_whole, of_brief;
  take(of_whole, next(*whole));
  take(of_brief, next(*brief));
  std::size_t bytes_of_a_repeat = 0;
  for (std::uint64_t version = 2; version <= 12; ++version) {
    auto c = made_up_case("9901", version);
    c.set_signal_count(static_cast<std::uint32_t>(version));
    c.mutable_alarms(0)->set_count(static_cast<std::uint32_t>(version));
    if (version > 5) {
      c.mutable_owner()->set_user("olga");
      c.mutable_owner()->set_name("Olga");
      c.mutable_owner()->set_since_us(1'800'000'000'000'000);
    }
    if (version > 7) *c.add_alarms() = c.alarms(0);
    if (version > 9) c.clear_owner();
    if (version > 10) c.mutable_alarms()->RemoveLast();
    publish({c});
    while (version_of(of_whole, c.id()) < static_cast<std::int64_t>(version))
      take(of_whole, next(*whole));
    while (version_of(of_brief, c.id()) < static_cast<std::int64_t>(version)) {
      const auto frame = next(*brief);
      if (version == 5) bytes_of_a_repeat = boost::json::serialize(frame).size();
      ASSERT_NO_FATAL_FAILURE(take(of_brief, frame));
    }
    EXPECT_EQ(of_whole, of_brief);
  }
  EXPECT_LT(bytes_of_a_repeat, 600u);
}

TEST_F(live, a_new_case_is_told_as_what_differs_from_one_that_is_like_it) {
  start();
  const auto whole = centre.open_live("both");
  const auto brief = centre.open_live("both", "", "differences");
  board_of_page of_whole, of_brief;
  take(of_whole, next(*whole));
  take(of_brief, next(*brief));
  // The first is told whole; the next while the one it is like changes too; then one of neighbours.
  publish({made_up_case("9901", 1)});
  while (version_of(of_brief, made_up_case("9901").id()) < 1) take(of_brief, next(*brief));
  publish_at_once({made_up_case("9901", 2), other_case(1), made_up_case("9902", 1)});
  bool was_like = false;
  while (of_brief.size() < 3) {
    const auto frame = next(*brief);
    for (const auto& change : frame.at("changes").as_array()) {
      const auto* like = change.as_object().if_contains("like");
      if (!like) continue;
      was_like = true;
      EXPECT_EQ(like->as_string(), made_up_case("9901").id());
      EXPECT_EQ(change.at("id").as_string(), other_case(1).id());
    }
    ASSERT_NO_FATAL_FAILURE(take(of_brief, frame));
  }
  EXPECT_TRUE(was_like);
  while (of_whole.size() < 3) take(of_whole, next(*whole));
  EXPECT_EQ(of_whole, of_brief);
}

TEST_F(live, differences_are_from_what_this_console_was_told_also_after_it_came_back) {
  start();
  publish({made_up_case("9901", 1), other_case(1)});
  board_of_page page;
  std::string resume;
  {
    const auto client = centre.open_live("olga", "", "differences");
    const auto first = next(*client);
    take(page, first);
    resume = token(first);
  }
  // Told to another while this one is away.
  const auto other = centre.open_live("olga", "", "differences");
  ASSERT_EQ(type(next(*other)), "snapshot");
  publish({made_up_case("9901", 2)});
  ASSERT_EQ(type(next(*other)), "changes");
  const auto again = centre.open_live("olga", resume, "differences");
  const auto missed = next(*again);
  ASSERT_EQ(type(missed), "changes");
  ASSERT_TRUE(missed.at("changes").at(0).as_object().contains("case"));
  take(page, missed);
  publish({made_up_case("9901", 3), other_case(2)});
  while (version_of(page, made_up_case("9901").id()) < 3 ||
         version_of(page, other_case(1).id()) < 2)
    ASSERT_NO_FATAL_FAILURE(take(page, next(*again)));
}

TEST_F(live, a_token_of_the_other_form_gets_a_snapshot) {
  start();
  publish({made_up_case("9901", 1)});
  const auto resume = token(next(*centre.open_live("olga")));
  EXPECT_EQ(type(next(*centre.open_live("olga", resume, "differences"))), "snapshot");
}

TEST_F(live, a_difference_of_a_municipality_goes_only_to_who_may_see_it) {
  start();
  publish({made_up_case("9901", 1), made_up_case("9902", 1)});
  const auto olga = centre.open_live("olga", "", "differences");
  const auto both = centre.open_live("both", "", "differences");
  board_of_page of_olga, of_both;
  take(of_olga, next(*olga));
  take(of_both, next(*both));
  for (std::uint64_t version = 2; version <= 6; ++version) {
    publish({made_up_case("9902", version)});
    publish({made_up_case("9901", version)});
  }
  const auto own = made_up_case("9901").id(), foreign = made_up_case("9902").id();
  while (version_of(of_olga, own) < 6) ASSERT_NO_FATAL_FAILURE(take(of_olga, next(*olga)));
  while (version_of(of_both, own) < 6 || version_of(of_both, foreign) < 6)
    ASSERT_NO_FATAL_FAILURE(take(of_both, next(*both)));
  EXPECT_FALSE(of_olga.contains(foreign));
  EXPECT_EQ(of_olga.size(), 1u);
}

TEST_F(live, after_a_change_of_the_registry_a_case_is_told_whole) {
  start();
  publish({made_up_case("9901", 1)});
  const auto client = centre.open_live("olga", "", "differences");
  board_of_page page;
  take(page, next(*client));
  const auto id = made_up_case("9901").id();
  for (std::uint64_t version = 2; version <= 3; ++version) {
    publish({made_up_case("9901", version)});
    while (version_of(page, id) < static_cast<std::int64_t>(version)) take(page, next(*client));
  }
  centre.directory.replace(made_up_set("9901", "Fjordvik", "Anna Berg"));
  publish({made_up_case("9901", 4)});
  while (version_of(page, id) < 4) ASSERT_NO_FATAL_FAILURE(take(page, next(*client)));
  EXPECT_EQ(page.at(id).at("subject").at("name").as_string(), "Anna Berg");
}

TEST_F(live, what_did_not_come_to_be_is_replaced_for_those_with_differences_too) {
  start();
  publish({made_up_case("9901", 7)});
  const auto client = centre.open_live("olga", "", "differences");
  board_of_page page;
  take(page, next(*client));
  auto batch = std::make_shared<board::change_batch>();
  batch->push_back({shared(made_up_case("9901", 3)), "", {}, true});
  centre.gateway.listener(std::move(batch));
  take(page, next(*client));
  publish({made_up_case("9901", 4)});
  const auto id = made_up_case("9901").id();
  while (version_of(page, id) != 4) ASSERT_NO_FATAL_FAILURE(take(page, next(*client)));
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
