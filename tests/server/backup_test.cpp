// The restore drill: a centre's Redis is copied while a node goes on appending, brought back into
// an empty one, verified and compared; and every file that is not whole is refused untouched.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <fstream>
#include <set>
#include <sstream>
#include <thread>

#include "ledger/keys.hpp"
#include "ledger/older_node.hpp"
#include "ledger/place.hpp"
#include "ledger/told_entries.hpp"
#include "ledger/writer.hpp"
#include "redis/live_redis.hpp"
#include "registry/audit.hpp"
#include "registry/keys.hpp"
#include "server/backup_command.hpp"
#include "server/restore_command.hpp"
#include "support/redis_processes.hpp"

namespace varde::server {
namespace {

using alarm::v1::Entry;
using test::commit_of;
using test::story;

/// A node that appends notes to one subject on a thread of its own, until it is destroyed.
class busy_node {
 public:
  explicit busy_node(const redis::endpoint& where) : thread_([this, where] { run(where); }) {}
  ~busy_node() {
    stop_ = true;
    thread_.join();
  }
  [[nodiscard]] std::uint64_t committed() const { return committed_; }

 private:
  void run(const redis::endpoint& where) {
    boost::asio::io_context io;
    const auto connection = test::connect(io, where);
    ledger::writer writer(*connection);
    story told;
    while (!stop_) {
      told.tell("r-busy", [](Entry& e) { e.mutable_note_added()->set_text("on and on"); });
      std::optional<ledger::commit_status> status;
      writer.submit({commit_of(told.entries().back())},
                    [&](auto results) { status = results[0].status; });
      EXPECT_TRUE(test::run_until(io, [&] { return status.has_value(); }));
      EXPECT_EQ(*status, ledger::commit_status::committed);
      ++committed_;
    }
  }

  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> committed_{0};
  std::thread thread_;
};

class backup : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    old_ = std::make_unique<test::live_redis>();
    new_ = std::make_unique<test::live_redis>();
  }
  static void TearDownTestSuite() {
    old_.reset();
    new_.reset();
  }
  void SetUp() override {
    from_ = test::connect(io_, old_->where());
    to_ = test::connect(io_, new_->where());
    ASSERT_TRUE(test::ask(io_, *from_, {"FLUSHALL"}));
    ASSERT_TRUE(test::ask(io_, *to_, {"FLUSHALL"}));
    writer_ = std::make_unique<ledger::writer>(*from_);
    file_ = (files_.path() / "backup").string();
  }

  redis::reply ask(redis::connection& of, const redis::arguments& command) {
    const auto answer = test::ask(io_, of, command);
    EXPECT_TRUE(answer) << command[0] << ' ' << answer.error().message();
    return answer ? *answer : redis::reply{};
  }
  /// Closed cases of many residents, and what lies beside a ledger.
  void fill_centre(int residents = 600) {
    story told;
    for (int i = 0; i < residents; ++i) {
      const auto c = told.open("r-" + std::to_string(i), std::to_string(i) + "/1");
      told.claim(c, "kari");
      told.close(c, "kari");
    }
    std::vector<ledger::commit> commits;
    for (const auto& entry : told.entries()) commits.push_back(commit_of(entry));
    std::optional<std::size_t> answered;
    writer_->submit(commits, [&](auto results) { answered = results.size(); });
    ASSERT_TRUE(test::run_until(io_, [&] { return answered.has_value(); }));

    using namespace registry;
    ask(*from_, {"SADD", std::string{keys::municipalities}, "9901", "9902"});
    for (int i = 0; i < 3; ++i)
      ask(*from_,
          {"XADD", keys::set_of("9901"), "*", "set", std::string("a set\0with a zero", 17)});
    constexpr int audit_lines = 700;
    int written = 0;
    for (int i = 0; i < audit_lines; ++i)
      from_->send({"XADD", audit_key("9901"), "*", "a", R"({"what":"read"})"},
                  [&](const auto&) { ++written; });
    ASSERT_TRUE(test::run_until(io_, [&] { return written == audit_lines; }));
    ask(*from_, {"HSET", std::string{keys::accounts}, "kari", "\xff\xfe", "ole", ""});
    ask(*from_, {"HSET", std::string{keys::sessions}, "token", "session"});
    ask(*from_, {"XADD", std::string{keys::sign_ins}, "*", "c", "change"});
    ask(*from_, {"SET", "v:{centre}:of-a-newer-version", "kept too"});
    ask(*from_, {"HSET", ledger::snapshot_key("9901"), "position", "1-1", "state", "old"});
  }
  int back_up() {
    forget_words();
    return run_backup({old_->where(), file_}, out_, errors_);
  }
  int restore() {
    forget_words();
    return run_restore({new_->where(), file_}, out_, errors_);
  }
  void forget_words() {
    out_.str("");
    errors_.str("");
  }
  std::string words() const { return out_.str() + errors_.str(); }

