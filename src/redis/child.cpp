// fork and exec by hand, since posix_spawn can't ask the kernel to end the child with its parent.
// Between the two only async-signal-safe calls are made.
#include "redis/child.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "redis/process_handle.hpp"

namespace varde::redis {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds restart_pause_min{200};
constexpr milliseconds restart_pause_max{5'000};

/// Everything exec needs, made before the fork.
struct prepared {
  explicit prepared(const child_plan& plan) : program(plan.program.c_str()) {
    argv.push_back(const_cast<char*>(plan.program.c_str()));
    for (const auto& argument : plan.arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
  }
  const char* program;
  std::vector<char*> argv;
};

/// In the child: never returns.
[[noreturn]] void become(const prepared& what, const char* directory, const char* log,
                         pid_t parent) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  signal(SIGPIPE, SIG_DFL);
  prctl(PR_SET_PDEATHSIG, SIGTERM);
  if (getppid() != parent) _exit(1);
  // A terminal's Ctrl-C is for us, who then stop it in order.
  setsid();
  if (chdir(directory) != 0) _exit(126);
  const int in = open("/dev/null", O_RDONLY);
  const int out = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (in < 0 || out < 0) _exit(126);
  dup2(in, STDIN_FILENO);
  dup2(out, STDOUT_FILENO);
  dup2(out, STDERR_FILENO);
  close_range(STDERR_FILENO + 1, ~0U, 0);
  execv(what.program, what.argv.data());
  _exit(127);
}

/// The pid, or 0.
pid_t launch(const child_plan& plan) {
  const prepared what(plan);
  const pid_t parent = getpid();
  const pid_t made = fork();
  if (made == 0) become(what, plan.directory.c_str(), plan.log.c_str(), parent);
  return std::max(made, 0);
}

}  // namespace

child::child(child_plan plan)
    : plan_(std::move(plan)), stop_event_(eventfd(0, EFD_CLOEXEC)), thread_([this] { run(); }) {}

child::~child() {
  stop();
  close(stop_event_);
}

void child::stop() {
  if (!thread_.joinable()) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(stop_event_, &one, sizeof one);
  thread_.join();
}

void child::run() {
  auto pause = restart_pause_min;
  while (true) {
    const auto began = std::chrono::steady_clock::now();
    const pid_t started = launch(plan_);
    pid_.store(started);
    if (started != 0 && !wait_for_end(started)) return;
    pid_.store(0);
    if (!keep_alive_.load()) {
      ended_.store(true);
      return;
    }
    if (std::chrono::steady_clock::now() - began > restart_pause_max) pause = restart_pause_min;
    spdlog::error("{} in {} ended by itself; starting it anew in {} ms", plan_.program,
                  plan_.directory.string(), pause.count());
    if (!rest(pause)) return;
    pause = std::min(pause * 2, restart_pause_max);
  }
}

bool child::wait_for_end(pid_t started) {
  const process_handle handle(started);
  std::array<pollfd, 2> both{pollfd{handle.fd(), POLLIN, 0}, pollfd{stop_event_, POLLIN, 0}};
  while (poll(both.data(), both.size(), -1) < 0) {
  }
  const bool asked_to_stop = both[1].revents != 0;
  if (asked_to_stop) {
    handle.send(SIGTERM);
    if (!handle.gone_within(plan_.stop_limit)) {
      spdlog::error("{} did not end within {} ms; killed", plan_.program, plan_.stop_limit.count());
      handle.send(SIGKILL);
    }
  }
  waitpid(started, nullptr, 0);
  if (asked_to_stop) pid_.store(0);
  return !asked_to_stop;
}

bool child::rest(milliseconds pause) {
  pollfd one{stop_event_, POLLIN, 0};
  return poll(&one, 1, static_cast<int>(pause.count())) != 1;
}

}  // namespace varde::redis
