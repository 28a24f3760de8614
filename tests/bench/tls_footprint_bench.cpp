// What an idle TLS device costs: five thousand of them connect, say hello and fall silent, in a
// process of their own, and the growth of this process is divided among them. The figure in
// docs/performance.md is this program's.
#include <benchmark/benchmark.h>
#include <malloc.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "edge/certificates.hpp"
#include "edge/server.hpp"

namespace {

using namespace varde;

constexpr int devices = 5'000;

/// Resident bytes of this process.
double resident_bytes() {
  std::ifstream statm{"/proc/self/statm"};
  double total = 0;
  double resident = 0;
  statm >> total >> resident;
  return resident * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

void raise_descriptor_limit() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

/// The devices' process: reads the address, connects all, says so, and stays until it is told to
/// end.
[[noreturn]] void be_the_devices(int from_server, int to_server,
                                 const edge::credentials& identity) {
  std::array<char, 64> address{};
  if (::read(from_server, address.data(), address.size() - 1) <= 0) ::_exit(1);
  SSL_CTX* context = SSL_CTX_new(TLS_client_method());
  SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_use_certificate_chain_file(context, identity.certificate.c_str());
  SSL_CTX_use_PrivateKey_file(context, identity.key.c_str(), SSL_FILETYPE_PEM);
  // Hello of device "varde-1", protocol version 1; any answer will do.
  constexpr std::string_view hello{"\x0d\x0a\x0b\x0a\x07varde-1\x20\x01", 14};
  for (int i = 0; i < devices; ++i) {
    BIO* bio = BIO_push(BIO_new_ssl(context, 1), BIO_new_connect(address.data()));
    std::array<char, 256> answer{};
    if (BIO_do_handshake(bio) != 1 || BIO_write(bio, hello.data(), hello.size()) <= 0 ||
        BIO_read(bio, answer.data(), answer.size()) <= 0)
      ::_exit(1);
  }
  (void)!::write(to_server, "x", 1);
  (void)!::read(from_server, address.data(), 1);
  ::_exit(0);
}

void idle_tls_connections(benchmark::State& state) {
  raise_descriptor_limit();
  std::string name = (std::filesystem::temp_directory_path() / "varde-bench-XXXXXX").string();
  const std::filesystem::path directory = ::mkdtemp(name.data());
  const auto authority = edge::make_authority(directory / "authority", "bench").value();
  const auto own = edge::issue_server(authority, directory / "server", edge::local_names()).value();
  const auto device = edge::issue_client(authority, directory / "device", "device").value();
  for (auto _ : state) {
    std::array<int, 2> down{};
    std::array<int, 2> up{};
    if (::pipe(down.data()) != 0 || ::pipe(up.data()) != 0) std::abort();
    const pid_t child = ::fork();
    if (child == 0) {
      ::close(down[1]);
      be_the_devices(down[0], up[1], device);
    }
    ::close(up[1]);
    lanes::lane_set<alarm::admission> lanes{{64, 16}};
    registry::directory directory_of_devices;
    registry::v1::MunicipalitySet set;
    set.mutable_municipality()->set_id("4601");
    auto& registered = *set.add_devices();
    registered.set_protocol("native");
    registered.set_wire_id("varde-1");
    registered.set_certificate_sha256(edge::certificate_sha256(device.certificate).value());
    directory_of_devices.replace(set);
    base::metrics metrics;
    edge::options given;
    given.listen.native_tls = "127.0.0.1:0";
    given.certificate_file = own.certificate;
    given.key_file = own.key;
    given.client_authority_file = authority.certificate;
    given.limits.heartbeat_interval = std::chrono::hours{1};  // none falls silent meanwhile
    given.travel_lane = [](const auto&, auto) { return alarm::v1::LANE_LIFE; };
    edge::server server{given, lanes, directory_of_devices, metrics};
    if (!server.start()) std::abort();
    ::malloc_trim(0);
    const auto before = resident_bytes();
    (void)!::write(down[1], server.bound().native_tls.c_str(),
                   server.bound().native_tls.size() + 1);
    char ready = 0;
    if (::read(up[0], &ready, 1) != 1) state.SkipWithError("the devices could not connect");
    state.counters["bytes_per_connection"] = (resident_bytes() - before) / devices;
    ::close(down[1]);
    ::waitpid(child, nullptr, 0);
    ::close(up[0]);
    ::close(down[0]);
    server.stop();
  }
  std::filesystem::remove_all(directory);
}
BENCHMARK(idle_tls_connections)->Iterations(1)->Unit(benchmark::kSecond)->UseRealTime();

}  // namespace