  static std::string text_of(const redis::reply& reply) {
    std::string text = reply.text + '|' + std::to_string(reply.integer) + '(';
    for (const auto& element : reply.elements) text += text_of(element);
    return text + ')';
  }
  /// The same question to both.
  void expect_same(const redis::arguments& question) {
    EXPECT_EQ(text_of(ask(*from_, question)), text_of(ask(*to_, question)))
        << question[0] << ' ' << question[1];
  }
  std::set<std::string> restored_keys() {
    std::set<std::string> keys;
    for (const auto& key : ask(*to_, {"KEYS", "v:*"}).elements)
      if (key.text.find("}:s:") == std::string::npos) keys.insert(key.text);
    return keys;
  }
  std::string content() const {
    std::ifstream in{file_, std::ios::binary};
    std::ostringstream text;
    text << in.rdbuf();
    return std::move(text).str();
  }
  void put_content(const std::string& bytes) {
    std::ofstream{file_, std::ios::binary | std::ios::trunc} << bytes;
  }

  static inline std::unique_ptr<test::live_redis> old_, new_;
  boost::asio::io_context io_;
  std::shared_ptr<redis::connection> from_, to_;
  std::unique_ptr<ledger::writer> writer_;
  test::scratch_directory files_;
  std::string file_;
  std::ostringstream out_, errors_;
};

TEST_F(backup, a_drill_brings_back_everything_but_who_is_signed_in) {
  fill_centre();
  ASSERT_EQ(back_up(), 0) << words();
  EXPECT_NE(words().find("Copied 1800 entries of 3 ledgers"), std::string::npos) << words();
  ASSERT_EQ(restore(), 0) << words();
  EXPECT_NE(words().find("Whole: "), std::string::npos) << words();
  EXPECT_NE(words().find("everyone signs in anew"), std::string::npos) << words();

  const auto ledger = ledger::ledger_key("9901");
  expect_same({"XRANGE", ledger, "-", "+"});
  const auto places = ledger::places_key("9901");
  expect_same({"HGET", places, std::string{ledger::chain_field}});
  expect_same({"HGET", places, std::string{ledger::lists_field}});
  expect_same({"HLEN", places});
  for (int i = 0; i < 600; i += 50) expect_same({"HGET", places, "r-" + std::to_string(i)});
  expect_same({"XRANGE", registry::keys::set_of("9901"), "-", "+"});
  expect_same({"XRANGE", registry::audit_key("9901"), "-", "+"});
  expect_same({"HGET", std::string{registry::keys::accounts}, "kari"});
  expect_same({"HLEN", std::string{registry::keys::accounts}});
  expect_same({"SCARD", std::string{registry::keys::municipalities}});
  EXPECT_EQ(restored_keys(), (std::set<std::string>{
                                 ledger, places, ledger::old_chain_key("9901"), "v:municipalities",
                                 registry::keys::set_of("9901"), registry::audit_key("9901"),
                                 "v:{centre}:accounts", "v:{centre}:of-a-newer-version"}));
}

