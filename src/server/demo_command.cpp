// The demo's data goes into its Redis once, when the data directory is new; its addresses and
// secrets go into demo.json at each start.
#include "server/demo_command.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/log.hpp"
#include "edge/certificates.hpp"
#include "redis/server_process.hpp"
#include "server/demo_data.hpp"
#include "server/demo_registered.hpp"
#include "server/demo_signals.hpp"
#include "server/seed.hpp"

namespace varde::server {

namespace fs = std::filesystem;

namespace {

int say(const std::string& wrong) {
  fmt::print(stderr, "varde: {}\n", wrong);
  return 1;
}

/// Makes a device's certificate under DIR/tls, or finds the one that is there.
demo_certificate certificate_for(const fs::path& directory, std::string_view wire_id) {
  const edge::credentials authority{directory / "ca.crt", directory / "ca.key"};
  const fs::path stem = directory / fmt::format("device-{}", wire_id);
  edge::credentials made{stem.string() + ".crt", stem.string() + ".key"};
  if (!fs::exists(made.certificate)) {
    const auto issued = edge::issue_client(authority, stem, wire_id);
    if (!issued) return {};
    made = *issued;
  }
  const auto digest = edge::certificate_sha256(made.certificate);
  return {fs::absolute(made.certificate).string(), fs::absolute(made.key).string(),
          digest ? *digest : ""};
}

/// demo.json while it is written: readable by its owner only, since it holds passwords; and there
/// whole or not at all, since scripts wait for it.
class demo_file {
 public:
  explicit demo_file(fs::path file)
      : file_{std::move(file)},
        part_{file_.string() + ".part"},
        out_{part_, std::ios::binary | std::ios::trunc},
        writer_{out_} {
    std::error_code ignored;  // a file that could not be made is found out by finish()
    fs::permissions(part_, fs::perms::owner_read | fs::perms::owner_write, ignored);
  }

  void add(const demo_municipality& made) {
    writer_.add_municipality(made.set);
    for (const auto& device : made.devices) writer_.add_device(device);
  }

  /// False if it is not there.
  bool finish(const std::vector<demo_sign_in>& sign_ins, const demo_addresses& addresses,
              std::string_view ca_file) {
    writer_.finish(sign_ins, addresses, ca_file);
    out_.close();
    std::error_code failed;
    if (out_) fs::rename(part_, file_, failed);
    return out_ && !failed;
  }

 private:
  const fs::path file_, part_;
  std::ofstream out_;
  demo_json_writer writer_;
};

/// Devices that the trickle of signals may come from; more would show nothing more.
constexpr std::size_t signalling_devices_max = 10'000;

void add_signalling(std::vector<std::string>& cids, const demo_municipality& made) {
  for (const auto& device : made.devices)
    if (device.protocol == "scaip" && device.digest_user.empty() &&
        cids.size() < signalling_devices_max)
      cids.push_back(device.id);
}

/// One municipality at a time, since all together may be more than there is memory. Empty, or what
/// is wrong.
std::string seed(const redis::endpoint& redis, const demo_command_options& options,
                 demo_maker& maker, demo_file& file, std::vector<std::string>& signalling) {
  seeder into{redis};
  if (auto wrong = into.connect(); !wrong.empty()) return wrong;
  while (auto one = maker.next()) {
    file.add(*one);
    add_signalling(signalling, *one);
    if (auto wrong = into.put(std::move(one->set)); !wrong.empty()) return wrong;
  }
  for (std::size_t i = 0; i < registered_municipalities(options.registered); ++i)
    if (auto wrong = into.put(make_registered(options.seed, i, options.registered)); !wrong.empty())
      return wrong;
  return into.put_accounts(maker.sign_ins());
}

}  // namespace

int demo(const demo_command_options& options) {
  config c;
  c.node.name = "demo";
  c.node.data = options.data;
  c.http.console_dir = options.console_dir;
  if (!options.acknowledge.empty()) c.core.acknowledge = options.acknowledge;
  if (auto wrong = override_listen(c.listen, options.listen); !wrong.empty()) return say(wrong);

  base::start_logging(base::log_format::plain, spdlog::level::info);
  auto started = redis::server_process::start(options.data);
  if (!started) return say(started.error().sentence);
  const auto own = std::move(*started);
  if (auto wrong = provide_certificates(c, options.data); !wrong.empty()) return say(wrong);

  demo_options made;
  made.seed = options.seed;
  made.extra_devices = options.devices;
  made.certificate_for = [&](std::string_view id) {
    return certificate_for(fs::path{options.data} / "tls", id);
  };
  demo_maker maker{std::move(made)};
  demo_file file{fs::path{options.data} / "demo.json"};
  std::vector<std::string> signalling;
  if (auto wrong = seed(own->where(), options, maker, file, signalling); !wrong.empty())
    return say(wrong);

  int status = 0;
  {
    const std::string authority = fs::absolute(c.tls.client_ca).string();
    std::unique_ptr<demo_signals> signals;
    node n{std::move(c), own->where(), true};
    status = run_node(n, [&](const bound_addresses& bound) {
      const demo_addresses at{bound.https,     bound.scaip_udp,  bound.scaip_tcp,
                              bound.scaip_tls, bound.native_tls, bound.metrics};
      if (!file.finish(maker.sign_ins(), at, authority))
        spdlog::error("demo.json can't be written in {}", options.data);
      if (!options.quiet && !bound.scaip_udp.empty())
        signals =
            std::make_unique<demo_signals>(bound.scaip_udp, std::move(signalling), options.seed);
    });
  }
  own->stop();
  base::stop_logging();
  return status;
}

}  // namespace varde::server
