// The fixture's workings.
#include "edge/harness.hpp"

#include <poll.h>

namespace varde::edge::test {

scratch_directory::scratch_directory() {
  std::string name = (std::filesystem::temp_directory_path() / "varde-edge-XXXXXX").string();
  path_ = ::mkdtemp(name.data());
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

test_certificates::test_certificates()
    : authority{make_authority(directory / "authority", "Test authority").value()},
      server{issue_server(authority, directory / "server", local_names()).value()},
      device{issue_client(authority, directory / "device", "device").value()},
      expired_device{issue_client(authority, directory / "expired", "expired device",
                                  {std::chrono::hours{-48}, std::chrono::hours{-24}})
                         .value()},
      stranger_authority{make_authority(directory / "strange", "Strange authority").value()},
      stranger{issue_client(stranger_authority, directory / "stranger", "stranger").value()} {}

const test_certificates& test_certificates::get() {
  static const test_certificates made;
  return made;
}

void fake_core::start(std::vector<alarm::answer_sink*> sinks) {
  sinks_ = std::move(sinks);
  thread_ = std::thread{[this] { run(); }};
}

void fake_core::stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void fake_core::hold() {
  const std::lock_guard lock{mutex_};
  holding_ = true;
}

void fake_core::release(alarm::verdict with) {
  std::vector<alarm::reply_address> due;
  {
    const std::lock_guard lock{mutex_};
    holding_ = false;
    due.swap(held_);
  }
  answer(due, with);
}

std::vector<alarm::admission> fake_core::wait_for(std::size_t count) {
  std::unique_lock lock{mutex_};
  changed_.wait_for(lock, patience, [&] { return seen_.size() >= count; });
  return seen_;
}

void fake_core::run() {
  constexpr int look_again_ms = 20;
  while (!stopping_) {
    std::vector<alarm::reply_address> due;
    const auto served = lanes.drain(256, [&](std::size_t, alarm::admission&& one) {
      const std::lock_guard lock{mutex_};
      (holding_ ? held_ : due).push_back(one.reply);
      seen_.push_back(std::move(one));
      changed_.notify_all();
    });
    answer(due, outcome);
    if (served > 0 || !lanes.arm()) continue;
    pollfd wake{lanes.wake_fd(), POLLIN, 0};
    ::poll(&wake, 1, look_again_ms);
    lanes.disarm();
  }
}

void fake_core::answer(const std::vector<alarm::reply_address>& to, alarm::verdict with) {
  for (std::size_t edge = 0; edge < sinks_.size(); ++edge) {
    std::vector<alarm::admission_answer> batch;
    for (const auto& address : to)
      if (address.edge == edge) batch.push_back({address.ticket, with});
    if (!batch.empty()) sinks_[edge]->deliver(batch);
  }
}

edge_fixture::edge_fixture() {
  const auto& made = test_certificates::get();
  given.listen.native_tls = "127.0.0.1:0";
  given.certificate_file = made.server.certificate;
  given.key_file = made.server.key;
  given.client_authority_file = made.authority.certificate;
  given.limits.drain_max = std::chrono::milliseconds{500};
  given.travel_lane = [](const alarm::v1::Signal& signal, bool) {
    return signal.status() == 16 ? alarm::v1::LANE_TECHNICAL : alarm::v1::LANE_LIFE;
  };
  set_.set_version(1);
  set_.mutable_municipality()->set_id("4601");
  set_.mutable_municipality()->set_native_secret_allowed(true);
  set_.mutable_municipality()->set_voice_number("+4755000000");
  set_.add_residents()->set_id("berit");
}

edge_fixture::~edge_fixture() {
  if (server) server->stop();
  if (core) core->stop();
}

void edge_fixture::start() {
  publish();
  core = std::make_unique<fake_core>(lane_limits);
  server = std::make_unique<edge::server>(given, core->lanes, directory, metrics);
  const auto started = server->start();
  ASSERT_TRUE(started) << started.error().message();
  core->start(server->sinks());
}

registry::v1::Device& edge_fixture::device(std::string_view protocol, std::string_view wire_id) {
  auto& made = *set_.add_devices();
  made.set_id("id-" + std::string{wire_id});
  made.set_protocol(std::string{protocol});
  made.set_wire_id(std::string{wire_id});
  made.set_state(registry::v1::DEVICE_STATE_INSTALLED);
  made.set_resident("berit");
  made.set_kind("safety_alarm");
  return made;
}

void edge_fixture::publish() {
  set_.set_version(set_.version() + 1);
  directory.replace(set_);
}

double edge_fixture::metric(std::string_view series) const {
  const auto text = metrics.render();
  const auto at = text.find("\n" + std::string{series} + " ");
  if (at == std::string::npos) return 0;
  return std::stod(text.substr(at + series.size() + 2));
}

bool edge_fixture::eventually(const std::function<bool()>& holds) {
  const auto until = std::chrono::steady_clock::now() + patience;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > until) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace varde::edge::test
