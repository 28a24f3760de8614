// Signing in, staying signed in, and being signed out, on one node and across two.
#include "registry/accounts.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <deque>
#include <mutex>

#include "base/hash.hpp"
#include "registry/totp.hpp"

namespace varde::registry {
namespace {

using namespace std::chrono_literals;

constexpr password_cost cheap{1, 8192 * 2};
const std::string good_password = "fjorden er blå i dag";

/// Stands for the web thread: the worker posts here, the test runs it.
class mailbox {
 public:
  void post(std::function<void()> work) {
    {
      const std::lock_guard lock{mutex_};
      waiting_.push_back(std::move(work));
    }
    arrived_.notify_one();
  }
  /// Runs one; false if none came within the deadline.
  bool run_one() {
    std::unique_lock lock{mutex_};
    if (!arrived_.wait_for(lock, 20s, [this] { return !waiting_.empty(); })) return false;
    const auto work = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    work();
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::deque<std::function<void()>> waiting_;
};

class fake_journal : public sign_in_journal {
 public:
  void write(v1::SignInChange change, std::function<void(journal_outcome)> done) override {
    const bool used = change.has_totp_used() && refuse_codes;
    written.push_back(std::move(change));
    if (done) done(used ? journal_outcome::refused : outcome);
  }
  std::size_t count(v1::SignInChange::BodyCase kind) const {
    return static_cast<std::size_t>(
        std::ranges::count(written, kind, [](const auto& change) { return change.body_case(); }));
  }
  std::vector<v1::SignInChange> written;
  journal_outcome outcome = journal_outcome::durable;
  bool refuse_codes = false;
};

v1::Account make_account(const std::string& user, const std::string& totp_secret = "") {
  static const auto hash = hash_password(good_password, cheap).value();
  v1::Account account;
  account.set_user(user);
  account.set_name("Kari Moen");
  account.set_role(v1::ROLE_OPERATOR);
  account.add_municipalities("9901");
  account.set_password_hash(hash);
  account.set_totp_secret(totp_secret);
  return account;
}

struct signing_in : testing::Test {
  sign_in_answer sign_in(sign_in_attempt attempt) {
    std::optional<sign_in_answer> got;
    people.sign_in(std::move(attempt), [&](sign_in_answer answer) { got = std::move(answer); });
    while (!got && web.run_one()) {
    }
    EXPECT_TRUE(got);
    return got.value_or(sign_in_answer{});
  }
  sign_in_answer sign_in(const std::string& user, const std::string& password,
                         const std::string& totp = "", const std::string& origin = "192.0.2.1") {
    return sign_in(sign_in_attempt{user, password, totp, origin, ""});
  }

