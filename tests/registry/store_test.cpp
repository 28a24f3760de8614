// The registry and the accounts kept in a real Redis: written by one node, found and followed by
// another, across restarts of the connection.
#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "base/hash.hpp"
#include "redis/live_redis.hpp"
#include "registry/account_store.hpp"
#include "registry/centre_tail.hpp"
#include "registry/error.hpp"
#include "registry/keys.hpp"
#include "registry/sample_sets.hpp"
#include "registry/set_packing.hpp"
#include "registry/set_store.hpp"

namespace varde::registry {
namespace {

using test::run_until;

constexpr password_cost cheap{1, 8192 * 2};
const std::string good_password = "fjorden er blå i dag";

v1::Account make_account(const std::string& user) {
  v1::Account account;
  account.set_user(user);
  account.set_role(v1::ROLE_OPERATOR);
  account.set_password_hash(hash_password(good_password, cheap).value());
  return account;
}

class stored : public testing::Test {
 protected:
  static void SetUpTestSuite() { server_ = std::make_unique<test::live_redis>(); }
  static void TearDownTestSuite() { server_.reset(); }
  void SetUp() override {
    connection_ = test::connect(io_, server_->where());
    ASSERT_TRUE(test::ask(io_, *connection_, {"FLUSHALL"}));
  }

  template <class Value, class Start>
  base::result<Value> wait_for(Start start) {
    std::optional<base::result<Value>> got;
    start([&got](base::result<Value> value) { got = std::move(value); });
    EXPECT_TRUE(run_until(io_, [&] { return got.has_value(); }));
    return *got;
  }
  base::result<void> write(v1::MunicipalitySet set, const std::string& position = "0-0") {
    const auto id = set.municipality().id();
    return wait_for<void>([&](auto done) {
      write_set(*connection_, stored_set{id, position, std::move(set)}, done);
    });
  }
  base::result<stored_set> load(const std::string& municipality) {
    return wait_for<stored_set>([&](auto done) { load_set(*connection_, municipality, done); });
  }