TEST_F(backup, a_copy_made_while_a_node_appends_is_one_moment_of_it) {
  fill_centre();
  std::uint64_t before = 0, after = 0;
  {
    const busy_node node{old_->where()};
    ASSERT_TRUE(test::run_until(io_, [&] { return node.committed() > 50; }));
    before = node.committed();
    ASSERT_EQ(back_up(), 0) << words();
    after = node.committed();
    ASSERT_TRUE(test::run_until(io_, [&] { return node.committed() > after + 50; }));
  }
  ASSERT_EQ(restore(), 0) << words();

  const auto ledger = ledger::ledger_key("9901");
  const auto busy = ask(*to_, {"HGET", ledger::places_key("9901"), "r-busy"}).text;
  const auto restored = ledger::parse_place(busy).value().version;
  EXPECT_GE(restored, before);
  EXPECT_LE(restored, after + 1);  // one may be under way
  const auto last =
      ask(*to_, {"XREVRANGE", ledger, "+", "-", "COUNT", "1"}).elements[0].elements[0];
  expect_same({"XRANGE", ledger, "-", last.text});
  EXPECT_LT(ask(*to_, {"XLEN", ledger}).integer, ask(*from_, {"XLEN", ledger}).integer);
}

TEST_F(backup, a_restored_ledger_goes_on_where_it_was) {
  fill_centre(1);
  ASSERT_EQ(back_up(), 0) << words();
  ASSERT_EQ(restore(), 0) << words();
  ledger::writer writer(*to_);
  story told;
  for (int i = 0; i < 4; ++i)
    told.tell("r-0", [](Entry& e) { e.mutable_note_added()->set_text("next"); });
  std::optional<ledger::commit_result> result;
  told.entries().back().clear_previous();
  writer.submit({commit_of(told.entries().back())}, [&](auto results) { result = results[0]; });
  ASSERT_TRUE(test::run_until(io_, [&] { return result.has_value(); }));
  EXPECT_EQ(result->status, ledger::commit_status::committed);
  EXPECT_EQ(result->version, 4u);
}

TEST_F(backup, what_older_nodes_wrote_is_copied_with_its_lists) {
  test::older_node older{io_, *from_, "9901", 3};
  story told;
  const auto c = told.open("r-1", "1/1");
  told.claim(c, "kari");
  for (const auto& entry : told.entries()) ASSERT_EQ(*older.commit(entry), 1);
  const auto list = ledger::old_list_key("9901", "r-1");
  ASSERT_EQ(back_up(), 0) << words();
  ASSERT_EQ(restore(), 0) << words();
  expect_same({"LRANGE", list, "0", "-1"});
  expect_same({"GET", ledger::old_chain_key("9901")});

  told.close(c, "kari");
  std::optional<ledger::commit_result> result;
  writer_->submit({commit_of(told.entries().back())}, [&](auto results) { result = results[0]; });
  ASSERT_TRUE(test::run_until(io_, [&] { return result.has_value(); }));
  ASSERT_EQ(result->status, ledger::commit_status::committed);
  std::filesystem::remove(file_);
  ASSERT_TRUE(test::ask(io_, *to_, {"FLUSHALL"}));
  ASSERT_EQ(back_up(), 0) << words();
  ASSERT_EQ(restore(), 0) << words();
  expect_same({"LRANGE", list, "0", "-1"});
  expect_same({"HGET", ledger::places_key("9901"), "r-1"});
  expect_same({"HGET", ledger::places_key("9901"), std::string{ledger::lists_field}});
  expect_same({"HGETALL", ledger::old_chain_key("9901")});
}