  base::wall_time now{1'700'000'000s};
  mailbox web;
  password_worker worker{[this](std::function<void()> work) { web.post(std::move(work)); }, cheap};
  fake_journal journal;
  accounts people{worker, journal, account_options{.node = "n1"}, [this] { return now; }};
};

TEST_F(signing_in, the_right_password_opens_a_session_that_its_token_finds) {
  people.put_account(make_account("kari"));
  const auto answer = sign_in("kari", good_password);
  ASSERT_EQ(answer.status, sign_in_status::signed_in);
  EXPECT_GE(answer.token.size(), 22u);  // 128 bits and more, base64
  const auto holder = people.find_session(answer.token);
  ASSERT_TRUE(holder);
  EXPECT_EQ(holder->account->user(), "kari");
  EXPECT_EQ(holder->csrf, answer.holder->csrf);
  EXPECT_NE(holder->csrf, answer.token);
}

TEST_F(signing_in, the_token_itself_is_written_nowhere) {
  people.put_account(make_account("kari"));
  const auto answer = sign_in("kari", good_password);
  for (const auto& change : journal.written)
    EXPECT_EQ(change.SerializeAsString().find(answer.token), std::string::npos);
  EXPECT_EQ(answer.holder->session, base::sha256_hex(answer.token));
}

TEST_F(signing_in, each_sign_in_makes_a_new_token) {
  people.put_account(make_account("kari"));
  EXPECT_NE(sign_in("kari", good_password).token, sign_in("kari", good_password).token);
}

TEST_F(signing_in, a_planted_session_is_ended_by_signing_in_over_it) {
  people.put_account(make_account("kari"));
  const auto planted = sign_in("kari", good_password);
  const auto answer = sign_in({"kari", good_password, "", "192.0.2.1", planted.token});
  EXPECT_EQ(answer.status, sign_in_status::signed_in);
  EXPECT_FALSE(people.find_session(planted.token));
  EXPECT_TRUE(people.find_session(answer.token));
}

TEST_F(signing_in, wrong_password_unknown_user_and_disabled_account_get_one_answer) {
  people.put_account(make_account("kari"));
  auto gone = make_account("gone");
  gone.set_disabled(true);
  people.put_account(gone);
  for (const auto& answer :
       {sign_in("kari", "not the password"), sign_in("nobody", good_password),
        sign_in("gone", good_password), sign_in("", ""), sign_in("kari", std::string(100'000, 'x')),
        sign_in(std::string(100'000, 'x'), good_password)}) {
    EXPECT_EQ(answer.status, sign_in_status::wrong_credentials);
    EXPECT_TRUE(answer.token.empty());
    EXPECT_FALSE(answer.holder);
  }
}

TEST_F(signing_in, an_account_without_a_password_lets_nobody_in) {
  auto account = make_account("kari");
  account.clear_password_hash();
  people.put_account(account);
  EXPECT_EQ(sign_in("kari", "").status, sign_in_status::wrong_credentials);
}

TEST_F(signing_in, a_thousand_wrong_tries_slow_their_origin_and_not_the_right_person_elsewhere) {
  people.put_account(make_account("kari"));
  unsigned slowed = 0;
  for (int i = 0; i < 1000; ++i)
    if (sign_in("kari", "wrong wrong wrong", "", "203.0.113.9").status == sign_in_status::slow_down)
      ++slowed;
  EXPECT_GT(slowed, 950u);
  EXPECT_EQ(sign_in("kari", good_password, "", "192.0.2.1").status, sign_in_status::signed_in);
}

TEST_F(signing_in, who_is_slowed_hears_for_how_long_and_even_the_right_password_waits) {
  people.put_account(make_account("kari"));
  sign_in_answer answer;
  for (int i = 0; i < 10; ++i) answer = sign_in("kari", "wrong wrong wrong");
  ASSERT_EQ(answer.status, sign_in_status::slow_down);
  EXPECT_GE(answer.retry_after, 1s);
  EXPECT_EQ(sign_in("kari", good_password).status, sign_in_status::slow_down);
  now += answer.retry_after;
  EXPECT_EQ(sign_in("kari", good_password).status, sign_in_status::signed_in);
}

struct second_factor : signing_in {
  const std::string secret = encode_base32("12345678901234567890");
  std::string code(int steps = 0) { return *totp_code(secret, totp_step(now) + steps); }
  second_factor() { people.put_account(make_account("kari", secret)); }
};

TEST_F(second_factor, is_asked_for_only_after_the_right_password) {
  EXPECT_EQ(sign_in("kari", good_password).status, sign_in_status::totp_required);
  EXPECT_EQ(sign_in("kari", "wrong wrong wrong").status, sign_in_status::wrong_credentials);
  EXPECT_EQ(sign_in("kari", "wrong wrong wrong", code()).status, sign_in_status::wrong_credentials);
}

TEST_F(second_factor, opens_with_the_right_code_once) {
  EXPECT_EQ(sign_in("kari", good_password, code()).status, sign_in_status::signed_in);
  EXPECT_EQ(sign_in("kari", good_password, code()).status, sign_in_status::wrong_credentials);
  now += 30s;
  EXPECT_EQ(sign_in("kari", good_password, code()).status, sign_in_status::signed_in);
}

TEST_F(second_factor, a_code_used_at_another_node_is_used_here) {
  v1::SignInChange elsewhere;
  elsewhere.set_writer("n2/1");
  elsewhere.mutable_totp_used()->set_user("kari");
  elsewhere.mutable_totp_used()->set_step(totp_step(now));
  people.apply(elsewhere);
  EXPECT_EQ(sign_in("kari", good_password, code()).status, sign_in_status::wrong_credentials);
}

TEST_F(second_factor, the_journal_has_the_last_word_on_a_code_used_twice_at_once) {
  journal.refuse_codes = true;
  EXPECT_EQ(sign_in("kari", good_password, code()).status, sign_in_status::wrong_credentials);
}

TEST_F(second_factor, guessing_codes_is_slowed_like_guessing_passwords) {
  sign_in_answer answer;
  for (int i = 0; i < 10; ++i) answer = sign_in("kari", good_password, "000000");
  EXPECT_EQ(answer.status, sign_in_status::slow_down);
}

struct session_life : signing_in {
  session_life() {
    people.put_account(make_account("kari"));
    people.on_session_ended([this](const v1::SessionEnded& session) { ended.push_back(session); });
  }
  std::string open() { return sign_in("kari", good_password).token; }
  std::vector<v1::SessionEnded> ended;
};

TEST_F(session_life, sign_out_ends_it_at_once_and_tells_who_listens) {
  const auto token = open();
  EXPECT_TRUE(people.sign_out(token));
  EXPECT_FALSE(people.find_session(token));
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_EQ(ended[0].reason(), v1::END_REASON_SIGNED_OUT);
  EXPECT_EQ(journal.count(v1::SignInChange::kEnded), 1u);
  EXPECT_FALSE(people.sign_out(token));
}

TEST_F(session_life, idleness_ends_it_and_a_sign_of_life_keeps_it) {
  const auto token = open();
  now += 59min;
  EXPECT_TRUE(people.find_session(token));
  now += 59min;
  EXPECT_TRUE(people.find_session(token));
  now += 60min;
  EXPECT_FALSE(people.find_session(token));
  EXPECT_EQ(ended.at(0).reason(), v1::END_REASON_IDLE);
}

TEST_F(session_life, it_never_outlives_its_absolute_bound) {
  const auto token = open();
  for (int i = 0; i < 12 * 60 + 59; ++i) {
    now += 1min;
    ASSERT_TRUE(people.find_session(token));
  }
  now += 1min;
  people.end_expired();
  EXPECT_FALSE(people.find_session(token));
  EXPECT_EQ(ended.at(0).reason(), v1::END_REASON_EXPIRED);
}

TEST_F(session_life, a_look_without_touch_is_no_sign_of_life) {
  const auto token = open();
  now += 50min;
  EXPECT_TRUE(people.find_session_by_name(base::sha256_hex(token), false));
  now += 10min;
  EXPECT_FALSE(people.find_session(token));
}

TEST_F(session_life, signs_of_life_are_written_through_at_most_once_a_minute) {
  const auto token = open();
  for (int i = 0; i < 600; ++i) {
    now += 1s;
    static_cast<void>(people.find_session(token));
  }
  EXPECT_EQ(journal.count(v1::SignInChange::kSeen), 10u);
}

TEST_F(session_life, disabling_the_account_ends_it) {
  const auto token = open();
  auto account = make_account("kari");
  account.set_disabled(true);
  people.put_account(account);
  EXPECT_FALSE(people.find_session(token));
  EXPECT_EQ(ended.at(0).reason(), v1::END_REASON_REVOKED);
}

TEST_F(session_life, a_new_password_ends_it) {
  const auto token = open();
  auto account = make_account("kari");
  account.set_password_hash(hash_password("et annet langt passord", cheap).value());
  people.put_account(account);
  EXPECT_FALSE(people.find_session(token));
}

TEST_F(session_life, a_changed_right_holds_from_the_next_request_on) {
  const auto token = open();
  std::vector<std::string> changed;
  people.on_account_changed([&](const v1::Account& account) { changed.push_back(account.user()); });
  auto account = make_account("kari");
  account.clear_municipalities();
  people.put_account(account);
  EXPECT_TRUE(people.find_session(token)->account->municipalities().empty());
  EXPECT_EQ(changed, std::vector<std::string>{"kari"});
}

TEST_F(session_life, an_account_that_is_loaded_again_as_it_was_puts_nobody_out) {
  const auto token = open();
  std::vector<std::string> changed;
  people.on_account_changed([&](const v1::Account& account) { changed.push_back(account.user()); });
  v1::SignInChange again;
  again.set_writer("another");
  *again.mutable_account() = *people.find_account("kari");
  again.mutable_account()->set_totp_last_step(77);
  people.apply(again);
  EXPECT_TRUE(changed.empty());
  EXPECT_TRUE(people.find_session(token));
  EXPECT_EQ(people.find_account("kari")->totp_last_step(), 77u);
}

TEST_F(session_life, one_account_has_a_bounded_number_of_them) {
  std::vector<std::string> tokens;
  for (int i = 0; i < 17; ++i) {
    tokens.push_back(open());
    now += 1s;
  }
  EXPECT_FALSE(people.find_session(tokens[0]));
  EXPECT_TRUE(people.find_session(tokens[1]));
  EXPECT_TRUE(people.find_session(tokens[16]));
}

TEST_F(session_life, one_password_ended_while_it_was_checked_opens_nothing) {
  std::optional<sign_in_answer> got;
  people.sign_in({"kari", good_password, "", "192.0.2.1", ""},
                 [&](sign_in_answer answer) { got = answer; });
  auto account = make_account("kari");
  account.set_disabled(true);
  people.put_account(account);
  while (!got && web.run_one()) {
  }
  EXPECT_EQ(got->status, sign_in_status::wrong_credentials);
}

TEST_F(session_life, people_get_in_while_the_store_is_away) {
  journal.outcome = journal_outcome::unreachable;
  EXPECT_TRUE(people.find_session(open()));
}

TEST_F(session_life, nonsense_tokens_find_nothing) {
  open();
  for (const auto& token :
       {std::string{}, std::string{"x"}, std::string(100'000, 'x'), std::string(1, '\0')})
    EXPECT_FALSE(people.find_session(token));
}

struct two_nodes : session_life {
  void carry_over() {
    for (; carried < journal.written.size(); ++carried) other.apply(journal.written[carried]);
  }
  std::size_t carried = 0;
  fake_journal other_journal;
  accounts other{worker, other_journal, account_options{.node = "n2"}, [this] { return now; }};
};

TEST_F(two_nodes, a_session_opened_at_one_is_good_at_the_other) {
  const auto token = open();
  carry_over();
  EXPECT_TRUE(other.find_session(token));
}

TEST_F(two_nodes, sign_out_at_one_ends_it_at_the_other_and_closes_its_feeds) {
  std::size_t closed = 0;
  other.on_session_ended([&](const v1::SessionEnded&) { ++closed; });
  const auto token = open();
  carry_over();
  people.sign_out(token);
  carry_over();
  EXPECT_FALSE(other.find_session(token));
  EXPECT_EQ(closed, 1u);
  EXPECT_EQ(other_journal.written.size(), 0u);
}

TEST_F(two_nodes, a_late_sign_of_life_does_not_bring_an_ended_session_back) {
  const auto token = open();
  now += 2min;
  static_cast<void>(people.find_session(token));
  const auto seen = journal.written.back();
  ASSERT_TRUE(seen.has_seen());
  people.sign_out(token);
  carry_over();
  other.apply(seen);
  EXPECT_FALSE(other.find_session(token));
}

TEST_F(two_nodes, an_account_disabled_at_one_is_out_at_the_other) {
  const auto token = open();
  carry_over();
  auto account = make_account("kari");
  account.set_disabled(true);
  people.put_account(account);
  carry_over();
  EXPECT_FALSE(other.find_session(token));
}

TEST_F(two_nodes, a_node_does_not_carry_out_its_own_changes_again) {
  const auto token = open();
  const auto written = journal.written;
  people.sign_out(token);
  for (const auto& change : written) people.apply(change);
  EXPECT_FALSE(people.find_session(token));
}

TEST(password_worker, takes_a_bounded_number_and_says_when_it_is_full) {
  mailbox web;
  password_worker worker{[&](std::function<void()> work) { web.post(std::move(work)); },
                         password_cost{3, 8 << 20}, 1};
  const auto hash = hash_password("stor regning", password_cost{3, 8 << 20}).value();
  std::size_t taken = 0, answered = 0;
  for (int i = 0; i < 200; ++i)
    if (worker.verify(hash, "stor regning", [&](bool) { ++answered; })) ++taken;
  EXPECT_GE(taken, password_worker::waiting_max);
  EXPECT_LT(taken, 200u);
  while (answered < taken && web.run_one()) {
  }
  EXPECT_EQ(answered, taken);
}

}  // namespace
}  // namespace varde::registry