  static inline std::unique_ptr<test::live_redis> server_;
  boost::asio::io_context io_;
  std::shared_ptr<redis::connection> connection_;
};

TEST_F(stored, a_written_set_is_found_as_it_was) {
  ASSERT_TRUE(write(samples::fjordvik()));
  const auto found = load("9901");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->set.SerializeAsString(), samples::fjordvik().SerializeAsString());
  const auto all =
      wait_for<std::vector<stored_set>>([&](auto done) { load_all_sets(*connection_, done); });
  ASSERT_TRUE(all);
  EXPECT_EQ(all->size(), 1u);
}

TEST_F(stored, a_municipality_without_a_set_comes_with_the_first_position) {
  EXPECT_EQ(load("9909")->position, "0-0");
}

TEST_F(stored, of_two_imports_from_one_position_the_second_is_refused) {
  ASSERT_TRUE(write(samples::fjordvik()));
  const auto position = load("9901")->position;
  EXPECT_TRUE(write(samples::fjordvik(), position));
  EXPECT_EQ(write(samples::fjordvik(), position).error(), error::changed_meanwhile);
}

TEST_F(stored, only_the_newest_sets_are_kept) {
  std::string position = "0-0";
  for (int i = 0; i < 15; ++i) {
    ASSERT_TRUE(write(samples::fjordvik(), position));
    position = load("9901")->position;
  }
  EXPECT_EQ(test::ask(io_, *connection_, {"XLEN", keys::set_of("9901")})->integer, 10);
}

TEST_F(stored, of_large_sets_fewer_are_kept_but_one_to_look_back_at) {
  auto large = samples::fjordvik();
  large.mutable_municipality()->set_name(std::string(sets_kept_bytes / 4, 'x'));
  const auto kept_of = [&](const v1::MunicipalitySet& set) {
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(write(set, load("9901")->position));
    return test::ask(io_, *connection_, {"XLEN", keys::set_of("9901")})->integer;
  };
  EXPECT_EQ(kept_of(large), 3);
  large.mutable_municipality()->set_name(std::string(2 * sets_kept_bytes, 'x'));
  EXPECT_EQ(kept_of(large), 2);
  EXPECT_EQ(kept_of(samples::fjordvik()), 6);
}

TEST_F(stored, what_is_no_set_is_damage_and_not_an_empty_municipality) {
  ASSERT_TRUE(
      test::ask(io_, *connection_, {"XADD", keys::set_of("9901"), "*", "set", "\xff nonsense"}));
  EXPECT_EQ(load("9901").error(), error::store_damaged);
}

TEST_F(stored, without_redis_the_store_is_unreachable) {
  redis::endpoint where;
  where.unix_path = "/nowhere/redis.sock";
  auto nowhere = redis::connection::create(io_, where);
  const auto found = wait_for<stored_set>([&](auto done) { load_set(*nowhere, "9901", done); });
  EXPECT_EQ(found.error(), error::store_unreachable);
}

/// A node: its own connections, registry and accounts. It may not have loaded them yet.
struct starting_node {
  starting_node(boost::asio::io_context& io, const redis::endpoint& where, std::string name)
      : worker{[&io](std::function<void()> work) { boost::asio::post(io, std::move(work)); },
               cheap},
        commands{test::connect(io, where)},
        journal{commands},
        people{worker, journal, account_options{.node = std::move(name)}},
        blocking{redis::connection::create(io, where)},
        tail{blocking, municipalities, people} {
    tail.start([this](base::error_code result) { ++(result ? failed_loads : loads); });
    blocking->start();
  }
  password_worker worker;
  std::shared_ptr<redis::connection> commands;
  account_journal journal;
  accounts people;
  directory municipalities;
  std::shared_ptr<redis::connection> blocking;
  centre_tail tail;
  int loads = 0;
  int failed_loads = 0;
};

/// One that has.
struct node : starting_node {
  node(boost::asio::io_context& io, const redis::endpoint& where, std::string name)
      : starting_node{io, where, std::move(name)} {
    EXPECT_TRUE(run_until(io, [this] { return loads > 0; }));
  }
};

class followed : public stored {
 protected:
  sign_in_answer sign_in(node& at, const std::string& user, const std::string& totp = "") {
    std::optional<sign_in_answer> got;
    at.people.sign_in({user, good_password, totp, "192.0.2.1", ""},
                      [&](sign_in_answer answer) { got = std::move(answer); });
    EXPECT_TRUE(run_until(io_, [&] { return got.has_value(); }));
    return *got;
  }
};

TEST_F(followed, an_import_is_in_force_at_a_running_node_and_at_one_that_starts_later) {
  node running{io_, server_->where(), "n1"};
  ASSERT_TRUE(write(samples::fjordvik()));
  EXPECT_TRUE(
      run_until(io_, [&] { return running.municipalities.current()->municipality("9901"); }));
  node later{io_, server_->where(), "n2"};
  EXPECT_TRUE(later.municipalities.current()->find_device("scaip", "26001"));
}

TEST_F(followed, a_node_that_starts_has_every_municipality_before_it_says_so) {
  constexpr int municipalities = 2 * set_packing::at_once_max + 1;
  for (int i = 0; i < municipalities; ++i) {
    auto set = samples::fjordvik();
    set.mutable_municipality()->set_id(std::to_string(4000 + i));
    ASSERT_TRUE(write(std::move(set)));
  }
  node started{io_, server_->where(), "n1"};
  EXPECT_EQ(started.municipalities.current()->municipalities().size(), municipalities);
}

TEST_F(followed, a_node_does_not_start_on_a_damaged_set_and_does_when_it_is_mended) {
  for (const auto* id : {"9901", "9902"})
    ASSERT_TRUE(test::ask(io_, *connection_, {"SADD", std::string{keys::municipalities}, id}));
  ASSERT_TRUE(write(samples::fjordvik()));
  const auto key = keys::set_of("9902");
  ASSERT_TRUE(test::ask(io_, *connection_, {"XADD", key, "*", "set", "\xff nonsense"}));
  starting_node damaged{io_, server_->where(), "n1"};
  ASSERT_TRUE(run_until(io_, [&] { return damaged.failed_loads > 0; }));
  EXPECT_EQ(damaged.loads, 0);
  ASSERT_TRUE(test::ask(io_, *connection_, {"DEL", key}));
  EXPECT_TRUE(run_until(io_, [&] { return damaged.loads > 0; }));
  EXPECT_TRUE(damaged.municipalities.current()->municipality("9901"));
}

TEST_F(followed, a_session_opened_at_one_node_is_good_at_the_other_until_signed_out_there) {
  node one{io_, server_->where(), "n1"}, two{io_, server_->where(), "n2"};
  one.people.put_account(make_account("kari"));
  ASSERT_TRUE(run_until(io_, [&] { return two.people.find_account("kari") != nullptr; }));
  const auto answer = sign_in(one, "kari");
  ASSERT_EQ(answer.status, sign_in_status::signed_in);
  ASSERT_TRUE(run_until(io_, [&] { return two.people.find_session(answer.token).has_value(); }));
  bool closed = false;
  one.people.on_session_ended([&](const v1::SessionEnded&) { closed = true; });
  EXPECT_TRUE(two.people.sign_out(answer.token));
  EXPECT_TRUE(run_until(io_, [&] { return closed; }));
  EXPECT_FALSE(one.people.find_session(answer.token));
}

TEST_F(followed, sessions_outlive_a_restart_of_the_node) {
  std::string token;
  {
    node before{io_, server_->where(), "n1"};
    before.people.put_account(make_account("kari"));
    token = sign_in(before, "kari").token;
  }
  node after{io_, server_->where(), "n1"};
  EXPECT_TRUE(after.people.find_session(token));
}

TEST_F(followed, no_token_and_no_password_is_kept_in_redis) {
  node one{io_, server_->where(), "n1"};
  one.people.put_account(make_account("kari"));
  const auto token = sign_in(one, "kari").token;
  for (const auto key : {keys::accounts, keys::sessions, keys::sign_ins}) {
    const auto dump = test::ask(io_, *connection_, {"DUMP", std::string{key}})->text;
    EXPECT_EQ(dump.find(token), std::string::npos);
    EXPECT_EQ(dump.find(good_password), std::string::npos);
  }
}

TEST_F(followed, a_code_used_at_one_node_is_refused_at_another_that_has_not_heard_yet) {
  node one{io_, server_->where(), "n1"};
  v1::SignInChange used;
  used.set_writer("n2/x");
  used.mutable_totp_used()->set_user("kari");
  used.mutable_totp_used()->set_step(100);
  std::vector<journal_outcome> outcomes;
  for (int i = 0; i < 2; ++i)
    one.journal.write(used, [&](journal_outcome outcome) { outcomes.push_back(outcome); });
  ASSERT_TRUE(run_until(io_, [&] { return outcomes.size() == 2; }));
  EXPECT_EQ(outcomes, (std::vector{journal_outcome::durable, journal_outcome::refused}));
}

TEST_F(followed, what_changed_while_the_tail_was_cut_off_is_there_after_it_comes_back) {
  node one{io_, server_->where(), "n1"}, two{io_, server_->where(), "n2"};
  one.people.put_account(make_account("kari"));
  const auto token = sign_in(one, "kari").token;
  ASSERT_TRUE(run_until(io_, [&] { return two.people.find_session(token).has_value(); }));
  // The stream is lost with the news of the sign-out; the hash tells it all the same.
  two.blocking->reconnect();
  one.people.sign_out(token);
  ASSERT_TRUE(run_until(io_, [&] { return one.journal.unconfirmed() == 0; }));
  ASSERT_TRUE(test::ask(io_, *connection_, {"DEL", std::string{keys::sign_ins}}));
  EXPECT_TRUE(run_until(io_, [&] { return !two.people.find_session(token); }));
}

TEST_F(followed, changes_made_while_redis_is_away_are_written_when_it_is_back) {
  node one{io_, server_->where(), "n1"};
  one.commands->reconnect();
  one.people.put_account(make_account("ola"));
  EXPECT_EQ(one.journal.unconfirmed(), 1u);
  ASSERT_TRUE(run_until(io_, [&] { return one.journal.unconfirmed() == 0; }));
  EXPECT_EQ(test::ask(io_, *connection_, {"HEXISTS", std::string{keys::accounts}, "ola"})->integer,
            1);
}

TEST_F(followed, a_sign_of_life_does_not_bring_an_ended_session_back_in_redis) {
  node one{io_, server_->where(), "n1"};
  v1::SignInChange seen;
  seen.set_writer("n2/x");
  seen.mutable_seen()->set_token_sha256("gone");
  seen.mutable_seen()->set_last_seen_at_us(1);
  std::optional<journal_outcome> outcome;
  one.journal.write(seen, [&](journal_outcome o) { outcome = o; });
  ASSERT_TRUE(run_until(io_, [&] { return outcome.has_value(); }));
  EXPECT_EQ(*outcome, journal_outcome::refused);
}

}  // namespace
}  // namespace varde::registry
