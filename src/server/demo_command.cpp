// The demo's data goes into its Redis once, when the data directory is new; its addresses and
// secrets go into demo.json at each start.
#include "server/demo_command.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>

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

/// Readable by its owner only, since it holds passwords; and whole or not at all, since scripts
/// wait for it.
bool write_private(const fs::path& file, const std::string& text) {
  const fs::path part = file.string() + ".part";
  {
    std::ofstream out{part, std::ios::binary | std::ios::trunc};
    fs::permissions(part, fs::perms::owner_read | fs::perms::owner_write);
    out << text;
    if (!out.flush()) return false;
  }
  std::error_code failed;
  fs::rename(part, file, failed);
  return !failed;
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
  const auto data = make_demo(made);
  if (auto wrong = seed_registry(own->where(), data); !wrong.empty()) return say(wrong);
  const auto more = [&](std::size_t number) {
    return make_registered(options.seed, number, options.registered);
  };
  const auto further = registered_municipalities(options.registered);
  if (auto wrong = seed_sets(own->where(), further, more); !wrong.empty()) return say(wrong);

  int status = 0;
  {
    const std::string authority = fs::absolute(c.tls.client_ca).string();
    std::unique_ptr<demo_signals> signals;
    node n{std::move(c), own->where(), true};
    status = run_node(n, [&](const bound_addresses& bound) {
      const demo_addresses at{bound.https,     bound.scaip_udp,  bound.scaip_tcp,
                              bound.scaip_tls, bound.native_tls, bound.metrics};
      if (!write_private(fs::path{options.data} / "demo.json", demo_json(data, at, authority)))
        spdlog::error("demo.json can't be written in {}", options.data);
      if (!options.quiet && !bound.scaip_udp.empty())
        signals = std::make_unique<demo_signals>(bound.scaip_udp, data, options.seed);
    });
  }
  own->stop();
  base::stop_logging();
  return status;
}

}  // namespace varde::server
