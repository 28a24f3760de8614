// The private server's life: kept data, clean ends, leftovers of killed runs, and plain words when
// it can't be started.
#include "redis/server_process.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>

#include "redis/child.hpp"
#include "redis/live_redis.hpp"
#include "redis/process_handle.hpp"
#include "redis/program.hpp"

namespace varde::redis {
namespace {

namespace fs = std::filesystem;
using test::ask;

class server_process_test : public testing::Test {
 protected:
  std::unique_ptr<server_process> start(const server_options& options = {}) {
    auto started = server_process::start(directory_.path(), options);
    EXPECT_TRUE(started) << started.error().sentence;
    return started ? std::move(*started) : nullptr;
  }
  std::string refusal(const fs::path& directory, const server_options& options = {}) {
    auto started = server_process::start(directory, options);
    EXPECT_FALSE(started);
    return started ? std::string{} : started.error().sentence;
  }
  void set(const server_process& server, const std::string& key, const std::string& value) {
    const auto connection = test::connect(io_, server.where());
    ASSERT_TRUE(ask(io_, *connection, {"SET", key, value}));
  }
  std::string get(const server_process& server, const std::string& key) {
    const auto connection = test::connect(io_, server.where());
    return ask(io_, *connection, {"GET", key})->text;
  }
  fs::path home() const { return directory_.path() / "redis"; }