TEST_F(backup, a_cluster_is_copied_whole_and_restored_into_one_server_and_into_a_cluster) {
  constexpr int municipalities = 12;  // so many that every master has some
  const test::clustered_redis old;
  const auto cluster = test::connect(io_, old.where());
  ledger::writer writer(*cluster);
  std::vector<ledger::commit> commits;
  for (int i = 0; i < municipalities; ++i) {
    const auto name = std::to_string(7000 + i);
    story told;
    told.claim(told.open("r-1", name + "/1"), "kari");
    for (auto& entry : told.entries()) {
      entry.set_municipality(name);
      commits.push_back(commit_of(entry));
    }
    ask(*cluster, {"XADD", registry::keys::set_of(name), "*", "set", "of " + name});
  }
  std::optional<std::vector<ledger::commit_result>> results;
  writer.submit(commits, [&](auto r) { results = std::move(r); });
  ASSERT_TRUE(test::run_until(io_, [&] { return results.has_value(); }));
  for (auto& entry : *results) ASSERT_EQ(entry.status, ledger::commit_status::committed);

  ASSERT_EQ(run_backup({old.where(), file_}, out_, errors_), 0) << words();
  EXPECT_NE(words().find("Copied 24 entries of 13 ledgers and 12 other keys"), std::string::npos)
      << words();
  ASSERT_EQ(restore(), 0) << words();
  EXPECT_EQ(restored_keys().size(), 4u * municipalities);

  const test::clustered_redis other;
  forget_words();
  EXPECT_EQ(run_restore({other.where(), file_}, out_, errors_), 0) << words();
  EXPECT_EQ(run_restore({other.where(), file_}, out_, errors_), 2) << words();
}

TEST_F(backup, only_its_owner_can_read_it_and_no_part_is_left) {
  fill_centre(1);
  ASSERT_EQ(back_up(), 0) << words();
  struct stat what {};
  ASSERT_EQ(::stat(file_.c_str(), &what), 0);
  EXPECT_EQ(what.st_mode & 0777, 0600u);
  EXPECT_FALSE(std::filesystem::exists(file_ + ".part"));
}

TEST_F(backup, an_older_copy_is_not_overwritten) {
  put_content("older");
  EXPECT_EQ(back_up(), 2);
  EXPECT_NE(words().find("is there already"), std::string::npos) << words();
  EXPECT_EQ(content(), "older");
}

TEST_F(backup, a_redis_in_use_is_left_as_it_is) {
  fill_centre(1);
  ASSERT_EQ(back_up(), 0) << words();
  ask(*to_, {"SADD", "v:municipalities", "9999"});
  EXPECT_EQ(restore(), 2);
  EXPECT_NE(words().find("is in use: it holds 1 keys of a Varde"), std::string::npos) << words();
  EXPECT_EQ(restored_keys(), std::set<std::string>{"v:municipalities"});
}

TEST_F(backup, a_cut_file_is_refused_wherever_it_was_cut) {
  fill_centre(2);
  ASSERT_EQ(back_up(), 0) << words();
  const auto whole = content();
  for (std::size_t bytes = 0; bytes < whole.size(); bytes += 1 + whole.size() / 60) {
    put_content(whole.substr(0, bytes));
    EXPECT_EQ(restore(), 2) << bytes;
  }
  put_content(whole.substr(0, whole.size() - 1));
  EXPECT_EQ(restore(), 2);
  EXPECT_NE(words().find("is cut short in block"), std::string::npos) << words();
  put_content(whole + '\0');
  EXPECT_EQ(restore(), 2);
  EXPECT_TRUE(restored_keys().empty());
  put_content(whole);
  EXPECT_EQ(restore(), 0) << words();
}

TEST_F(backup, a_changed_byte_is_found_wherever_it_is) {
  fill_centre(2);
  ASSERT_EQ(back_up(), 0) << words();
  const auto whole = content();
  for (std::size_t at = 0; at < whole.size(); at += 1 + whole.size() / 60) {
    auto changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x40);
    put_content(changed);
    EXPECT_EQ(restore(), 2) << at;
  }
  EXPECT_TRUE(restored_keys().empty());
}

TEST_F(backup, a_broken_chain_is_copied_restored_and_said) {
  fill_centre(50);  // more than one batch
  const auto ledger = ledger::ledger_key("9901");
  const auto first = ask(*from_, {"XRANGE", ledger, "-", "+", "COUNT", "1"});
  ask(*from_, {"XDEL", ledger, first.elements[0].elements[0].text});
  EXPECT_EQ(back_up(), 1);
  EXPECT_NE(words().find("chain of these ledgers is broken"), std::string::npos) << words();
  EXPECT_EQ(restore(), 1);
  EXPECT_NE(words().find("the hash does not follow"), std::string::npos) << words();
}

}  // namespace
}  // namespace varde::server
