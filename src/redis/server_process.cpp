// Start-up in steps, each with its own sentence when it fails: the program, the directory, its
// lock, a leftover, the configuration, the process, and its first answer.
#include "redis/server_process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstring>
#include <fstream>
#include <string_view>
#include <system_error>

#include "redis/child.hpp"
#include "redis/connection.hpp"
#include "redis/leftover.hpp"
#include "redis/program.hpp"
#include "redis/version.hpp"

namespace varde::redis {

namespace fs = std::filesystem;

namespace {

using std::chrono::milliseconds;
using steady = std::chrono::steady_clock;

constexpr milliseconds look_again_after{10};
/// sun_path's size without its ending zero.
constexpr std::size_t socket_path_max = 107;
/// A larger log is put aside at start, as redis.log.1.
constexpr std::uintmax_t log_bytes_max = 4u << 20;

/// All paths are relative to the server's directory. See docs/ledger.md for why each line is there.
constexpr std::string_view configuration = R"(# Written by varde at every start; changes are lost.
port 0
unixsocket redis.sock
unixsocketperm 700
pidfile redis.pid
daemonize no
save ""
appendonly yes
appendfsync always
aof-load-truncated yes
auto-aof-rewrite-min-size 256mb
rdbcompression no
maxmemory-policy noeviction
maxclients 256
timeout 0
)";

/// A descriptor that closes itself.
class descriptor {
 public:
  explicit descriptor(int fd) : fd_(fd) {}
  descriptor(descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  descriptor& operator=(descriptor&&) = delete;
  ~descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

struct places {
  explicit places(const fs::path& directory)
      : lock(directory / "varde.lock"),
        home(directory / "redis"),
        socket(home / "redis.sock"),
        pid_file(home / "redis.pid"),
        log(home / "redis.log"),
        config(home / "redis.conf") {}
  fs::path lock, home, socket, pid_file, log, config;
};

std::string last_line_of(const fs::path& file) {
  std::ifstream in(file);
  std::string line, last;
  while (std::getline(in, line))
    if (!line.empty()) last = line;
  return last;
}

/// Empty, or what is wrong. Afterwards `home` is there, ours alone and writable.
std::string make_home(const fs::path& directory, const places& at) {
  std::error_code error;
  if (fs::create_directories(directory, error))
    fs::permissions(directory, fs::perms::owner_all, error);
  if (!error) fs::create_directory(at.home, error);
  if (!error) fs::permissions(at.home, fs::perms::owner_all, error);
  if (error || access(at.home.c_str(), W_OK | X_OK) != 0)
    return fmt::format(
        "{} can't be written: {}. Choose another data directory or make this one yours.",
        at.home.string(), error ? error.message() : std::strerror(errno));
  if (at.socket.string().size() > socket_path_max)
    return fmt::format(
        "the path {} is too long for a Unix socket ({} characters at most). Choose a "
        "data directory with a shorter path.",
        at.socket.string(), socket_path_max);
  return {};
}

bool write_configuration(const places& at) {
  std::error_code error;
  if (fs::file_size(at.log, error) > log_bytes_max && !error) {
    auto aside = at.log;
    fs::rename(at.log, aside += ".1", error);
  }
  std::ofstream out(at.config, std::ios::trunc);
  out << configuration;
  out.close();
  return out.good();
}

/// Blocks until the server answers, its process has ended, or the limit has passed.
bool wait_until_ready(const child& process, const places& at, const endpoint& where,
                      milliseconds limit) {
  boost::asio::io_context io;
  connection_options options;
  options.back_off_min = options.back_off_max = look_again_after;
  const auto probe = connection::create(io, where, options);
  bool ready = false;
  probe->on_state([&ready](bool connected) { ready = ready || connected; });
  const auto deadline = steady::now() + limit;
  while (!ready && !process.ended() && steady::now() < deadline) {
    if (fs::exists(at.socket)) probe->start();
    io.run_for(look_again_after);
    io.restart();
  }
  return ready;
}

}  // namespace

struct server_process::parts {
  descriptor lock;
  endpoint where;
  std::unique_ptr<child> process;
};

server_process::server_process(std::unique_ptr<parts> p) : parts_(std::move(p)) {}
server_process::~server_process() { stop(); }

server_process::start_result server_process::start(const fs::path& given,
                                                   const server_options& options) {
  const auto fail = [](std::string sentence) {
    return start_result(server_failure{std::move(sentence)});
  };

  const auto program = find_program(options.program);
  if (!program)
    return fail(fmt::format("{} is not installed. Install Debian's package redis-server.",
                            options.program));
  const auto version = stated_version(*program);
  if (!is_at_least(version, server_version_min))
    return fail(fmt::format("{} is version {}, but {} or newer is needed. Update redis-server.",
                            program->string(), version.empty() ? "unknown" : version,
                            server_version_min));

  const auto directory = fs::absolute(given);
  const places at(directory);
  if (auto wrong = make_home(directory, at); !wrong.empty()) return fail(std::move(wrong));

  descriptor lock(open(at.lock.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (lock.get() < 0)
    return fail(fmt::format("{} can't be opened: {}.", at.lock.string(), std::strerror(errno)));
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0)
    return fail(
        fmt::format("another varde is running on {}. Stop it or choose another data directory.",
                    directory.string()));

  if (const auto left = running_in(at.home, at.pid_file, *program);
      left && !end_process(*left, options.stop_limit))
    return fail(
        fmt::format("process {}, a redis-server left over in {}, does not end. End it by hand.",
                    *left, at.home.string()));
  std::error_code ignored;
  fs::remove(at.socket, ignored);
  fs::remove(at.pid_file, ignored);
  if (!write_configuration(at))
    return fail(fmt::format("{} can't be written. Is the disk full?", at.config.string()));

  auto made =
      std::make_unique<parts>(parts{std::move(lock), endpoint{.unix_path = at.socket}, nullptr});
  made->process = std::make_unique<child>(
      child_plan{*program, {at.config.filename()}, at.home, at.log, options.stop_limit});
  if (!wait_until_ready(*made->process, at, made->where, options.load_limit)) {
    const bool ended = made->process->ended();
    made->process->stop();
    return fail(fmt::format("redis-server in {} {}; its last words: {}", at.home.string(),
                            ended ? "ended at once" : "did not get ready in time",
                            last_line_of(at.log)));
  }
  made->process->keep_alive();
  return std::unique_ptr<server_process>(new server_process(std::move(made)));
}

const endpoint& server_process::where() const noexcept { return parts_->where; }
pid_t server_process::pid() const noexcept { return parts_->process->pid(); }
void server_process::stop() { parts_->process->stop(); }

}  // namespace varde::redis