  test::scratch_directory directory_;
  boost::asio::io_context io_;
};

TEST_F(server_process_test, what_was_written_is_there_after_stop_and_start) {
  auto server = start();
  set(*server, "key", "value");
  server.reset();
  EXPECT_FALSE(fs::exists(home() / "redis.sock"));
  EXPECT_EQ(get(*start(), "key"), "value");
}

TEST_F(server_process_test, it_syncs_every_write_and_listens_on_no_port) {
  const auto server = start();
  const auto connection = test::connect(io_, server->where());
  const auto setting = [&](const std::string& name) {
    return ask(io_, *connection, {"CONFIG", "GET", name})->elements.at(1).text;
  };
  EXPECT_EQ(setting("appendonly"), "yes");
  EXPECT_EQ(setting("appendfsync"), "always");
  EXPECT_EQ(setting("port"), "0");
  EXPECT_EQ(setting("maxmemory-policy"), "noeviction");
  EXPECT_EQ(setting("save"), "");
}

TEST_F(server_process_test, nobody_else_can_look_into_its_directory) {
  const auto server = start();
  EXPECT_EQ(fs::status(home()).permissions() & fs::perms::all, fs::perms::owner_all);
  EXPECT_EQ(fs::status(home() / "redis.sock").permissions() & fs::perms::others_all,
            fs::perms::none);
}

TEST_F(server_process_test, two_vardes_do_not_share_a_directory) {
  const auto server = start();
  EXPECT_NE(refusal(directory_.path()).find("another varde is running"), std::string::npos);
}

TEST_F(server_process_test, a_missing_program_is_named) {
  EXPECT_NE(refusal(directory_.path(), {.program = "no-such-redis"}).find("is not installed"),
            std::string::npos);
}

TEST_F(server_process_test, an_old_program_is_refused) {
  const auto program = directory_.path() / "redis-server";
  std::ofstream(program) << "#!/bin/sh\necho 'Redis server v=6.0.16 sha=0 malloc=libc'\n";
  fs::permissions(program, fs::perms::owner_all);
  const auto sentence = refusal(directory_.path(), {.program = program});
  EXPECT_NE(sentence.find("is version 6.0.16, but 7.0.15 or newer is needed"), std::string::npos);
}

TEST_F(server_process_test, a_directory_that_cannot_be_made_is_named) {
  std::ofstream(directory_.path() / "file") << "in the way";
  const auto sentence = refusal(directory_.path() / "file" / "data");
  EXPECT_NE(sentence.find("can't be written"), std::string::npos) << sentence;
}

TEST_F(server_process_test, a_path_too_long_for_a_socket_is_named) {
  const auto sentence = refusal(directory_.path() / std::string(100, 'x'));
  EXPECT_NE(sentence.find("too long"), std::string::npos) << sentence;
}

TEST_F(server_process_test, a_server_that_ends_at_once_is_quoted) {
  fs::create_directories(home() / "appendonlydir");
  std::ofstream(home() / "appendonlydir" / "appendonly.aof.manifest") << "nonsense\n";
  const auto sentence = refusal(directory_.path());
  EXPECT_NE(sentence.find("ended at once; its last words: "), std::string::npos) << sentence;
}

TEST_F(server_process_test, a_cut_tail_of_the_file_loses_the_tail_only) {
  auto server = start();
  set(*server, "first", "kept");
  set(*server, "second", "cut");
  server.reset();
  for (const auto& file : fs::directory_iterator(home() / "appendonlydir"))
    if (file.path().extension() == ".aof" &&
        file.path().string().find(".incr.") != std::string::npos)
      fs::resize_file(file, file.file_size() - 3);
  server = start();
  EXPECT_EQ(get(*server, "first"), "kept");
  EXPECT_EQ(get(*server, "second"), "");
}

TEST_F(server_process_test, a_leftover_server_is_ended_and_its_data_kept) {
  { start(); }
  child leftover(child_plan{find_program("redis-server")->string(),
                            {"redis.conf"},
                            home(),
                            home() / "redis.log",
                            std::chrono::seconds{5}});
  const auto connection = test::connect(io_, endpoint{.unix_path = home() / "redis.sock"});
  ASSERT_TRUE(ask(io_, *connection, {"SET", "key", "value"}));
  const process_handle old(leftover.pid());
  const auto server = start();
  EXPECT_TRUE(old.gone_within(std::chrono::milliseconds{0}));
  EXPECT_EQ(get(*server, "key"), "value");
}

TEST_F(server_process_test, stale_files_are_no_hindrance_and_no_stranger_is_ended) {
  { start(); }
  std::ofstream(home() / "redis.pid") << getpid() << "\n";
  std::ofstream(home() / "redis.sock") << "stale";
  EXPECT_EQ(get(*start(), "key"), "");
}

TEST_F(server_process_test, when_we_are_killed_the_server_ends_and_the_next_start_finds_all) {
  std::array<int, 2> pipe_ends{};
  ASSERT_EQ(pipe(pipe_ends.data()), 0);
  const pid_t run = fork();
  if (run == 0) {
    auto server = server_process::start(directory_.path());
    boost::asio::io_context io;
    const auto connection = test::connect(io, (*server)->where());
    ask(io, *connection, {"SET", "key", "value"});
    const pid_t redis = (*server)->pid();
    [[maybe_unused]] const auto written = write(pipe_ends[1], &redis, sizeof redis);
    pause();
    _exit(0);
  }
  pid_t redis = 0;
  ASSERT_EQ(read(pipe_ends[0], &redis, sizeof redis), static_cast<ssize_t>(sizeof redis));
  const process_handle handle(redis);
  kill(run, SIGKILL);
  waitpid(run, nullptr, 0);
  EXPECT_EQ(get(*start(), "key"), "value");
  EXPECT_TRUE(handle.gone_within(std::chrono::milliseconds{0}));
  close(pipe_ends[0]);
  close(pipe_ends[1]);
}

TEST_F(server_process_test, it_inherits_none_of_our_descriptors) {
  const auto server = start();
  std::size_t found = 0;
  for (const auto& fd : fs::directory_iterator("/proc/" + std::to_string(server->pid()) + "/fd")) {
    std::error_code ignored;
    found += fs::read_symlink(fd, ignored).filename() == "varde.lock";
  }
  EXPECT_EQ(found, 0u);
}

}  // namespace
}  // namespace varde::redis
