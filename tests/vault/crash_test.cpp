// A process that is killed in the middle of appending, again and again: whatever it was told is on
// disk is read back, at the sequence that it was told.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "vault/log.hpp"
#include "vault/vault_fixture.hpp"

namespace varde::vault {
namespace {

using namespace test;

constexpr int kills = 25;
constexpr std::size_t records_an_append = 3;

struct told {
  sequence last;
  std::uint64_t first_content;
};

std::string content(std::uint64_t number) {
  return std::to_string(number) + std::string(number % 1500, '.');
}

/// Appends for ever and writes into `pipe` what is reported. Never returns.
[[noreturn]] void append_until_killed(const options& given, std::uint64_t next, int pipe) {
  base::metrics figures;
  auto opened = log::open(given, figures);
  if (!opened) ::_exit(1);
  std::atomic<int> waiting = 0;
  for (;; next += records_an_append) {
    std::vector<std::string> records;
    for (std::size_t i = 0; i < records_an_append; ++i) records.push_back(content(next + i));
    ++waiting;
    (*opened)->append(std::move(records), [=, &waiting](base::result<sequence> last) {
      const told report{last ? *last : 0, next};
      if (!last || ::write(pipe, &report, sizeof report) != sizeof report) ::_exit(2);
      --waiting;
    });
    while (waiting > 20) std::this_thread::yield();
  }
}

TEST(vault_crash, what_a_killed_process_was_told_is_on_disk_is_read_back) {
  const scratch_directory scratch;
  auto given = small_options({scratch / "vault"});
  given.segment_bytes = 256 << 10;
  std::minstd_rand random(std::random_device{}());
  contents reported;
  std::uint64_t next = 0;
  for (int kill = 0; kill < kills; ++kill) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      append_until_killed(given, next, ends[1]);
    }
    ::close(ends[1]);
    // Killed after this many reports; more may follow until the signal has arrived.
    std::size_t until = random() % 60;
    told report{};
    while (::read(ends[0], &report, sizeof report) == sizeof report) {
      for (std::size_t i = 0; i < records_an_append; ++i)
        ASSERT_TRUE(
            reported
                .emplace(report.last - records_an_append + 1 + i, content(report.first_content + i))
                .second);
      next = report.first_content + 1'000 * records_an_append;  // what was not reported is skipped
      if (until > 0) --until;
      if (until == 0) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "ended by itself with " << WEXITSTATUS(status);

    base::metrics figures;
    const auto vault = open_log(given, figures);
    ASSERT_TRUE(vault->recovered().set_aside.empty());
    const auto kept = read_all(*vault);
    for (const auto& [number, payload] : reported)
      ASSERT_TRUE(kept.contains(number) && kept.at(number) == payload) << number;
  }
  EXPECT_GT(reported.size(), static_cast<std::size_t>(kills));
}

}  // namespace
}  // namespace varde::vault
